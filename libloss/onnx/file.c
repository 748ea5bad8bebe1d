/* Unpacking an ONNX file within bounds. */
#include "onnx/file.h"

#include <stdlib.h>
#include <string.h>

/* What messages may take, beside 2 MB. A message of two bytes in the file (tag, length 0) becomes
 * a structure of up to 250 bytes and a pointer to it. */
enum { LARGEST_RATIO = 160, SPARE = 2 << 20 };

/* protobuf-c frees without a size, so each block is preceded by its own. */
enum { HEAD = 16 };

static void *take(void *user, size_t size)
{
    lossi_onnx_file *file = user;
    if (size > file->allowance)
        return NULL;
    uint8_t *block = malloc(HEAD + size);
    if (!block) {
        file->ran_out = true;
        return NULL;
    }
    file->allowance -= size;
    memcpy(block, &size, sizeof size);
    return block + HEAD;
}

static void give_back(void *user, void *pointer)
{
    lossi_onnx_file *file = user;
    if (!pointer)
        return;
    uint8_t *block = (uint8_t *)pointer - HEAD;
    size_t size;
    memcpy(&size, block, sizeof size);
    file->allowance += size;
    free(block);
}

static ProtobufCAllocator allocator_of(lossi_onnx_file *file)
{
    return (ProtobufCAllocator){take, give_back, file};
}

loss_status lossi_onnx_file_unpack(lossi_onnx_file *file, const uint8_t *bytes, size_t size,
                                   const char *path)
{
    *file = (lossi_onnx_file){.path = path};
    lossi_arrays_begin(&file->arrays, size);
    if (!lossi_mul(size, LARGEST_RATIO, &file->allowance))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu bytes are too many", path, size);
    file->allowance += SPARE;
    if (!lossi_onnx_wire_is_sound(bytes, size, &onnx__model_proto__descriptor))
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: damaged, or no ONNX file: its messages do not end where they say",
                          path);
    ProtobufCAllocator allocator = allocator_of(file);
    file->model = onnx__model_proto__unpack(&allocator, size, bytes);
    if (file->ran_out)
        return lossi_fail_nomem(size);
    return file->model ? LOSS_OK
                       : lossi_fail(LOSS_ERR_FORMAT, "%s: damaged, or no ONNX file", path);
}

void lossi_onnx_file_free(lossi_onnx_file *file)
{
    ProtobufCAllocator allocator = allocator_of(file);
    if (file->model)
        onnx__model_proto__free_unpacked(file->model, &allocator);
    lossi_onnx_external_free(file);
    lossi_arrays_free(&file->arrays);
    *file = (lossi_onnx_file){0};
}
