#include "surface/model_loss.h"

#include <stdlib.h>

#include "surface/share.h"
#include "surface/sql.h"
#include "surface/worker.h"

#define MODEL_LOSS_FORMAT "%.17g"

static bool has_centre(loss_axis axis)
{
    for (size_t i = 0; i < axis.n; i++)
        if (loss_axis_at(axis, i) == 0)
            return true;
    return false;
}

uint64_t lossi_model_loss_wants(const loss_surface *s)
{
    uint64_t wants = 0;
    char key[LOSSI_KEY_SIZE];
    if (!has_centre(s->x) || (!s->opt.repeat && !has_centre(s->y)) || s->opt.part > 1)
        return 0;
    for (int k = 0; k < 2; k++)
        if (s->data[k] &&
            !lossi_facts_find(&s->facts, lossi_split_key(key, LOSS_KEY_MODEL_LOSS, (loss_split)k)))
            wants |= lossi_want_loss(k);
    return wants;
}

loss_status lossi_model_loss_claim(loss_surface *s, uint64_t wants, loss_task *task, bool *is_mine)
{
    loss_status status = lossi_share_try_alone(s, LOSSI_MODEL_LOSS, is_mine);
    if (!status && *is_mine)
        *task = (loss_task){.point = s->x.n * s->y.n, .wants = wants};
    return status;
}

bool lossi_model_loss_is(const loss_surface *s, const loss_task *task)
{
    return task->point == s->x.n * s->y.n;
}

static loss_status insert(loss_surface *s, int split, double loss)
{
    char key[LOSSI_KEY_SIZE], *value = lossi_format(MODEL_LOSS_FORMAT, loss);
    lossi_split_key(key, LOSS_KEY_MODEL_LOSS, (loss_split)split);
    loss_status status =
        value ? lossi_store_insert_fact(s->store, key, value, false) : lossi_fail_nomem(sizeof key);
    free(value);
    return status;
}

loss_status lossi_model_loss_insert(loss_surface *s, const loss_outcome *o)
{
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status; k++)
        if (o->task.wants & lossi_want_loss(k))
            status = insert(s, k, o->points[k].loss);
    return status;
}

loss_status lossi_model_loss_note(loss_surface *s, const loss_outcome *o)
{
    char key[LOSSI_KEY_SIZE];
    lossi_share_release_alone(s, LOSSI_MODEL_LOSS);
    for (int k = 0; k < 2; k++) {
        if (!(o->task.wants & lossi_want_loss(k)))
            continue;
        char *value = lossi_format(MODEL_LOSS_FORMAT, o->points[k].loss);
        bool is_noted =
            value &&
            lossi_facts_set(&s->facts, lossi_split_key(key, LOSS_KEY_MODEL_LOSS, (loss_split)k),
                            value);
        free(value);
        if (!is_noted)
            return lossi_fail_nomem(sizeof key);
    }
    return LOSS_OK;
}
