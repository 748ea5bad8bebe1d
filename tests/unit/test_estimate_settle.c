/* What estimates become when their neighbours are heard: of which points, and in which units. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "surface/estimate_settle.h"

enum { SIDE = 15, N = SIDE * SIDE, EXACT = 112, ABSENT = 20, INFINITE = 30, NEGATIVE = 40 };

typedef struct surface {
    loss_point exact[N];
    loss_estimate own[N], settled[N];
    double loss[N], accuracy[N]; /* the truth */
} surface;

static void make(surface *s)
{
    lossi_stream stream = lossi_stream_make(5, LOSSI_RANDOM_SAMPLE, 0);
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < N; i++) {
        double x = (double)(i % SIDE) / 7 - 1, y = (double)(i / SIDE) / 7 - 1;
        float z[2];
        lossi_random_normal_at(&stream, 2 * i, z, 2);
        s->loss[i] = exp(2 * x + y * y);
        s->accuracy[i] = 97 - 20 * x * x - 10 * y;
        s->own[i] = (loss_estimate){.evaluated = true,
                                    .images = 100,
                                    .loss = s->loss[i] * exp(0.1 * (double)z[0]),
                                    .error = 0.1 * s->loss[i],
                                    .accuracy = s->accuracy[i] + 3 * (double)z[1],
                                    .accuracy_error = 3};
    }
    s->exact[EXACT] = (loss_point){true, s->loss[EXACT], 0.1, s->accuracy[EXACT], 0};
    s->own[EXACT].evaluated = s->own[ABSENT].evaluated = false;
    s->own[INFINITE].loss = INFINITY;
    s->own[INFINITE].error = NAN;
    s->own[NEGATIVE].loss = -0.1;
}

static bool is_left(size_t i)
{
    return i == EXACT || i == ABSENT || i == INFINITE || i == NEGATIVE;
}

static void neighbours_make_errors_smaller(void **state)
{
    (void)state;
    static surface s;
    char *choice = NULL;
    double squares[2] = {0};
    size_t held[2] = {0}, n = 0;
    make(&s);
    assert_int_equal(lossi_estimate_smooth(SIDE, SIDE, s.exact, s.own, s.settled, &choice),
                     LOSS_OK);
    assert_non_null(choice);
    free(choice);
    for (size_t i = 0; i < N; i++) {
        const loss_estimate *e = &s.settled[i];
        assert_int_equal(e->evaluated, !is_left(i));
        if (is_left(i))
            continue;
        assert_true(e->low > 0 && e->low < e->loss && e->loss < e->high);
        assert_true(fabs(e->low * e->high / e->loss / e->loss - 1) < 1e-9);
        assert_true(e->error < s.own[i].error * e->loss / s.loss[i]);
        assert_true(e->accuracy_error < 3 && e->accuracy_low >= 0 && e->accuracy_high <= 100);
        squares[0] += pow(log(e->loss / s.loss[i]), 2);
        squares[1] += pow(e->accuracy - s.accuracy[i], 2);
        held[0] += e->low <= s.loss[i] && s.loss[i] <= e->high;
        held[1] += e->accuracy_low <= s.accuracy[i] && s.accuracy[i] <= e->accuracy_high;
        n++;
    }
    assert_true(sqrt(squares[0] / (double)n) < 0.06 && sqrt(squares[1] / (double)n) < 1.8);
    /* Of one draw, whose errors go together over a surface as smooth as this one. */
    assert_in_range(held[0], 0.75 * (double)n, (double)n);
    assert_in_range(held[1], 0.75 * (double)n, (double)n);
}

/* Data with targets have no accuracies; a few points are not smoothed at all. */
static void what_is_not_known_stays_so(void **state)
{
    (void)state;
    static surface s;
    char *choice = NULL;
    make(&s);
    for (size_t i = 0; i < N; i++)
        s.own[i].accuracy = s.own[i].accuracy_error = s.exact[i].accuracy = NAN;
    assert_int_equal(lossi_estimate_smooth(SIDE, SIDE, s.exact, s.own, s.settled, &choice),
                     LOSS_OK);
    free(choice);
    assert_true(isnan(s.settled[0].accuracy) && isnan(s.settled[0].accuracy_low));
    assert_true(s.settled[0].error < s.own[0].error);
    make(&s);
    assert_int_equal(lossi_estimate_smooth(2, 2, s.exact, s.own, s.settled, &choice), LOSS_OK);
    assert_string_equal(choice, "0,0,0,0");
    free(choice);
    assert_true(fabs(s.settled[1].loss / s.own[1].loss - 1) < 1e-12);
    assert_true(fabs(s.settled[1].accuracy - s.own[1].accuracy) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_make_errors_smaller),
        cmocka_unit_test(what_is_not_known_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
