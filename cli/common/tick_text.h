/* Numbers beside ticks and lines. */
#ifndef TICK_TEXT_H
#define TICK_TEXT_H

enum { TICK_TEXT = 32 };

/** A number in four digits, or whole where it has five or six before the point: 10000, and not
 * 1e+04. With a minus sign that is as long as a plus. */
void tick_text(double value, char text[TICK_TEXT]);

#endif
