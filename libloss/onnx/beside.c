/* The files beside an ONNX file that it has data in. */
#include "onnx/file.h"
#include "onnx/onnx.h"

/* Reads what a tensor has in another file. */
static loss_status read_tensor(lossi_onnx_file *file, const Onnx__TensorProto *tensor)
{
    lossi_array array;
    if (!tensor || tensor->data_location != ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        return LOSS_OK;
    return lossi_onnx_tensor(file, tensor, &array);
}

/* Those of initializers and of constants: no others are read. */
static loss_status read_tensors(lossi_onnx_file *file)
{
    const Onnx__GraphProto *graph = file->model->graph;
    loss_status status = LOSS_OK;
    for (size_t i = 0; graph && !status && i < graph->n_initializer; i++)
        status = read_tensor(file, graph->initializer[i]);
    for (size_t i = 0; graph && !status && i < graph->n_node; i++)
        for (size_t k = 0; !status && k < graph->node[i]->n_attribute; k++)
            status = read_tensor(file, graph->node[i]->attribute[k]->t);
    return status;
}

loss_status lossi_onnx_beside(const uint8_t *bytes, size_t size, const char *path,
                              lossi_onnx_take *take, void *user)
{
    lossi_onnx_file file = {0};
    loss_status status = lossi_onnx_file_unpack(&file, bytes, size, path);
    if (!status)
        status = read_tensors(&file);
    if (!status)
        status = lossi_onnx_external_each(&file, take, user);
    lossi_onnx_file_free(&file);
    return status;
}
