// SPDX-License-Identifier: MIT
// Who is there, told to people and to programs. Part numbers of cores: CPUID, bits 15:4 (DDI 0419,
// B3.2.3, and the technical reference manuals of the cores).
#include "cli/describe.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "cli/chip_support.h"
#include "swd/usb_choose.h"
#include "targets/parts.h"

static const char *const rdp_texts[] = {
    "level 0: open",
    "level 1: a debugger cannot read the flash",
    "level 2: closed for good",
};

// "Cortex-M0 r0p0": revision r is CPUID.VARIANT, patch p is CPUID.REVISION.
static const char *core_text(uint32_t cpuid, char *text, size_t size)
{
    snprintf(text, size, "%s r%up%u", core_caps_core_name(cpuid), cpuid >> 20 & 0xf, cpuid & 0xf);
    return text;
}

static enum err read_state(struct probe *p, const char **text)
{
    uint32_t dhcsr = 0;
    enum err e = target_read_dhcsr(&p->target, &dhcsr);
    if (e != ERR_OK)
        return e;
    *text = "running";
    if (dhcsr & DHCSR_S_LOCKUP)
        *text = "locked up";
    else if (dhcsr & DHCSR_S_HALT)
        *text = "halted";
    else if (dhcsr & DHCSR_S_SLEEP)
        *text = "sleeping";
    return ERR_OK;
}

static void print_region(const char *name, uint32_t base, uint32_t size)
{
    if (size == 0)
        printf("%-11s of unknown size\n", name);
    else if (size % 1024)
        printf("%-11s %u bytes at 0x%08x\n", name, size, base);
    else
        printf("%-11s %u KiB at 0x%08x\n", name, size / 1024, base);
}

static void print_sram(const struct chip_identity *id)
{
    unsigned least, most;
    const uint32_t base = id->chip ? id->chip->sram_base : 0x20000000u;
    if (!chip_ram_kib(id, &least, &most))
        print_region("SRAM", base, 0);
    else if (least == most)
        print_region("SRAM", base, most * 1024);
    else
        printf("%-11s %u to %u KiB at 0x%08x, by part\n", "SRAM", least, most, base);
}

// What the chip is by its id, and what speaks against that.
static void print_identity(const struct chip_identity *id)
{
    char text[192], doubt[CHIP_DOUBT_SIZE];
    printf("%-11s %s\n", "chip",
           id->die ? chip_parts(id, text, sizeof text) : chip_describe(id, text, sizeof text));
    if (id->from_rom_table)
        printf("%-11s by its ROM table: its id reads 0x%08x at 0x%08x\n", "", id->idcode,
               id->idcode_addr);
    if (chip_doubt(id, doubt, sizeof doubt))
        printf("%-11s %s\n", "", doubt);
    printf("%-11s device id 0x%03x, revision id 0x%04x", "die", chip_device_id(id),
           chip_revision_id(id));
    if (*chip_revision(id, text, sizeof text))
        printf(" (%s)", text);
    printf(", read at 0x%08x\n", id->idcode_addr);
}

static void print_support(const struct chip_identity *id)
{
    const struct chip_support s = chip_support_found(id);
    char text[64];
    printf("%-11s %s\n", "supported", chip_support_text(&s, text, sizeof text));
    if (!s.flash)
        printf("%-11s the core can be debugged, memory read, programs run in RAM; the flash cannot "
               "be programmed\n",
               "");
    printf("%-11s %s\n", "tried", chip_support_tried_text(&s));
}

void describe_print_probe(const struct probe *p)
{
    char firmware[32];
    printf("%-11s %s%s, firmware %s, serial %s%s%s\n", "probe", p->is_virtual ? "virtual " : "",
           probe_model(&p->id), debug_probe_version_text(&p->st.probe, firmware, sizeof firmware),
           p->id.serial[0] ? p->id.serial : "none",
           p->id.serial_shared ? ", at " USB_CHOOSE_PREFIX : "",
           p->id.serial_shared ? p->id.location : "");
    if (p->vtref_known)
        printf("%-11s %u.%02u V at the target's supply pin (VTref)\n", "voltage",
               p->vtref_mv / 1000, p->vtref_mv % 1000 / 10);
    else
        printf("%-11s this probe's firmware cannot measure it\n", "voltage");
}

