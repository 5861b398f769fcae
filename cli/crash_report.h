// SPDX-License-Identifier: MIT
// What is known of a program that faulted: registers, the stacked frame, the line of the source.
#ifndef SWDLINK_CLI_CRASH_REPORT_H
#define SWDLINK_CLI_CRASH_REPORT_H

#include "targets/target.h"

// Writes lines to the log (warnings). elf: the program's file with its debug information, or NULL.
void crash_report_print(struct target *t, const struct target_stop *stop, const char *elf,
                        struct log *log);

#endif
