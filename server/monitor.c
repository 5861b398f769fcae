// SPDX-License-Identifier: MIT
// `monitor` lines: which row of the tables is meant, and what becomes of it.
#include "server/monitor.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "base/near.h"
#include "server/packets.h"
#include "server/reply.h"

#define LINE_MAX_LEN 512u
#define WORD_MAX_LEN 32u
#define ALL_LEN      256u // of words in a sentence

// Black Magic and pyOCD take the beginning of a word.
static bool may_be_cut(const struct monitor_word *w)
{
    return !w->whole && !strchr(w->word, ' ') && !strchr(w->word, '*') &&
           (w->help || (w->of && strstr(w->of, "Black Magic")));
}

static void add_word(char *all, const char *word, const char *between)
{
    size_t used = strlen(all);
    snprintf(all + used, ALL_LEN - used, "%s%s", used ? between : "", word);
}

static const char *meaning_of(const struct monitor_word *w)
{
    return w->as ? w->as : w->word;
}

// The only one of these rows that begins so; or NULL, with the ones that do in `all`.
static const struct monitor_word *find_cut_in(unsigned first, unsigned end, const char *line,
                                              char *all)
{
    const struct monitor_word *found = NULL;
    size_t len = strcspn(line, " ");
    unsigned count = 0;
    all[0] = '\0';
    for (unsigned i = first; len >= 2 && i < end; i++) {
        const struct monitor_word *w = monitor_row_at(i);
        if (!may_be_cut(w) || strncasecmp(w->word, line, len) != 0)
            continue;
        if (found && strcmp(meaning_of(found), meaning_of(w)) == 0)
            continue;
        add_word(all, w->word, " or ");
        found = w;
        count++;
    }
    return count == 1 ? found : NULL;
}

// Our own words come before those of others.
static const struct monitor_word *find_cut(const char *line, const char **args, char *all)
{
    size_t len = strcspn(line, " ");
    *args = line + len + strspn(line + len, " ");
    const struct monitor_word *own = find_cut_in(0, monitor_word_count, line, all);
    if (own || all[0])
        return own;
    return find_cut_in(monitor_word_count, monitor_row_count(), line, all);
}

// One that does something and looks alike, or NULL.
static const char *nearest(const char *word)
{
    const char *near = NULL;
    unsigned distance = WORD_MAX_LEN;
    for (unsigned i = 0; i < monitor_row_count(); i++) {
        const struct monitor_word *w = monitor_row_at(i);
        bool tells = w->run || w->run_sized || w->as;
        unsigned d;
        if (tells && near_is_meant(word, w->word, &d) && d < distance) {
            distance = d;
            near = w->word;
        }
    }
    return near;
}

// The words that may follow the first one of the line, in `all`.
static bool list_seconds(const char *first, char *all)
{
    all[0] = '\0';
    size_t len = strlen(first);
    for (unsigned i = 0; i < monitor_row_count(); i++) {
        const char *word = monitor_row_at(i)->word;
        if (strncmp(word, first, len) == 0 && word[len] == ' ')
            add_word(all, word + len + 1, ", ");
    }
    return all[0];
}

static enum err unknown_line(struct session *s, const char *line, const char *ambiguous)
{
    char word[WORD_MAX_LEN + 1], all[ALL_LEN];
    size_t len = strcspn(line, " ");
    snprintf(word, sizeof word, "%.*s", (int)len, line);
    for (char *p = word; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    if (ambiguous[0])
        return log_fail(s->log, ERR_USAGE, "`monitor %s` may mean %s", word, ambiguous);
    if (list_seconds(word, all))
        return log_fail(s->log, ERR_USAGE, "there is no `monitor %s`; behind %s may stand: %s",
                        line, word, all);
    const char *near = nearest(word);
    if (near)
        return log_fail(
            s->log, ERR_USAGE,
            "there is no `monitor %s`; did you mean `monitor %s`? `monitor help` lists what "
            "there is",
            word, near);
    return log_fail(s->log, ERR_USAGE,
                    "there is no `monitor %s`; `monitor help` lists what there is", word);
}

// In the middle of a semihosting call even a word that a running program bears would pull the
// program, its files or the session's state from under the call.
static enum err run_word(struct session *s, const struct monitor_word *w, const char *args)
{
    bool works = w->control || w->run == monitor_sleep;
    if (works && s->state == SESSION_CALL)
        return log_fail(s->log, ERR_STATE, "the target is running: interrupt it first (Ctrl-C)");
    enum err e = w->control ? sharing_take_control(s->sharing, s) : ERR_OK;
    if (e)
        return e;
    return w->run ? w->run(s, args) : w->run_sized(s, args, w->unit);
}

static enum err run_row(struct session *s, const struct monitor_word *w, const char *args)
{
    if (w->as) {
        char line[LINE_MAX_LEN];
        snprintf(line, sizeof line, "%s %s", w->as, args);
        w = monitor_find(line, &args);
        return w && !w->as ? run_row(s, w, args) : ERR_USAGE;
    }
    if (w->refusal)
        return log_fail(s->log, ERR_UNSUPPORTED, "%s", w->refusal);
    if (!w->note)
        return run_word(s, w, args);
    if (w->note[0])
        reply_console(s, "%s\n", w->note);
    return ERR_OK;
}

static enum err run_line(struct session *s, const char *line)
{
    char ambiguous[ALL_LEN] = "";
    const char *args;
    if (!line[0])
        line = "help";
    const struct monitor_word *w = monitor_find(line, &args);
    if (!w)
        w = find_cut(line, &args, ambiguous);
    return w ? run_row(s, w, args) : unknown_line(s, line, ambiguous);
}

// Blanks for everything that is no letter, none at the ends, and no semicolon of Tcl's.
static const char *clean(char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (line[i] < ' ' || line[i] > '~')
            line[i] = ' ';
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == ';'))
        len--;
    line[len] = '\0';
    return line + strspn(line, " ");
}

void packet_monitor(struct session *s, struct cursor *args)
{
    char line[LINE_MAX_LEN];
    size_t len = cursor_left(args) / 2;
    const uint8_t *digits = cursor_bytes(args, 2 * len);
    args->bad |= len >= sizeof line || !digits;
    if (!args->bad && !hex_decode((uint8_t *)line, (const char *)digits, len))
        args->bad = true;
    if (!packet_args_end(s, args))
        return;
    bool legal_before = s->text_legal; // the program may be running: text stays legal then
    reply_begin_text(s);
    enum err e = run_line(s, clean(line, len));
    if (e)
        reply_error(s, e);
    else if (s->state != SESSION_BUSY)
        reply_ok(s);
    s->text_legal = legal_before;
}
