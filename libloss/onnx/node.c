/* The node at hand: its inputs, outputs and messages. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnx/fold.h"

loss_status lossi_onnx_fail(const lossi_onnx_call *call, loss_status status, const char *format,
                            ...)
{
    char what[640];
    const Onnx__NodeProto *node = call->node;
    const char *name = node->name && *node->name ? node->name
                       : node->n_output          ? node->output[0]
                                                 : "(without a name)";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return lossi_fail(status, "%s: node %.100s (%.60s): %s", call->graph->file.path, name,
                      node->op_type ? node->op_type : "", what);
}

loss_status lossi_onnx_refuse(const lossi_onnx_call *call, const char *format, ...)
{
    char what[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return lossi_onnx_fail(call, LOSS_ERR_FORMAT, "%s", what);
}

/* ---- Names ---------------------------------------------------------------------------------- */

lossi_onnx_entry *lossi_onnx_find(const lossi_onnx_graph *g, const char *name)
{
    if (!name || !*name)
        return NULL;
    uint64_t digest = lossi_digest(LOSSI_DIGEST_INIT, name, strlen(name));
    for (size_t at = digest % g->table_size; g->table[at]; at = (at + 1) % g->table_size) {
        lossi_onnx_entry *entry = &g->entries[g->table[at] - 1];
        if (strcmp(entry->name, name) == 0)
            return entry;
    }
    return NULL;
}

/* "WORD_12": letters, then a number after the last line below. */
static bool is_numbered(const char *name, const char *word)
{
    size_t n = strlen(word);
    return strncmp(name, word, n) == 0 && name[n] &&
           strspn(name + n, "0123456789") == strlen(name + n);
}

bool lossi_onnx_is_made_up(const char *name)
{
    return !name || !*name || *name == '/' || strncmp(name, "onnx::", 6) == 0 ||
           is_numbered(name, "") || is_numbered(name, "val_") || is_numbered(name, "Constant_") ||
           is_numbered(name, "scalar_tensor_default_") ||
           strcmp(name, "scalar_tensor_default") == 0;
}

/* ---- Inputs and outputs --------------------------------------------------------------------- */

size_t lossi_onnx_n_inputs(const lossi_onnx_call *call)
{
    size_t n = call->node->n_input;
    while (n && !*call->node->input[n - 1])
        n--;
    return n;
}

lossi_onnx_entry *lossi_onnx_input(const lossi_onnx_call *call, size_t i)
{
    return i < call->node->n_input ? lossi_onnx_find(call->graph, call->node->input[i]) : NULL;
}

static lossi_onnx_entry *output(const lossi_onnx_call *call, size_t i)
{
    return i < call->node->n_output ? lossi_onnx_find(call->graph, call->node->output[i]) : NULL;
}

bool lossi_onnx_wants(const lossi_onnx_call *call, size_t i)
{
    const lossi_onnx_entry *entry = output(call, i);
    return entry && entry->is_needed;
}

loss_status lossi_onnx_set_value(lossi_onnx_call *call, size_t i, lossi_value *value)
{
    lossi_onnx_entry *entry = output(call, i);
    if (!entry) {
        lossi_value_free(value);
        return lossi_onnx_refuse(call, "it has no output");
    }
    entry->is = LOSSI_ONNX_CONSTANT;
    entry->value = value;
    return LOSS_OK;
}

loss_status lossi_onnx_set_node(lossi_onnx_call *call, size_t i, loss_node node,
                                const lossi_onnx_shape *shape)
{
    lossi_onnx_entry *entry = output(call, i);
    if (!entry)
        return lossi_onnx_refuse(call, "it has no output");
    entry->is = LOSSI_ONNX_ACTIVATION;
    entry->node = node;
    entry->shape = *shape;
    return LOSS_OK;
}

loss_status lossi_onnx_pass(lossi_onnx_call *call)
{
    const lossi_onnx_entry *in = lossi_onnx_input(call, 0);
    lossi_onnx_entry *out = output(call, 0);
    if (!in || !out)
        return lossi_onnx_refuse(call, "it has no %s", in ? "output" : "input");
    if (in->is == LOSSI_ONNX_CONSTANT)
        return lossi_onnx_fold_cast(call);
    lossi_onnx_entry copy = *in;
    copy.name = out->name;
    copy.is_needed = out->is_needed;
    copy.producer = out->producer;
    copy.value = NULL;
    *out = copy;
    return LOSS_OK;
}

/* ---- Attributes ----------------------------------------------------------------------------- */

const Onnx__AttributeProto *lossi_onnx_attribute(const lossi_onnx_call *call, const char *name)
{
    for (size_t i = 0; i < call->node->n_attribute; i++)
        if (call->node->attribute[i]->name && strcmp(call->node->attribute[i]->name, name) == 0)
            return call->node->attribute[i];
    return NULL;
}

