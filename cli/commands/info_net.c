#include "commands/info_net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "display.h"
#include "document.h"
#include "inputs/target.h"

/* Sums over the network. */
typedef struct totals {
    size_t layers, batchnorms, trained, statistics, constants;
} totals;

static loss_layer_info layer_at(const loss_net *net, size_t i)
{
    loss_layer_info info = LOSS_LAYER_INFO_INIT;
    loss_net_layer(net, i, &info);
    return info;
}

static totals count(const loss_net *net)
{
    totals t = {.layers = loss_net_n_layers(net) - 1}; /* without the images */
    for (size_t i = 0; i <= t.layers; i++)
        t.batchnorms += layer_at(net, i).is_batchnorm;
    for (size_t i = 0; i < loss_net_n_tensors(net); i++) {
        loss_tensor_kind kind = loss_net_tensor(net, i)->kind;
        bool is_statistic = kind == LOSS_TENSOR_RUNNING_MEAN || kind == LOSS_TENSOR_RUNNING_VAR,
             is_constant = kind == LOSS_TENSOR_CONSTANT;
        t.statistics += is_statistic;
        t.constants += is_constant;
        t.trained += !is_statistic && !is_constant;
    }
    return t;
}

/* ---- As JSON -------------------------------------------------------------------------------- */

static void add_layer(json *j, cJSON *list, size_t number, const loss_layer_info *layer)
{
    cJSON *item = json_object(j, list, NULL);
    json_number(j, item, "number", (double)number);
    json_text(j, item, "layer", layer->kind);
    if (*layer->name)
        json_text(j, item, "name", layer->name);
    if (*layer->keys)
        json_text(j, item, "keys", layer->keys);
    cJSON *inputs = json_list(j, item, "inputs");
    for (size_t k = 0; k < layer->n_inputs; k++)
        json_number(j, inputs, NULL, layer->inputs[k]);
    cJSON *output = json_list(j, item, "output");
    for (size_t d = 0; d < layer->n_dims; d++)
        json_number(j, output, NULL, (double)layer->dims[d]);
    json_number(j, item, "parameters", (double)layer->parameters);
    json_number(j, item, "multiply_adds", layer->macs);
}

static int give_document(const loss_net *net)
{
    totals t = count(net);
    loss_shape shape = loss_net_shape(net);
    json j = json_begin();
    json_text(&j, j.root, "kind", "network");
    json_text(&j, j.root, "model", loss_net_model(net));
    json_number(&j, j.root, "channels", (double)shape.channels);
    json_number(&j, j.root, "height", (double)shape.height);
    json_number(&j, j.root, "width", (double)shape.width);
    json_number(&j, j.root, "classes", (double)shape.classes);
    cJSON *layers = json_list(&j, j.root, "layers");
    for (size_t i = 0; i <= t.layers; i++) {
        loss_layer_info layer = layer_at(net, i);
        add_layer(&j, layers, i, &layer);
    }
    json_number(&j, j.root, "parameters", (double)loss_net_n_parameters(net));
    json_number(&j, j.root, "multiply_adds", loss_net_macs(net));
    json_number(&j, j.root, "trained_tensors", (double)t.trained);
    json_number(&j, j.root, "running_statistics", (double)t.statistics);
    json_number(&j, j.root, "constants", (double)t.constants);
    json_number(&j, j.root, "batchnorm_layers", (double)t.batchnorms);
    json_number(&j, j.root, "folded_batchnorm_layers", (double)loss_net_n_folded_norms(net));
    loss_status status = document_give(&j);
    return status ? report_failure(status) : EXIT_OK;
}

/* ---- As a table ----------------------------------------------------------------------------- */

enum { NUMBER, LAYER, NAME, INPUTS, OUTPUT, PARAMETERS, MACS, KEYS, N_COLUMNS, CELL = 448 };
static const char *const HEADS[N_COLUMNS] = {"#",      "layer",      "name",          "inputs",
                                             "output", "parameters", "multiply-adds", "keys"};
typedef char row[N_COLUMNS][CELL];

/* Numbers with a character between them. */
static void join(char *cell, size_t n, const size_t *numbers, char between)
{
    size_t at = 0;
    for (size_t i = 0; i < n && at + 24 < CELL; i++)
        at += (size_t)snprintf(cell + at, CELL - at, "%.*s%zu", i > 0, &between, numbers[i]);
}

