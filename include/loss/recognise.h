/* Which network weights are of, and whether a network and its weights belong together.
 *
 * Names and shapes of tensors do not tell everything: activations, pooling, strides, dilation,
 * eps of BatchNorm and shortcuts without parameters leave no trace in them. So the networks that
 * fit are tried on images, and two things are looked at: the loss, against that of guessing; and
 * whether BatchNorm's running statistics are those that the network gives on these images. The
 * second sees what the first does not: with another activation a network may still classify. */
#ifndef LOSS_RECOGNISE_H
#define LOSS_RECOGNISE_H

#include <loss/net.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a network with its weights does on images. Start from LOSS_CHECK_INIT. Since 0.1. */
typedef struct loss_check {
    size_t struct_size;    /**< sizeof(loss_check): set by the initialiser */
    size_t images;         /**< how many it is of */
    loss_split split;      /**< of the images */
    double loss;           /**< the network's, without its L2 term; may be Inf or NaN */
    double standard_error; /**< of the loss */
    /** the loss of guessing. Of cross-entropy and nll: ln of the number of classes; of bce, mse and
     *  mae: of outputs that are the same for all images, those of the means of what is wanted in
     *  these images; NaN for a loss_function, of which it is not known */
    double guessing;
    /** median over all channels of |m - r| / sqrt(v): r and v are the running mean and variance of
     *  the weights, m the mean estimated again from the images (loss_net_recalibrate()). About 0.03
     *  for the right network. NaN without BatchNorm. */
    double statistics_off;
} loss_check;

/** The defaults of loss_check. Since 0.1. */
#define LOSS_CHECK_INIT                                                                            \
    {                                                                                              \
        sizeof(loss_check), 0, LOSS_SPLIT_TRAIN, 0, 0, 0, 0                                        \
    }

/** A value of statistics_off above this is doubtful. Since 0.1. */
#define LOSS_CHECK_STATISTICS_OFF 0.1

/** How many images loss_net_check() and loss_recognition_evaluate() are meant for: open this many
 *  of the training split, as a sample. A large network is tried on fewer of them first. Since 0.1.
 */
#define LOSS_CHECK_IMAGES 256

/** Looks at a network on some images. Where the network is large, few are tried first, spread
 *  evenly over the data; the others are looked at only if these leave doubt, as many as 5 * 10^10
 *  multiply-adds allow, but at least 64.
 *  @param net    with its weights and its loss. Borrowed.
 *  @param data   best LOSS_CHECK_IMAGES of the training split, a sample. Borrowed.
 *  @param opt    may be NULL.
 *  @param check  from LOSS_CHECK_INIT. Written.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (struct_size), LOSS_ERR_SHAPE, LOSS_ERR_NOMEM,
 *          LOSS_ERR_SYSTEM, LOSS_ERR_CANCELLED
 *  The bits do not depend on the number of threads.
 *  Threads: any. Cost: two forward passes of the images: of 32 for a large network that is in
 *  order. Since 0.1. */
LOSS_API loss_status loss_net_check(const loss_net *net, const loss_dataset *data,
                                    const loss_evaluate_options *opt, loss_check *check);

/** What makes a network with these weights doubtful, as a sentence for people: its loss is not
 *  below that of guessing by three standard errors (where guessing is not known: it is not finite),
 *  or statistics_off is above LOSS_CHECK_STATISTICS_OFF.
 *  @param text  [size] out, cut if it is longer; "" if nothing does.
 *  @return whether something does.
 *  Threads: any. Since 0.1. */
LOSS_API bool loss_check_caveat(const loss_check *check, char *text, size_t size);

/** The networks of the zoo that a file of weights may be of. Single-threaded. Since 0.1. */
typedef struct loss_recognition loss_recognition;

/** Finds the networks of the zoo that have the tensors of a file, by their names and shapes.
 *  @param path   weights, as for loss_net_load(). Borrowed.
 *  @param key    which of several sets of tensors in the file, as loss_load_options has it; NULL:
 *                the only one. Copied.
 *  @param shape  of the images and number of classes; zeros where it is not known, then the weights
 *                tell.
 *  @return LOSS_OK: at least one fits. LOSS_ERR_MISMATCH: none fits, the message tells what the
 *          nearest lacks. LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_recognise(loss_recognition **out, const char *path, const char *key,
                                    loss_shape shape);

/** Frees a recognition; NULL is a no-op. Threads: any; nothing else may use the handle then.
 *  Since 0.1. */
LOSS_API void loss_recognition_free(loss_recognition *recognition);

/** How many networks fit: 1 or more. Threads: one caller a handle. Since 0.1. */
LOSS_API size_t loss_recognition_count(const loss_recognition *recognition);

/** The name of one, for loss_net_create(); those with standard options come first.
 *  @param i  below loss_recognition_count().
 *  @return borrowed, lives as long as the recognition
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API const char *loss_recognition_model(const loss_recognition *recognition, size_t i);

/** What no tensor tells and no candidate varies, in words: what is taken for granted. Static
 *  storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_recognition_assumed(void);

/** Evaluates all candidates: loss_net_check() with the file's weights. All see the same images: few
 *  of them if one candidate clearly wins on those.
 *  @param data, opt  as there.
 *  @return LOSS_OK, what loss_net_load() and loss_net_check() return.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_recognition_evaluate(loss_recognition *recognition,
                                               const loss_dataset *data,
                                               const loss_evaluate_options *opt);

/** What loss_recognition_evaluate() found of candidate i; NULL before. Borrowed. Threads: one
 *  caller a handle. Since 0.1. */
LOSS_API const loss_check *loss_recognition_check(const loss_recognition *recognition, size_t i);

/** The candidate that clearly wins. Nothing makes it doubtful (loss_check_caveat()); without
 *  BatchNorm its loss is below half that of guessing as well, since then there is nothing else to
 *  go by. Each other one is doubtful in this sense, or has a loss that is larger, image by image,
 *  by three standard errors of the mean difference.
 *  @param winner  its number, written on success.
 *  @return LOSS_OK; LOSS_ERR_ARGUMENT: not evaluated; LOSS_ERR_MISMATCH: none does, the message
 *          lists the candidates with their losses.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_recognition_decide(const loss_recognition *recognition, size_t *winner);

#ifdef __cplusplus
}
#endif
#endif
