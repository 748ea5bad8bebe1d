/* Pearlmutter's R operator ("Fast exact multiplication by the Hessian", Neural Computation
 * 1994): the derivative along a direction v of everything that backpropagation computes.
 * Forward, each activation x has its tangent x'; backward, each gradient dx has its dx'; and the
 * tangent of the weights' gradient is H v. ReLU and max pooling are linear wherever they have a
 * derivative.
 *
 * In evaluation mode no image knows of another: a chunk goes through the whole network in one
 * thread, and adds to the sums of its slot; slots are added up in their order. */
#include "net/hessian.h"

#include <math.h>
#include <stdlib.h>

#include "net/outcome.h"
#include "net/ready.h"
#include "net/sums.h"

/* Slots: enough for many processors, but not more memory than MOST_SUMS values unless the
 * network is very large. */
enum { LEAST_SLOTS = 4, MOST_SLOTS = 64, MOST_SUMS = 64 << 20 };

struct lossi_hessian {
    lossi_engine engine;
    lossi_batch batch;
    lossi_steps steps;        /* one for each layer */
    lossi_weights now, moves; /* of the network; of the direction */
    const loss_net *net;

    /* Of everything that moves; and of what is asked for. A product runs with zeros for the rest,
     * and what it gives for that is dropped: the block of the Hessian. */
    lossi_layout all, block;
    lossi_real *full[2]; /* [all.count]: vector and result; NULL: the block is all of it */

    size_t n_slots;
    lossi_real *slots; /* [n_slots][all.count] */

    const lossi_real *vector; /* of the run under way; NULL: the gradient is wanted */
};

void lossi_hessian_free(lossi_hessian *h)
{
    if (!h)
        return;
    lossi_weights_free(&h->now, &h->engine);
    lossi_weights_free(&h->moves, &h->engine);
    lossi_layout_free(&h->all);
    lossi_layout_free(&h->block);
    for (int k = 0; k < 2; k++)
        free(h->full[k]);
    if (h->engine.backend)
        h->engine.backend->release(h->slots);
    lossi_steps_free(&h->steps);
    lossi_engine_free(&h->engine);
    free(h);
}

/* ---- Set up --------------------------------------------------------------------------------- */

static loss_status choose_parameters(lossi_hessian *h, const loss_net *net,
                                     const lossi_hessian_options *opt)
{
    loss_status status = lossi_layout_create(&h->all, net, !opt->all_tensors, NULL);
    if (!status && !h->all.count)
        status = lossi_fail(LOSS_ERR_SHAPE, "%s has no parameters that move", net->model);
    if (!status)
        status = lossi_layout_check(net, !opt->all_tensors, opt->layers);
    if (!status)
        status = lossi_layout_create(&h->block, net, !opt->all_tensors, opt->layers);
    for (int k = 0; !status && k < 2 && h->block.count < h->all.count; k++)
        if (!(h->full[k] = lossi_alloc(h->all.count, sizeof *h->full[k])))
            status = lossi_fail_nomem(h->all.count * sizeof *h->full[k]);
    return status;
}

/* Slots depend on the network and the number of images alone. */
static loss_status allocate_slots(lossi_hessian *h)
{
    size_t n = MOST_SUMS / h->all.count, n_chunks = lossi_engine_chunks(&h->engine, h->batch.n),
           count;
    n = n < LEAST_SLOTS ? LEAST_SLOTS : n > MOST_SLOTS ? MOST_SLOTS : n;
    h->n_slots = n < n_chunks ? n : n_chunks;
    if (lossi_mul(h->n_slots, h->all.count, &count))
        h->slots = h->engine.backend->allocate(count, sizeof *h->slots);
    return h->slots ? LOSS_OK : lossi_fail_nomem(h->n_slots * h->all.count * sizeof *h->slots);
}

