// SPDX-License-Identifier: MIT
// Options that let the core execute a part of the flash and nobody read it (PCROP), and that only
// the erase at the end of read protection takes back.
#include <stdio.h>

#include "targets/options.h"
#include "targets/target_private.h"

// Of a chip that has none: without areas, mode and sectors.
static const struct family_execute_only *facts_of(const struct target *t)
{
    static const struct family_execute_only none = {.leaves_areas = NULL};
    const struct chip *chip = t->id.chip;
    return chip && chip->family->execute_only ? chip->family->execute_only : &none;
}

static bool has_option(const struct target *t, const char *name)
{
    return name && target_option_find(t, name);
}

static uint32_t value_of(const struct target *t, const char *name,
                         const struct target_options_image *image)
{
    return name ? target_option_value(t, name, image) : 0;
}

// Whether bits of sectors say which are for execution only.
static bool counts_sectors(const struct target *t, const struct target_options_image *image)
{
    const struct family_execute_only *x = facts_of(t);
    return x->sectors && (!x->mode || value_of(t, x->mode, image));
}

struct steps {
    uint32_t first, last;
};

// An option that the chip does not have counts as 0: no area.
static struct steps steps_of(const struct target *t, unsigned n,
                             const struct target_options_image *image)
{
    const struct family_execute_only *x = facts_of(t);
    return (struct steps){value_of(t, x->area[n].first, image),
                          value_of(t, x->area[n].last, image)};
}

static bool is_area(struct steps s)
{
    return s.first < s.last;
}

// The option that decides of area n, or NULL.
static const char *leaves_of(const struct target *t, unsigned n)
{
    const struct family_execute_only *x = facts_of(t);
    const char *name = x->area[n].leaves ? x->area[n].leaves : x->leaves_areas;
    return has_option(t, name) ? name : NULL;
}

// The nth field with bits of sectors, or NULL.
static const struct option_field *sectors_at(const struct target *t, unsigned n)
{
    const struct family_execute_only *x = facts_of(t);
    char name[16];
    if (!x->sectors)
        return NULL;
    snprintf(name, sizeof name, "%s%u", x->sectors, n + 1);
    const struct option_field *field = target_option_find(t, name);
    return field || n > 0 ? field : target_option_find(t, x->sectors);
}

// Bits of sectors that are for execution only in that mode.
static uint32_t hidden_bits(const struct target *t, const struct option_field *sectors,
                            const struct target_options_image *image)
{
    const uint32_t value = target_option_get(t, sectors, image);
    return facts_of(t)->ones ? value : target_option_most(t, sectors) & ~value;
}

static bool hides_sectors(const struct target *t, const struct target_options_image *image)
{
    const struct option_field *sectors;
    bool hides = false;
    for (unsigned n = 0; counts_sectors(t, image) && (sectors = sectors_at(t, n)); n++)
        hides |= hidden_bits(t, sectors, image) != 0;
    return hides;
}

enum err target_unlock_keeps(struct target *t, const char **area, const char **option)
{
    const struct family_execute_only *x = facts_of(t);
    struct target_options_image image;
    enum err e = ERR_OK;
    bool decides = has_option(t, x->leaves_areas);
    *area = NULL;
    *option = x->leaves_areas;
    for (unsigned i = 0; i < FAMILY_AREAS; i++)
        decides |= leaves_of(t, i) != NULL;
    if (!decides || (e = target_read_options(t, &image)))
        return e;
    for (unsigned i = 0; i < FAMILY_AREAS; i++) {
        const char *leaves = leaves_of(t, i);
        if (!leaves || value_of(t, leaves, &image) || !is_area(steps_of(t, i, &image)))
            continue;
        *area = x->area[i].name;
        *option = leaves;
    }
    if (has_option(t, x->leaves_areas) && !value_of(t, x->leaves_areas, &image) &&
        hides_sectors(t, &image))
        *area = x->sectors;
    return ERR_OK;
}

