/* The window, and pictures without one. */
#ifndef WINDOW_H
#define WINDOW_H

#include "arguments.h"
#include "session.h"

/** Opens a window and stays until it is closed. @return the exit code; what went wrong has been
 * told. */
int window_run(session *s, const options *o);

/** Writes the picture or the turn that the options ask for, without a window. @return the exit
 * code. */
int pictures_run(session *s, const options *o);

#endif
