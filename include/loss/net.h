/* Networks: a graph of layers with its parameters. Made by name from the zoo, or layer by layer
 * with the builder.
 *
 * Parameters carry the names of the PyTorch modules they correspond to
 * ("layer1.0.conv1.weight"), in PyTorch's shapes: convolution [out][in][height][width], linear
 * [out][in], BatchNorm and biases [channels]. */
#ifndef LOSS_NET_H
#define LOSS_NET_H

#include <loss/data.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A network and its parameters. Functions taking a const loss_net may run in several threads at
 *  once; those that change parameters (initialise, load, set, train) need the handle for
 *  themselves. Since 0.1. */
typedef struct loss_net loss_net;

/* ---- Made by name --------------------------------------------------------------------------- */

/** Makes a network of the zoo.
 *
 *  NAME[:key=value,...]: loss_net_models() lists the names, loss_net_model_option() the keys of
 *  each; or FILE.net, a network written as text (docs/net-format.md); or FILE.onnx, with the
 *  weights that are in it (docs/onnx.md). Examples: "resnet56", "resnet56:shortcut=none",
 *  "resnet50:stem=imagenet,stride=1x1", "vgg11:bn=1,width=0.5". NAME-noshort means shortcut=none;
 *  NAME-bn means bn=1.
 *
 *  Parameters start at He initialisation with seed 0: see loss_net_initialise(); those of an ONNX
 *  file at its weights.
 *  @param out    the network, NULL on failure. Owned by the caller: loss_net_free().
 *  @param model  as above. Borrowed.
 *  @param shape  of the images, and the number of classes: loss_dataset_shape().
 *  @return LOSS_OK, LOSS_ERR_NAME (with the nearest name), LOSS_ERR_ARGUMENT (a key or value),
 *          LOSS_ERR_SHAPE (images too small for the network), LOSS_ERR_NOMEM
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_net_create(loss_net **out, const char *model, loss_shape shape);

/** What the file of a network fixes of its images and classes: an ONNX file may declare them.
 *  @param shape  written; 0 for each size that is open: all of them for networks of the zoo and for
 *                FILE.net
 *  @param model  as in loss_net_create(). Borrowed.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_net_fixed_shape(loss_shape *shape, const char *model);

/** Copies the file of a network into a folder, and the files beside it that an ONNX file has data
 *  in, so that the network can be made from there. A network of the zoo has no file: nothing
 *  happens. A file that is there already stays if it is the same.
 *  @param model   as in loss_net_create(). Borrowed.
 *  @param folder  is there. Borrowed.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_MISMATCH (another file of that name), LOSS_ERR_IO,
 *          LOSS_ERR_FORMAT, LOSS_ERR_NOMEM
 *  Threads: one caller a folder. Since 0.1. */
LOSS_API loss_status loss_net_keep(const char *model, const char *folder);

/** Frees a network; NULL is a no-op. Threads: any; nothing else may use the handle then.
 *  Since 0.1. */
LOSS_API void loss_net_free(loss_net *net);

/** Base names of the zoo, ended by NULL. Static storage. Threads: any. Since 0.1. */
LOSS_API const char *const *loss_net_models(void);

/** A key of a network of the zoo, as in NAME:key=value. Since 0.1. */
typedef struct loss_model_option {
    const char *name;     /**< the key */
    const char *standard; /**< its value where it is not given */
    const char *values;   /**< what it takes, in words: "A, B or none" */
    const char *about;    /**< what it is about: one line */
} loss_model_option;

/** What a network of the zoo is: one line, such as "He et al. 2016, section 4.2, for CIFAR". The
 *  networks of one family have the same.
 *  @param name  one of loss_net_models().
 *  @return static storage; NULL for another name.
 *  Threads: any. Since 0.1. */
LOSS_API const char *loss_net_model_about(const char *name);

/** Key number i of a network of the zoo.
 *  @param name  one of loss_net_models().
 *  @return static storage; NULL past the last key, and for another name.
 *  Threads: any. Since 0.1. */
LOSS_API const loss_model_option *loss_net_model_option(const char *name, size_t i);

/* ---- Built layer by layer ------------------------------------------------------------------- */

