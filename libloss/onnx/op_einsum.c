/* Einsum of two operands that is a product of matrices: each index is of both operands, and kept
 * (a batch of matrices) or summed over, or of one of them and kept. */
#include <ctype.h>
#include <string.h>

#include "onnx/multiply.h"

/* Letters of the operands, and of the output. */
typedef struct equation {
    char a[LOSSI_ARRAY_MAX_DIMS + 1], b[LOSSI_ARRAY_MAX_DIMS + 1], out[LOSSI_ARRAY_MAX_DIMS + 1];
} equation;

/* Reads letters that are there once each, until another character. */
static bool read_letters(const char **at, const char *end, char letters[LOSSI_ARRAY_MAX_DIMS + 1])
{
    size_t n = 0;
    for (; *at < end && (isalpha((unsigned char)**at) || **at == ' '); ++*at) {
        if (**at == ' ')
            continue;
        if (n == LOSSI_ARRAY_MAX_DIMS || memchr(letters, **at, n))
            return false;
        letters[n++] = **at;
    }
    letters[n] = 0;
    return true;
}

static loss_status read_equation(const lossi_onnx_call *call, equation *e)
{
    const Onnx__AttributeProto *a = lossi_onnx_attribute(call, "equation");
    const char *at = a && a->has_s ? (const char *)a->s.data : "", *all = at,
               *end = a && a->has_s ? at + a->s.len : at; /* there is no NUL */
    bool fits = read_letters(&at, end, e->a) && at < end && *at++ == ',' &&
                read_letters(&at, end, e->b) && end - at >= 2 && memcmp(at, "->", 2) == 0;
    at += fits ? 2 : 0;
    fits = fits && read_letters(&at, end, e->out) && at == end;
    for (const char *c = e->a; fits && *c; c++)
        fits = strchr(e->b, *c) || strchr(e->out, *c);
    for (const char *c = e->b; fits && *c; c++)
        fits = strchr(e->a, *c) || strchr(e->out, *c);
    for (const char *c = e->out; fits && *c; c++)
        fits = strchr(e->a, *c) || strchr(e->b, *c);
    return fits ? LOSS_OK
                : lossi_onnx_refuse(call, "its equation is no product of two matrices: %.*s",
                                    end - all < 60 ? (int)(end - all) : 60, all);
}

/* Appends the letters of `from` that are, or are not, in both other texts. */
static size_t pick(const char *from, const char *other, bool is_in_other, const char *out,
                   bool is_in_out, char *to)
{
    size_t n = 0;
    for (; *from; from++)
        if (!strchr(other, *from) != is_in_other && !strchr(out, *from) != is_in_out)
            to[n++] = *from;
    to[n] = 0;
    return n;
}

/* An operand with its letters in another order. */
static loss_status arrange(lossi_onnx_call *call, const char *letters, const char *wanted,
                           lossi_onnx_term *x)
{
    size_t order[LOSSI_ARRAY_MAX_DIMS];
    if (x->shape.n_dims != strlen(letters))
        return lossi_onnx_refuse(call, "%zu letters for %zu dimensions", strlen(letters),
                                 x->shape.n_dims);
    for (size_t i = 0; wanted[i]; i++)
        order[i] = (size_t)(strchr(letters, wanted[i]) - letters);
    return lossi_onnx_reorder(call, order, x);
}

/* Makes one dimension of n that follow each other; of none, one of size 1. */
static void merge(lossi_onnx_shape *s, size_t first, size_t n)
{
    size_t all = 1, rest = s->n_dims - first - n;
    for (size_t i = first; i < first + n; i++) {
        if (s->batch == (int)i)
            s->outer *= all;
        all *= s->dims[i];
    }
    if (s->batch >= (int)(first + n))
        s->batch += 1 - (int)n;
    else if (s->batch >= (int)first)
        s->batch = (int)first;
    memmove(s->dims + first + 1, s->dims + first + n, rest * sizeof *s->dims);
    s->dims[first] = all;
    s->n_dims = first + 1 + rest;
}

