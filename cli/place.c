// SPDX-License-Identifier: MIT
#include "cli/place.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs a program and keeps the first line of its output. False: there is no such program, or it
// failed.
static bool first_line_of(const char *const argv[], char line[PLACE_SIZE])
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (!freopen("/dev/null", "w", stderr))
            _exit(127);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(ends[1]);
    FILE *f = child < 0 ? NULL : fdopen(ends[0], "r");
    bool got = f && fgets(line, PLACE_SIZE, f);
    char rest[PLACE_SIZE];
    while (f && fgets(rest, sizeof rest, f))
        continue;
    if (f)
        fclose(f);
    else
        close(ends[0]);
    int status = -1;
    if (child > 0)
        waitpid(child, &status, 0);
    line[got ? strcspn(line, "\n") : 0] = '\0';
    return got && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool place_find(const char *elf, uint32_t pc, char place[PLACE_SIZE])
{
    char address[16], ask[32];
    snprintf(address, sizeof address, "0x%x", pc);
    snprintf(ask, sizeof ask, "info line *0x%x", pc);
    const char *const addr2line[] = {
        "arm-none-eabi-addr2line", "-f", "-p", "-C", "-e", elf, address, NULL};
    const char *const gdb[] = {"gdb-multiarch", "-nx", "-batch", "-ex", ask, elf, NULL};
    if (first_line_of(addr2line, place) && !strstr(place, "??:"))
        return true;
    return first_line_of(gdb, place) && strncmp(place, "Line", 4) == 0;
}