/** A network under construction. The first error sticks: later calls do nothing and return -1, and
 *  loss_builder_finish() reports it. So a network can be written down without a check on every
 *  line. Since 0.1. */
typedef struct loss_builder loss_builder;

/** A layer of the network under construction; its output is what others take as input. -1: an
 *  error. Since 0.1. */
typedef int loss_node;

/** A convolution. Start from LOSS_CONV_OPTIONS_INIT, or use LOSS_CONV(). Since 0.1. */
typedef struct loss_conv_options {
    size_t struct_size; /**< sizeof(loss_conv_options) */
    size_t channels;    /**< output channels */
    size_t kernel;      /**< height and width of the filter */
    size_t stride;      /**< 0 means 1 */
    size_t padding;     /**< zeros around the input */
    bool bias;          /**< a bias for each output channel */
    size_t groups;      /**< each of so many groups of channels on its own; 0 means 1 */
    size_t dilation;    /**< input pixels from tap to tap; 0 means 1 */
} loss_conv_options;

/** The defaults of loss_conv_options. Since 0.1. */
#define LOSS_CONV_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(loss_conv_options), 0, 0, 1, 0, false, 1, 1                                         \
    }

/** A pooling window. Start from LOSS_POOL_OPTIONS_INIT, or use LOSS_POOL(). Since 0.1. */
typedef struct loss_pool_options {
    size_t struct_size; /**< sizeof(loss_pool_options) */
    size_t kernel;      /**< height and width of the window */
    size_t stride;      /**< 0: the kernel's size */
    /** at most half the kernel; max pooling ignores padded places, average counts them as zeros
     *  (PyTorch's count_include_pad) */
    size_t padding;
} loss_pool_options;

/** The defaults of loss_pool_options. Since 0.1. */
#define LOSS_POOL_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(loss_pool_options), 0, 0, 0                                                         \
    }

/** A BatchNorm layer. Start from LOSS_BATCHNORM_OPTIONS_INIT. Since 0.1. */
typedef struct loss_batchnorm_options {
    size_t struct_size;  /**< sizeof(loss_batchnorm_options) */
    double eps;          /**< added to the variance */
    double momentum;     /**< the share that a batch has in the running statistics after it */
    bool without_affine; /**< no weight and no bias */
} loss_batchnorm_options;

/** The defaults of loss_batchnorm_options. Since 0.1. */
#define LOSS_BATCHNORM_OPTIONS_INIT                                                                \
    {                                                                                              \
        sizeof(loss_batchnorm_options), 1e-5, 0.1, false                                           \
    }

#ifndef __cplusplus
/** Options with the named members set, in place of a variable: `loss_builder_conv(b, x, "conv1",
 *  LOSS_CONV(.channels = 16, .kernel = 3))`. C only. Since 0.1. */
#define LOSS_CONV(...)                                                                             \
    (&(const loss_conv_options){.struct_size = sizeof(loss_conv_options), __VA_ARGS__})

/** The same for a pooling window: `LOSS_POOL(.kernel = 2)`. C only. Since 0.1. */
#define LOSS_POOL(...)                                                                             \
    (&(const loss_pool_options){.struct_size = sizeof(loss_pool_options), __VA_ARGS__})

/** How many outputs these are, and a list of them: `loss_builder_add(b, LOSS_NODES(x, y))`. C only.
 *  Since 0.1. */
#define LOSS_NODES(...)                                                                            \
    sizeof((loss_node[]){__VA_ARGS__}) / sizeof(loss_node), (const loss_node[])                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#endif

/** Begins a network for images of a shape.
 *  @param out  NULL on failure. Owned by the caller: loss_builder_finish() or loss_builder_free().
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_SHAPE (a zero), LOSS_ERR_NOMEM
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_builder_create(loss_builder **out, loss_shape shape);

/** Frees a builder that was not finished; NULL is a no-op. Threads: any; nothing else may use the
 *  handle then. Since 0.1. */
LOSS_API void loss_builder_free(loss_builder *builder);