/* As matrices: `lead` dimensions, then the two groups as one dimension each. */
static void make_matrices(lossi_onnx_call *call, lossi_onnx_term *x, size_t lead, size_t n_rows,
                          size_t n_columns)
{
    merge(&x->shape, lead + n_rows, n_columns);
    merge(&x->shape, lead, n_rows);
    lossi_onnx_dims dims = lossi_onnx_image_dims(&x->shape);
    x->node = lossi_onnx_reshaped(call, x->node, &dims);
}

/* Sizes of the output's letters, in the order in which the product has them. */
static void split(const lossi_onnx_term operands[2], const equation *e, const char *letters,
                  lossi_onnx_shape *out)
{
    *out = (lossi_onnx_shape){.n_dims = strlen(letters), .batch = -1, .outer = 1};
    for (size_t i = 0; letters[i]; i++)
        for (size_t k = 0; k < 2; k++) {
            const char *own = k ? e->b : e->a, *at = strchr(own, letters[i]);
            if (!at)
                continue;
            const lossi_onnx_shape *s = &operands[k].shape;
            size_t d = (size_t)(at - own);
            out->dims[i] = s->dims[d];
            if (s->batch == (int)d) {
                out->batch = (int)i;
                out->outer = s->outer;
            }
        }
}

static loss_status map_einsum(lossi_onnx_call *call)
{
    equation e;
    lossi_onnx_term in[2], x[2], product;
    char lead[LOSSI_ARRAY_MAX_DIMS + 1], sum[LOSSI_ARRAY_MAX_DIMS + 1],
        rows[LOSSI_ARRAY_MAX_DIMS + 1], columns[LOSSI_ARRAY_MAX_DIMS + 1],
        orders[3][3 * LOSSI_ARRAY_MAX_DIMS + 1];
    loss_status status = read_equation(call, &e);
    for (size_t i = 0; !status && i < 2; i++) {
        status = lossi_onnx_term_of(call, i, &in[i]);
        x[i] = in[i];
    }
    if (status)
        return status;
    size_t n_lead = pick(e.a, e.b, true, e.out, true, lead),
           n_sum = pick(e.a, e.b, true, e.out, false, sum),
           n_rows = pick(e.a, e.b, false, e.out, true, rows),
           n_columns = pick(e.b, e.a, false, e.out, true, columns);
    stpcpy(stpcpy(stpcpy(orders[0], lead), rows), sum);
    stpcpy(stpcpy(stpcpy(orders[1], lead), sum), columns);
    stpcpy(stpcpy(stpcpy(orders[2], lead), rows), columns);
    if (n_lead + 2 > LOSSI_ARRAY_MAX_DIMS || strlen(orders[2]) > LOSSI_ARRAY_MAX_DIMS)
        return lossi_onnx_refuse(call, "more than %d indices", LOSSI_ARRAY_MAX_DIMS);
    status = arrange(call, e.a, orders[0], &x[0]);
    if (!status)
        status = arrange(call, e.b, orders[1], &x[1]);
    if (status)
        return status;
    make_matrices(call, &x[0], n_lead, n_rows, n_sum);
    make_matrices(call, &x[1], n_lead, n_sum, n_columns);
    status = lossi_onnx_multiply(call, x, &product);
    if (status)
        return status;
    split(in, &e, orders[2], &product.shape);
    lossi_onnx_dims dims = lossi_onnx_image_dims(&product.shape);
    product.node = lossi_onnx_reshaped(call, product.node, &dims);
    status = arrange(call, orders[2], e.out, &product);
    return status ? status : lossi_onnx_set_term(call, 0, &product);
}

const lossi_onnx_operator lossi_onnx_einsum[] = {
    {.name = "Einsum", .attributes = "equation", .map = map_einsum},
    {.name = NULL},
};
