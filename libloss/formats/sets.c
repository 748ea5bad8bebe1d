/* Sets of arrays, and lists of them for people. */
#include "formats/sets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

loss_status lossi_sets_add(lossi_sets *sets, const char *key, size_t n_tensors, double n_values)
{
    char *copy = lossi_strdup(key);
    if (!copy ||
        !lossi_reserve((void **)&sets->items, &sets->capacity, sets->n, sizeof *sets->items)) {
        free(copy);
        return lossi_fail_nomem(2 * sets->capacity * sizeof *sets->items);
    }
    sets->items[sets->n++] = (lossi_set){copy, n_tensors, n_values};
    return LOSS_OK;
}

void lossi_sets_free(lossi_sets *sets)
{
    for (size_t i = 0; i < sets->n; i++)
        free(sets->items[i].key);
    free(sets->items);
    *sets = (lossi_sets){0};
}

void lossi_list_add(char list[LOSSI_LIST_SIZE], const char *text)
{
    size_t at = strlen(list), room = LOSSI_LIST_SIZE - at;
    char item[160];
    snprintf(item, sizeof item, "%.150s", text);
    if (room > strlen(item) + 8)
        snprintf(list + at, room, "%s%s", at ? ", " : "", item);
    else if (room > 6 && list[at - 1] != '.')
        snprintf(list + at, room, ", ...");
}

const char *lossi_sets_list(const lossi_sets *sets, size_t except, char list[LOSSI_LIST_SIZE])
{
    list[0] = 0;
    for (size_t i = 0; i < sets->n; i++) {
        const lossi_set *set = &sets->items[i];
        char item[160];
        snprintf(item, sizeof item, "%.120s (%zu tensor%s)", *set->key ? set->key : "the top",
                 set->n_tensors, set->n_tensors == 1 ? "" : "s");
        if (i != except)
            lossi_list_add(list, item);
    }
    return list;
}