/** The images: [channels][height][width]. Threads: one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_input(loss_builder *builder);

/** 2-D convolution (cross-correlation), parameters NAME.weight and, with bias, NAME.bias. Names are
 *  copied. Filters that are not square, and 1-D convolution: loss_builder_layer(). Threads: one
 *  caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_conv(loss_builder *builder, loss_node in, const char *name,
                                     const loss_conv_options *conv);

/** BatchNorm (Ioffe & Szegedy 2015): parameters NAME.weight and NAME.bias, running statistics
 *  NAME.running_mean and NAME.running_var (biased variance normalises the batch, the unbiased one
 *  is averaged).
 *  @param norm  NULL: the defaults, PyTorch's.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_batchnorm(loss_builder *builder, loss_node in, const char *name,
                                          const loss_batchnorm_options *norm);

/** ReLU: max(x, 0), and NaN stays NaN. Threads: one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_relu(loss_builder *builder, loss_node in);

/** The largest value in each window; padded places do not count. Threads: one caller a handle.
 *  Since 0.1. */
LOSS_API loss_node loss_builder_max_pool(loss_builder *builder, loss_node in,
                                         const loss_pool_options *pool);

/** The mean of each window; padded places count as zeros. Threads: one caller a handle.
 *  Since 0.1. */
LOSS_API loss_node loss_builder_average_pool(loss_builder *builder, loss_node in,
                                             const loss_pool_options *pool);

/** Mean over height and width: [c][h][w] to [c][1][1]. Threads: one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_global_average_pool(loss_builder *builder, loss_node in);

/** [c][h][w] to [c*h*w][1][1], row-major. Threads: one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_flatten(loss_builder *builder, loss_node in);

/** y = W x + b on [features][1][1]: parameters NAME.weight [out][in] and NAME.bias [out]. Threads:
 *  one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_linear(loss_builder *builder, loss_node in, const char *name,
                                       size_t out);

/** Sum of outputs; their shapes broadcast by numpy's rules.
 *  @param n       2 or more
 *  @param inputs  [n]. Copied; LOSS_NODES() gives both arguments.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_add(loss_builder *builder, size_t n, const loss_node *inputs);

/** Concatenation along channels: [a][h][w], [b][h][w], ... to [a+b+...][h][w].
 *  @param n       2 or more
 *  @param inputs  [n]. Copied; LOSS_NODES() gives both arguments.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_concat(loss_builder *builder, size_t n, const loss_node *inputs);

/** The parameter-free shortcut (option A of He et al. 2016): every stride-th row and column from
 *  the first, and zero channels before and after: (channels - in) / 2 before, the rest after.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_shortcut(loss_builder *builder, loss_node in, size_t channels,
                                         size_t stride);

/** In training zeroes with probability p and scales the rest by 1 / (1 - p); in evaluation the
 *  identity. 0 <= p < 1. Threads: one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_dropout(loss_builder *builder, loss_node in, double p);

/** A key of a layer, and what it is set to. Since 0.1. */
typedef struct loss_layer_key {
    const char *name;     /**< as docs/net-format.md calls it; NULL: the end of a list */
    const char *word;     /**< for keys that take a word; NULL: numbers */
    size_t n;             /**< how many numbers */
    const double *values; /**< [n] */
} loss_layer_key;

#ifndef __cplusplus
/** A key of numbers: `LOSS_NUMBERS("kernel", 3, 1)`. C only. Since 0.1. */
#define LOSS_NUMBERS(key, ...)                                                                     \
    ((loss_layer_key){(key), NULL, sizeof((double[]){__VA_ARGS__}) / sizeof(double),               \
                      (const double[]){__VA_ARGS__}})
/** A key of a word: `LOSS_WORD("mode", "bilinear")`. C only. Since 0.1. */
#define LOSS_WORD(key, text) ((loss_layer_key){(key), (text), 0, NULL})
/** The keys of a layer: `LOSS_KEYS(LOSS_NUMBERS("channels", 16), LOSS_NUMBERS("kernel", 3))`. C
 *  only. Since 0.1. */
#define LOSS_KEYS(...) ((const loss_layer_key[]){__VA_ARGS__, {NULL, NULL, 0, NULL}})
#endif

