// SPDX-License-Identifier: MIT
// The values of the option bytes: names and levels come from the family's table.
#include "targets/options.h"

#include <strings.h>

#include "targets/options_private.h"
#include "targets/target_private.h"

static bool has_field(const struct target *t, const struct option_field *field)
{
    if (field->feature && !(t->id.chip->features & field->feature))
        return false;
    return t->bank.size > field->flash_over;
}

const struct option_field *target_option_at(const struct target *t, unsigned n)
{
    const struct family *family = t->id.chip && t->bank.size ? t->id.chip->family : NULL;
    for (unsigned i = 0; family && i < family->option_count; i++)
        if (has_field(t, &family->options[i]) && n-- == 0)
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

void option_put_bits(struct target_options_image *image, unsigned word, unsigned shift,
                     unsigned bits, uint32_t value)
{
    uint32_t *v = &image->value[word];
    *v = (*v & ~(bits_mask(bits) << shift)) | value << shift;
    image->intact |= 1u << word;
}

void option_put_level(const struct rdp_scheme *rdp, struct target_options_image *image,
                      uint32_t code)
{
    option_put_bits(image, rdp->option_word, rdp->option.shift, rdp->option.bits, code);
}

// A word that disagrees with its complement counts as level 1 (RM0091, 3.3.1).
unsigned option_level_in(const struct rdp_scheme *rdp, const struct target_options_image *image)
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
    return field->is_rdp ? option_level_in(t->id.chip->family->rdp, image)
                         : field_value(field, image);
}

const char *target_unlock_erases(const struct target *t)
{
    return t->eeprom.size ? "flash and EEPROM" : "flash";
}

static enum err set_level(struct target *t, struct target_options_image *image, uint32_t level)
{
    const struct rdp_scheme *rdp = t->id.chip->family->rdp;
    const unsigned now = option_level_in(rdp, image);
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
        option_put_level(rdp, image, rdp->option_level1);
    image->intact |= 1u << rdp->option_word;
    return ERR_OK;
}

// A chip with less flash than others has fewer.
static unsigned bits_of(const struct target *t, const struct option_field *field)
{
    const uint32_t per_half = field->flash_per_half;
    const uint32_t size = t->bank.size - field->flash_over;
    const uint32_t bits = per_half ? 16 * ((size + per_half - 1) / per_half) : field->bits;
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
    if (field->read_only && value != target_option_get(t, field, image))
        return log_fail(t->log, ERR_USAGE, "%s is not changed by swdlink: %s", field->name,
                        field->what);
    if (field->is_rdp)
        return set_level(t, image, value);
    option_put_bits(image, field->word, field->shift, field->bits, value);
    return ERR_OK;
}

struct flash_access options_access(struct target *t)
{
    return (struct flash_access){.mem = &t->mem, .log = t->log, .bank = &t->bank};
}

enum err options_require(struct target *t)
{
    enum err e = target_claim(t);
    if (e || (t->bank.size && t->bank.driver->read_options))
        return e;
    return target_fail_unknown_flash(t, "read or write the option bytes of");
}

enum err target_read_options(struct target *t, struct target_options_image *image)
{
    enum err e = options_require(t);
    if (e)
        return e;
    struct flash_access fa = options_access(t);
    return target_note_error(t, t->bank.driver->read_options(&fa, image->value, &image->intact));
}

uint32_t target_option_value(const struct target *t, const char *name,
                             const struct target_options_image *image)
{
    const struct option_field *field = target_option_find(t, name);
    return field ? target_option_get(t, field, image) : 0;
}
