// SPDX-License-Identifier: MIT
// The two ways to change option bytes: single values, and leaving read protection level 1.
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
    enum err e = options_require(t);
    if (e || (e = refuse_dangerous_pair(t, image)) ||
        (t->state == TARGET_RUNNING && (e = target_halt(t))))
        return e;
    struct flash_access fa = options_access(t);
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
            option_put_bits(image, field->word, field->shift, field->bits, field->unlock_value);
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