/** A layer of any kind, by the names that docs/net-format.md lists: everything that FILE.net can
 *  say can be said with it.
 *  @param kind    such as "conv". Borrowed.
 *  @param name    of the layer: its parameters are called NAME.weight and so on. Copied. NULL for
 *                 kinds without parameters.
 *  @param inputs  [n_inputs] layers of this network
 *  @param keys    ended by a name of NULL: LOSS_KEYS(). Those left out have their standard values;
 *                 NULL: all.
 *  @return the layer, or -1 after an error (LOSS_ERR_NAME: no such kind or key, with the nearest;
 *          LOSS_ERR_ARGUMENT, LOSS_ERR_SHAPE, LOSS_ERR_NOMEM).
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_node loss_builder_layer(loss_builder *builder, const char *kind, const char *name,
                                      size_t n_inputs, const loss_node *inputs,
                                      const loss_layer_key *keys);

/** Calls a tensor of a layer by another name than NAME.suffix: what a file of weights calls it.
 *  @param suffix  as docs/net-format.md has it, such as "weight"; "" for `parameter`
 *  @param name    copied
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (another tensor has this name; no such layer), LOSS_ERR_NAME
 *          (the layer has no such tensor), LOSS_ERR_NOMEM. The builder stays as it is after an
 *          error; after an earlier one of a layer, that one.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_builder_name_tensor(loss_builder *builder, loss_node node,
                                              const char *suffix, const char *name);

/** Shape of a layer's output; all zero for -1. Threads: one caller a handle. Since 0.1. */
LOSS_API loss_shape loss_builder_shape(const loss_builder *builder, loss_node node);

/** Makes the network, with parameters initialised with seed 0; the builder is freed in every case.
 *  @param logits  output layer, of shape [classes][1][1]; the loss follows it: softmax
 *                 cross-entropy unless another is set.
 *  @param model   name to record with results, such as "mynet". Copied.
 *  @return LOSS_OK, or the first error of the builder's calls (LOSS_ERR_SHAPE, LOSS_ERR_ARGUMENT: a
 *          name given twice, ...)
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_builder_finish(loss_builder *builder, loss_node logits, const char *model,
                                         loss_net **out);

/* ---- Parameters ----------------------------------------------------------------------------- */

/** What a tensor of a network is for. Since 0.1. */
typedef enum loss_tensor_kind {
    LOSS_TENSOR_WEIGHT = 0,      /**< convolution or linear weight: two dimensions or more */
    LOSS_TENSOR_BIAS = 1,        /**< convolution or linear bias */
    LOSS_TENSOR_NORM_WEIGHT = 2, /**< BatchNorm weight */
    LOSS_TENSOR_NORM_BIAS = 3,   /**< BatchNorm bias */
    /** a statistic, not a parameter: not moved by SGD or along a direction */
    LOSS_TENSOR_RUNNING_MEAN = 4,
    LOSS_TENSOR_RUNNING_VAR = 5, /**< the same */
    LOSS_TENSOR_CONSTANT = 6     /**< fixed values, such as a mask: never moved */
} loss_tensor_kind;

/** A tensor of a network, without its values. The library makes these: later versions append
 *  members. Since 0.1. */
typedef struct loss_tensor_info {
    const char *name;      /**< such as "layer1.0.conv1.weight" */
    size_t n_dims;         /**< 1 to 6 */
    const size_t *dims;    /**< [n_dims] */
    size_t count;          /**< product of dims */
    loss_tensor_kind kind; /**< what it is for */
} loss_tensor_info;

/** The model's canonical name, such as "resnet56:shortcut=none". Borrowed. Threads: any, while
 *  nothing changes the network. Since 0.1. */
LOSS_API const char *loss_net_model(const loss_net *net);

/** Shape of the images that the network takes, and its number of classes. Threads: any, while
 *  nothing changes the network. Since 0.1. */
LOSS_API loss_shape loss_net_shape(const loss_net *net);

/** Number of tensors, running statistics included; order: that of PyTorch's state_dict.
 *  Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API size_t loss_net_n_tensors(const loss_net *net);

/** Number of trainable values (running statistics not counted). Threads: any, while nothing changes
 *  the network. Since 0.1. */
LOSS_API size_t loss_net_n_parameters(const loss_net *net);

/** Multiply-adds of one image's forward pass in convolutions and linear layers. Threads: any, while
 *  nothing changes the network. Since 0.1. */
