/* Fuzz target: ONNX files: the network, what they declare, and the files beside them. */
#include "fuzz/fuzz.h"
#include "onnx/onnx.h"

static const char PATH[] = "/nonexistent/fuzz.onnx";

static loss_status take(const char *location, const uint8_t *bytes, size_t size, void *user)
{
    (void)location;
    (void)bytes;
    (void)size;
    (void)user;
    return LOSS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    loss_net *net;
    loss_shape shape;
    if (!lossi_onnx_parse(&net, bytes, size, PATH, (loss_shape){3, 16, 16, 10}, "fuzz"))
        loss_net_free(net);
    lossi_onnx_parse_shape(&shape, bytes, size, PATH);
    lossi_onnx_beside(bytes, size, PATH, take, NULL);
    return 0;
}
