// SPDX-License-Identifier: MIT
#include "cli/swo_file.h"

#include <errno.h>
#include <string.h>

enum err swo_file_open(FILE **file, const char *path, struct log *log)
{
    *file = NULL;
    if (!path)
        return ERR_OK;
    *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    if (*file)
        return ERR_OK;
    return log_fail(log, ERR_FILE, "%s cannot be opened for writing: %s", path, strerror(errno));
}

enum err swo_file_close(FILE *file, const char *path, enum err e, struct log *log)
{
    if (!file || file == stdout || fclose(file) == 0 || e != ERR_OK)
        return e;
    return log_fail(log, ERR_FILE, "%s could not be written: %s", path, strerror(errno));
}