LOSS_API double loss_net_macs(const loss_net *net);

/** Convolutions that seem to hold a BatchNorm which followed them, put into their weights by the
 *  program that exported the network to ONNX: its directions are other ones than those of the
 *  network as it was trained, and checkpoints of that one do not fit. Told by the names that
 *  exporters give to what they compute. 0 for other networks. Threads: any. Since 0.1. */
LOSS_API size_t loss_net_n_folded_norms(const loss_net *net);

/** A layer of a network, as docs/net-format.md has layers. Start from LOSS_LAYER_INFO_INIT. Texts
 *  are cut if they are longer. Since 0.1. */
typedef struct loss_layer_info {
    size_t struct_size; /**< sizeof(loss_layer_info): set by the initialiser */
    const char *kind; /**< such as "conv"; "input": the images, which are layer 0. Static storage */
    char name[200];   /**< NAME of its tensors NAME.weight ...; "" for a layer without tensors */
    char keys[400];   /**< that have not their standard values: "channels=16 kernel=3" */
    size_t n_inputs;  /**< layers whose outputs it takes */
    const int *inputs;  /**< [n_inputs] their numbers. Borrowed from the network */
    size_t n_dims;      /**< of the output for one image, 1 to 6 */
    const size_t *dims; /**< [n_dims], outermost first. Borrowed from the network */
    size_t n_tensors;   /**< that belong to it, running statistics and constants included */
    size_t parameters;  /**< trainable values in them */
    double macs;        /**< multiply-adds for one image */
    bool is_batchnorm;  /**< it has running statistics */
} loss_layer_info;

/** The defaults of loss_layer_info. Since 0.1. */
#define LOSS_LAYER_INFO_INIT                                                                       \
    {                                                                                              \
        sizeof(loss_layer_info), NULL, "", "", 0, NULL, 0, NULL, 0, 0, 0, false                    \
    }

/** Number of layers, the images included: layers are in the order in which they are computed, and
 *  the last one gives the logits. Threads: any. Since 0.1. */
LOSS_API size_t loss_net_n_layers(const loss_net *net);

/** What layer i is.
 *  @param i     below loss_net_n_layers()
 *  @param info  from LOSS_LAYER_INFO_INIT, written
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_net_layer(const loss_net *net, size_t i, loss_layer_info *info);

/** Writes a network's graph in the format of docs/net-format.md: loss_net_create() makes the same
 *  layers and tensors of it for images of the same shape. Values are not in it: loss_net_save()
 *  writes them, those of constants too.
 *  @param path  written atomically
 *  @return LOSS_OK, LOSS_ERR_FORMAT (it has what the format cannot hold: the message names it),
 *          LOSS_ERR_IO, LOSS_ERR_NOMEM, LOSS_ERR_ARGUMENT
 *  Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API loss_status loss_net_write(const loss_net *net, const char *path);

/** What tensor i is.
 *  @param i  below loss_net_n_tensors(); past it, loss_net_tensor() gives NULL, and get and set do
 *            nothing
 *  @return borrowed, lives as long as the network.
 *  Threads: any. Since 0.1. */
LOSS_API const loss_tensor_info *loss_net_tensor(const loss_net *net, size_t i);

/** Copies tensor i out, [count] row-major. Threads: any, while nothing changes the network.
 *  Since 0.1. */
LOSS_API void loss_net_get(const loss_net *net, size_t i, float *values);

/** Copies tensor i in, [count] row-major. Any value is taken, not-finite ones too. Threads: one
 *  caller a network. Since 0.1. */
LOSS_API void loss_net_set(loss_net *net, size_t i, const float *values);

/** He initialisation (He et al. 2015): convolution and linear weights N(0, 2 / fan_in), biases 0,
 *  BatchNorm weight 1, bias 0, running mean 0, variance 1. Keyed by (seed, tensor name). Threads:
 *  one caller a network. Since 0.1. */
LOSS_API void loss_net_initialise(loss_net *net, uint64_t seed);

/** What loss_net_load() chose and left out. Start from LOSS_LOAD_REPORT_INIT. Texts are for people,
 *  and cut if they are longer. Since 0.1. */
