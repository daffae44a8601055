/* font.h: a small font for the labels of picture sheets: ASCII, 5 x 8 dots, drawn for this project. */
#ifndef HG_REPORT_FONT_H
#define HG_REPORT_FONT_H

#include <stdint.h>

enum { HG__FONT_WIDE = 5, HG__FONT_HIGH = 8 };

/* Eight rows from the top, the last below the line; bit 4 is the leftmost dot. A question mark for what is not in the
 * font. */
const uint8_t *hg__font_letter(char c);

#endif