static const char *second_core_state(const struct chip_second_core *second)
{
    if (second->held)
        return "held since the last reset";
    return second->starts ? "starts after a reset" : "has been started since the reset";
}

// Of a die whose parts may have one, and of this part, where that can be told.
static enum err print_cores(struct probe *p)
{
    const struct chip_identity *id = target_identity(&p->target);
    struct chip_second_core second;
    char text[32];
    enum err e = target_find_second_core(&p->target, &second);
    if (e)
        return e;
    printf("%-11s %s\n", "core", core_text(id->cpuid, text, sizeof text));
    if (second.facts)
        printf("%-11s %s behind access port %u, %s; %s\n", "second core", second.facts->text,
               second.facts->ap, second_core_state(&second),
               second.reached ? "`--core second` debugs it"
                              : "this ST-LINK's firmware does not reach it, V2J32 or V3J2 does");
    else if (id->die && die_cores_note(id->die))
        printf("%-11s (%s)\n", "", die_cores_note(id->die));
    return ERR_OK;
}

// What is asked of the target is the same for both forms of output.
static enum err ask_target(struct probe *p, const char **state)
{
    enum err e = read_state(p, state);
    return e ? e : target_read_ports(&p->target);
}

enum err describe_print_target(struct probe *p)
{
    const struct chip_identity *id = target_identity(&p->target);
    const struct chip *chip = id->chip;
    const char *state;
    enum err e = ask_target(p, &state);
    if (e != ERR_OK)
        return e;
    char uid[2 * sizeof id->uid + 1];
    printf("%-11s %u kHz\n", "SWD clock", p->st.probe.swclk_hz / 1000);
    if ((e = print_cores(p)))
        return e;
    print_identity(id);
    if (id->flash_size || id->die)
        print_region("flash", chip ? chip->flash_base : die_flash_base(id->die), id->flash_size);
    if (target_eeprom(&p->target)->size)
        print_region("EEPROM", chip->eeprom.run[0].base, chip_eeprom_size(id));
    if (id->die)
        print_sram(id);
    hex_encode(uid, id->uid, sizeof id->uid);
    printf("%-11s %s\n", "unique id", id->uid_known ? uid : "unknown");
    printf("%-11s %s\n", "protection",
           id->rdp_known ? rdp_texts[id->rdp_level] : "not known for this chip");
    print_support(id);
    if (target_second_core(&p->target))
        printf("%-11s the %s is %s\n", "state", target_second_core(&p->target)->text, state);
    else
        printf("%-11s %s\n", "state", state);
    return ERR_OK;
}

json_t *describe_probe_json(const struct probe *p)
{
    char firmware[32], usb_id[16];
    snprintf(usb_id, sizeof usb_id, "%04x:%04x", p->id.vid, p->id.pid);
    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:o}", "model", probe_model(&p->id), "serial",
                     p->id.serial, "virtual", p->is_virtual, "usb_id", usb_id, "location",
                     p->id.location, "firmware",
                     debug_probe_version_text(&p->st.probe, firmware, sizeof firmware), "vtref_mv",
                     p->vtref_known ? json_integer(p->vtref_mv) : json_null());
}

static json_t *region_json(uint32_t base, uint32_t size)
{
    return json_pack("{s:I, s:I}", "address", (json_int_t)base, "size", (json_int_t)size);
}

static json_t *eeprom_json(const struct chip_identity *id)
{
    const uint32_t size = chip_eeprom_size(id);
    return size ? region_json(id->chip->eeprom.run[0].base, size) : json_null();
}

