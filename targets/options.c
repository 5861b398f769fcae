// SPDX-License-Identifier: MIT
// The engine of the option bytes: names and levels come from the family's table. Two ways to change
// them: single values, and leaving read protection level 1.
#include "targets/options.h"

#include <string.h>
#include <strings.h>

#include "targets/target_private.h"

static bool has_field(const struct chip *chip, const struct option_field *field)
{
    if (field->feature && !(chip->features & field->feature))
        return false;
    return chip->flash_max > field->flash_over;
}

const struct option_field *target_option_at(const struct target *t, unsigned n)
{
    const struct family *family = t->id.chip && t->bank.size ? t->id.chip->family : NULL;
    for (unsigned i = 0; family && i < family->option_count; i++)
        if (has_field(t->id.chip, &family->options[i]) && n-- == 0)
            return &family->options[i];
    return NULL;
}

const struct option_field *target_option_find(const struct target *t, const char *name)
{
    const struct option_field *field;
    for (unsigned n = 0; (field = target_option_at(t, n)); n++)
        if (!strcasecmp(field->name, name) || (field->alias && !strcasecmp(field->alias, name)))
            return field;
    return NULL;
}

static uint32_t bits_mask(unsigned bits)
{
    return bits < 32 ? (1u << bits) - 1 : 0xffffffffu;
}

static uint32_t field_value(const struct option_field *field,
                            const struct target_options_image *image)
{
    return image->value[field->word] >> field->shift & bits_mask(field->bits);
}

static void put_bits(struct target_options_image *image, unsigned word, unsigned shift,
                     unsigned bits, uint32_t value)
{
    uint32_t *v = &image->value[word];
    *v = (*v & ~(bits_mask(bits) << shift)) | value << shift;
    image->intact |= 1u << word;
}

static void put_level(const struct rdp_scheme *rdp, struct target_options_image *image,
                      uint32_t code)
{
    put_bits(image, rdp->option_word, rdp->option.shift, rdp->option.bits, code);
}

// A word that disagrees with its complement counts as level 1 (RM0091, 3.3.1).
static unsigned level_in(const struct rdp_scheme *rdp, const struct target_options_image *image)
{
    if (!(image->intact >> rdp->option_word & 1))
        return 1;
    return rdp_level(&rdp->option, image->value[rdp->option_word]);
}

const struct option_field *target_option_rdp(const struct target *t)
{
    const struct option_field *field;
    unsigned n = 0;
    while ((field = target_option_at(t, n)) && !field->is_rdp)
        n++;
    return field;
}

uint32_t target_option_get(const struct target *t, const struct option_field *field,
                           const struct target_options_image *image)
{
    return field->is_rdp ? level_in(t->id.chip->family->rdp, image) : field_value(field, image);
}

const char *target_unlock_erases(const struct target *t)
{
    return t->eeprom.size ? "flash and EEPROM" : "flash";
}

static enum err set_level(struct target *t, struct target_options_image *image, uint32_t level)
{
    const struct rdp_scheme *rdp = t->id.chip->family->rdp;
    const unsigned now = level_in(rdp, image);
    if (level == 2)
        return log_fail(
            t->log, ERR_USAGE,
            "read protection level 2 can never be left again and ends all debugging of this chip: "
            "swdlink does not set it");
    if (level == 0 && now == 1)
        return log_fail(
            t->log, ERR_USAGE,
            "leaving read protection level 1 erases the %s: that is what `swdlink unlock` does",
            target_unlock_erases(t));
    if (now != level)
        put_level(rdp, image, rdp->option_level1);
    image->intact |= 1u << rdp->option_word;
    return ERR_OK;
}

// A chip with less flash than others has fewer.
static unsigned bits_of(const struct target *t, const struct option_field *field)
{
    const uint32_t per_half = field->flash_per_half;
    const uint32_t bits = per_half ? 16 * ((t->bank.size + per_half - 1) / per_half) : field->bits;
    return bits < field->bits ? bits : field->bits;
}

uint32_t target_option_most(const struct target *t, const struct option_field *field)
{
    return field->is_rdp ? 2 : bits_mask(bits_of(t, field));
}

enum err target_option_set(struct target *t, const struct option_field *field,
                           struct target_options_image *image, uint32_t value)
{
    const uint32_t most = target_option_most(t, field);
    if (value > most)
        return log_fail(t->log, ERR_USAGE, "%s takes 0 to %u", field->name, most);
    if (field->is_rdp)
        return set_level(t, image, value);
    put_bits(image, field->word, field->shift, field->bits, value);
    return ERR_OK;
}

static struct flash_access access_of(struct target *t)
{
    return (struct flash_access){.mem = &t->mem, .log = t->log, .bank = &t->bank};
}

static enum err require_options(struct target *t)
{
    enum err e = target_claim(t);
    if (e || (t->bank.size && t->bank.driver->read_options))
        return e;
    return target_fail_unknown_flash(t, "read or write the option bytes of");
}

