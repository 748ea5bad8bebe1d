/* Vision transformers (Dosovitskiy et al. 2021), tiny and small as in Touvron et al. 2021: patches
 * and a class token, layers of attention and of a perceptron, each after a LayerNorm, and a linear
 * layer on the token. How many patches there are follows from the images. Names are torchvision's
 * or those of timm; both have the matrices of queries, keys and values in one tensor. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "zoo/families.h"
#include "zoo/module.h"

enum { HEAD = 64, MLP_FACTOR = 4, TOKEN = 0 };
static const double EPS = 1e-6; /* of both implementations */

typedef struct layout {
    const char *name;
    size_t layers, heads;
} layout;

static const layout layouts[] = {
    {"vit-tiny", 12, 3}, {"vit-small", 12, 6}, {"vit-base", 12, 12}, {"vit-large", 24, 16}};

static const layout *layout_of(const char *name)
{
    size_t i = 0;
    while (strcmp(layouts[i].name, name) != 0)
        i++;
    return &layouts[i];
}

/* What a style calls its tensors and modules; %zu is the number of a layer. */
typedef struct style {
    const char *token, *patches, *positions, *layer, *last_norm, *head;
    const char *norm1, *qkv_weight, *qkv_bias, *out, *norm2, *first, *second;
} style;

static const style torchvision = {"class_token",
                                  "conv_proj",
                                  "encoder.pos_embedding",
                                  "encoder.layers.encoder_layer_%zu",
                                  "encoder.ln",
                                  "heads.head",
                                  "ln_1",
                                  "self_attention.in_proj_weight",
                                  "self_attention.in_proj_bias",
                                  "self_attention.out_proj",
                                  "ln_2",
                                  "mlp.0",
                                  "mlp.3"};
static const style timm = {
    "cls_token",       "patch_embed.proj", "pos_embed", "blocks.%zu", "norm",    "head",   "norm1",
    "attn.qkv.weight", "attn.qkv.bias",    "attn.proj", "norm2",      "mlp.fc1", "mlp.fc2"};

/* A network under construction. */
typedef struct vit {
    loss_builder *b;
    const style *names;
    size_t width, heads, tokens;
    char module[LOSSI_ZOO_MODULE_SIZE]; /* the layer */
} vit;

static loss_node reshape(const vit *v, loss_node in, size_t n, const double *shape)
{
    const loss_layer_key keys[] = {{"shape", NULL, n, shape}, {0}};
    return lossi_zoo_layer(v->b, "reshape", NULL, in, keys);
}

static loss_node norm(const vit *v, loss_node in, const char *name)
{
    return lossi_zoo_layer(v->b, "layernorm", name, in, LOSS_KEYS(LOSS_NUMBERS("eps", EPS)));
}

/* A name within the layer's module. */
static const char *within(const vit *v, char whole[2 * LOSSI_ZOO_MODULE_SIZE], const char *name)
{
    snprintf(whole, 2 * LOSSI_ZOO_MODULE_SIZE, "%s.%s", v->module, name);
    return whole;
}

/* A parameter [1][rows][width] of the file as [rows][width]. */
static loss_node add_parameter(const vit *v, const char *name, size_t rows)
{
    double shape[] = {1, (double)rows, (double)v->width};
    const loss_layer_key keys[] = {{"shape", NULL, 3, shape}, {0}};
    return reshape(v, loss_builder_layer(v->b, "parameter", name, 0, NULL, keys), 2, shape + 1);
}

/* Queries, keys or values: [heads][tokens][width / heads]; keys the other way round. */
static loss_node add_part(const vit *v, loss_node qkv, size_t number, bool is_turned)
{
    double begin = (double)(number * v->width), end = (double)((number + 1) * v->width);
    double shape[] = {(double)v->tokens, (double)v->heads, (double)(v->width / v->heads)};
    loss_node x = lossi_zoo_layer(
        v->b, "slice", NULL, qkv,
        LOSS_KEYS(LOSS_NUMBERS("axis", 1), LOSS_NUMBERS("begin", begin), LOSS_NUMBERS("end", end)));
    x = reshape(v, x, 3, shape);
    return lossi_zoo_layer(v->b, "transpose", NULL, x,
                           is_turned ? LOSS_KEYS(LOSS_NUMBERS("order", 1, 2, 0))
                                     : LOSS_KEYS(LOSS_NUMBERS("order", 1, 0, 2)));
}

