// SPDX-License-Identifier: MIT
// The journal: a small JSON file per probe. Where state belongs says the XDG Base Directory
// Specification.
#include "cli/journal.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/probe.h"

#define PATH_SIZE 512

static bool make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

// A virtual probe is remembered only where somebody names the place. False: no journal.
static bool find_path(const struct options *o, const char *serial, char *path, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int used;
    if (o->no_journal || !serial[0] ||
        (probe_virtual_board(o->probe) && !(state && state[0] == '/')))
        return false;
    if (state && state[0] == '/')
        used = snprintf(path, size, "%s/swdlink", state);
    else if (home && home[0] == '/')
        used = snprintf(path, size, "%s/.local/state/swdlink", home);
    else
        return false;
    if (used < 0 || (size_t)used + 2 + strlen(serial) + strlen(".json") >= size ||
        !make_folder(path))
        return false;
    path[used++] = '/';
    for (const char *c = serial; *c; c++)
        path[used++] = (char)(isalnum((unsigned char)*c) ? *c : '_');
    memcpy(path + used, ".json", sizeof ".json");
    return true;
}

static json_t *now(void)
{
    char text[32];
    time_t t = time(NULL);
    struct tm tm;
    if (!localtime_r(&t, &tm) || !strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm))
        return NULL;
    return json_string(text);
}

void journal_keep_good(const struct options *o, const struct measurements *m)
{
    char path[PATH_SIZE];
    if (!find_path(o, m->probe.serial, path, sizeof path))
        return;
    json_t *doc =
        json_pack("{s:o*, s:I, s:I, s:I}", "good", now(), "swclk_hz", (json_int_t)m->link.safe_hz,
                  "vtref_mv", (json_int_t)(m->supply.known ? m->supply.idle.mean_mv : 0), "idcode",
                  (json_int_t)m->chip.id.idcode);
    if (doc)
        (void)json_dump_file(doc, path, JSON_INDENT(1));
    json_decref(doc);
}

void journal_keep_flashed(const struct options *o, const char *serial, const char *file)
{
    char path[PATH_SIZE];
    if (!find_path(o, serial, path, sizeof path))
        return;
    json_t *doc = json_load_file(path, 0, NULL);
    const char *slash = strrchr(file, '/');
    // Only what came after a good state is news.
    if (doc && !json_object_set_new(doc, "flashed", json_string(slash ? slash + 1 : file)))
        (void)json_dump_file(doc, path, JSON_INDENT(1));
    json_decref(doc);
}

const char *journal_recall(const struct options *o, const char *serial, char *text, size_t size)
{
    char path[PATH_SIZE];
    const char *when = NULL, *flashed = NULL;
    json_int_t hz = 0, mv = 0;
    text[0] = '\0';
    json_t *doc = find_path(o, serial, path, sizeof path) ? json_load_file(path, 0, NULL) : NULL;
    if (!doc || json_unpack(doc, "{s:s, s:I, s:I, s?s}", "good", &when, "swclk_hz", &hz, "vtref_mv",
                            &mv, "flashed", &flashed)) {
        json_decref(doc);
        return text;
    }
    int used = snprintf(text, size, "worked on %s at %lld kHz", when, (long long)hz / 1000);
    if (mv && used > 0 && (size_t)used < size)
        used += snprintf(text + used, size - (size_t)used, ", VTref %lld.%02lld V",
                         (long long)mv / 1000, (long long)mv % 1000 / 10);
    if (flashed && used > 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, "; since then you flashed %s", flashed);
    json_decref(doc);
    return text;
}
