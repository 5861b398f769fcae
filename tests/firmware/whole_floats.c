// SPDX-License-Identifier: MIT
// Floating point in software, and what newlib makes of it: arithmetic, roots, printf and strtod.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 12, WIDTH = 96 };

char lines[LINES][WIDTH];
volatile double sums[LINES];
volatile float singles[LINES];

int main(void)
{
    double x = 1.0, total = 0.0;
    int written = 0;
    for (int i = 0; i < LINES; i++) {
        x = x * 1.7 - 0.3 / (i + 1) + sqrt((double)i + 0.25);
        float single = (float)x / 3.0f + (float)i * -0.125f;
        singles[i] = single;
        written += snprintf(lines[i], WIDTH, "%d: %.6f %.3e %g %08lx %-6s|", i, x, x * 1e10,
                            (double)single, (unsigned long)(x * 1000.0), i % 2 ? "odd" : "even");
        total += strtod(lines[i] + 3, NULL) - (double)(int64_t)x;
        sums[i] = total;
    }
    return written + (int)total;
}
