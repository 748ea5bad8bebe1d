/* One forward pass over all images as a single batch in training mode, segment by segment; the
 * running statistics become the batch's own mean and unbiased variance, as with a momentum of 1.
 * Dropout stays the identity. */
#include "net/recalibrate.h"

#include <stdlib.h>

#include "net/segments.h"

struct lossi_recalibrator {
    lossi_engine engine;
    lossi_segments segments;
    lossi_feed feed;
    size_t n_segments; /* up to the last layer that wants sums */
};

void lossi_recalibrator_free(lossi_recalibrator *r)
{
    if (!r)
        return;
    lossi_segments_free(&r->segments, &r->engine);
    lossi_engine_free(&r->engine);
    free(r);
}

/* Nothing goes backward, so an output lives until its last user has run. */
static loss_status plan(lossi_engine *e, const loss_net *net)
{
    lossi_steps steps;
    loss_status status = lossi_steps_create(&steps, net, false);
    if (!status)
        status = lossi_plan_forward(&e->outputs, net, &steps, e->lanes);
    lossi_steps_free(&steps);
    return status;
}

loss_status lossi_recalibrator_create(lossi_recalibrator **out, const loss_net *net,
                                      const loss_dataset *data, size_t threads)
{
    *out = NULL;
    loss_status status = lossi_net_check_data(net, data);
    if (status)
        return status;
    lossi_recalibrator *r = calloc(1, sizeof *r);
    if (!r)
        return lossi_fail_nomem(sizeof *r);
    lossi_engine *e = &r->engine;
    r->feed = lossi_feed_of(data);
    status = lossi_engine_begin(e, net, threads);
    if (!status)
        status = lossi_segments_create(&r->segments, net, e);
    if (!status)
        status = plan(e, net);
    e->n_images = loss_dataset_count(data);
    if (!status)
        status = lossi_engine_allocate(e, net, lossi_engine_chunks(e, e->n_images), false);
    if (status) {
        lossi_recalibrator_free(r);
        return status;
    }
    for (size_t s = 0; s < r->segments.n; s++) {
        size_t end = r->segments.at[s].end;
        if (end < net->n_nodes && net->nodes[end].layer->forward_combine)
            r->n_segments = s + 1;
    }
    *out = r;
    return LOSS_OK;
}

static void feed(void *pass, const lossi_chunk *chunk)
{
    const lossi_recalibrator *r = pass;
    lossi_engine_feed(&r->engine, chunk, &r->feed);
}

loss_status lossi_recalibrator_run(lossi_recalibrator *r, loss_net *net, loss_cancelled cancelled,
                                   void *user)
{
    lossi_engine *e = &r->engine;
    e->net = net;
    e->mode = LOSSI_STATISTICS;
    e->cancelled = cancelled;
    e->user = user;
    loss_status status = lossi_engine_run(e, 0, feed, r);
    for (size_t s = 0; !status && s < r->n_segments; s++)
        status = lossi_segments_forward(&r->segments, e, s);
    return status;
}

loss_status loss_net_recalibrate(loss_net *net, const loss_dataset *data, size_t threads)
{
    LOSSI_REQUIRE(net && data);
    lossi_recalibrator *recalibrator;
    loss_status status = lossi_recalibrator_create(&recalibrator, net, data, threads);
    if (!status)
        status = lossi_recalibrator_run(recalibrator, net, NULL, NULL);
    lossi_recalibrator_free(recalibrator);
    return status;
}