typedef struct loss_load_report {
    size_t struct_size; /**< sizeof(loss_load_report): set by the initialiser */
    char key[256];      /**< of the set of tensors that was taken; "": the file's top */
    char others[400];   /**< other sets of tensors in the file: "ema (102 tensors), ..." */
    char prefix[256];   /**< what all names have in front and the network's have not: "module." */
    size_t n_computed;  /**< weights that were computed: pruned or normalised ones */
    size_t n_ignored;   /**< tensors that belong to no network; counters of batches not counted */
    char ignored[400];  /**< their names: "normalize.mean, ..." */
    char skipped[400];  /**< classes of objects beside the weights, which were not made */
} loss_load_report;

/** The defaults of loss_load_report. Since 0.1. */
#define LOSS_LOAD_REPORT_INIT                                                                      \
    {                                                                                              \
        sizeof(loss_load_report), "", "", "", 0, 0, "", ""                                         \
    }

/** All that a report has to tell, as one line for people.
 *  @param text  [size] out, cut if it is longer; "" if there is nothing.
 *  @return whether there is anything.
 *  Threads: any. Since 0.1. */
LOSS_API bool loss_load_report_text(const loss_load_report *report, char *text, size_t size);

/** How a file of weights is read. Start from LOSS_LOAD_OPTIONS_INIT. Since 0.1. */
typedef struct loss_load_options {
    size_t struct_size; /**< sizeof(loss_load_options): set by the initialiser */
    /** the file's i-th tensor is the network's i-th, whatever their names; shapes must agree */
    bool by_order;
    /** which of several sets of tensors in the file: "ema", "model_ema.module", ...; NULL: the only
     *  one that fits the network. Borrowed. */
    const char *key;
    /** from LOSS_LOAD_REPORT_INIT, written on success; may be NULL */
    loss_load_report *report;
} loss_load_options;

/** The defaults of loss_load_options. Since 0.1. */
#define LOSS_LOAD_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(loss_load_options), false, NULL, NULL                                               \
    }

/** The usual ending number i of files that loss_net_load() reads, such as ".safetensors": for a
 *  help text, since files are recognised by content. NULL where i is too large. Static storage.
 *  Threads: any. Since 0.1. */
LOSS_API const char *loss_weights_ending(size_t i);

/** Loads weights from a file, recognised by content: .safetensors; a PyTorch checkpoint of either
 *  format; .npz. F64, F16, BF16 and integers are converted. Nothing in a checkpoint is executed:
 *  tensors and plain containers are read, objects of other classes are skipped without being made.
 *
 *  Of a checkpoint that holds several dictionaries of tensors the one that fits the network is
 *  taken; where several do, such as the weights and their average, `key` must choose. At most 16
 *  are tried. A whole module (torch.save(model)) is read as the
 *  dictionary that its state_dict() gives. Pruned weights (weight_orig, weight_mask) and normalised
 *  ones (weight_g, weight_v) are computed.
 *
 *  Names may differ in what programs call the same thing: one prefix that all names share, shortcut
 *  and downsample, linear, classifier and fc, ...: libloss/net/names.c has the table. Every tensor
 *  of the network must be there with its shape, and nothing else but counters and what belongs to
 *  the training program (num_batches_tracked, n_averaged, a criterion's tensors, the mean and
 *  standard deviation of a normalising layer). On failure the network is unchanged, unless memory
 *  ran out.
 *  @param opt  may be NULL.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_IO, LOSS_ERR_FORMAT (damaged, refused, or several
 *          sets of tensors), LOSS_ERR_MISMATCH (weights of another network: the message lists what
 *          is missing, unexpected, or of another shape), LOSS_ERR_NOMEM
 *  Threads: one caller per network. Memory: the file's size and one tensor. Since 0.1. */
LOSS_API loss_status loss_net_load(loss_net *net, const char *path, const loss_load_options *opt);

/** Saves all tensors as .safetensors, atomically (temporary file, fsync, rename).
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM
 *  Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API loss_status loss_net_save(const loss_net *net, const char *path);

/** Digest of all names, shapes and values: 16 hexadecimal digits and a NUL. Threads: any, while
 *  nothing changes the network. Since 0.1. */
LOSS_API void loss_net_digest(const loss_net *net, char digest[17]);

