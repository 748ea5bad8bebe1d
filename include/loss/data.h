/* Datasets: images and labels, read once and shared by all threads. */
#ifndef LOSS_DATA_H
#define LOSS_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <loss/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A set of labelled images. Immutable once made; may be shared between threads. Since 0.1. */
typedef struct loss_dataset loss_dataset;

/** The shape of one image, and how many classes its labels have. Since 0.1. */
typedef struct loss_shape {
    size_t channels, height, width; /**< of an image */
    size_t classes; /**< labels are 0 to classes - 1; with targets, how many an image has */
} loss_shape;

/** Which part of a dataset. The numbers are stored in files. Since 0.1. */
typedef enum loss_split {
    LOSS_SPLIT_TRAIN = 0, /**< the images to train on */
    LOSS_SPLIT_TEST = 1   /**< the images held back */
} loss_split;

/** A split's name: "train" or "test". Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_split_name(loss_split split);

/** How to read a dataset. Start from LOSS_DATASET_OPTIONS_INIT. Since 0.1. */
typedef struct loss_dataset_options {
    size_t struct_size; /**< sizeof(loss_dataset_options): set by the initialiser */
    loss_split split;   /**< which images */
    size_t limit;       /**< at most this many images; 0: all */
    /** with limit: a seeded random choice (kept in file order) instead of the first ones */
    bool sample;
    uint64_t sample_seed; /**< seed of that choice */
    /** use mean and std below for images of bytes; false: the data set's defaults */
    bool has_normalisation;
    /** per channel, in 0 to 1; where there are not three channels, [0] is that of all; std > 0 */
    float mean[3], std[3];
    /** most bytes that images may unpack to. 0: 256 MiB, or 64 times the size of their files where
     *  that is more */
    size_t max_bytes;
    /** 0, or what the shorter side of images of bytes becomes: as torchvision's Resize does with
     * PIL (bilinear, antialiased) */
    size_t resize;
    size_t crop; /**< 0, or the side of the square that is cut out of the middle after that */
    /** 0: memory holds all images. Else as many bytes of them at most; the others are put into a
     *  temporary file in $TMPDIR (else /var/tmp), decoded, and read from it when they are wanted.
     *  Image folders and arrays (.npz, .safetensors) are brought in one image at a time, other
     *  kinds are read whole first. No result depends on it. */
    size_t cache;
} loss_dataset_options;

/** The defaults of loss_dataset_options. Since 0.1. */
#define LOSS_DATASET_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(loss_dataset_options), LOSS_SPLIT_TRAIN, 0, false, 0, false, {0, 0, 0}, {1, 1, 1},  \
            0, 0, 0, 0                                                                             \
    }

