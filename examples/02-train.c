/* Trains a network; the run folder then holds a checkpoint per epoch, a log, and all it takes to
 * go on after a stop.
 *
 *   cc 02-train.c $(pkg-config --cflags --libs loss) -o 02-train
 *   ./02-train fashion-mnist lenet5 run */
#include <stdio.h>

#include <loss/loss.h>

static void report(const loss_train_progress *p, void *user)
{
    (void)user;
    if (p->epoch_done)
        printf("epoch %zu of %zu: training loss %.4f, accuracy %.2f %%; test loss %.4f, accuracy "
               "%.2f %%\n",
               p->epoch, p->epochs, p->loss, p->accuracy, p->test_loss, p->test_accuracy);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s DATA MODEL RUN\n", argv[0]);
        return 2;
    }
    loss_dataset *train = NULL, *test = NULL;
    loss_net *net = NULL;
    loss_dataset_options options = LOSS_DATASET_OPTIONS_INIT;
    options.limit = 2000;
    loss_train_options training = LOSS_TRAIN_OPTIONS_INIT;
    training.epochs = 3;
    training.lr = 0.02;
    training.progress = report;

    loss_status st = loss_dataset_open(&train, argv[1], &options);
    options.split = LOSS_SPLIT_TEST;
    if (!st)
        st = loss_dataset_open(&test, argv[1], &options);
    if (!st)
        st = loss_net_create(&net, argv[2], loss_dataset_shape(train));
    if (!st)
        st = loss_train(net, train, test, argv[3], &training);
    if (st)
        fprintf(stderr, "%s: %s\n", loss_status_name(st), loss_last_message());

    loss_net_free(net);
    loss_dataset_free(test);
    loss_dataset_free(train);
    return st ? 1 : 0;
}