// The option whose change would free an area or sectors, or NULL; *area: which area, or
// FAMILY_AREAS.
static const char *freed(const struct target *t, const struct target_options_image *before,
                         const struct target_options_image *after, unsigned *area)
{
    const struct family_execute_only *x = facts_of(t);
    const struct option_field *sectors;
    for (unsigned i = 0; i < FAMILY_AREAS; i++) {
        const struct steps old = steps_of(t, i, before), new = steps_of(t, i, after);
        *area = i;
        if (is_area(old) && (new.first > old.first || new.last < old.last))
            return x->area[i].name;
    }
    *area = FAMILY_AREAS;
    if (!counts_sectors(t, before))
        return NULL;
    if (!counts_sectors(t, after))
        return x->mode;
    for (unsigned n = 0; (sectors = sectors_at(t, n)); n++)
        if (hidden_bits(t, sectors, before) & ~hidden_bits(t, sectors, after))
            return sectors->name;
    return NULL;
}

// The area that would begin and end with the same step: all of the bank on an STM32C0 (RM0490,
// 4.5.2), and no area in the words of other documents. FAMILY_AREAS: none would.
static unsigned made_ambiguous(const struct target *t, const struct target_options_image *before,
                               const struct target_options_image *after)
{
    unsigned n = 0;
    for (; n < FAMILY_AREAS; n++) {
        const struct steps old = steps_of(t, n, before), new = steps_of(t, n, after);
        if (new.first == new.last && old.first != old.last)
            break;
    }
    return n;
}

// For that area, or for sectors (FAMILY_AREAS). Returns text.
static const char *way_out(const struct target *t, unsigned area, char *text, size_t size)
{
    const char *option = leaves_of(t, area < FAMILY_AREAS ? area : 0);
    if (option)
        snprintf(text, size, "`swdlink options %s=1 RDP=1` and then `swdlink unlock`", option);
    else
        snprintf(text, size, "`swdlink options RDP=1` and then `swdlink unlock`");
    return text;
}

enum err target_options_refuse_freeing(struct target *t, const struct target_options_image *before,
                                       const struct target_options_image *after)
{
    const struct family_execute_only *x = facts_of(t);
    const unsigned ambiguous = made_ambiguous(t, before, after);
    unsigned area;
    const char *name = freed(t, before, after, &area);
    char out[96];
    if (ambiguous < FAMILY_AREAS)
        return log_fail(
            t->log, ERR_USAGE,
            "%s and %s would be alike, which can mean all of the flash for "
            "good: an area ends above its start, and no area ends below it. Nothing was "
            "changed",
            x->area[ambiguous].first, x->area[ambiguous].last);
    if (name)
        return log_fail(t->log, ERR_PROTECTED,
                        "%s: flash that can only be executed can be made more and not less: only "
                        "leaving read protection level 1 takes that away, and erases the %s (%s). "
                        "Nothing was changed",
                        name, target_unlock_erases(t), way_out(t, area, out, sizeof out));
    if (value_of(t, x->leaves_areas, before) && !value_of(t, x->leaves_areas, after))
        return log_fail(t->log, ERR_PROTECTED,
                        "%s: it can be set and not cleared: only leaving read protection level 1 "
                        "clears it, and erases the %s. Nothing was changed",
                        x->leaves_areas, target_unlock_erases(t));
    return ERR_OK;
}

// The first area that there was not before; FAMILY_AREAS: none.
static unsigned added_area(const struct target *t, const struct target_options_image *before,
                           const struct target_options_image *after)
{
    unsigned n = 0;
    while (n < FAMILY_AREAS &&
           !(is_area(steps_of(t, n, after)) && !is_area(steps_of(t, n, before))))
        n++;
    return n;
}

void target_options_warn_hiding(const struct target *t, const struct target_options_image *before,
                                const struct target_options_image *after)
{
    const struct family_execute_only *x = facts_of(t);
    const unsigned area = added_area(t, before, after);
    char what[96] = "", out[96];
    if (area < FAMILY_AREAS)
        snprintf(what, sizeof what, "the area between %s and %s", x->area[area].first,
                 x->area[area].last);
    if (hides_sectors(t, after) && !hides_sectors(t, before))
        snprintf(what, sizeof what, "%s%s%severy sector whose bit of %s is %d",
                 x->mode ? "with " : "", x->mode ? x->mode : "", x->mode ? "=1 " : "", x->sectors,
                 x->ones);
    if (what[0])
        log_line(t->log, LOG_WARN,
                 "%s can only be executed from now on: it can neither be read nor written, and "
                 "only leaving read protection level 1 takes that away, and erases the %s (%s)",
                 what, target_unlock_erases(t), way_out(t, area, out, sizeof out));
}
