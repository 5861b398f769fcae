// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <stdio.h>
#include <string.h>

struct log log_silent(void)
{
    return (struct log){.level = LOG_ERROR};
}

void log_line(struct log *log, enum log_level level, const char *fmt, ...)
{
    if (level > log->level || !log->write)
        return;
    char line[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    log->write(log->user, level, line);
}

enum err log_fail(struct log *log, enum err e, const char *fmt, ...)
{
    // The arguments may include the old sentence, so build the new one beside it.
    char sentence[LOG_SENTENCE_SIZE];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, ap);
    va_end(ap);
    snprintf(log->sentence, sizeof log->sentence, "%s", sentence);
    log->word = NULL;
    log_line(log, LOG_DEBUG, "failed: %s", log->sentence);
    return e;
}

const char *log_sentence(const struct log *log, enum err e)
{
    return log->sentence[0] ? log->sentence : err_text(e);
}

void log_tag(struct log *log, const char *word)
{
    log->word = word;
}

void log_forget(struct log *log)
{
    log->sentence[0] = '\0';
    log->word = NULL;
}

struct log_mark log_keep(const struct log *log)
{
    struct log_mark mark;
    memcpy(mark.sentence, log->sentence, sizeof mark.sentence);
    mark.word = log->word;
    return mark;
}

void log_restore(struct log *log, const struct log_mark *mark)
{
    memcpy(log->sentence, mark->sentence, sizeof log->sentence);
    log->word = mark->word;
}
