/* Operators of constants only: what exporters compute shapes and indices with. */
#include "onnx/fold.h"

const lossi_onnx_operator lossi_onnx_constants[] = {
    {.name = "Constant",
     .attributes = "value value_int value_ints value_float value_floats",
     .fold = lossi_onnx_fold_constant},
    {.name = "Shape", .attributes = "start end", .fold = lossi_onnx_fold_shape, .of_shape = true},
    {.name = "Size", .attributes = "", .fold = lossi_onnx_fold_size, .of_shape = true},
    {.name = "ConstantOfShape", .attributes = "value", .fold = lossi_onnx_fold_fill},
    {.name = "Range", .attributes = "", .fold = lossi_onnx_fold_range},
    {.name = "Floor", .attributes = "", .fold = lossi_onnx_fold_one},
    {.name = "Ceil", .attributes = "", .fold = lossi_onnx_fold_one},
    {.name = "Round", .attributes = "", .fold = lossi_onnx_fold_one},
    {.name = "Not", .attributes = "", .fold = lossi_onnx_fold_one},
    {.name = "Mod", .attributes = "fmod", .fold = lossi_onnx_fold_two},
    {.name = "Equal", .attributes = "", .fold = lossi_onnx_fold_two},
    {.name = "Greater", .attributes = "", .fold = lossi_onnx_fold_two},
    {.name = "Less", .attributes = "", .fold = lossi_onnx_fold_two},
    {.name = "GreaterOrEqual", .attributes = "", .fold = lossi_onnx_fold_two},
    {.name = "LessOrEqual", .attributes = "", .fold = lossi_onnx_fold_two},
    {.name = "And", .attributes = "", .fold = lossi_onnx_fold_two},
    {.name = "Or", .attributes = "", .fold = lossi_onnx_fold_two},
    {.name = "Trilu", .attributes = "upper", .fold = lossi_onnx_fold_triangle},
    {.name = NULL},
};
