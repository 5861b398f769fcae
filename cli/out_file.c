// SPDX-License-Identifier: MIT
#include "cli/out_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

bool out_file_is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

enum err out_file_check_stdout(const char *const users[], unsigned count, struct log *log)
{
    const char *first = NULL;
    for (unsigned i = 0; i < count; i++) {
        if (users[i] && first)
            return log_fail(log, ERR_USAGE, "%s and %s both want standard output: choose one",
                            first, users[i]);
        first = users[i] ? users[i] : first;
    }
    return ERR_OK;
}

enum err out_file_create(FILE **file, const char *path, struct log *log)
{
    *file = fopen(path, "wb");
    if (*file)
        return ERR_OK;
    return log_fail(log, ERR_FILE, "%s cannot be opened for writing: %s", path, strerror(errno));
}

enum err out_file_open(FILE **file, const char *path, struct log *log)
{
    *file = NULL;
    if (!path)
        return ERR_OK;
    if (!out_file_is_stdout(path))
        return out_file_create(file, path, log);
    *file = stdout;
    return ERR_OK;
}

enum err out_file_close(FILE *file, const char *path, enum err e, struct log *log)
{
    if (!file || file == stdout)
        return e;
    const bool written = !ferror(file);
    const bool closed = fclose(file) == 0;
    if (e != ERR_OK || (written && closed))
        return e;
    return log_fail(log, ERR_FILE, "%s could not be written: %s", path, strerror(errno));
}