/** Opens a dataset and reads it whole.
 *
 *  The kind is recognised by content, not by name; loss_dataset_format_summary() lists the kinds:
 *    - "array-file": a file of named arrays (.npz, .safetensors, .pt) with x, [n][channels][height]
 *      [width] or fewer dimensions, and y: x_train and y_train, x_test (or x_val) and y_test where
 *      there are two splits, or x and y in files train.* and test.* (or val.*) of a folder; x and y
 *      by themselves are the training split. Bytes are pixels; any other x is what the network
 *      takes. y of whole numbers, one an image, are labels, from 0 to the largest, or to `classes`
 *      - 1 where the file has that number; any other y is targets;
 *    - "cifar-10": a folder with CIFAR-10's binary batches (data_batch_1.bin .. data_batch_5.bin,
 *      test_batch.bin) or the pickles of its Python version, or the published .tar.gz (or a .tar)
 *      of either, read in place. Nothing in a pickle is executed;
 *    - "cifar-100": the same with train.bin and test.bin, or train and test; labels are the fine
 *      ones;
 *    - "idx": a folder with an IDX pair for the split (train-images-idx3-ubyte,
 *      train-labels-idx1-ubyte, t10k-...), plain or gzip, also in raw/ or MNIST/raw/ of it;
 *    - "image-folder": a folder with train/ and test/ (or val/) folders of class folders of PNG and
 *      JPEG images, of one size once they are resized and cropped as the options say. Class folders
 *      in the byte order of their names are classes 0, 1, ... Samples are those that PIL's
 *      convert() gives: palettes are looked up, of 16 bits of colour the upper 8 count, alpha is
 *      dropped, gamma, profiles and orientation are not applied; grey among colour becomes three
 *      equal channels. Grey of 16 bits is refused. Names that begin with a point,
 *      Thumbs.db and desktop.ini are passed over; anything else in a class folder must be an image.
 *      With a limit, only the images that are wanted are read;
 *    - the word "fashion-mnist": where Debian's package dataset-fashion-mnist puts it.
 *
 *  Default normalisation: CIFAR-10 and colour images mean 125.3, 123.0, 113.9, std 63.0, 62.1, 66.7
 *  (of 255), as the reference implementation of Li et al. 2018; one channel: 0.2860, 0.3530
 *  (Fashion-MNIST's); other numbers of channels: mean 0, std 1.
 *  @param out   the dataset, NULL on failure. Owned by the caller: loss_dataset_free().
 *  @param path  folder, archive or known name. Borrowed.
 *  @param opt   NULL for the defaults. Borrowed.
 *  @return LOSS_OK;
 *          LOSS_ERR_NAME: a data set, but it has no such split;
 *          LOSS_ERR_IO: no such path, or the system refused to read it;
 *          LOSS_ERR_FORMAT: truncated, a label out of range, a bad checksum, more than max_bytes,
 *          ...: the message names the file, the value found and the value expected;
 *          LOSS_ERR_ARGUMENT, LOSS_ERR_NOMEM
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_dataset_open(loss_dataset **out, const char *path,
                                       const loss_dataset_options *opt);

/** Makes a dataset from bytes and labels: the common case of loss_dataset_create_arrays().
 *  @param pixels  [n][channels][height][width], 0 to 255. Copied.
 *  @param labels  [n], each below shape.classes. Copied.
 *  @param opt     limit, sample and normalisation as for loss_dataset_open(); split is recorded
 *                 only. May be NULL. Borrowed.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_SHAPE (a zero dimension, a label out of range),
 *          LOSS_ERR_NOMEM
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_dataset_create(loss_dataset **out, loss_shape shape, size_t n,
                                         const uint8_t *pixels, const uint32_t *labels,
                                         const loss_dataset_options *opt);

/** Images and what is wanted of them, in arrays. Start from LOSS_ARRAYS_INIT. Since 0.1. */
typedef struct loss_arrays {
    size_t struct_size;    /**< sizeof(loss_arrays): set by the initialiser */
    loss_shape shape;      /**< of an image, and how many classes or targets */
    size_t n;              /**< images */
    const uint8_t *pixels; /**< [n][channels][height][width], 0 to 255; NULL: values. Borrowed. */
    /** the same, as the network takes them: they are not normalised; NULL: pixels. Borrowed. */
    const float *values;
    const uint32_t *labels; /**< [n], each below shape.classes; NULL: targets. Borrowed. */
    const float *targets;   /**< [n][shape.classes]; NULL: labels. Borrowed. */
} loss_arrays;

/** The defaults of loss_arrays. Since 0.1. */
#define LOSS_ARRAYS_INIT                                                                           \
    {                                                                                              \
        sizeof(loss_arrays), {0, 0, 0, 0}, 0, NULL, NULL, NULL, NULL                               \
    }

/** Makes a dataset from arrays of bytes or of floats, with labels or targets.
 *  @param arrays  their values are copied. Borrowed.
 *  @param opt     as for loss_dataset_create(). Floats are not normalised, whatever it says.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_SHAPE (a zero dimension, a label out of range),
 *          LOSS_ERR_NOMEM
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_dataset_create_arrays(loss_dataset **out, const loss_arrays *arrays,
                                                const loss_dataset_options *opt);

/** Makes a dataset of some images of another, as they are normalised there.
 *  @param out      NULL on failure. Owned by the caller: loss_dataset_free().
 *  @param numbers  [n] of the images, in the order that they get. Borrowed.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (NULL, n of 0, no such image), LOSS_ERR_IO (of images that
 *          are not in memory), LOSS_ERR_NOMEM
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_dataset_pick(loss_dataset **out, const loss_dataset *data, size_t n,
                                       const size_t *numbers);

/** How many kinds of data sets can be read. Threads: any. Since 0.1. */
LOSS_API size_t loss_dataset_formats(void);

/** Name of kind i, as loss_dataset_format() says it; NULL where i is too large. Static storage.
 *  Threads: any. Since 0.1. */
LOSS_API const char *loss_dataset_format_name(size_t i);

/** What kind i is, in a few words for a help text; NULL where i is too large. Static storage.
 *  Threads: any. Since 0.1. */
LOSS_API const char *loss_dataset_format_summary(size_t i);

