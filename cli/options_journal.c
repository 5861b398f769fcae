// SPDX-License-Identifier: MIT
#include "cli/options_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/journal.h"

static bool find_path(const struct probe *p, const struct options *o, char path[JOURNAL_PATH_SIZE])
{
    static const struct chip_identity none = {0};
    const struct chip_identity *id = target_identity(&p->target);
    char folder[JOURNAL_PATH_SIZE], key[JOURNAL_KEY_SIZE];
    // Of two chips whose unique id is not known, one would get the other's options.
    if (memcmp(id->uid, none.uid, sizeof none.uid) == 0 ||
        !journal_folder(o, folder, sizeof folder))
        return false;
    const int n =
        snprintf(path, JOURNAL_PATH_SIZE, "%s/options-%s.json", folder, journal_key(id, key));
    return n > 0 && n < JOURNAL_PATH_SIZE;
}

static json_t *to_json(const struct probe *p, const struct target_options_image *image)
{
    json_t *values = json_array(), *names = json_object();
    const struct option_field *row;
    for (unsigned n = 0; n < FLASH_OPTION_WORDS; n++)
        json_array_append_new(values, json_integer((json_int_t)image->value[n]));
    for (unsigned n = 0; (row = target_option_at(&p->target, n)); n++)
        json_object_set_new(names, row->name,
                            json_integer(target_option_get(&p->target, row, image)));
    return json_pack("{s:s, s:I, s:o, s:o}", "chip", chip_name(target_identity(&p->target)),
                     "intact", (json_int_t)image->intact, "words", values, "options", names);
}

static bool word_from_json(const json_t *from, uint32_t *word)
{
    const json_int_t value = json_integer_value(from);
    *word = (uint32_t)value;
    return json_is_integer(from) && value >= 0 && value <= (json_int_t)UINT32_MAX;
}

// All or nothing: what is damaged is no option's value.
static bool from_json(const json_t *doc, struct target_options_image *image)
{
    const json_t *words = json_object_get(doc, "words");
    *image = (struct target_options_image){0};
    if (json_array_size(words) != FLASH_OPTION_WORDS ||
        !word_from_json(json_object_get(doc, "intact"), &image->intact))
        return false;
    for (unsigned n = 0; n < FLASH_OPTION_WORDS; n++)
        if (!word_from_json(json_array_get(words, n), &image->value[n]))
            return false;
    image->intact &= (1u << FLASH_OPTION_WORDS) - 1;
    return true;
}

// On the disk before anything is erased, and whole.
static bool store_options(const json_t *doc, const char *path)
{
    char fresh[JOURNAL_PATH_SIZE + 32];
    snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
    const int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool written = fd >= 0 && doc && json_dumpfd(doc, fd, JSON_INDENT(1)) == 0 && !fsync(fd);
    const int error = errno;
    const bool closed = fd >= 0 && close(fd) == 0;
    if (written && closed && rename(fresh, path) == 0)
        return true;
    errno = written ? errno : error;
    const int kept = errno;
    if (fd >= 0)
        (void)unlink(fresh);
    errno = kept;
    return false;
}

void options_journal_keep(const struct probe *p, const struct options *o,
                          const struct target_options_image *before, struct log *log)
{
    char path[JOURNAL_PATH_SIZE];
    if (!find_path(p, o, path))
        return;
    json_t *doc = to_json(p, before);
    if (!store_options(doc, path))
        log_line(log, LOG_WARN,
                 "the chip's options as they are could not be saved in %s (%s): if writing them is "
                 "cut off, they are known to nobody",
                 path, strerror(errno));
    json_decref(doc);
}

void options_journal_drop(const struct probe *p, const struct options *o)
{
    char path[JOURNAL_PATH_SIZE];
    if (find_path(p, o, path))
        (void)unlink(path);
}

// "DATA1=119 nRST_STOP=0": what it was and is not now.
static const char *differences(const struct target *t, const struct target_options_image *now,
                               const struct target_options_image *before, char *text, size_t size)
{
    const struct option_field *row;
    size_t used = 0;
    text[0] = '\0';
    for (unsigned n = 0; (row = target_option_at(t, n)) && used < size; n++)
        if (!(now->intact >> row->word & 1) && !row->is_rdp &&
            target_option_get(t, row, now) != target_option_get(t, row, before))
            used += (size_t)snprintf(text + used, size - used, "%s%s=%u", used ? " " : "",
                                     row->name, target_option_get(t, row, before));
    return text;
}

static enum err compare_with_chip(struct probe *p, const struct options *o,
                                  const struct target_options_image *before, struct log *log)
{
    struct target_options_image now;
    char text[256];
    enum err e = target_read_options(&p->target, &now);
    if (e)
        return e;
    if (!(before->intact & ~now.intact)) {
        options_journal_drop(p, o);
        return ERR_OK;
    }
    target_know_options(&p->target, before);
    differences(&p->target, &now, before, text, sizeof text);
    log_line(log, LOG_WARN,
             "a write of this chip's options was cut off, and some are erased%s%s: whatever is "
             "written next (`swdlink options NAME=VALUE`, `swdlink unlock`) writes them back, too",
             text[0] ? "; before, they were " : "", text);
    return ERR_OK;
}

enum err options_journal_recall(struct probe *p, const struct options *o, struct log *log)
{
    char path[JOURNAL_PATH_SIZE];
    struct target_options_image before;
    if (!target_flash(&p->target)->size || !find_path(p, o, path))
        return ERR_OK;
    json_t *doc = json_load_file(path, 0, NULL);
    const bool known = from_json(doc, &before);
    json_decref(doc);
    if (known)
        return compare_with_chip(p, o, &before, log);
    if (access(path, F_OK) == 0)
        log_line(
            log, LOG_WARN,
            "%s, which holds this chip's options from before a write that was cut off, cannot "
            "be used: it is damaged, or cannot be read; what the options were is not known, so "
            "look at `swdlink options`, set what is wrong, and delete the file",
            path);
    return ERR_OK;
}
