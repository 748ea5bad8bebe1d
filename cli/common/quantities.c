#include "quantities.h"

#include <stddef.h>

const char *const quantity_names[N_QUANTITIES + 1] = {
    [QUANTITY_LOSS] = "loss",
    [QUANTITY_ACCURACY] = "accuracy",
    [QUANTITY_ERROR] = "standard-error",
    [QUANTITY_CONVEXITY] = "convexity",
};

const quantity_words *quantity_words_of(quantity which)
{
    static const quantity_words rows[N_QUANTITIES] = {
        [QUANTITY_LOSS] = {.title = "Loss landscape",
                           .word = "loss",
                           .unit = "",
                           .of_split = {"training ", "test "},
                           .alone = "",
                           .lacking = "holds no loss",
                           .ends_with_label = true,
                           .is_loss = true,
                           .has_errors = true,
                           .is_height = true},
        [QUANTITY_ACCURACY] = {.title = "Accuracy",
                               .word = "accuracy",
                               .unit = " %",
                               .axis = "accuracy (%)",
                               .of_split = {"training accuracy (%)", "test accuracy (%)"},
                               .alone = "accuracy (%)",
                               .lacking = "holds no accuracy",
                               .has_errors = true,
                               .is_height = true},
        [QUANTITY_ERROR] = {.title = "Standard error of the loss",
                            .word = "standard error",
                            .unit = "",
                            .axis = "standard error",
                            .of_split = {"standard error of the training ",
                                         "standard error of the test "},
                            .alone = "standard error of the ",
                            .lacking = "holds no standard errors; the landscapes of lossgrid "
                                       "surface have them, and tables with a column "
                                       "standard_error",
                            .ends_with_label = true,
                            .is_loss = true},
        [QUANTITY_CONVEXITY] = {.title = "Convexity",
                                .word = "ratio",
                                .unit = "",
                                .axis = "|smallest / largest eigenvalue|",
                                .of_split = {"|smallest / largest eigenvalue|, training",
                                             "|smallest / largest eigenvalue|, test"},
                                .alone = "|smallest / largest eigenvalue|",
                                .lacking = "holds no eigenvalues; lossgrid surface --curvature "
                                           "adds them"},
    };
    return &rows[which];
}