/** Name i of the data sets that packages of the system put somewhere: loss_dataset_open() takes it
 *  as a path. NULL where i is too large. Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_dataset_known(size_t i);

/** What kind of data set a path is, by what is in it.
 *  @param format  the kind's loss_dataset_format_name(); NULL: it is no data set. Static storage.
 *  @param path    folder, archive, file or known name. Borrowed.
 *  @return LOSS_OK, also where it is no data set; LOSS_ERR_ARGUMENT (NULL), LOSS_ERR_IO (no such
 *          path, or it cannot be read), LOSS_ERR_NOMEM. Threads: any. Since 0.1. */
LOSS_API loss_status loss_dataset_recognise(const char **format, const char *path);

/** Frees a dataset; NULL is a no-op. Threads: any; nothing else may use the handle then.
 *  Since 0.1. */
LOSS_API void loss_dataset_free(loss_dataset *data);

/* What a dataset holds. Of NULL the functions below say NULL or 0. What they point to is borrowed
 * and lives as long as the dataset. */

/** Shape of the images and number of classes. Threads: any. Since 0.1. */
LOSS_API loss_shape loss_dataset_shape(const loss_dataset *data);

/** Number of images, after limit and sample. Threads: any. Since 0.1. */
LOSS_API size_t loss_dataset_count(const loss_dataset *data);

/** The split it was opened with. Threads: any. Since 0.1. */
LOSS_API loss_split loss_dataset_split(const loss_dataset *data);

/** What kind it was recognised as: a loss_dataset_format_name(), or "arrays". Static storage.
 *  Threads: any. Since 0.1. */
LOSS_API const char *loss_dataset_format(const loss_dataset *data);

/** Which images of the split these are: "all", "first" or "sample seed=N". Threads: any.
 *  Since 0.1. */
LOSS_API const char *loss_dataset_selection(const loss_dataset *data);

/** Which images of a split were taken. Since 0.1. */
typedef struct loss_selection {
    size_t n_images; /**< how many, at least 1 */
    bool is_all;     /**< all that there are */
    bool is_sample;  /**< drawn with the seed; neither: the first ones */
    uint64_t seed;   /**< of a sample */
} loss_selection;

/** Reads what loss_dataset_selection() gave.
 *  @param text       may be NULL
 *  @param selection  written, but for n_images, which the text does not tell. Caller-owned.
 *  @return false: NULL, or another text. Threads: any. Since 0.1. */
LOSS_API bool loss_selection_parse(const char *text, loss_selection *selection);

/** The path it was opened with (where a known name is), "" for arrays. Threads: any. Since 0.1. */
LOSS_API const char *loss_dataset_path(const loss_dataset *data);

/** Digest of shape, pixels, labels and normalisation: 16 hexadecimal digits. Two datasets with the
 *  same digest give the same loss to the last bit. Threads: any. Since 0.1. */
LOSS_API const char *loss_dataset_digest(const loss_dataset *data);

/** Mean per channel that loss_dataset_images() subtracts, [channels], in 0 to 1; NULL for images of
 *  floats. Threads: any. Since 0.1. */
LOSS_API const float *loss_dataset_mean(const loss_dataset *data);

/** Standard deviation per channel that it divides by, [channels]; NULL for images of floats.
 *  Threads: any. Since 0.1. */
LOSS_API const float *loss_dataset_std(const loss_dataset *data);

/** The raw bytes, [n][channels][height][width]; NULL for images of floats. Threads: any.
 *  Since 0.1. */
LOSS_API const uint8_t *loss_dataset_pixels(const loss_dataset *data);

/** The images as floats, [n][channels][height][width]; NULL for images of bytes. Threads: any.
 *  Since 0.1. */
LOSS_API const float *loss_dataset_values(const loss_dataset *data);

/** The labels, [n], each below loss_dataset_shape().classes; NULL where there are targets. Threads:
 *  any. Since 0.1. */
LOSS_API const uint32_t *loss_dataset_labels(const loss_dataset *data);

/** What the network's outputs should be, [n][classes]; NULL where there are labels. Threads: any.
 *  Since 0.1. */
LOSS_API const float *loss_dataset_targets(const loss_dataset *data);

/** Images first .. first + n - 1 as the network takes them: bytes are normalised, (pixel / 255 -
 *  mean) / std, and floats are what they are.
 *  @param out  [n][channels][height][width], written. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (a range beyond the last image, NULL)
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_dataset_images(const loss_dataset *data, size_t first, size_t n,
                                         float *out);

#ifdef __cplusplus
}
#endif
#endif
