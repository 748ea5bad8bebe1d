/* Windows of layers: kernel, stride, dilation and padding, which may differ from side to side. An
 * input of maps [channels][height][width] has two sides, one of [channels][length] has one. */
#ifndef LOSSI_WINDOW_H
#define LOSSI_WINDOW_H

#include "net/builder.h"

/** Keys of all kinds with windows. A stride has its standard where it is 0. */
#define LOSSI_KERNEL_KEY                                                                           \
    {                                                                                              \
        "kernel", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE, .most_values = 2      \
    }
#define LOSSI_STRIDE_KEY(usual)                                                                    \
    {                                                                                              \
        "stride", .standard = (usual), .most = LOSSI_LARGEST_SIZE, .most_values = 2                \
    }
#define LOSSI_PADDING_KEY                                                                          \
    {                                                                                              \
        "padding", .most = LOSSI_LARGEST_SIZE, .most_values = 4                                    \
    }
#define LOSSI_DILATION_KEY                                                                         \
    {                                                                                              \
        "dilation", .standard = 1, .least = 1, .most = LOSSI_LARGEST_SIZE, .most_values = 2        \
    }

/** Which keys of a node they are; of a key without values all have the standard, 1 or 0. */
typedef struct lossi_window_keys {
    size_t kernel, stride, padding, dilation;
} lossi_window_keys;

/** Sides of an input: 1 or 2; 0, with an error, for others. */
size_t lossi_sides(const lossi_addition *a);

/** The value of a key for a side. */
size_t lossi_side(const lossi_node *node, size_t key, size_t side, size_t standard);

/** LOSS_ERR_ARGUMENT unless a key has one value, or one for each side. */
loss_status lossi_sides_check(const lossi_addition *a, size_t key);

/** LOSS_ERR_SHAPE or LOSS_ERR_ARGUMENT unless the input has one or two sides, and the keys values
 * for them. */
loss_status lossi_windows_check(const lossi_addition *a, const lossi_window_keys *keys);

/** Checks the keys of a new layer and sets its sides to what windows leave of the input's.
 *  @param ceil  a last window may reach beyond the padded input
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_SHAPE (it does not fit) */
loss_status lossi_windows_add(lossi_addition *a, const lossi_window_keys *keys, bool ceil);

/** Padding after a side of an input. */
size_t lossi_padding_after(const lossi_node *node, const lossi_window_keys *keys, size_t side);

/** The windows of a node between its input and its output (exchanged: of a transposed one). */
lossi_windows lossi_windows_of(const lossi_node *node, const lossi_window_keys *keys,
                               const lossi_node *in, const lossi_node *out, size_t lanes);

#endif