/* ---- Loss ----------------------------------------------------------------------------------- */

/** Chooses what a network is evaluated, trained and differentiated by. Copies of the network that
 *  the library makes for itself have the same.
 *  @param loss  NAME[:key=value,...]. Copied.
 *    - "cross-entropy": softmax cross-entropy of labels, or of targets that sum up to 1.
 *      smoothing=S (0 to 1) mixes S / K into each of K classes; weights=w0/w1/... weighs the
 *      classes, and the mean over labels is then weighted, as in PyTorch;
 *    - "nll": minus the label's output, for networks that end in log-softmax; weights as above;
 *    - "bce": binary cross-entropy with logits, the mean over the outputs. Of targets; of labels of
 *      two classes for one output; with onehot=1 of labels;
 *    - "mse", "mae": squared and absolute error, the mean over the outputs. Of targets; with
 *      onehot=1 of labels.
 *  @return LOSS_OK, LOSS_ERR_NAME (with the nearest name), LOSS_ERR_ARGUMENT (a key or value),
 *          LOSS_ERR_NOMEM. On failure the loss stays what it was.
 *  Threads: one caller a network. Since 0.1. */
LOSS_API loss_status loss_net_set_loss(loss_net *net, const char *loss);

/** Adds lambda / 2 |w|^2 over all trainable parameters to the loss, its gradient and its Hessian:
 *  the term whose gradient is weight decay's.
 *  @param lambda  0 or more; 0: no term.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT
 *  Threads: one caller a network. Since 0.1. */
LOSS_API loss_status loss_net_set_l2(loss_net *net, double lambda);

/** One image for a loss_function. Since 0.1. */
typedef struct loss_function_call {
    const double *outputs;  /**< [n_outputs] of the network. Borrowed. */
    size_t n_outputs;       /**< of the network */
    uint32_t label;         /**< of the image, where the data have labels */
    const float *targets;   /**< [n_outputs]; NULL where the data have labels. Borrowed. */
    double *gradient;       /**< [n_outputs], zeros: value() writes the loss's gradient there */
    const double *tangents; /**< tangent(): [n_outputs], a direction of the outputs. Borrowed. */
    double
        *gradient_tangent; /**< tangent(): [n_outputs], zeros: the gradient's derivative along it */
} loss_function_call;

/** A loss of your own. Start from LOSS_FUNCTION_INIT. Since 0.1. */
typedef struct loss_function {
    size_t struct_size; /**< sizeof(loss_function): set by the initialiser */
    const char *name;   /**< to record with results. Copied. */
    /** The loss of an image, and its gradient. Called from several threads at once. */
    double (*value)(const loss_function_call *call, void *user);
    /** The Hessian of the loss with respect to the outputs, times the tangents. Called as value().
     *  NULL: there is no curvature of this network. */
    void (*tangent)(const loss_function_call *call, void *user);
    void *user; /**< passed to the functions above */
} loss_function;

/** The defaults of loss_function. Since 0.1. */
#define LOSS_FUNCTION_INIT                                                                         \
    {                                                                                              \
        sizeof(loss_function), NULL, NULL, NULL, NULL                                              \
    }

/** Makes a function of the caller's the loss of a network. What is recorded of it is its name: that
 *  the same name means the same function is up to the caller.
 *  @param function  copied; `user` must live as long as the network.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (no name, the name of a loss that there is, no value()),
 *          LOSS_ERR_NOMEM
 *  Threads: one caller a network. Since 0.1. */
LOSS_API loss_status loss_net_set_function(loss_net *net, const loss_function *function);

/** The loss's canonical name, such as "cross-entropy:smoothing=0.1". Borrowed until it is set
 *  again. NULL of NULL. Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API const char *loss_net_loss(const loss_net *net);

/** The lambda of the L2 term; 0 without one. Threads: any, while nothing changes the network.
 *  Since 0.1. */
LOSS_API double loss_net_l2(const loss_net *net);

/** Name of loss number i, NULL where i is too large; the first is that of a network which was given
 *  none. Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_loss_name(size_t i);

/** What loss number i is: one line. NULL where i is too large. Static storage. Threads: any.
 *  Since 0.1. */
