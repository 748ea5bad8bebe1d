/* One forward pass over all images as a single batch in training mode, segment by segment; the
 * running statistics become the batch's own mean and unbiased variance, as with a momentum of 1.
 * Dropout stays the identity. */
#include "net/recalibrate.h"

#include <stdlib.h>

#include "net/segments.h"

struct lossi_recalibrator {
    lossi_engine engine;
    lossi_segments segments;
    lossi_batch batch;
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

static loss_status set_up(lossi_recalibrator *r, const loss_net *net, size_t threads)
{
    lossi_engine *e = &r->engine;
    lossi_engine_options opt = {.threads = threads, .n_images = r->batch.n, .keeps = true};
    loss_status status = lossi_engine_create(e, net, &opt);
    if (!status)
        status = lossi_segments_create(&r->segments, net, e, NULL);
    for (size_t s = 0; !status && s < r->segments.n; s++) {
        size_t end = r->segments.at[s].end;
        if (end < net->n_nodes && net->nodes[end].layer->forward_combine)
            r->n_segments = s + 1;
    }
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
    r->batch = lossi_batch_of(data);
    r->batch.labels = NULL; /* they may be others than the network's loss expects */
    r->batch.targets = NULL;
    status = set_up(r, net, threads);
    if (status)
        lossi_recalibrator_free(r);
    else
        *out = r;
    return status;
}

loss_status lossi_recalibrator_run(lossi_recalibrator *r, loss_net *net, loss_cancelled cancelled,
                                   void *user)
{
    lossi_engine *e = &r->engine;
    r->batch.cancelled = cancelled;
    r->batch.cancelled_user = user;
    lossi_engine_start(e, net, LOSSI_STATISTICS, &r->batch);
    loss_status status = lossi_engine_feed_all(e);
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
