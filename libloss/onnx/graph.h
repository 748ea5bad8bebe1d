/* An ONNX graph on its way to a network: what every name stands for, and the node at hand. */
#ifndef LOSSI_ONNX_GRAPH_H
#define LOSSI_ONNX_GRAPH_H

#include "net/builder.h"
#include "onnx/value.h"

/** The oldest and newest version of the operators that is read. */
enum { LOSSI_ONNX_OLDEST = 9, LOSSI_ONNX_NEWEST = 23 };

/** Sizes as ONNX counts them. One of them is the batch's: so many times the number of images. The
 * network's layers know nothing of the batch: their dims are these without the batch's, where it
 * is one for each image, and with it as any other where it was joined with others (windows of an
 * image, heads of attention). */
typedef struct lossi_onnx_shape {
    size_t n_dims, dims[LOSSI_ARRAY_MAX_DIMS];
    int batch;    /* which; -1: the same for all images */
    size_t outer; /* how much of dims[batch] lies outside the images: [outer][images][rest] */
} lossi_onnx_shape;

/** What a name stands for. */
typedef struct lossi_onnx_entry {
    const char *name; /* borrowed from the messages */
    enum {
        LOSSI_ONNX_UNKNOWN, /* not computed yet */
        LOSSI_ONNX_CONSTANT,
        LOSSI_ONNX_PARAMETER, /* an initializer of floats, or one that was turned on its side */
        LOSSI_ONNX_ACTIVATION
    } is;
    bool is_needed;     /* for the output */
    int producer;       /* the node that makes it; -1: none */
    bool is_whole;      /* activations of whole numbers, which only name places */
    size_t n_users;     /* nodes that are needed and take it */
    int user;           /* the last of them; -1: none */
    lossi_value *value; /* constants; and parameters, once they were read; owned */
    lossi_array array;  /* parameters: as in the file */
    const char *tensor; /* parameters: what a tensor of it is called. Borrowed. */
    bool is_transposed; /* parameters of two dimensions: what is meant is array's transpose */
    struct lossi_onnx_entry *base; /* parameters: of which this is a view; itself if it is none */
    const char *used_by;           /* of a base: the layer that has it; NULL: none so far */
    loss_node node;                /* activations; and a base that is an output of its own; -1 */
    lossi_onnx_shape shape;        /* activations and parameters */
} lossi_onnx_entry;

/** A tensor of the network that gets its values from the file. */
typedef struct lossi_onnx_setting {
    char *tensor; /* its name; owned */
    const lossi_onnx_entry *from;
    lossi_value *value; /* instead of `from`; owned */
    bool transposed;
} lossi_onnx_setting;

typedef struct lossi_onnx_graph {
    lossi_onnx_file file;
    const Onnx__GraphProto *proto;
    int64_t version; /* of the operators */
    loss_shape images;
    loss_builder *builder;
    size_t n_entries, table_size;
    lossi_onnx_entry *entries; /* [n_entries] */
    size_t *table;             /* [table_size] numbers of entries + 1, by digest of the name */
    size_t traced_images;      /* where the file fixes them; 0: it does not */
    size_t n_settings, settings_capacity;
    lossi_onnx_setting *settings;
    size_t n_norms, n_folded_norms; /* BatchNorm layers; convolutions that seem to contain one */
    loss_node logits;
} lossi_onnx_graph;

/** The node that is being read. */
typedef struct lossi_onnx_call {
    lossi_onnx_graph *graph;
    const Onnx__NodeProto *node;
    const struct lossi_onnx_operator *operator;
} lossi_onnx_call;

/** An operator: what it does to constants, and what layers it becomes. */
typedef struct lossi_onnx_operator {
    const char *name;       /* NULL: the end of a table */
    const char *attributes; /* that are understood, with blanks between them */
    /* NULL: not of constants. All inputs are constants. */
    loss_status (*fold)(lossi_onnx_call *call);
    loss_status (*map)(lossi_onnx_call *call); /* NULL: of constants only */
    bool of_shape;            /* it asks for sizes only: fold is called whatever the inputs are */
    bool of_weights;          /* map is called for an initializer, which stays one */
    bool gives_probabilities; /* a graph may not end in it: losses take logits */
} lossi_onnx_operator;