enum err target_read_options(struct target *t, struct target_options_image *image)
{
    enum err e = require_options(t);
    if (e)
        return e;
    struct flash_access fa = access_of(t);
    return target_note_error(t, t->bank.driver->read_options(&fa, image->value, &image->intact));
}

uint32_t target_option_value(const struct target *t, const char *name,
                             const struct target_options_image *image)
{
    const struct option_field *field = target_option_find(t, name);
    return field ? target_option_get(t, field, image) : 0;
}

// Two options that are harmless alone may together end debugging for good.
static enum err refuse_dangerous_pair(struct target *t, const struct target_options_image *image)
{
    const struct rdp_scheme *rdp = t->id.chip->family->rdp;
    const struct option_field *field;
    const unsigned level = rdp ? level_in(rdp, image) : 0;
    for (unsigned n = 0; level > 0 && (field = target_option_at(t, n)); n++)
        if (field->with_rdp && field_value(field, image) != 0)
            return log_fail(t->log, ERR_USAGE,
                            "%s=%u together with read protection level %u %s: swdlink does not "
                            "write that",
                            field->name, field_value(field, image), level, field->with_rdp);
    return ERR_OK;
}

// What the chip loaded at the reset, where a driver cannot see what it has written before.
static enum err check_loaded(struct target *t, const struct target_options_image *wanted)
{
    struct target_options_image now;
    const struct option_field *field;
    enum err e = target_read_options(t, &now);
    for (unsigned n = 0; !e && (field = target_option_at(t, n)); n++)
        if ((wanted->intact >> field->word & 1) &&
            target_option_get(t, field, &now) != target_option_get(t, field, wanted))
            e = log_fail(t->log, ERR_FLASH,
                         "%s is %u after the options were written and loaded, and should be %u: "
                         "not every part of this die has that option; or else switch its power off "
                         "and on, and look again with `swdlink options`",
                         field->name, target_option_get(t, field, &now),
                         target_option_get(t, field, wanted));
    return e;
}

// Bytes that a die does not have read as ones without a complement, and stay erased.
static enum err write_and_load(struct target *t, const struct target_options_image *image)
{
    enum err e = require_options(t);
    if (e || (e = refuse_dangerous_pair(t, image)) ||
        (t->state == TARGET_RUNNING && (e = target_halt(t))))
        return e;
    struct flash_access fa = access_of(t);
    t->flash_written = true;
    t->flash_written_at = t->core.runs;
    if ((e = t->bank.driver->write_options(&fa, image->value, image->intact)))
        return target_note_error(t, e);
    t->state = TARGET_LOST;
    return target_reconnect(t);
}

enum err target_write_options(struct target *t, const struct target_options_image *image)
{
    struct target_options_image before;
    enum err e = target_read_options(t, &before);
    if (!e)
        e = target_options_refuse_freeing(t, &before, image);
    if (!e)
        e = write_and_load(t, image);
    return e ? e : check_loaded(t, image);
}

enum err target_require_rdp(const struct target *t)
{
    if (t->bank.size == 0)
        return target_fail_unknown_flash(t, "change the read protection of");
    if (!t->id.chip->family->rdp)
        return log_fail(t->log, ERR_UNSUPPORTED,
                        "swdlink does not know how read protection works on this chip (%s): "
                        "nothing was changed",
                        chip_name(&t->id));
    if (!t->id.rdp_known)
        return log_fail(t->log, ERR_FAULT,
                        "the level of read protection of this chip (%s) cannot be read: nothing "
                        "was changed",
                        chip_name(&t->id));
    return ERR_OK;
}

static void clear_with_level(struct target *t, struct target_options_image *image)
{
    const struct target_options_image before = *image;
    const struct option_field *field;
    for (unsigned n = 0; (field = target_option_at(t, n)); n++)
        if (field->unlock_clears_with && target_option_value(t, field->unlock_clears_with, &before))
            put_bits(image, field->word, field->shift, field->bits, 0);
}

enum err target_unlock(struct target *t)
{
    enum err e = target_claim(t);
    if (e || (e = target_require_rdp(t)))
        return e;
    if (t->id.rdp_level == 0)
        return log_fail(t->log, ERR_USAGE,
                        "this chip is not read-protected: there is nothing to unlock");
    struct target_options_image image;
    if ((e = target_read_options(t, &image)))
        return e;
    const struct rdp_scheme *rdp = t->id.chip->family->rdp;
    put_level(rdp, &image, rdp->option.level0);
    clear_with_level(t, &image);
    if ((e = write_and_load(t, &image)))
        return e;
    if (t->id.rdp_level == 0)
        return ERR_OK;
    return log_fail(
        t->log, ERR_FLASH,
        "the %s is erased, but the chip still says that it is protected: switch its power off "
        "and on",
        target_unlock_erases(t));
}
