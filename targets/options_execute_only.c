// SPDX-License-Identifier: MIT
// Options that let the core execute a part of the flash and nobody read it (PCROP), and that only
// the erase at the end of read protection takes back.
#include <stdio.h>
#include <string.h>

#include "targets/options.h"
#include "targets/target_private.h"

// Areas by their first and last step (RM0444, 3.5), and sectors by bits that are 0 while WPRMOD is
// 1 (RM0367, 3.4).
static const char *const areas[][3] = {{"PCROP1A", "PCROP1A_STRT", "PCROP1A_END"},
                                       {"PCROP1B", "PCROP1B_STRT", "PCROP1B_END"},
                                       {"PCROP2A", "PCROP2A_STRT", "PCROP2A_END"},
                                       {"PCROP2B", "PCROP2B_STRT", "PCROP2B_END"}};
static const char *const sectors[] = {"WRPROT1", "WRPROT2", "WRPROT3"};
enum { AREAS = sizeof areas / sizeof areas[0], SECTORS = sizeof sectors / sizeof sectors[0] };

struct steps {
    uint32_t first, last;
};

// An option that the chip does not have counts as 0: no area.
static struct steps steps_of(const struct target *t, unsigned n,
                             const struct target_options_image *image)
{
    return (struct steps){target_option_value(t, areas[n][1], image),
                          target_option_value(t, areas[n][2], image)};
}

static bool is_area(struct steps s)
{
    return s.first < s.last;
}

enum err target_unlock_keeps(struct target *t, const char **area)
{
    *area = NULL;
    if (!target_option_find(t, "PCROP_RDP"))
        return ERR_OK;
    struct target_options_image image;
    enum err e = target_read_options(t, &image);
    if (e || target_option_value(t, "PCROP_RDP", &image))
        return e;
    for (unsigned i = 0; i < AREAS; i++)
        if (is_area(steps_of(t, i, &image)))
            *area = areas[i][0];
    return ERR_OK;
}

// The area or the sectors that would be freed, or NULL.
static const char *freed(const struct target *t, const struct target_options_image *before,
                         const struct target_options_image *after)
{
    for (unsigned i = 0; i < AREAS; i++) {
        const struct steps old = steps_of(t, i, before), new = steps_of(t, i, after);
        if (is_area(old) && (new.first > old.first || new.last < old.last))
            return areas[i][0];
    }
    if (!target_option_value(t, "WPRMOD", before))
        return NULL;
    if (!target_option_value(t, "WPRMOD", after))
        return "WPRMOD";
    for (unsigned i = 0; i < SECTORS; i++)
        if (target_option_value(t, sectors[i], after) & ~target_option_value(t, sectors[i], before))
            return sectors[i];
    return NULL;
}

// All of the bank on an STM32C0 (RM0490, 4.5.2), and no area in the words of other documents.
static const char *made_ambiguous(const struct target *t, const struct target_options_image *before,
                                  const struct target_options_image *after)
{
    for (unsigned i = 0; i < AREAS; i++) {
        const struct steps old = steps_of(t, i, before), new = steps_of(t, i, after);
        if (new.first == new.last && old.first != old.last)
            return areas[i][0];
    }
    return NULL;
}

static const char *way_out(const struct target *t)
{
    return target_option_find(t, "PCROP_RDP")
               ? "`swdlink options PCROP_RDP=1 RDP=1` and then `swdlink unlock`"
               : "`swdlink options RDP=1` and then `swdlink unlock`";
}

enum err target_options_refuse_freeing(struct target *t, const struct target_options_image *before,
                                       const struct target_options_image *after)
{
    const char *name = made_ambiguous(t, before, after);
    if (name)
        return log_fail(
            t->log, ERR_USAGE,
            "%s_STRT and %s_END would be alike, which can mean all of the flash for "
            "good: an area ends above its start, and no area ends below it. Nothing was "
            "changed",
            name, name);
    if ((name = freed(t, before, after)))
        return log_fail(t->log, ERR_PROTECTED,
                        "%s: flash that can only be executed can be made more and not less: only "
                        "leaving read protection level 1 takes that away, and erases the %s (%s). "
                        "Nothing was changed",
                        name, target_unlock_erases(t), way_out(t));
    if (target_option_value(t, "PCROP_RDP", before) && !target_option_value(t, "PCROP_RDP", after))
        return log_fail(t->log, ERR_PROTECTED,
                        "PCROP_RDP: it can be set and not cleared: only leaving read protection "
                        "level 1 clears it, and erases the %s. Nothing was changed",
                        target_unlock_erases(t));
    return ERR_OK;
}

// Bits of WRPROT that there are and that are 0.
static bool hides_sectors(const struct target *t, const struct target_options_image *image)
{
    bool hides = false;
    for (unsigned i = 0; i < SECTORS && target_option_value(t, "WPRMOD", image); i++) {
        const struct option_field *field = target_option_find(t, sectors[i]);
        const uint32_t there = field ? target_option_most(t, field) : 0;
        hides |= there & ~target_option_value(t, sectors[i], image);
    }
    return hides;
}

void target_options_warn_hiding(const struct target *t, const struct target_options_image *before,
                                const struct target_options_image *after)
{
    const char *what = NULL;
    for (unsigned i = 0; i < AREAS; i++)
        if (is_area(steps_of(t, i, after)) && !is_area(steps_of(t, i, before)))
            what = "the area between its STRT and END";
    if (hides_sectors(t, after) && !hides_sectors(t, before))
        what = "with WPRMOD=1 every sector whose bit of WRPROT is 0";
    if (what)
        log_line(t->log, LOG_WARN,
                 "%s can only be executed from now on: it can neither be read nor written, and "
                 "only leaving read protection level 1 takes that away, and erases the %s (%s)",
                 what, target_unlock_erases(t), way_out(t));
}
