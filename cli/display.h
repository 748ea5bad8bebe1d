/* Texts from files, fit to be shown: on a terminal, in a picture. */
#ifndef DISPLAY_H
#define DISPLAY_H

/** A text as loss_text_escape() gives it, "?" for NULL. One of eight buffers, used in turn; a text
 * of more than 4 KiB is cut, and ends in "...". One thread. */
const char *display(const char *text);

/** ", accuracy 91.2 %"; "" for NaN, where there is none. @return text */
enum { ACCURACY_TEXT = 40 };
const char *accuracy_text(double accuracy, char text[ACCURACY_TEXT]);

#endif
