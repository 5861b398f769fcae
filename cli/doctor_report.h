// SPDX-License-Identifier: MIT
// The doctor's findings, told to people and to programs.
#ifndef SWDLINK_CLI_DOCTOR_REPORT_H
#define SWDLINK_CLI_DOCTOR_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "doctor/diagnosis.h"

// The verdict, what was measured, what to do next, and the header with the state of its wires.
// unicode: lines and marks beyond ASCII may be used.
void doctor_report_print(FILE *out, const struct measurements *m, const struct diagnosis *d,
                         bool unicode);
// A new object, NULL when out of memory.
json_t *doctor_report_json(const struct measurements *m, const struct diagnosis *d);
// What the terminal's locale can show.
bool doctor_report_unicode(void);

#endif