/* Inputs are said where they are not the line before. */
static void fill_inputs(char *cell, size_t number, const loss_layer_info *layer)
{
    if (layer->n_inputs == 1 && (size_t)layer->inputs[0] + 1 == number)
        return;
    size_t at = 0;
    for (size_t i = 0; i < layer->n_inputs && at + 24 < CELL; i++)
        at += (size_t)snprintf(cell + at, CELL - at, "%s%d", i ? "," : "", layer->inputs[i]);
}

static void fill(row cells, const loss_net *net, size_t number)
{
    loss_layer_info layer = layer_at(net, number);
    memset(cells, 0, sizeof(row));
    snprintf(cells[NUMBER], CELL, "%zu", number);
    snprintf(cells[LAYER], CELL, "%s", layer.kind);
    snprintf(cells[NAME], CELL, "%.*s", CELL - 1, display(layer.name));
    fill_inputs(cells[INPUTS], number, &layer);
    join(cells[OUTPUT], layer.n_dims, layer.dims, 'x');
    if (layer.parameters)
        snprintf(cells[PARAMETERS], CELL, "%zu", layer.parameters);
    if (layer.macs > 0)
        snprintf(cells[MACS], CELL, "%.0f", layer.macs);
    snprintf(cells[KEYS], CELL, "%s", layer.keys);
}

/* Numbers stand at the right of their column; nothing stands after a line's last cell. */
static void print_row(const row cells, const int *widths)
{
    int last = N_COLUMNS - 1;
    while (last > 0 && !*cells[last])
        last--;
    for (int c = 0; c <= last; c++) {
        bool is_right = c == NUMBER || c == PARAMETERS || c == MACS;
        int width = c == last && !is_right ? 0 : widths[c];
        printf("%s%*s", c ? "  " : "", is_right ? width : -width, cells[c]);
    }
    printf("\n");
}

static void print_table(const loss_net *net, row cells)
{
    int widths[N_COLUMNS];
    size_t n = loss_net_n_layers(net);
    for (int c = 0; c < N_COLUMNS; c++)
        widths[c] = (int)strlen(HEADS[c]);
    for (size_t i = 0; i < n; i++) {
        fill(cells, net, i);
        for (int c = 0; c < N_COLUMNS; c++)
            if ((int)strlen(cells[c]) > widths[c])
                widths[c] = (int)strlen(cells[c]);
    }
    for (int c = 0; c < N_COLUMNS; c++)
        snprintf(cells[c], CELL, "%s", HEADS[c]);
    print_row((const char(*)[CELL])cells, widths);
    for (size_t i = 0; i < n; i++) {
        fill(cells, net, i);
        print_row((const char(*)[CELL])cells, widths);
    }
}

static void print_totals(const loss_net *net)
{
    totals t = count(net);
    printf("layers:           %zu\n", t.layers);
    printf("parameters:       %zu in %zu tensors\n", loss_net_n_parameters(net), t.trained);
    printf("multiply-adds:    %.0f for an image\n", loss_net_macs(net));
    printf("BatchNorm layers: %zu\n", t.batchnorms);
    if (t.constants)
        printf("constants:        %zu\n", t.constants);
    if (loss_net_n_folded_norms(net))
        printf("BatchNorm layers that seem to be in convolutions: %zu\n",
               loss_net_n_folded_norms(net));
}

static int print_text(const loss_net *net)
{
    loss_shape shape = loss_net_shape(net);
    row *cells = malloc(sizeof *cells);
    if (!cells)
        return report_failure(LOSS_ERR_NOMEM);
    printf("%s: images %zux%zux%zu, %zu classes\n\n", display(loss_net_model(net)), shape.channels,
           shape.height, shape.width, shape.classes);
    print_table(net, *cells);
    printf("\n");
    print_totals(net);
    free(cells);
    return EXIT_OK;
}

int info_net(const char *model, loss_shape shape)
{
    loss_net *net;
    loss_status status = loss_net_create(&net, model, shape);
    if (status)
        return report_failure(status);
    target_say_folded(net, model, false);
    int result = document_is_wanted() ? give_document(net) : print_text(net);
    loss_net_free(net);
    return result;
}
