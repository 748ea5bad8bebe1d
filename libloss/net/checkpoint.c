/* Names of checkpoints. */
#include "net/checkpoint.h"

#include <string.h>

static const char BEGIN[] = "epoch-", END[] = ".safetensors";

char *lossi_checkpoint_path(const char *folder, size_t epoch)
{
    size_t n = strlen(folder);
    const char *slash = n && folder[n - 1] == '/' ? "" : "/";
    return lossi_format("%s%s%s%03zu%s", folder, slash, BEGIN, epoch, END);
}

bool lossi_checkpoint_epoch(const char *path, size_t *epoch)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *end;
    uint64_t number;
    if (strncmp(name, BEGIN, sizeof BEGIN - 1) != 0 ||
        !loss_count_parse(name + sizeof BEGIN - 1, &end, &number) || strcmp(end, END) != 0)
        return false;
    *epoch = number;
    return true;
}
