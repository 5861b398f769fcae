// SPDX-License-Identifier: MIT
// What follows from what was read of a chip, and what is said of it: its name, its revision, and
// what speaks against it.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "targets/chip.h"
#include "targets/parts.h"

#define DPIDR_M4 0x2ba01477u // and of the Cortex-M3 r2p0 of STM32F2 and L1; STM32F1 have r1p1

const char *chip_name(const struct chip_identity *id)
{
    return id->chip ? id->chip->name : id->die ? id->die->name : "an unknown chip";
}

uint32_t chip_eeprom_size(const struct chip_identity *id)
{
    if (!id->chip)
        return 0;
    return id->flash_size <= id->chip->eeprom_small_to ? id->chip->eeprom_small
                                                       : flash_layout_bytes(&id->chip->eeprom);
}

const char *chip_parts(const struct chip_identity *id, char *text, size_t size)
{
    *text = '\0';
    if (id->from_rom_table) {
        snprintf(text, size, "an %s, perhaps %s", id->die->family, id->die->name);
        return text;
    }
    // A die without flash has its parts in one row.
    if (id->die && (id->flash_size || !parts_largest_kib(id->die->dev_id)))
        parts_text(id->die->dev_id, id->flash_size / 1024, text, size);
    if (!*text)
        snprintf(text, size, "%s", chip_name(id));
    return text;
}

unsigned chip_device_id(const struct chip_identity *id)
{
    if (id->die && (id->from_rom_table || id->id_kind != DIE_ID_DBGMCU))
        return id->die->dev_id;
    return id->idcode & 0xfff;
}

unsigned chip_revision_id(const struct chip_identity *id)
{
    return id->id_kind == DIE_ID_DBGMCU ? id->idcode >> 16 : 0;
}

// REV_ID 0x1000 is revision 1.0 in ST's tables, 0x2000 2.0, where they have no letters.
const char *chip_revision(const struct chip_identity *id, char *text, size_t size)
{
    const unsigned rev = chip_revision_id(id);
    const char *name = id->die ? die_revision(id->die->dev_id, (uint16_t)rev) : NULL;
    *text = '\0';
    if (id->from_rom_table || id->id_kind != DIE_ID_DBGMCU)
        return text;
    if (name)
        snprintf(text, size, "rev %s", name);
    else
        snprintf(text, size, rev & 0xfff ? "rev 0x%04x" : "rev %u.0",
                 rev & 0xfff ? rev : rev >> 12);
    return text;
}

bool chip_ram_kib(const struct chip_identity *id, unsigned *least, unsigned *most)
{
    *least = *most = id->chip ? id->chip->sram_size / 1024 : 0;
    if (id->chip || !id->die)
        return id->chip;
    return parts_ram_kib(id->die->dev_id, id->flash_size / 1024, least, most);
}

const char *chip_doubt(const struct chip_identity *id, char *text, size_t size)
{
    const struct chip_maker *maker = &id->maker;
    const char *name = chip_maker_name(maker);
    if (maker->known && maker->designer != CHIP_MAKER_ST && maker->designer != CHIP_MAKER_ARM)
        snprintf(text, size, "by its id, but its ROM table names %s (JEP106 0x%03x) as the maker",
                 name ? name : "somebody else", maker->designer);
    else if (id->die && !die_has_core(id->die, id->cpuid))
        snprintf(text, size, "by its id, but with another core: by another maker?");
    else if (id->die && strcmp(id->die->family, "STM32F1") == 0 && id->dpidr == DPIDR_M4)
        snprintf(text, size,
                 "by its id, but with another debug port than ST's (DPIDR 0x%08x): by "
                 "another maker?",
                 id->dpidr);
    else
        return NULL;
    return text;
}

// Appends; what does not fit is cut off.
static void LOG_PRINTF(3, 4) append(char *text, size_t size, const char *fmt, ...)
{
    const size_t used = strlen(text);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text + used, size - used, fmt, ap);
    va_end(ap);
}

static void describe_die(const struct chip_identity *id, char *text, size_t size)
{
    char rev[16], doubt[CHIP_DOUBT_SIZE];
    chip_parts(id, text, size);
    if (*chip_revision(id, rev, sizeof rev))
        append(text, size, ", %s", rev);
    if (id->flash_size)
        append(text, size, ", %u KiB flash", id->flash_size / 1024);
    if (id->from_rom_table)
        append(text, size, " (by its ROM table; its id reads 0x%08x)", id->idcode);
    else if (chip_doubt(id, doubt, sizeof doubt))
        append(text, size, ", %s", doubt);
}

const char *chip_describe(const struct chip_identity *id, char *text, size_t size)
{
    char rev[16], flash[32] = "flash of unknown size", eeprom[32] = "";
    chip_revision(id, rev, sizeof rev);
    if (!id->chip && id->die) {
        describe_die(id, text, size);
        return text;
    }
    if (!id->chip) {
        snprintf(text, size, "unknown chip (CPUID 0x%08x, DBGMCU_IDCODE 0x%08x)", id->cpuid,
                 id->idcode);
        return text;
    }
    if (id->flash_size)
        snprintf(flash, sizeof flash, "%u KiB flash", id->flash_size / 1024);
    const uint32_t bytes = chip_eeprom_size(id);
    if (bytes >= 1024)
        snprintf(eeprom, sizeof eeprom, "%u KiB EEPROM, ", bytes / 1024);
    else if (bytes)
        snprintf(eeprom, sizeof eeprom, "%u bytes EEPROM, ", bytes);
    snprintf(text, size, "%s, %s, %s, %s%u KiB SRAM", id->chip->name, rev, flash, eeprom,
             id->chip->sram_size / 1024);
    return text;
}
