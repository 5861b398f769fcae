// SPDX-License-Identifier: MIT
// An ordinary C program on newlib with its rdimon library, which knows nothing of us: arguments,
// standard streams, files, time, exit status.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_SIZE 64

volatile int status = 7;

static int copy_back(const char *name)
{
    char line[LINE_SIZE];
    FILE *f = fopen(name, "w");
    if (!f) {
        printf("%s: errno %d\n", name, errno);
        return 1;
    }
    fprintf(f, "first line\nsecond line\n");
    fclose(f);
    f = fopen(name, "r");
    if (!f)
        return 2;
    fseek(f, 6, SEEK_SET);
    while (fgets(line, sizeof line, f))
        printf("read: %s", line);
    fclose(f);
    return remove(name) ? 3 : 0;
}

int main(int argc, char **argv)
{
    printf("started with %d argument%s:", argc, argc == 1 ? "" : "s");
    for (int i = 0; i < argc; i++)
        printf(" %s", argv[i]);
    printf("\n");
    printf("copy: %d\n", copy_back("newlib.txt"));
    printf("time is set: %d\n", time(NULL) > 1600000000);
    fprintf(stderr, "to the error stream\n");
    exit(status);
}
