/* Epochs are few: each question goes through all points of all paths. */
#include "scene/epochs.h"

#include <math.h>

/* Calls for every point of every path. */
#define EACH_POINT(s, p)                                                                           \
    for (size_t i_ = 0; i_ < (s)->n_views; i_++)                                                   \
        for (const path_point *p = (s)->views[i_].grid.path,                                       \
                              *end_ = p ? p + (s)->views[i_].grid.n_path : p;                      \
             p != end_; p++)

bool epochs_range(const scene *s, size_t *first, size_t *last)
{
    bool has = false;
    *first = *last = 0;
    EACH_POINT(s, p)
    {
        *first = has && *first < p->epoch ? *first : p->epoch;
        *last = *last > p->epoch ? *last : p->epoch;
        has = true;
    }
    return has;
}

bool epochs_nearest(const scene *s, double wanted, size_t *epoch)
{
    double least = (double)INFINITY;
    size_t last;
    bool has = epochs_range(s, epoch, &last);
    EACH_POINT(s, p)
    {
        double away = fabs((double)p->epoch - wanted);
        if (away < least) {
            least = away;
            *epoch = p->epoch;
        }
    }
    return has;
}

bool epochs_shown(const scene *s, size_t *epoch)
{
    size_t last;
    bool has = epochs_range(s, epoch, &last);
    EACH_POINT(s, p)
    if ((double)p->epoch <= s->set.epoch && p->epoch > *epoch)
        *epoch = p->epoch;
    return has;
}

void epochs_show(scene *s, size_t epoch)
{
    size_t first, last;
    s->set.epoch =
        epochs_range(s, &first, &last) && epoch < last ? (double)epoch : (double)INFINITY;
}

void epochs_step(scene *s, int step)
{
    size_t now, next;
    if (!epochs_shown(s, &now))
        return;
    next = now;
    EACH_POINT(s, p)
    {
        bool is_beyond = step > 0 ? p->epoch > now : p->epoch < now;
        bool is_nearer = next == now || (step > 0 ? p->epoch < next : p->epoch > next);
        if (is_beyond && is_nearer)
            next = p->epoch;
    }
    epochs_show(s, next);
}
