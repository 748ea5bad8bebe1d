/* Fuzz target: ONNX files. */
#include "fuzz/fuzz.h"
#include "onnx/onnx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    loss_net *net;
    if (!lossi_onnx_parse(&net, bytes, size, "/nonexistent/fuzz.onnx", (loss_shape){3, 16, 16, 10},
                          "fuzz"))
        loss_net_free(net);
    return 0;
}
