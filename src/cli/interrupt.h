/* interrupt.h: Ctrl-C and SIGTERM. They end the program at once, with 130 or 143, and sweep away what it had begun; or
 * they are a flag for long work that asks for it, where only a second one quits at once. */
#ifndef HG_CLI_INTERRUPT_H
#define HG_CLI_INTERRUPT_H

void hg__interrupt_catch(void); /* for every command */
void hg__interrupt_defer(void); /* from here on a first one is only noted */
int hg__interrupt_signal(void); /* SIGINT, SIGTERM, or 0 */

#endif
