/* The training loop. */
#include <loss/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/evaluate.h"
#include "train/batches.h"
#include "train/run.h"
#include "train/sgd.h"

typedef struct training {
    loss_net *net;
    const loss_dataset *test;
    const char *folder;
    loss_train_options opt;
    lossi_batches batches;
    lossi_backprop *backprop;
    lossi_evaluator *evaluator; /* NULL without a test set */
    lossi_sgd sgd;
    char *log;          /* rows so far */
    size_t first_epoch; /* finished epochs when this call began */
    double start;       /* of this call's first step */
    int folder_lock;
} training;

static loss_status check_options(const loss_train_options *o)
{
    if (!o->epochs || o->epochs > 100000 || !o->batch)
        return lossi_fail(
            LOSS_ERR_ARGUMENT,
            "%zu epochs in batches of %zu: epochs from 1 to 100000, a batch of at least 2",
            o->epochs, o->batch);
    if (!(o->lr > 0) || !isfinite(o->lr))
        return lossi_fail(LOSS_ERR_ARGUMENT, "a learning rate of %g: it must be above 0", o->lr);
    if (!(o->momentum >= 0 && o->momentum < 1))
        return lossi_fail(LOSS_ERR_ARGUMENT, "momentum %g: from 0 to below 1", o->momentum);
    if (!(o->weight_decay >= 0) || !isfinite(o->weight_decay))
        return lossi_fail(LOSS_ERR_ARGUMENT, "weight decay %g: it must be 0 or more",
                          o->weight_decay);
    if (o->nesterov && o->momentum == 0)
        return lossi_fail(LOSS_ERR_ARGUMENT, "Nesterov's step needs a momentum above 0");
    if ((unsigned)o->schedule > LOSS_SCHEDULE_COSINE)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "schedule %d: there are constant (0), step (1) and cosine (2)",
                          (int)o->schedule);
    return LOSS_OK;
}

static loss_status begin(training *t, const loss_dataset *data)
{
    const loss_train_options *o = &t->opt;
    loss_status status = check_options(o);
    if (!status)
        status = lossi_net_check_loss(t->net, data);
    if (!status && t->test)
        status = lossi_net_check_loss(t->net, t->test);
    if (!status)
        status = lossi_batches_create(&t->batches, data, o->batch, o->augment, o->seed);
    size_t largest = o->batch < loss_dataset_count(data) ? o->batch : loss_dataset_count(data);
    if (!status)
        status = lossi_backprop_create(&t->backprop, t->net, largest, o->threads);
    if (!status && t->test)
        status = lossi_evaluator_create(&t->evaluator, t->net, o->threads);
    if (!status)
        status = lossi_sgd_create(&t->sgd, t->net, o->momentum, o->weight_decay, o->nesterov);
    if (!status)
        status = lossi_run_open(&t->folder_lock, t->folder, t->net, data, t->test, o);
    if (!status)
        status = lossi_run_restore(t->folder, t->net, &t->sgd, &t->first_epoch, &t->log);
    if (!status && t->first_epoch > o->epochs)
        status = lossi_fail(LOSS_ERR_MISMATCH, "%s: its state is at epoch %zu of %zu", t->folder,
                            t->first_epoch, o->epochs);
    if (!status && t->first_epoch == 0) {
        if (!o->from_weights)
            loss_net_initialise(t->net, o->seed);
        status = lossi_run_save_weights(t->folder, t->net, 0);
    }
    return status;
}

static void end(training *t)
{
    lossi_batches_free(&t->batches);
    lossi_backprop_free(t->backprop);
    lossi_evaluator_free(t->evaluator);
    lossi_sgd_free(&t->sgd);
    free(t->log);
    lossi_run_close(t->folder_lock);
}

static void report(const training *t, loss_train_progress *p)
{
    size_t done = (p->epoch - 1 - t->first_epoch) * p->steps + p->step;
    size_t left = (t->opt.epochs - p->epoch) * p->steps + p->steps - p->step;
    p->seconds_left = (lossi_clock() - t->start) * (double)left / (double)done;
    if (t->opt.progress)
        t->opt.progress(p, t->opt.user);
}

