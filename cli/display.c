/* The buffers of display(): it cannot fail, so that every message can use it. */
#include "display.h"

#include <loss/text.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *display(const char *text)
{
    enum { N_BUFFERS = 8, SIZE = 4096 };
    static char buffers[N_BUFFERS][SIZE];
    static unsigned next;
    char *out = buffers[next++ % N_BUFFERS];
    if (!text)
        text = "?";
    if (loss_text_escape(text, strlen(text), out, SIZE) >= SIZE)
        memcpy(out + strlen(out) - 3, "...", 3);
    return out;
}

const char *accuracy_text(double accuracy, char text[ACCURACY_TEXT])
{
    *text = 0;
    if (!isnan(accuracy))
        snprintf(text, ACCURACY_TEXT, ", accuracy %.4g %%", accuracy);
    return text;
}