static loss_status set_up(lossi_hessian *h, const loss_net *net, const lossi_hessian_options *opt)
{
    lossi_engine_options needs = {.threads = opt->threads,
                                  .n_images = h->batch.n,
                                  .shares = true,
                                  .goes_back = true,
                                  .has_tangents = true};
    loss_status status = choose_parameters(h, net, opt);
    if (!status)
        status = lossi_engine_create(&h->engine, net, &needs);
    if (!status)
        status = allocate_slots(h);
    if (!status)
        status = lossi_steps_create(&h->steps, net, false);
    if (!status)
        status = lossi_weights_create(&h->now, &h->engine, net, &h->steps, true);
    if (!status)
        status = lossi_weights_create(&h->moves, &h->engine, net, &h->steps, true);
    return status;
}

loss_status lossi_hessian_create(lossi_hessian **out, const loss_net *net,
                                 const lossi_hessian_options *opt)
{
    *out = NULL;
    const loss_function *function = &net->objective.function;
    loss_status status = lossi_net_check_loss(net, opt->data);
    if (!status && function->value && !function->tangent)
        status = lossi_fail(LOSS_ERR_ARGUMENT, "%s has no tangent, which curvature needs",
                            loss_net_loss(net));
    if (status)
        return status;
    lossi_hessian *h = calloc(1, sizeof *h);
    if (!h)
        return lossi_fail_nomem(sizeof *h);
    h->batch = lossi_batch_of(opt->data);
    h->batch.cancelled = opt->cancelled;
    h->batch.cancelled_user = opt->user;
    status = set_up(h, net, opt);
    if (status) {
        lossi_hessian_free(h);
        return status;
    }
    lossi_hessian_set(h, net);
    *out = h;
    return LOSS_OK;
}

void lossi_hessian_set(lossi_hessian *h, const loss_net *net)
{
    h->net = net;
    lossi_engine_start(&h->engine, net, LOSSI_EVALUATION, &h->batch);
    lossi_weights_set(&h->now, &h->engine, net, NULL, NULL, NULL);
    for (size_t i = 1; i < net->n_nodes; i++) {
        const lossi_node *node = &net->nodes[i];
        const lossi_real *p[LOSSI_MOST_TENSORS];
        lossi_tensors_of(net, node, p);
        if (node->layer->fix_state)
            node->layer->fix_state(node, p, h->engine.states[i]);
    }
}

size_t lossi_hessian_count(const lossi_hessian *h)
{
    return h->block.count;
}

size_t lossi_hessian_parameters(const lossi_hessian *h)
{
    return loss_net_n_parameters(h->net);
}

void lossi_hessian_take(const lossi_hessian *h, const float *direction, lossi_real *vector)
{
    lossi_layout_take(&h->block, h->net, direction, vector);
}

void lossi_hessian_put(const lossi_hessian *h, const lossi_real *vector, float *direction)
{
    lossi_layout_put(&h->block, h->net, vector, direction);
}

/* ---- A chunk -------------------------------------------------------------------------------- */

static lossi_tangent tangent_of(const lossi_hessian *h, const lossi_chunk *chunk,
                                const lossi_call *call, lossi_way way)
{
    lossi_tangent t = lossi_tangent_of(&h->engine, chunk, call, &h->moves.at[call->index - 1], way);
    for (size_t k = 0; k < LOSSI_MOST_TENSORS; k++)
        t.p[k] = lossi_layout_part(&h->all, h->vector, call->node->tensors[k]);
    return t;
}

static void forward_layer(const lossi_hessian *h, const lossi_chunk *chunk, size_t i)
{
    lossi_call call = lossi_call_of(&h->engine, chunk, i, &h->now.at[i - 1], LOSSI_FORWARD);
    const lossi_layer *layer = call.node->layer;
    layer->forward(&call);
    if (!h->vector)
        return;
    lossi_tangent t = tangent_of(h, chunk, &call, LOSSI_FORWARD);
    if (layer->forward_tangent) {
        layer->forward_tangent(&t);
        return;
    }
    call.x = t.x;
    call.y = t.y;
    layer->forward(&call);
}

static lossi_real *sums_of(const lossi_hessian *h, const lossi_chunk *chunk)
{
    return h->slots + chunk->slot * h->all.count;
}

/* Where the slot adds up the gradients of a layer's tensors, or their tangents. */
static void add_sums(const lossi_hessian *h, const lossi_chunk *chunk, const lossi_node *node,
                     lossi_real **dp)
{
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        dp[t] = lossi_layout_place(&h->all, sums_of(h, chunk), node->tensors[t]);
}

