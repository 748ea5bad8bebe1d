/* One row a kind. */
#include "formats/foreign.h"

#include <string.h>

#ifndef LOSSI_HAS_HDF5
static bool is_hdf5(const uint8_t *bytes, size_t size)
{
    return size >= 8 && memcmp(bytes, "\x89HDF\r\n\x1a\n", 8) == 0;
}
#endif

/* A protocol buffer: field 1 is the version of its format, a small number; field 2 the name of the
 * program that wrote it, or field 7 the graph. */
static bool is_onnx(const uint8_t *bytes, size_t size)
{
    return size >= 4 && bytes[0] == 0x08 && bytes[1] < 0x20 &&
           (bytes[2] == 0x12 || bytes[2] == 0x3a) && bytes[3];
}

/* FlatBuffers of TensorFlow Lite name themselves after the first offset. */
static bool is_tflite(const uint8_t *bytes, size_t size)
{
    return size >= 8 && memcmp(bytes + 4, "TFL3", 4) == 0;
}

static const struct {
    const char *name;
    bool (*is)(const uint8_t *bytes, size_t size); /* or the ending of a member: */
    const char *member;
    const char *way_out;
} kinds[] = {
    {"a TorchScript archive", NULL, "/constants.pkl",
     "save torch.jit.load(FILE).state_dict() with torch.save()"},
    {"an exported PyTorch program (.pt2)", NULL, "serialized_exported_program.json",
     "save torch.export.load(FILE).state_dict with torch.save()"},
    {"an exported PyTorch program (.pt2)", NULL, "archive_format",
     "save torch.export.load(FILE).state_dict with torch.save()"},
    {"a Keras archive", NULL, "model.weights.h5",
     "save {w.path: w.numpy() for w in model.weights} with numpy.savez()"},
#ifndef LOSSI_HAS_HDF5
    {"an HDF5 file (this libloss was built without libhdf5)", is_hdf5, NULL,
     "save its arrays with numpy.savez()"},
#endif
    {"an ONNX file", is_onnx, NULL,
     "save the state_dict() of the model it was exported from with torch.save()"},
    {"a TensorFlow Lite file", is_tflite, NULL, "save the model's weights with numpy.savez()"},
};

loss_status lossi_foreign_refuse(const uint8_t *bytes, size_t size, const lossi_archive *zip,
                                 const char *label)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (zip ? kinds[i].member && lossi_archive_find_ending(zip, kinds[i].member)
                : kinds[i].is && kinds[i].is(bytes, size))
            return lossi_fail(LOSS_ERR_FORMAT, "%s: %s, which is not read for weights; %s", label,
                              kinds[i].name, kinds[i].way_out);
    return LOSS_OK;
}
