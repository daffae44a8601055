/* interrupt.h: Ctrl-C and SIGTERM as a flag that long work asks for. A second one quits at once. */
#ifndef HG_CLI_INTERRUPT_H
#define HG_CLI_INTERRUPT_H

void hg__interrupt_catch(void);
int hg__interrupt_signal(void); /* SIGINT, SIGTERM, or 0 */

#endif