static json_t *chip_json(const struct chip_identity *id)
{
    char uid[2 * sizeof id->uid + 1];
    if (!id->chip)
        return json_null();
    hex_encode(uid, id->uid, sizeof id->uid);
    return json_pack("{s:s, s:i, s:i, s:o, s:o, s:o, s:s, s:o}", "name", id->chip->name,
                     "device_id", (int)(id->idcode & 0xfff), "revision_id", (int)(id->idcode >> 16),
                     "flash", region_json(id->chip->flash_base, id->flash_size), "eeprom",
                     eeprom_json(id), "sram", region_json(id->chip->sram_base, id->chip->sram_size),
                     "unique_id", uid, "rdp_level",
                     id->rdp_known ? json_integer((json_int_t)id->rdp_level) : json_null());
}

static json_t *parts_json(const struct chip_identity *id)
{
    json_t *parts = json_array();
    char name[PART_NAME_SIZE];
    const unsigned kib = id->flash_size / 1024;
    if (id->from_rom_table)
        return parts;
    if (kib || !parts_largest_kib(id->die->dev_id))
        for (unsigned n = 0; parts_name(id->die->dev_id, kib, n, name, sizeof name); n++)
            json_array_append_new(parts, json_sprintf("STM32%s", name));
    return parts;
}

static json_t *known_or_null(bool known, unsigned value)
{
    return known ? json_integer((json_int_t)value) : json_null();
}

// What the id says, also of a chip that cannot be programmed.
static json_t *die_json(const struct chip_identity *id)
{
    if (!id->die)
        return json_null();
    char uid[2 * sizeof id->uid + 1], rev[16];
    unsigned least, most;
    const struct chip_support s = chip_support_found(id);
    const bool ram = chip_ram_kib(id, &least, &most);
    hex_encode(uid, id->uid, sizeof id->uid);
    chip_revision(id, rev, sizeof rev);
    return json_pack("{s:s, s:s, s:i, s:o, s:i, s:s?, s:o, s:o, s:o, s:s?, s:s?, s:b, s:o}",
                     "family", id->die->family, "name", id->die->name, "device_id",
                     (int)id->die->dev_id, "parts", parts_json(id), "revision_id",
                     (int)chip_revision_id(id), "revision", *rev ? rev + strlen("rev ") : NULL,
                     "flash_size", known_or_null(id->flash_size, id->flash_size), "sram_least",
                     known_or_null(ram, least * 1024), "sram_most", known_or_null(ram, most * 1024),
                     "unique_id", id->uid_known ? uid : NULL, "cores", die_cores_note(id->die),
                     "by_rom_table", id->from_rom_table, "support", chip_support_json(&s));
}

// JEP106: continuation << 7 | code, as the doctor has it.
static json_t *maker_json(const struct chip_maker *maker)
{
    if (!maker->known)
        return json_null();
    return json_pack("{s:i, s:s?}", "jep106", (int)maker->designer, "name", chip_maker_name(maker));
}

json_t *second_core_json(const struct chip_second_core *second)
{
    if (!second->facts)
        return json_null();
    return json_pack("{s:s, s:i, s:b, s:b}", "core", second->facts->text, "access_port",
                     (int)second->facts->ap, "starts", second->starts, "held", second->held);
}

enum err describe_target_json(json_t **object, struct probe *p)
{
    const struct chip_identity *id = target_identity(&p->target);
    struct chip_second_core second;
    const char *state;
    enum err e = ask_target(p, &state);
    if (!e)
        e = target_find_second_core(&p->target, &second);
    if (e != ERR_OK)
        return e;
    char text[32], doubt[CHIP_DOUBT_SIZE];
    *object =
        json_pack("{s:I, s:s, s:o, s:I, s:I, s:I, s:o, s:s?, s:o, s:o, s:s}", "swclk_hz",
                  (json_int_t)p->st.probe.swclk_hz, "core", core_text(id->cpuid, text, sizeof text),
                  "second_core", second_core_json(&second), "cpuid", (json_int_t)id->cpuid, "dpidr",
                  (json_int_t)id->dpidr, "idcode", (json_int_t)id->idcode, "maker",
                  maker_json(&id->maker), "doubt", chip_doubt(id, doubt, sizeof doubt), "die",
                  die_json(id), "chip", chip_json(id), "state", state);
    return ERR_OK;
}
