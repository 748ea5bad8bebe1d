/* Fuzz target: run.json, as training compares it and as the commands find the data in it. */
#include <cjson/cJSON.h>
#include <stdlib.h>

#include <loss/loss.h>

#include "cli/inputs/place.h"
#include "fuzz/folder.h"
#include "fuzz/fuzz.h"
#include "train/run.h"

static loss_net *net;
static loss_dataset *data;

static void free_both(void)
{
    loss_net_free(net);
    loss_dataset_free(data);
}

static void make_both(void)
{
    static const uint8_t pixels[2];
    static const uint32_t labels[2] = {0, 1};
    loss_shape shape = {1, 1, 1, 2};
    loss_builder *b;
    if (loss_builder_create(&b, shape))
        abort();
    loss_node x = loss_builder_flatten(b, loss_builder_input(b));
    if (loss_builder_finish(b, loss_builder_linear(b, x, "fc", 2), "tiny", &net) ||
        loss_dataset_create(&data, shape, 2, pixels, labels, NULL) || atexit(free_both))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[96], *text, *where;
    int lock;
    const char *folder = fuzz_folder_get();
    loss_train_options opt = LOSS_TRAIN_OPTIONS_INIT;
    if (!net)
        make_both();
    snprintf(path, sizeof path, "%s/run.json", folder);
    fuzz_folder_put(path, bytes, size);
    lossi_run_open(&lock, folder, net, data, data, &opt);
    lossi_run_close(lock);
    if (!loss_json_read(path, SIZE_MAX, &text)) {
        cJSON *json = cJSON_Parse(text);
        if (json && !place_find(&where, json, folder))
            free(where);
        cJSON_Delete(json);
        /* As the caller's own members of a new one. */
        opt.run_json = text;
        remove(path);
        lossi_run_open(&lock, folder, net, data, data, &opt);
        lossi_run_close(lock);
        loss_string_free(text);
    }
    return 0;
}
