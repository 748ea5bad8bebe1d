/* Lines and planes through solutions. A point is the combination (1 - a - b) w + a w1 + b w2 of
 * the solutions themselves, not w plus rounded differences: so at (1, 0) and (0, 1) it is the
 * other solution to the bit. Running statistics can go along. */
#include <stdlib.h>
#include <string.h>

#include "plane/kinds.h"

/* Details of such a plane. */
typedef struct solutions {
    lossi_real *values[2]; /* all values of the others, tensors in order; NULL: no such */
} solutions;

/* All values of a network, tensors in order. */
static loss_status copy_values(lossi_real **out, const loss_net *net)
{
    size_t n = 0;
    for (size_t i = 0; i < net->n_tensors; i++)
        n += net->tensors[i].count;
    *out = lossi_alloc(n, sizeof **out);
    if (!*out)
        return lossi_fail_nomem(n * sizeof **out);
    lossi_real *to = *out;
    for (size_t i = 0; i < net->n_tensors; i++) {
        memcpy(to, net->tensors[i].values, net->tensors[i].count * sizeof *to);
        to += net->tensors[i].count;
    }
    return LOSS_OK;
}

static void subtract(const loss_net *other, const loss_net *origin, float *direction)
{
    for (size_t i = 0; i < origin->n_tensors; i++)
        for (size_t j = 0;
             lossi_tensor_is_trainable(&origin->tensors[i]) && j < origin->tensors[i].count; j++)
            *direction++ =
                (float)((double)other->tensors[i].values[j] - (double)origin->tensors[i].values[j]);
}

/* Part of the plane's digest: directions say nothing about running statistics. */
static uint64_t add_statistics(uint64_t digest, const loss_net *net)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        if (!lossi_tensor_is_trainable(&net->tensors[i]))
            digest = lossi_digest(digest, net->tensors[i].values,
                                  net->tensors[i].count * sizeof *net->tensors[i].values);
    return digest;
}

loss_status loss_plane_between(loss_plane **out, const loss_net *origin, const loss_net *first,
                               const loss_net *second, const char *description)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(origin && first);
    const loss_net *others[2] = {first, second};
    for (int axis = 0; axis < 2; axis++)
        if (others[axis] && !lossi_same_tensors(origin, others[axis]))
            return lossi_fail(LOSS_ERR_SHAPE, "networks of different tensors: %s and %s",
                              origin->model, others[axis]->model);
    loss_plane *plane;
    loss_status status = lossi_plane_allocate(&plane, &lossi_plane_kind_solutions, origin, !second);
    if (status)
        return status;
    solutions *details = plane->details;
    uint64_t digest = LOSSI_DIGEST_INIT;
    for (int axis = 0; axis < 2 && others[axis] && !status; axis++) {
        subtract(others[axis], origin, plane->directions[axis]);
        status = copy_values(&details->values[axis], others[axis]);
        digest = add_statistics(digest, others[axis]);
    }
    if (status) {
        loss_plane_free(plane);
        return status;
    }
    status = lossi_plane_finish(&plane, lossi_strdup(description ? description
                                                     : second    ? "between three solutions"
                                                                 : "between two solutions"));
    if (!status)
        lossi_digest_text(lossi_digest(digest, plane->digest, strlen(plane->digest)),
                          plane->digest);
    *out = plane;
    return status;
}

/* A coefficient of 0 leaves its solution out, so that values that are not finite stay where they
 * belong; and -0 is what changes nothing when added to. */
static double combine(double c0, double c1, double c2, const lossi_real *w0, const lossi_real *w1,
                      const lossi_real *w2)
{
    double value = -0.0;
    if (c0 != 0)
        value += c0 * (double)*w0;
    if (c1 != 0)
        value += c1 * (double)*w1;
    if (w2 && c2 != 0)
        value += c2 * (double)*w2;
    return value;
}

static void move(const loss_plane *plane, const loss_net *origin, double a, double b,
                 bool with_statistics, loss_net *moved)
{
    const solutions *details = plane->details;
    const lossi_real *w1 = details->values[0], *w2 = details->values[1];
    if (!w2)
        b = 0;
    double rest = 1 - a - b;
    size_t at = 0;
    for (size_t i = 0; i < origin->n_tensors; i++) {
        const lossi_tensor *from = &origin->tensors[i];
        lossi_real *to = lossi_net_values(moved, i);
        bool moves = with_statistics || lossi_tensor_is_trainable(from);
        for (size_t j = 0; moves && j < from->count; j++)
            to[j] = (lossi_real)combine(rest, a, b, &from->values[j], w1 + at + j,
                                        w2 ? w2 + at + j : NULL);
        if (!moves)
            memcpy(to, from->values, from->count * sizeof *to);
        at += from->count;
    }
}

static void free_details(void *details)
{
    solutions *s = details;
    free(s->values[0]);
    free(s->values[1]);
}

size_t loss_plane_solutions(const loss_plane *plane)
{
    if (!plane || plane->kind != &lossi_plane_kind_solutions)
        return 0;
    return plane->directions[1] ? 2 : 1;
}

static bool record(const loss_plane *plane, lossi_facts *facts)
{
    return lossi_facts_add(facts, LOSS_KEY_SOLUTIONS, "%zu", 1 + loss_plane_solutions(plane));
}

static loss_status refuse(loss_plane **out, const lossi_plane_kind *kind, const loss_net *net,
                          const lossi_plane_source *source)
{
    (void)out, (void)kind, (void)net;
    return lossi_fail(LOSS_ERR_ARGUMENT, "%s: a %s; the other solutions are not in the file",
                      source->path, lossi_facts_text(source->facts, LOSS_KEY_DIRECTIONS));
}

const lossi_plane_kind lossi_plane_kind_solutions = {
    .name = "solutions",
    .mark = LOSS_KEY_SOLUTIONS,
    .details_size = sizeof(solutions),
    .moves_statistics = true,
    .record = record,
    .restore = refuse,
    .move = move,
    .free_details = free_details,
};
