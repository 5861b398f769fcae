// SPDX-License-Identifier: MIT
// The two ways to change option bytes: single values, and leaving read protection level 1.
#include <stdio.h>

#include "targets/options.h"
#include "targets/options_private.h"
#include "targets/target_private.h"

// Two options that are harmless alone may together end debugging for good.
static enum err refuse_dangerous_pair(struct target *t, const struct target_options_image *image)
{
    const struct rdp_scheme *rdp = t->id.chip->family->rdp;
    const struct option_field *field;
    const unsigned level = rdp ? option_level_in(rdp, image) : 0;
    for (unsigned n = 0; level > 0 && (field = target_option_at(t, n)); n++)
        if (field->with_rdp && target_option_get(t, field, image) != 0)
            return log_fail(t->log, ERR_USAGE,
                            "%s=%u together with read protection level %u %s: swdlink does not "
                            "write that",
                            field->name, target_option_get(t, field, image), level,
                            field->with_rdp);
    return ERR_OK;
}

// What the chip loaded at the reset, where a driver cannot see what it has written before.
static enum err check_loaded(struct target *t, const struct target_options_image *wanted)
{
    struct target_options_image now;
    const struct option_field *field;
    enum err e = options_read_surely(t, &now);
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

#define WRITES_MAX 3u // of what a glitch may interrupt

static enum err fail_incomplete(struct target *t, enum err e)
{
    char why[LOG_SENTENCE_SIZE / 2];
    snprintf(why, sizeof why, "%s", log_sentence(t->log, e));
    return log_fail(
        t->log, e,
        "%s; the chip's options may be incomplete now: keep its supply on, do not reset "
        "it, and repeat the command",
        why);
}

#define BURN_LIMIT_US 4000000u // leaving level 1 erases all of the flash first
#define BURN_STEP_US  2000u

// A key that got lost has locked the controller until the next reset, which options without a hole
// survive; one that is at work is not disturbed.
static enum err open_controller_again(struct target *t)
{
    const struct flash_driver *driver = t->bank.driver;
    struct flash_access fa = options_access(t);
    struct target_options_image now;
    uint32_t status;
    bool late = false;
    enum err e = debug_probe_enter_swd(t->probe);
    if (!e && driver->busy_mask)
        e = flash_poll_clear(&fa, driver->busy_offset, driver->busy_mask, BURN_LIMIT_US,
                             BURN_STEP_US, &status, &late);
    if (!e && !late)
        e = options_read_surely(t, &now);
    if (e || late || target_options_are_incomplete(t, &now))
        return e;
    return target_reset(t, true);
}

// From the first erase on there is no way but forwards: what failed is done once more, all of it.
static enum err write_to_the_end(struct target *t, const struct target_options_image *image)
{
    struct flash_access fa = options_access(t);
    enum err e = t->bank.driver->write_options(&fa, image->value, image->intact);
    for (unsigned n = 1; e && e != ERR_PROBE_LOST && n < WRITES_MAX; n++) {
        log_line(t->log, LOG_DEBUG, "writing the options failed (%s); trying once more",
                 log_sentence(t->log, e));
        log_forget(t->log);
        e = open_controller_again(t);
        fa = options_access(t);
        if (!e)
            e = t->bank.driver->write_options(&fa, image->value, image->intact);
    }
    return e;
}

// Whatever was read or chosen: this is the last look before a chip could be lost for good.
static enum err refuse_level2(struct target *t, const struct target_options_image *image)
{
    const struct rdp_scheme *rdp = t->id.chip->family->rdp;
    if (!rdp || option_level_in(rdp, image) != 2)
        return ERR_OK;
    return log_fail(t->log, ERR_STATE,
                    "what would be written is read protection level 2, which nobody asked for: an "
                    "answer was damaged on its way, and nothing was changed. Repeat the command");
}

// Bytes that a die does not have read as ones without a complement, and stay erased.
static enum err write_and_load(struct target *t, const struct target_options_image *image)
{
    enum err e = options_require(t);
    if (e || (e = refuse_level2(t, image)) || (e = refuse_dangerous_pair(t, image)) ||
        (t->state == TARGET_RUNNING && (e = target_halt(t))))
        return e;
    t->flash_written = true;
    t->flash_written_at = t->core.runs;
    if ((e = write_to_the_end(t, image)))
        return fail_incomplete(t, target_note_error(t, e));
    t->state = TARGET_LOST;
    return target_reconnect(t);
}

enum err target_write_options(struct target *t, const struct target_options_image *image)
{
    struct target_options_image before;
    enum err e = target_read_whole_options(t, &before);
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
            option_put_bits(image, field->word, field->shift, field->bits, field->unlock_value);
}

enum err target_unlock(struct target *t)
{
    enum err e = target_claim(t);
    if (e || (e = target_require_rdp(t)))
        return e;
    struct target_options_image image;
    if ((e = target_read_whole_options(t, &image)))
        return e;
    if (t->id.rdp_level == 0)
        return log_fail(t->log, ERR_USAGE,
                        "this chip is not read-protected: there is nothing to unlock");
    const struct rdp_scheme *rdp = t->id.chip->family->rdp;
    option_put_level(rdp, &image, rdp->option.level0);
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
