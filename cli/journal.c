// SPDX-License-Identifier: MIT
// The journal: a small JSON file per probe, with a member per chip. Where state belongs says the
// XDG Base Directory Specification.
#include "cli/journal.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/conversation.h"
#include "cli/probe.h"
#include "cli/probe_choice.h"

#define PATH_SIZE  JOURNAL_PATH_SIZE
#define KEY_SIZE   JOURNAL_KEY_SIZE
#define TIME_SIZE  32
#define MAX_EVENTS 4u  // the latest
#define MAX_CHIPS  64u // of one probe; then the journal begins anew

// ---- the file -----------------------------------------------------------------------------------

// With the folders above it, for those who have none yet.
static bool make_folder(const char *path)
{
    char above[PATH_SIZE];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        const int len = (int)(slash - path);
        snprintf(above, sizeof above, "%.*s", len, path);
        if (mkdir(above, 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            return false;
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

bool journal_folder(const struct options *o, char *path, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int used = 0;
    if (o->no_journal || probe_replayed_file(o->probe) ||
        (probe_virtual_board(o->probe) && !(state && state[0] == '/')))
        return false;
    if (state && state[0] == '/')
        used = snprintf(path, size, "%s/swdlink", state);
    else if (home && home[0] == '/')
        used = snprintf(path, size, "%s/.local/state/swdlink", home);
    return used > 0 && (size_t)used < size && make_folder(path);
}

static bool find_path(const struct options *o, const char *serial, char *path, size_t size)
{
    if (!serial[0] || !journal_folder(o, path, size))
        return false;
    size_t used = strlen(path);
    if (used + 2 + strlen(serial) + strlen(".json") >= size)
        return false;
    path[used++] = '/';
    for (const char *c = serial; *c; c++)
        path[used++] = (char)(isalnum((unsigned char)*c) ? *c : '_');
    memcpy(path + used, ".json", sizeof ".json");
    return true;
}

// Whoever reads it meanwhile sees the old one or the new one.
static void store_journal(const json_t *doc, const char *path)
{
    char fresh[PATH_SIZE + 32];
    snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
    if (json_dump_file(doc, fresh, JSON_INDENT(1)) || rename(fresh, path))
        (void)unlink(fresh);
}

// The journal of the probe, a new one when there is none; NULL: there shall be none.
static json_t *load_journal(const struct options *o, const char *serial, char *path)
{
    if (!find_path(o, serial, path, PATH_SIZE))
        return NULL;
    json_t *doc = json_load_file(path, 0, NULL);
    if (json_is_object(json_object_get(doc, "chips")) &&
        json_object_size(json_object_get(doc, "chips")) < MAX_CHIPS)
        return doc;
    json_decref(doc);
    return json_pack("{s:{}}", "chips");
}

const char *journal_key(const struct chip_identity *id, char key[KEY_SIZE])
{
    size_t used = (size_t)snprintf(key, KEY_SIZE, "%03x-", id->idcode & 0xfff);
    for (size_t i = 0; i < sizeof id->uid; i++)
        used += (size_t)snprintf(key + used, KEY_SIZE - used, "%02x", id->uid[i]);
    return key;
}

// ---- time ---------------------------------------------------------------------------------------

// "2026-11-22", and the "14:02" behind it when wanted.
static void split_time(time_t t, char day[TIME_SIZE], char clock[TIME_SIZE])
{
    struct tm tm;
    if (!localtime_r(&t, &tm) || !strftime(day, TIME_SIZE, "%Y-%m-%d", &tm) ||
        !strftime(clock, TIME_SIZE, "%H:%M", &tm))
        day[0] = clock[0] = '\0';
}

// "today at 14:02", "yesterday at 14:02", "on 2026-11-22 at 14:02".
static void format_day(json_int_t when, char *text, size_t size)
{
    char day[TIME_SIZE], clock[TIME_SIZE], today[TIME_SIZE], yesterday[TIME_SIZE], any[TIME_SIZE];
    const time_t now = time(NULL);
    split_time((time_t)when, day, clock);
    split_time(now, today, any);
    split_time(now - 24 * 60 * 60, yesterday, any);
    if (strcmp(day, today) == 0)
        snprintf(text, size, "today at %s", clock);
    else if (strcmp(day, yesterday) == 0)
        snprintf(text, size, "yesterday at %s", clock);
    else
        snprintf(text, size, "on %s at %s", day, clock);
}

// ---- the calls ----------------------------------------------------------------------------------

void journal_keep_good(const struct options *o, const struct journal_state *good)
{
    char path[PATH_SIZE], key[KEY_SIZE];
    json_t *doc = load_journal(o, good->serial, path);
    if (!doc)
        return;
    journal_key(good->id, key);
    json_t *chip =
        json_pack("{s:I, s:I, s:I, s:s, s:I, s:i, s:[]}", "good", (json_int_t)time(NULL),
                  "swclk_hz", (json_int_t)good->swclk_hz, "vtref_mv", (json_int_t)good->vtref_mv,
                  "chip", chip_name(good->id), "idcode", (json_int_t)good->id->idcode, "rdp_level",
                  (int)good->id->rdp_level, "since");
    if (chip && !json_object_set_new(json_object_get(doc, "chips"), key, chip) &&
        !json_object_set_new(doc, "last", json_string(key)))
        store_journal(doc, path);
    json_decref(doc);
}

// The member of the chip, or of the last one when it is not known which it is.
static json_t *find_chip(const json_t *doc, const struct chip_identity *id)
{
    char key[KEY_SIZE];
    const char *last = json_string_value(json_object_get(doc, "last"));
    const char *name = id ? journal_key(id, key) : last;
    return name ? json_object_get(json_object_get(doc, "chips"), name) : NULL;
}

void journal_note(const struct options *o, const struct journal_state *s, const char *what)
{
    char path[PATH_SIZE];
    json_t *doc = load_journal(o, s->serial, path);
    json_t *since = json_object_get(find_chip(doc, s->id), "since");
    // Only what came after a good state is news.
    if (json_is_array(since) && !json_array_append_new(since, json_string(what))) {
        if (json_array_size(since) > MAX_EVENTS)
            (void)json_array_remove(since, 0);
        store_journal(doc, path);
    }
    json_decref(doc);
}

static size_t format_changes(const json_t *since, char *text, size_t size, size_t used)
{
    size_t i;
    json_t *event;
    json_array_foreach(since, i, event)
    {
        const char *what = json_string_value(event);
        if (!what || used >= size)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s %s", i ? "," : "; since then", what);
    }
    return used;
}

const char *journal_recall(const struct options *o, const struct journal_state *s, char *text,
                           size_t size)
{
    char path[PATH_SIZE], day[96];
    json_int_t when = 0, hz = 0, mv = 0;
    json_t *since = NULL;
    text[0] = '\0';
    json_t *doc = load_journal(o, s->serial, path), *chip = find_chip(doc, s->id);
    if (!chip || json_unpack(chip, "{s:I, s:I, s:I, s:o}", "good", &when, "swclk_hz", &hz,
                             "vtref_mv", &mv, "since", &since)) {
        json_decref(doc);
        return text;
    }
    format_day(when, day, sizeof day);
    size_t used =
        (size_t)snprintf(text, size, "worked %s with %lld kHz", day, (long long)hz / 1000);
    if (mv && used < size)
        used += (size_t)snprintf(text + used, size - used, ", VTref %lld.%02lld V",
                                 (long long)mv / 1000, (long long)mv % 1000 / 10);
    format_changes(since, text, size, used);
    json_decref(doc);
    return text;
}