LOSS_API const char *loss_loss_about(size_t i);

/* ---- Evaluation ----------------------------------------------------------------------------- */

/** Asked now and then from any worker thread; true stops the work. Must be thread-safe.
 *  Since 0.1. */
typedef bool (*loss_cancelled)(void *user);

/** How a network is evaluated. Start from LOSS_EVALUATE_OPTIONS_INIT. Since 0.1. */
typedef struct loss_evaluate_options {
    size_t struct_size;       /**< sizeof(loss_evaluate_options): set by the initialiser */
    size_t threads;           /**< 0: one for each processor this process may use */
    loss_cancelled cancelled; /**< may be NULL */
    void *user;               /**< passed to cancelled */
} loss_evaluate_options;

/** The defaults of loss_evaluate_options. Since 0.1. */
#define LOSS_EVALUATE_OPTIONS_INIT                                                                 \
    {                                                                                              \
        sizeof(loss_evaluate_options), 0, NULL, NULL                                               \
    }

/** Mean loss of a network over a dataset, in evaluation mode (running statistics, no dropout): the
 *  one that was set, or else cross-entropy, natural logarithm, nats per image:
 *
 *      L = 1/N sum_i loss(f(w; x_i), y_i) + lambda / 2 |w|^2
 *
 *  Set struct_size with LOSS_RESULT_INIT before the call. Since 0.1. */
typedef struct loss_result {
    size_t struct_size; /**< sizeof(loss_result): set by LOSS_RESULT_INIT */
    double loss;        /**< not-finite values are kept: a loss of Inf or NaN is data */
    /** standard deviation of the per-image loss / sqrt(N); N - 1 in the deviation */
    double standard_error;
    /** percent of images whose largest output is the label's; the first of equal ones counts. NaN
     *  of data with targets */
    double accuracy;
    size_t images;  /**< that the mean is over */
    double seconds; /**< that it took */
} loss_result;

/** The defaults of loss_result. Since 0.1. */
#define LOSS_RESULT_INIT                                                                           \
    {                                                                                              \
        sizeof(loss_result), 0, 0, 0, 0, 0                                                         \
    }

/** The standard error of an accuracy, percent: sqrt(a (100 - a) / (n - 1)), which is the standard
 *  deviation of right or wrong over the images / sqrt(n), N - 1 in the deviation.
 *  @param accuracy  percent
 *  @param images    n
 *  @return NaN of fewer than 2 images, or of what is no accuracy
 *  Threads: any. Since 0.1. */
LOSS_API double loss_accuracy_error(double accuracy, size_t images);

/** Evaluates a network over a dataset.
 *  @param net   read only. Borrowed.
 *  @param data  of the network's shape. Borrowed.
 *  @param opt   may be NULL.
 *  @return LOSS_OK, LOSS_ERR_SHAPE, LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM, LOSS_ERR_CANCELLED
 *  The value has the same bits for any number of threads.
 *  Threads: any, while nothing changes the network. Cost: N forward passes. Since 0.1. */
LOSS_API loss_status loss_net_evaluate(const loss_net *net, const loss_dataset *data,
                                       const loss_evaluate_options *opt, loss_result *result);

/** Estimates BatchNorm's running means and variances again: those of one forward pass over all
 *  images of `data` as a single batch in training mode (each layer normalised by its own mean and
 *  biased variance; the running variance is the unbiased one; no dropout), as PyTorch's BatchNorm
 *  with momentum 1. A network without BatchNorm stays as it is.
 *  @param threads  0: one for each processor this process may use.
 *  @return LOSS_OK, LOSS_ERR_SHAPE, LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM
 *  The bits do not depend on the number of threads.
 *  Threads: one caller a network. Memory: the widest place of the network times the images.
 *  Since 0.1. */
LOSS_API loss_status loss_net_recalibrate(loss_net *net, const loss_dataset *data, size_t threads);

/** Logits of n images in evaluation mode.
 *  @param images  [n][channels][height][width], normalised. Borrowed.
 *  @param logits  [n][classes], written. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM.
 *  Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API loss_status loss_net_logits(const loss_net *net, size_t n, const float *images,
                                     float *logits);

#ifdef __cplusplus
}
#endif
#endif