/** The row of an operator; NULL: it is not known. onnx/operators.c has the families. */
const lossi_onnx_operator *lossi_onnx_find_operator(const char *name);
/** All names with commas between them, into a new string. NULL: memory is out. */
char *lossi_onnx_operator_names(void);

/** Finds what every name stands for, and makes the layers that the output depends on, in
 * g->builder. g->file must be unpacked, g->images be set.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_SHAPE, LOSS_ERR_NOMEM, or an error of the builder.
 *          lossi_onnx_graph_free() is needed in each case. */
loss_status lossi_onnx_graph_build(lossi_onnx_graph *g);
void lossi_onnx_graph_free(lossi_onnx_graph *g);

/* ---- Names ---------------------------------------------------------------------------------- */

/** What a name stands for; NULL: nothing. */
lossi_onnx_entry *lossi_onnx_find(const lossi_onnx_graph *g, const char *name);

/** True for names that the exporter made up, as opposed to those of modules: onnx::MatMul_12,
 * val_3, 57, /layer/Constant_output_0. */
bool lossi_onnx_is_made_up(const char *name);

/* ---- The node at hand ----------------------------------------------------------------------- */

/** Fails with the file, the node and its operator before the message. @return LOSS_ERR_FORMAT */
loss_status lossi_onnx_refuse(const lossi_onnx_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** The same, of an error of another kind. */
loss_status lossi_onnx_fail(const lossi_onnx_call *call, loss_status status, const char *format,
                            ...) __attribute__((format(printf, 3, 4)));

/** Number of inputs, without those left out at the end; input i, NULL where it is left out. */
size_t lossi_onnx_n_inputs(const lossi_onnx_call *call);
lossi_onnx_entry *lossi_onnx_input(const lossi_onnx_call *call, size_t i);
/** True if output i has a name, and something depends on it. */
bool lossi_onnx_wants(const lossi_onnx_call *call, size_t i);
/** Makes output i a constant; takes the value over, also on failure. */
loss_status lossi_onnx_set_value(lossi_onnx_call *call, size_t i, lossi_value *value);
/** Makes output i an activation. A node of -1 is an error of the builder, which is told later. */
loss_status lossi_onnx_set_node(lossi_onnx_call *call, size_t i, loss_node node,
                                const lossi_onnx_shape *shape);
/** Makes output 0 what input 0 is. */
loss_status lossi_onnx_pass(lossi_onnx_call *call);

/* ---- Attributes ----------------------------------------------------------------------------- */

const Onnx__AttributeProto *lossi_onnx_attribute(const lossi_onnx_call *call, const char *name);
int64_t lossi_onnx_int(const lossi_onnx_call *call, const char *name, int64_t standard);
/** A float as the decimal number that was meant: 0.1 and not 0.100000001490116. */
double lossi_onnx_float(const lossi_onnx_call *call, const char *name, double standard);
double lossi_onnx_decimal(double value);
/** True if the attribute is that text, or is not there and `standard` is. */
bool lossi_onnx_text_is(const lossi_onnx_call *call, const char *name, const char *standard,
                        const char *text);
/** Whole numbers of an attribute, or of a constant input where newer versions have them.
 *  @param input   its number; SIZE_MAX: there is none
 *  @param n       *n is 0 where there are neither; at most LOSSI_ARRAY_MAX_DIMS * 2
 *  @return LOSS_OK, LOSS_ERR_FORMAT */
enum { LOSSI_ONNX_MOST_INTS = 2 * LOSSI_ARRAY_MAX_DIMS };
loss_status lossi_onnx_ints(const lossi_onnx_call *call, const char *name, size_t input, size_t *n,
                            int64_t values[LOSSI_ONNX_MOST_INTS]);
/** A dimension counted from the end if negative.
 *  @return LOSS_OK, LOSS_ERR_FORMAT */
loss_status lossi_onnx_axis(const lossi_onnx_call *call, int64_t axis, size_t n_dims, size_t *out);

/** A constant's numbers: those of a constant, and of a parameter with a made-up name; NULL for
 * anything else, or when memory is out (then *status is set). */
const lossi_value *lossi_onnx_constant(const lossi_onnx_call *call, size_t input,
                                       loss_status *status);
/** The same of values that may differ from image to image, which lossi_onnx_constant() refuses. */
const lossi_value *lossi_onnx_image_constant(const lossi_onnx_call *call, size_t input,
                                             loss_status *status);

#endif
