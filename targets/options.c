// SPDX-License-Identifier: MIT
// Option bytes by name (RM0091, 4; RM0360, 4), and the two ways to change them: single values, and
// leaving read protection level 1.
#include "targets/options.h"

#include <string.h>
#include <strings.h>

#include "targets/internal.h"

#define RDP_LEVEL_0 0xaau
#define RDP_LEVEL_1 0xbbu // any value but those of levels 0 and 2
#define RDP_LEVEL_2 0xccu

#define KIB32 (32u * 1024u) // of flash for a byte of WRP bits

static const struct target_option rows[] = {
    {.name = "RDP", .byte = 0, .mask = 0xff, .what = "read protection level"},
    {.name = "WDG_SW",
     .alias = "IWDG_SW",
     .byte = 1,
     .mask = 1,
     .what = "1: the watchdog is started by software"},
    {.name = "nRST_STOP", .byte = 1, .mask = 1 << 1, .what = "0: reset instead of Stop mode"},
    {.name = "nRST_STDBY", .byte = 1, .mask = 1 << 2, .what = "0: reset instead of Standby mode"},
    {.name = "nBOOT0",
     .byte = 1,
     .mask = 1 << 3,
     .what = "BOOT0, inverted, when BOOT_SEL is 0",
     .boot_sel = true},
    {.name = "nBOOT1",
     .byte = 1,
     .mask = 1 << 4,
     .what = "with BOOT0 high, 1: system memory, 0: SRAM"},
    {.name = "VDDA_MONITOR", .byte = 1, .mask = 1 << 5, .what = "1: VDDA is supervised"},
    {.name = "RAM_PARITY_CHECK", .byte = 1, .mask = 1 << 6, .what = "0: SRAM parity is checked"},
    {.name = "BOOT_SEL",
     .byte = 1,
     .mask = 1 << 7,
     .what = "1: BOOT0 is the pin, 0: nBOOT0",
     .boot_sel = true},
    {.name = "DATA0", .byte = 2, .mask = 0xff, .what = "the user's own"},
    {.name = "DATA1", .byte = 3, .mask = 0xff, .what = "the user's own"},
    {.name = "WRP0", .byte = 4, .mask = 0xff, .what = "0 bits: write-protected pages"},
    {.name = "WRP1", .byte = 5, .mask = 0xff, .what = "the same, further up"},
    {.name = "WRP2", .byte = 6, .mask = 0xff, .what = "the same, further up"},
    {.name = "WRP3", .byte = 7, .mask = 0xff, .what = "the same, to the end"},
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0], FIRST_WRP = 4 };

static bool has_row(const struct chip *chip, const struct target_option *row)
{
    if (row->boot_sel && !chip->has_boot_sel)
        return false;
    return row->byte < FIRST_WRP || (row->byte - FIRST_WRP) * KIB32 < chip->flash_max;
}

const struct target_option *target_option_at(const struct target *t, unsigned n)
{
    for (unsigned i = 0; t->id.chip && t->bank.size && i < ROW_COUNT; i++)
        if (has_row(t->id.chip, &rows[i]) && n-- == 0)
            return &rows[i];
    return NULL;
}

const struct target_option *target_option_find(const struct target *t, const char *name)
{
    const struct target_option *row;
    for (unsigned n = 0; (row = target_option_at(t, n)); n++)
        if (!strcasecmp(row->name, name) || (row->alias && !strcasecmp(row->alias, name)))
            return row;
    return NULL;
}

static unsigned level_of(uint8_t rdp, bool intact)
{
    if (!intact)
        return 1;
    return rdp == RDP_LEVEL_0 ? 0 : rdp == RDP_LEVEL_2 ? 2 : 1;
}

static unsigned shift_of(const struct target_option *row)
{
    unsigned shift = 0;
    while (!(row->mask >> shift & 1))
        shift++;
    return shift;
}

unsigned target_option_get(const struct target_option *row,
                           const struct target_options_image *image)
{
    if (row->byte == 0)
        return level_of(image->value[0], image->intact & 1);
    return (image->value[row->byte] & row->mask) >> shift_of(row);
}

enum err target_option_set(struct target *t, const struct target_option *row,
                           struct target_options_image *image, unsigned value)
{
    unsigned most = row->byte == 0 ? 2 : row->mask >> shift_of(row);
    if (value > most)
        return log_fail(t->log, ERR_USAGE, "%s takes 0 to %u", row->name, most);
    if (row->byte == 0 && value == 2)
        return log_fail(
            t->log, ERR_USAGE,
            "read protection level 2 can never be left again and ends all debugging of this chip: "
            "swdlink does not set it");
    if (row->byte == 0 && value == 0 && target_option_get(row, image) == 1)
        return log_fail(
            t->log, ERR_USAGE,
            "leaving read protection level 1 erases the flash: that is what `swdlink unlock` does");
    uint8_t *byte = &image->value[row->byte];
    if (row->byte == 0)
        *byte = target_option_get(row, image) == value ? *byte : RDP_LEVEL_1;
    else
        *byte = (uint8_t)((*byte & ~row->mask) | value << shift_of(row));
    image->intact |= (uint8_t)(1u << row->byte);
    return ERR_OK;
}

static struct flash_access access_of(struct target *t)
{
    return (struct flash_access){.mem = &t->mem, .log = t->log, .bank = &t->bank};
}

static enum err require_flash(struct target *t)
{
    enum err e = target_claim(t);
    if (e || t->bank.size)
        return e;
    return log_fail(t->log, ERR_UNSUPPORTED,
                    "the option bytes of this chip (%s, DBGMCU_IDCODE 0x%08x) are not known here",
                    chip_name(&t->id), t->id.idcode);
}

enum err target_read_options(struct target *t, struct target_options_image *image)
{
    enum err e = require_flash(t);
    if (e)
        return e;
    struct flash_access fa = access_of(t);
    return target_note_error(t, t->bank.driver->read_options(&fa, image->value, &image->intact));
}

// Bytes that a die does not have read as ones without a complement, and stay erased.
enum err target_write_options(struct target *t, const struct target_options_image *image)
{
    enum err e = require_flash(t);
    if (e || (t->state == TARGET_RUNNING && (e = target_halt(t))))
        return e;
    struct flash_access fa = access_of(t);
    t->flash_written = true;
    t->flash_written_at = t->core.runs;
    if ((e = t->bank.driver->write_options(&fa, image->value, image->intact)))
        return target_note_error(t, e);
    t->state = TARGET_LOST;
    return target_reconnect(t);
}

enum err target_unlock(struct target *t)
{
    enum err e = target_claim(t);
    if (e)
        return e;
    if (t->id.rdp_level == 0 || t->bank.size == 0)
        return log_fail(t->log, ERR_USAGE,
                        "this chip is not read-protected: there is nothing to unlock");
    struct target_options_image image;
    if ((e = target_read_options(t, &image)))
        return e;
    image.value[0] = RDP_LEVEL_0;
    image.intact |= 1;
    if ((e = target_write_options(t, &image)))
        return e;
    if (t->id.rdp_level == 0)
        return ERR_OK;
    return log_fail(
        t->log, ERR_FLASH,
        "the flash is erased, but the chip still says that it is protected: switch its power off "
        "and on");
}