static void backward_layer(const lossi_hessian *h, const lossi_chunk *chunk, size_t i)
{
    lossi_call call = lossi_call_of(&h->engine, chunk, i, &h->now.at[i - 1], LOSSI_BACKWARD);
    const lossi_layer *layer = call.node->layer;
    lossi_call_add_gradients(&h->engine, chunk, &call);
    if (!h->vector)
        add_sums(h, chunk, call.node, call.dp);
    layer->backward(&call);
    if (!h->vector)
        return;
    lossi_tangent t = tangent_of(h, chunk, &call, LOSSI_BACKWARD);
    lossi_tangent_add_gradients(&h->engine, chunk, &t);
    add_sums(h, chunk, call.node, t.dp);
    if (layer->backward_tangent) {
        layer->backward_tangent(&t);
        return;
    }
    call.dy = t.dy;
    call.dx = t.dx;
    layer->backward(&call);
}

static void run_chunk(void *pass, const lossi_chunk *chunk)
{
    const lossi_hessian *h = pass;
    const lossi_engine *e = &h->engine;
    if (chunk->number == chunk->slot) /* the slot's first */
        e->kernels->zero(h->all.count, sums_of(h, chunk));
    lossi_engine_feed(e, chunk);
    e->kernels->zero(e->image_size * e->lanes, lossi_block_at(e, chunk, LOSSI_TANGENTS, 0));
    for (size_t i = 1; i < e->n_nodes; i++)
        forward_layer(h, chunk, i);
    lossi_outcome_take(e, chunk, true, h->vector);
    for (size_t i = e->n_nodes; i-- > 1;)
        backward_layer(h, chunk, i);
}

/* ---- All chunks ----------------------------------------------------------------------------- */

static loss_status check(const lossi_hessian *h, double loss, const lossi_real *result)
{
    double square = 0;
    for (size_t j = 0; j < h->all.count; j++)
        square += (double)result[j] * (double)result[j];
    if (!isfinite(loss))
        return lossi_fail(LOSS_ERR_NOT_FINITE,
                          "the loss of %s over the %zu images is %g; derivatives need a finite one",
                          h->net->model, h->batch.n, loss);
    if (!isfinite(square))
        return lossi_fail(
            LOSS_ERR_NOT_FINITE, "%s of the loss of %s is not finite, though the loss is: %g",
            h->vector ? "a Hessian-vector product" : "the gradient", h->net->model, loss);
    return LOSS_OK;
}

/* @param vector  NULL: the gradient is wanted */
static loss_status run(lossi_hessian *h, const lossi_real *vector, double *loss, lossi_real *result)
{
    lossi_engine *e = &h->engine;
    lossi_real *into = h->full[1] ? h->full[1] : result;
    h->vector = vector;
    if (vector)
        lossi_weights_set(&h->moves, e, h->net, &h->all, vector, NULL);
    loss_status status = lossi_engine_run(e, h->n_slots, run_chunk, h);
    if (status)
        return status;
    lossi_sum_rows(e->pool, &(lossi_sum){.from = h->slots,
                                         .n = h->n_slots,
                                         .stride = h->all.count,
                                         .count = h->all.count,
                                         .to = into,
                                         .in_double = true});
    lossi_layout_add_l2(&h->all, h->net, vector, into);
    double mean = lossi_outcome_mean(e);
    if (loss)
        *loss = mean;
    status = check(h, mean, into);
    if (!status && h->full[1])
        lossi_layout_copy(h->net, &h->all, into, &h->block, result);
    return status;
}

loss_status lossi_hessian_gradient(lossi_hessian *h, double *loss, lossi_real *gradient)
{
    return run(h, NULL, loss, gradient);
}

loss_status lossi_hessian_product(lossi_hessian *h, const lossi_real *vector, lossi_real *product)
{
    if (h->full[0])
        lossi_layout_copy(h->net, &h->block, vector, &h->all, h->full[0]);
    return run(h, h->full[0] ? h->full[0] : vector, NULL, product);
}