int64_t lossi_onnx_int(const lossi_onnx_call *call, const char *name, int64_t standard)
{
    const Onnx__AttributeProto *a = lossi_onnx_attribute(call, name);
    return a && a->has_i ? a->i : standard;
}

double lossi_onnx_float(const lossi_onnx_call *call, const char *name, double standard)
{
    const Onnx__AttributeProto *a = lossi_onnx_attribute(call, name);
    return a && a->has_f ? lossi_onnx_decimal((double)a->f) : standard;
}

double lossi_onnx_decimal(double value)
{
    char text[LOSS_NUMBER_SIZE];
    double decimal;
    locale_t before = lossi_use_c_locale();
    snprintf(text, sizeof text, "%.7g", value);
    lossi_restore_locale(before);
    bool is_same =
        loss_number_parse(text, NULL, &decimal) && fabs(decimal - value) <= 1e-7 * fabs(value);
    return is_same ? decimal : value;
}

bool lossi_onnx_text_is(const lossi_onnx_call *call, const char *name, const char *standard,
                        const char *text)
{
    const Onnx__AttributeProto *a = lossi_onnx_attribute(call, name);
    if (!a || !a->has_s)
        return strcmp(standard, text) == 0;
    return a->s.len == strlen(text) && memcmp(a->s.data, text, a->s.len) == 0;
}

loss_status lossi_onnx_ints(const lossi_onnx_call *call, const char *name, size_t input, size_t *n,
                            int64_t values[LOSSI_ONNX_MOST_INTS])
{
    const Onnx__AttributeProto *a = lossi_onnx_attribute(call, name);
    *n = 0;
    if (a && a->n_ints <= LOSSI_ONNX_MOST_INTS) {
        *n = a->n_ints;
        if (*n)
            memcpy(values, a->ints, *n * sizeof *values);
        return LOSS_OK;
    }
    if (!a && (input == SIZE_MAX || !lossi_onnx_input(call, input)))
        return LOSS_OK;
    loss_status status = LOSS_OK;
    const lossi_value *value = a ? NULL : lossi_onnx_constant(call, input, &status);
    if (status)
        return status;
    if (!value || value->count > LOSSI_ONNX_MOST_INTS)
        return lossi_onnx_refuse(call, "%s is %s", name,
                                 value || a ? "too long a list" : "not constant");
    for (size_t i = 0; i < value->count; i++) {
        if (value->times_n[i])
            return lossi_onnx_refuse(call, "%s depends on the number of images", name);
        double number = value->numbers[i];
        values[i] = number >= 9e18    ? INT64_MAX
                    : number <= -9e18 ? INT64_MIN
                                      : (number == number ? (int64_t)number : 0);
    }
    *n = value->count;
    return LOSS_OK;
}

loss_status lossi_onnx_axis(const lossi_onnx_call *call, int64_t axis, size_t n_dims, size_t *out)
{
    int64_t n = (int64_t)n_dims;
    if (axis < -n || axis >= n)
        return lossi_onnx_refuse(call, "axis %lld of %zu dimensions", (long long)axis, n_dims);
    *out = (size_t)(axis < 0 ? axis + n : axis);
    return LOSS_OK;
}

const lossi_value *lossi_onnx_constant(const lossi_onnx_call *call, size_t input,
                                       loss_status *status)
{
    const lossi_value *value = lossi_onnx_image_constant(call, input, status);
    if (!value || value->batch < 0)
        return value;
    *status = lossi_onnx_refuse(call, "input %zu has other values for each image", input);
    return NULL;
}

const lossi_value *lossi_onnx_image_constant(const lossi_onnx_call *call, size_t input,
                                             loss_status *status)
{
    lossi_onnx_entry *entry = lossi_onnx_input(call, input);
    if (!entry)
        return NULL;
    if (entry->is == LOSSI_ONNX_CONSTANT && entry->value)
        return entry->value;
    bool is_made_up = entry->is == LOSSI_ONNX_PARAMETER && lossi_onnx_is_made_up(entry->tensor);
    if (is_made_up && !entry->value && !*status) {
        lossi_array array = entry->array; /* as it is meant */
        if (entry->is_transposed) {
            array.strides[0] = entry->array.strides[1];
            array.strides[1] = entry->array.strides[0];
        } else {
            size_t step = array.n_dims ? array.strides[array.n_dims - 1] : 1;
            array.n_dims = entry->shape.n_dims;
            memcpy(array.dims, entry->shape.dims, sizeof array.dims);
            lossi_array_make_dense(&array);
            for (size_t i = 0; i < array.n_dims; i++)
                array.strides[i] *= step;
        }
        memcpy(array.dims, entry->shape.dims, sizeof array.dims);
        *status = lossi_value_of_array(&entry->value, &call->graph->file, &array);
    }
    return is_made_up ? entry->value : NULL;
}
