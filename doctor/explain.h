// SPDX-License-Identifier: MIT
// What doc/cannot-connect.md says of each verdict: made from that file when the program is built,
// so that guide and program say the same.
#ifndef SWDLINK_DOCTOR_EXPLAIN_H
#define SWDLINK_DOCTOR_EXPLAIN_H

struct explanation {
    const char *id;
    const char *text; // lines as in the guide, each ends in a newline
};

extern const struct explanation explanations[];
extern const unsigned explanation_count;

// NULL when there is none.
const char *explain_find(const char *id);

#endif