/* All steps of an epoch; *p ends with the epoch's means, *lr with its last learning rate. */
static loss_status run_steps(training *t, loss_train_progress *p, double *lr)
{
    double start = lossi_clock(), loss_sum = 0;
    size_t n_images = 0, n_correct = 0, n_steps = t->batches.n_steps;
    lossi_batches_begin_epoch(&t->batches, p->epoch);
    for (size_t step = 0; step < n_steps; step++) {
        lossi_batch batch = lossi_batches_step(&t->batches, step);
        double loss;
        size_t correct;
        batch.cancelled = t->opt.cancelled;
        batch.cancelled_user = t->opt.user;
        if (lossi_backprop_run(t->backprop, t->net, &batch, &loss, &correct))
            return lossi_fail(
                LOSS_ERR_CANCELLED,
                "%s: training stopped in epoch %zu; the same command goes on from the last "
                "checkpoint",
                t->folder, p->epoch);
        *lr = lossi_schedule_lr(t->opt.schedule, t->opt.lr, (p->epoch - 1) * n_steps + step,
                                n_steps, t->opt.epochs * n_steps);
        lossi_sgd_step(&t->sgd, t->net, t->backprop, *lr);
        loss_sum += loss * (double)batch.n;
        n_images += batch.n;
        n_correct += correct;
        p->step = step + 1;
        p->loss = loss_sum / (double)n_images;
        p->accuracy = batch.labels ? 100 * (double)n_correct / (double)n_images : NAN;
        p->images_per_second = (double)n_images / (lossi_clock() - start);
        if (step + 1 < n_steps) /* the last one is reported when the epoch is done */
            report(t, p);
    }
    return LOSS_OK;
}

/* A number of the log; its place stays empty where there is none. NULL: out of memory. */
static char *log_number(const char *format, double value)
{
    return isnan(value) ? lossi_strdup("") : lossi_format(format, value);
}

static loss_status log_epoch(training *t, const loss_train_progress *p, double lr, double seconds)
{
    char *accuracy = log_number("%.6g", p->accuracy),
         *test_loss = t->test ? lossi_format("%.9g", p->test_loss) : lossi_strdup(""),
         *test_accuracy = log_number("%.6g", p->test_accuracy), *log = NULL;
    if (accuracy && test_loss && test_accuracy)
        log = lossi_format("%s%zu,%.9g,%.9g,%s,%s,%s,%.4g,%.4g\n", t->log, p->epoch, lr, p->loss,
                           accuracy, test_loss, test_accuracy, p->images_per_second, seconds);
    free(accuracy);
    free(test_loss);
    free(test_accuracy);
    if (!log)
        return lossi_fail_nomem(strlen(t->log) + 128);
    free(t->log);
    t->log = log;
    return lossi_run_save_log(t->folder, log);
}

static loss_status run_epoch(training *t, size_t epoch)
{
    double lr = 0, start = lossi_clock();
    loss_train_progress p = {.epoch = epoch,
                             .epochs = t->opt.epochs,
                             .steps = t->batches.n_steps,
                             .test_loss = NAN,
                             .test_accuracy = NAN};
    loss_status status = run_steps(t, &p, &lr);
    if (!status && t->test) {
        loss_result result = LOSS_RESULT_INIT;
        status = lossi_evaluator_run(t->evaluator, t->net, t->test, t->opt.cancelled, t->opt.user,
                                     &result);
        if (!status) {
            p.test_loss = result.loss;
            p.test_accuracy = result.accuracy;
        }
    }
    if (!status)
        status = log_epoch(t, &p, lr, lossi_clock() - start);
    p.checkpoint_written = epoch % t->opt.save_every == 0 || epoch == t->opt.epochs;
    if (!status && p.checkpoint_written)
        status = lossi_run_save(t->folder, t->net, &t->sgd, epoch);
    p.epoch_done = true;
    if (!status)
        report(t, &p);
    return status;
}

loss_status loss_train(loss_net *net, const loss_dataset *data, const loss_dataset *test,
                       const char *run_folder, const loss_train_options *given)
{
    training t = {.net = net,
                  .test = test,
                  .folder = run_folder,
                  .opt = LOSS_TRAIN_OPTIONS_INIT,
                  .folder_lock = -1};
    if (!net || !data || !run_folder)
        return lossi_fail(LOSS_ERR_ARGUMENT, "net, data and run_folder must not be NULL");
    loss_status status = LOSSI_OPTIONS(t.opt, given);
    if (!t.opt.save_every)
        t.opt.save_every = 1;
    if (!status)
        status = begin(&t, data);
    t.start = lossi_clock();
    for (size_t epoch = t.first_epoch + 1; !status && epoch <= t.opt.epochs; epoch++)
        status = run_epoch(&t, epoch);
    end(&t);
    return status;
}
