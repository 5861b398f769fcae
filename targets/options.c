// SPDX-License-Identifier: MIT
// The values of the option bytes: names and levels come from the family's table.
#include "targets/options.h"

#include <string.h>
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

// ---- before something is written ----------------------------------------------------------------

#define READS_MAX 4u

enum err options_read_surely(struct target *t, struct target_options_image *image)
{
    struct target_options_image before;
    bool agree = false;
    *image = (struct target_options_image){0};
    enum err e = target_read_options(t, image);
    for (unsigned n = 0; !e && !agree && n < READS_MAX; n++) {
        before = *image;
        e = target_read_options(t, image);
        agree = memcmp(&before, image, sizeof before) == 0;
    }
    if (e || agree)
        return e;
    return log_fail(t->log, ERR_LINK,
                    "the chip's options read differently each time: nothing was changed");
}

// As options_read_surely(), of the level that the chip itself keeps to.
static enum err read_level_surely(struct target *t)
{
    const struct rdp_scheme *rdp = t->id.chip->family->rdp;
    uint32_t status = 0, before = 0;
    bool agree = false;
    if (!rdp)
        return ERR_OK;
    enum err e = mem_ap_read32(&t->mem, rdp->status_addr, &status);
    for (unsigned n = 0; !e && !agree && n < READS_MAX; n++) {
        before = status;
        e = mem_ap_read32(&t->mem, rdp->status_addr, &status);
        agree = before == status;
    }
    if (e)
        return target_note_error(t, e);
    if (!agree || rdp_level(&rdp->status, status) == 2)
        return log_fail(t->log, ERR_LINK,
                        "the chip answers, and what it says of its read protection cannot be: an "
                        "answer was damaged on its way, and nothing was changed");
    t->id.rdp_level = rdp_level(&rdp->status, status);
    return ERR_OK;
}

// The options of this chip, as a bit for each word.
static uint32_t words_of(const struct target *t)
{
    const struct option_field *field;
    uint32_t words = 0;
    for (unsigned n = 0; (field = target_option_at(t, n)); n++)
        words |= 1u << field->word;
    return words;
}

static uint32_t lost_words(const struct target *t, const struct target_options_image *image)
{
    return (words_of(t) | t->known_options.intact) & ~image->intact;
}

bool target_options_are_incomplete(const struct target *t, const struct target_options_image *image)
{
    return lost_words(t, image);
}

void target_know_options(struct target *t, const struct target_options_image *before)
{
    memcpy(t->known_options.value, before->value, sizeof before->value);
    t->known_options.intact = before->intact;
}

static enum err read_loaded(struct target *t, uint32_t value[FLASH_OPTION_WORDS],
                            uint32_t mask[FLASH_OPTION_WORDS])
{
    struct flash_access fa = options_access(t);
    memset(mask, 0, FLASH_OPTION_WORDS * sizeof mask[0]);
    if (!t->bank.driver->loaded_options)
        return ERR_OK;
    return target_note_error(t, t->bank.driver->loaded_options(&fa, value, mask));
}

// The level is never taken from elsewhere than the chip: it is what it keeps to now.
static enum err complete_options(struct target *t, struct target_options_image *image)
{
    uint32_t loaded[FLASH_OPTION_WORDS], mask[FLASH_OPTION_WORDS];
    const struct rdp_scheme *rdp = t->id.chip->family->rdp;
    const uint32_t lost = lost_words(t, image);
    enum err e = lost ? read_loaded(t, loaded, mask) : ERR_OK;
    for (unsigned n = 0; lost && !e && n < FLASH_OPTION_WORDS; n++) {
        if (!(lost >> n & 1))
            continue;
        if (t->known_options.intact >> n & 1)
            image->value[n] = t->known_options.value[n];
        else if (mask[n])
            image->value[n] = loaded[n];
        else
            continue;
        image->intact |= 1u << n;
    }
    if (e || !rdp || !(lost >> rdp->option_word & 1))
        return e;
    option_put_level(rdp, image, t->id.rdp_level ? rdp->option_level1 : rdp->option.level0);
    return ERR_OK;
}

enum err target_read_whole_options(struct target *t, struct target_options_image *image)
{
    enum err e = options_read_surely(t, image);
    if (e || (e = read_level_surely(t)) || (e = complete_options(t, image)))
        return e;
    const struct rdp_scheme *rdp = t->id.chip->family->rdp;
    if (!rdp || option_level_in(rdp, image) != 2)
        return ERR_OK;
    return log_fail(t->log, ERR_LINK,
                    "the options say read protection level 2, and a chip at that level would not "
                    "answer: nothing was changed");
}

uint32_t target_option_value(const struct target *t, const char *name,
                             const struct target_options_image *image)
{
    const struct option_field *field = target_option_find(t, name);
    return field ? target_option_get(t, field, image) : 0;
}
