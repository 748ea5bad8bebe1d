/* Training: SGD with momentum, a checkpoint per epoch, exact continuation after a kill. */
#ifndef LOSS_TRAIN_H
#define LOSS_TRAIN_H

#include <loss/net.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Learning rate at step s of S steps (counted over the whole training). Since 0.1. */
typedef enum loss_schedule {
    LOSS_SCHEDULE_CONSTANT = 0, /**< lr */
    /** lr, divided by 10 from half of the epochs and again from three quarters (He et al. 2016) */
    LOSS_SCHEDULE_STEP = 1,
    /** lr (1 + cos(pi s / S)) / 2, per step (Loshchilov & Hutter 2017, without restarts) */
    LOSS_SCHEDULE_COSINE = 2
} loss_schedule;

/** A schedule's name: "constant", "step" or "cosine". Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_schedule_name(loss_schedule schedule);

/** What has just been finished. Since 0.1. */
typedef struct loss_train_progress {
    size_t epoch, epochs;  /**< epoch under way, 1 .. epochs */
    size_t step, steps;    /**< finished steps of this epoch, steps in an epoch */
    double loss, accuracy; /**< running mean over this epoch, in training mode with augmentation */
    double images_per_second;        /**< in this epoch so far */
    double seconds_left;             /**< estimate for the whole training */
    bool epoch_done;                 /**< the last call for this epoch: the next fields are set */
    double test_loss, test_accuracy; /**< NaN without a test set */
    bool checkpoint_written;         /**< with epoch_done: it is on the disk */
} loss_train_progress;

/** How to train. Start from LOSS_TRAIN_OPTIONS_INIT. One step, with the gradient g of the mean loss
 *  over a batch, is that of PyTorch's SGD:
 *
 *      g += weight_decay w
 *      v = momentum v + g
 *      w -= lr (nesterov ? g + momentum v : v)
 *
 *  Weight decay applies to every parameter, as in torch.optim.SGD(net.parameters()). Since 0.1. */
typedef struct loss_train_options {
    size_t struct_size; /**< sizeof(loss_train_options): set by the initialiser */
    size_t epochs;      /**< how many in all, with those that are done */
    /** images a step; the last batch of an epoch may be smaller, but a single image is left out
     *  (BatchNorm has no variance on one) */
    size_t batch;
    double lr, momentum, weight_decay; /**< of the step above */
    bool nesterov;                     /**< Nesterov's momentum */
    loss_schedule schedule;            /**< of the learning rate */
    /** random crop after padding by 4 black pixels, random horizontal flip (as torchvision's
     *  RandomCrop(padding=4) and RandomHorizontalFlip before normalisation) */
    bool augment;
    uint64_t seed; /**< initial weights, order of images, augmentation, dropout */
    /** a checkpoint every so many epochs; the initial and the last are always kept; 0 means 1 */
    size_t save_every;
    size_t threads; /**< 0: one for each processor this process may use */
    /** a JSON object to be merged into run.json. Of its members, data, data_relative, data_hex and
     *  data_relative_hex say where the data are, and may differ when training goes on. May be NULL.
     *  Borrowed. */
    const char *run_json;
    /** after every step, from the calling thread. May be NULL. */
    void (*progress)(const loss_train_progress *progress, void *user);
    /** asked before every step, and from worker threads while the test set is evaluated. May be
     *  NULL. */
    loss_cancelled cancelled;
    void *user; /**< passed to the functions above */
    /** start from the weights that the network has (fine-tuning) instead of He initialisation;
     *  run.json keeps their digest */
    bool from_weights;
} loss_train_options;

/** The defaults of loss_train_options. Since 0.1. */
#define LOSS_TRAIN_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(loss_train_options), 10, 64, 0.1, 0.9, 5e-4, false, LOSS_SCHEDULE_COSINE, false, 0, \
            1, 0, NULL, NULL, NULL, NULL, false                                                    \
    }

/** Trains a network from its initial weights (He initialisation with opt->seed, or with
 *  opt->from_weights those that it has), or goes on from the last checkpoint.
 *
 *  run_folder is made if need be and holds:
 *
 *      run.json               model, data, options, seed, version, kernel set
 *      epoch-000.safetensors  the initial weights; epoch-NNN after epoch NNN
 *      state.safetensors      momentum and epoch of the last checkpoint
 *      log.csv                one row an epoch: epoch, lr, train_loss, train_accuracy, test_loss,
 *                             test_accuracy, images_per_second, seconds
 *
 *  Called again with the same options after a stop at any moment, it goes on from the last
 *  checkpoint and ends with the same bits as without the stop. Other options or other data than
 *  run.json records: LOSS_ERR_MISMATCH.
 *  @param net   changed: at return it holds the last weights.
 *  @param data  training images. Borrowed.
 *  @param test  evaluated after every epoch; may be NULL. Borrowed.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_SHAPE, LOSS_ERR_MISMATCH, LOSS_ERR_IO,
 *          LOSS_ERR_FORMAT, LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM, LOSS_ERR_CANCELLED (checkpoints
 *          written so far stay)
 *  Threads: one caller a network and folder. The bits do not depend on opt->threads. Since 0.1. */
LOSS_API loss_status loss_train(loss_net *net, const loss_dataset *data, const loss_dataset *test,
                                const char *run_folder, const loss_train_options *opt);

/** The checkpoints of a run. Since 0.1. */
typedef struct loss_checkpoints {
    size_t n;       /**< how many */
    char **paths;   /**< [n] by epoch; owned: loss_checkpoints_free() */
    size_t *epochs; /**< [n] */
} loss_checkpoints;

/** Finds the files epoch-NNN.safetensors of a run folder.
 *  @return LOSS_OK, LOSS_ERR_IO (no such folder), LOSS_ERR_FORMAT (none in it), LOSS_ERR_NOMEM.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_run_checkpoints(loss_checkpoints *out, const char *run_folder);

/** Finds the checkpoints of another program's training.
 *  @param pattern  of their paths, as the shell's, such as "ckpt/model_*.pth" or "ckpt/{a,b}.pth"
 *                  (braces are the C library's: musl knows none). Paths come in the order of the
 *                  numbers in them: 9 before 10. An epoch is the number of a name such as
 *                  epoch-012.safetensors, else the place in the list. Borrowed.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_IO (no such files), LOSS_ERR_FORMAT (two files of
 *          one name), LOSS_ERR_NOMEM.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_checkpoints_find(loss_checkpoints *out, const char *pattern);

/** Frees what it holds, and empties it. Threads: any; nothing else may use the handle then.
 *  Since 0.1. */
LOSS_API void loss_checkpoints_free(loss_checkpoints *checkpoints);

#ifdef __cplusplus
}
#endif
#endif
