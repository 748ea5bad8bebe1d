/* Loss and accuracy of a network on a dataset.
 *
 *   cc 01-evaluate.c $(pkg-config --cflags --libs loss) -o 01-evaluate
 *   ./01-evaluate fashion-mnist lenet5 weights.safetensors
 *
 * Without weights the network is as initialised: a loss near ln(classes) is what it should have. */
#include <stdio.h>

#include <loss/loss.h>

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s DATA MODEL [WEIGHTS]\n", argv[0]);
        return 2;
    }
    loss_dataset *data = NULL;
    loss_net *net = NULL;
    loss_result result = LOSS_RESULT_INIT;
    loss_dataset_options options = LOSS_DATASET_OPTIONS_INIT;
    options.split = LOSS_SPLIT_TEST;
    options.limit = 1000;

    loss_status st = loss_dataset_open(&data, argv[1], &options);
    if (!st)
        st = loss_net_create(&net, argv[2], loss_dataset_shape(data));
    if (!st && argc > 3)
        st = loss_net_load(net, argv[3], NULL);
    if (!st)
        st = loss_net_evaluate(net, data, NULL, &result);
    if (!st)
        printf("%s on %zu images: loss %.6f +- %.6f, accuracy %.2f %%\n", loss_net_model(net),
               result.images, result.loss, result.standard_error, result.accuracy);
    else
        fprintf(stderr, "%s: %s\n", loss_status_name(st), loss_last_message());

    loss_net_free(net);
    loss_dataset_free(data);
    return st ? 1 : 0;
}