static loss_node add_attention(const vit *v, loss_node in)
{
    char name[2 * LOSSI_ZOO_MODULE_SIZE], whole[2 * LOSSI_ZOO_MODULE_SIZE];
    double shape[] = {(double)v->tokens, (double)v->width},
           root = sqrt((double)(v->width / v->heads));
    loss_node qkv = loss_builder_linear(v->b, in, within(v, name, "qkv"), 3 * v->width);
    loss_builder_name_tensor(v->b, qkv, "weight", within(v, whole, v->names->qkv_weight));
    loss_builder_name_tensor(v->b, qkv, "bias", within(v, whole, v->names->qkv_bias));
    loss_node q = lossi_zoo_layer(v->b, "scale", NULL, add_part(v, qkv, 0, false),
                                  LOSS_KEYS(LOSS_NUMBERS("factor", 1 / root)));
    loss_node k = add_part(v, qkv, 1, true), values = add_part(v, qkv, 2, false);
    loss_node scores = loss_builder_layer(v->b, "matmul", NULL, 2, (const loss_node[]){q, k}, NULL);
    loss_node shares = lossi_zoo_layer(v->b, "softmax", NULL, scores, NULL);
    loss_node x =
        loss_builder_layer(v->b, "matmul", NULL, 2, (const loss_node[]){shares, values}, NULL);
    x = lossi_zoo_layer(v->b, "transpose", NULL, x, LOSS_KEYS(LOSS_NUMBERS("order", 1, 0, 2)));
    return loss_builder_linear(v->b, reshape(v, x, 2, shape), within(v, name, v->names->out),
                               v->width);
}

static loss_node add_layer(const vit *v, loss_node in)
{
    char name[2 * LOSSI_ZOO_MODULE_SIZE];
    loss_node x = add_attention(v, norm(v, in, within(v, name, v->names->norm1)));
    loss_node middle = loss_builder_add(v->b, LOSS_NODES(x, in));
    x = norm(v, middle, within(v, name, v->names->norm2));
    x = loss_builder_linear(v->b, x, within(v, name, v->names->first), MLP_FACTOR * v->width);
    x = lossi_zoo_layer(v->b, "gelu", NULL, x, NULL);
    x = loss_builder_linear(v->b, x, within(v, name, v->names->second), v->width);
    return loss_builder_add(v->b, LOSS_NODES(middle, x));
}

/* [tokens][width]: the class token, then the patches, row by row, with their positions. */
static loss_node add_tokens(vit *v, size_t patch)
{
    loss_node images = loss_builder_input(v->b), token = add_parameter(v, v->names->token, 1);
    loss_node x = loss_builder_conv(
        v->b, images, v->names->patches,
        LOSS_CONV(.channels = v->width, .kernel = patch, .stride = patch, .bias = true));
    loss_shape maps = loss_builder_shape(v->b, x);
    v->tokens = 1 + maps.height * maps.width;
    double shape[] = {(double)v->width, (double)(v->tokens - 1)};
    x = lossi_zoo_layer(v->b, "transpose", NULL, reshape(v, x, 2, shape),
                        LOSS_KEYS(LOSS_NUMBERS("order", 1, 0)));
    return loss_builder_add(v->b, LOSS_NODES(loss_builder_concat(v->b, LOSS_NODES(token, x)),
                                             add_parameter(v, v->names->positions, v->tokens)));
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    const layout *l = layout_of(model->entry->name);
    vit v = {.b = b,
             .names = lossi_model_is(model, "style", "timm") ? &timm : &torchvision,
             .width = l->heads * lossi_model_channels(model, HEAD),
             .heads = l->heads};
    loss_node x = add_tokens(&v, (size_t)lossi_model_number(model, "patch"));
    for (size_t i = 0; i < l->layers; i++) {
        snprintf(v.module, sizeof v.module, v.names->layer, i);
        x = add_layer(&v, x);
    }
    x = lossi_zoo_layer(b, "slice", NULL, norm(&v, x, v.names->last_norm),
                        LOSS_KEYS(LOSS_NUMBERS("begin", TOKEN), LOSS_NUMBERS("end", TOKEN + 1)));
    x = loss_builder_flatten(b, x);
    return loss_builder_linear(b, x, v.names->head, loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_vit = {
    .about = "Dosovitskiy et al. 2021; tiny and small: Touvron et al. 2021",
    .entries = {{"vit-tiny", 12}, {"vit-small", 12}, {"vit-base", 12}, {"vit-large", 24}},
    .build = build,
    .keys = {{.is = {"patch", "4", "2, 4, 8, 16 or 32", "side of a patch in pixels"},
              .choices = {"2", "4", "8", "16", "32"}},
             {.is = {"style", "torchvision", "torchvision or timm", "names of tensors"},
              .choices = {"torchvision", "timm"}},
             LOSSI_WIDTH_KEY},
};
