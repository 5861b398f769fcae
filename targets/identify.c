// SPDX-License-Identifier: MIT
// Who is on the other end: the IDs of debug port, access port, core and chip, the sizes and the
// unique number that ST wrote into it, and its read protection level.
#include <stdio.h>
#include <string.h>

#include "cortex/scs.h"
#include "swd/ap.h"
#include "swd/mem_ap.h"
#include "targets/chip.h"

#define IDCODE_DEV_MASK 0xfffu

#define CPUID_PART_SHIFT 4u
#define CPUID_PART_MASK  0xfffu

// Whether the target merely has no such register, so that it is worth looking elsewhere.
static bool is_refusal(enum err e)
{
    return e == ERR_FAULT || e == ERR_UNSUPPORTED;
}

static enum err read_ports(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    enum err e = debug_probe_read_dpidr(mem->probe, &id->dpidr);
    if (!e)
        e = ap_read_idr(mem, &id->ap_idr);
    if (e && !is_refusal(e))
        return e;
    log_forget(log);
    return id->cpuid ? ERR_OK : mem_ap_read32(mem, SCS_CPUID, &id->cpuid);
}

static const struct chip *find_chip(uint8_t ap, uint32_t addr, uint32_t idcode)
{
    for (unsigned f = 0; f < family_count; f++) {
        const struct family *family = families[f];
        for (unsigned i = 0; i < family->chip_count; i++)
            if (family->idcode_ap == ap && family->idcode_addr == addr &&
                family->chips[i].dev_id == (idcode & IDCODE_DEV_MASK))
                return &family->chips[i];
    }
    return NULL;
}

// Where a core of another kind has it something else may stand, whose bits look like an id.
static bool is_plausible(const struct die *die, const struct chip_identity *id, bool own)
{
    return die && (own || die->core == (id->cpuid >> CPUID_PART_SHIFT & CPUID_PART_MASK));
}

// What stands at the address may be the chip's id; own: a core of that kind has it there.
static enum err try_idcode(struct chip_identity *id, const struct mem_ap *mem, uint32_t addr,
                           bool own, struct log *log)
{
    uint32_t value;
    enum err e = mem_ap_read32(mem, addr, &value);
    if (is_refusal(e)) {
        log_forget(log);
        return ERR_OK;
    }
    if (e)
        return e;
    id->chip = find_chip(mem->number, addr, value);
    const struct die *die = die_find(value & IDCODE_DEV_MASK);
    id->die = is_plausible(die, id, own) ? die : NULL;
    if (id->chip || id->die || (own && !id->idcode)) {
        id->idcode = value;
        id->idcode_addr = addr;
    }
    return ERR_OK;
}

static bool is_tried_by_core(const struct chip_identity *id, uint32_t wanted)
{
    bool own;
    uint32_t addr;
    for (unsigned n = 0; (addr = die_idcode_addr(id->cpuid, n, &own)); n++)
        if (addr == wanted)
            return true;
    return false;
}

// Reads DBGMCU_IDCODE wherever chips have it, until one of them is recognised: first through the
// core's own access port, then as the families have it that are elsewhere.
static enum err find_idcode(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    bool own = false;
    uint32_t addr;
    enum err e = ERR_OK;
    for (unsigned n = 0;
         !e && !id->chip && !id->die && (addr = die_idcode_addr(id->cpuid, n, &own)); n++)
        e = try_idcode(id, mem, addr, own, log);
    for (unsigned f = 0; f < family_count && !e && !id->chip && !id->die; f++) {
        struct mem_ap port = *mem;
        port.number = families[f]->idcode_ap;
        if (port.number != mem->number || !is_tried_by_core(id, families[f]->idcode_addr))
            e = try_idcode(id, &port, families[f]->idcode_addr, false, log);
    }
    return e;
}

uint32_t chip_eeprom_size(const struct chip_identity *id)
{
    const uint32_t most = id->chip ? flash_layout_bytes(&id->chip->eeprom) : 0;
    return id->chip && id->flash_size <= id->chip->eeprom_half_to ? most / 2 : most;
}

static enum err read_flash_size(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    const struct chip *c = id->chip;
    uint32_t word;
    // As a word, which every probe reads with one command.
    enum err e = mem_ap_read32(mem, c->flash_size_addr & ~3u, &word);
    if (e)
        return e;
    uint32_t size = (c->flash_size_addr & 2 ? word >> 16 : word & 0xffff) * 1024;
    if (size == 0 || size > c->flash_max) {
        log_line(log, LOG_WARN,
                 "the chip's flash size register says %u KiB, which no %s has; taking %u KiB",
                 size / 1024, c->name, c->flash_max / 1024);
        size = c->flash_max;
    }
    id->flash_size = size;
    return ERR_OK;
}

static enum err read_uid(struct chip_identity *id, const struct mem_ap *mem)
{
    const struct chip *c = id->chip;
    const size_t together = c->uid_last_addr ? 8 : sizeof id->uid;
    enum err e = mem_ap_read(mem, c->uid_addr, id->uid, together, NULL);
    if (e || !c->uid_last_addr)
        return e;
    return mem_ap_read(mem, c->uid_last_addr, &id->uid[8], 4, NULL);
}

unsigned rdp_level(const struct rdp_code *code, uint32_t value)
{
    const uint32_t bits = value >> code->shift & ((1u << code->bits) - 1);
    if (bits == code->level0)
        return 0;
    return bits == code->level2 ? 2 : 1;
}

static enum err read_rdp_level(struct chip_identity *id, const struct mem_ap *mem)
{
    const struct rdp_scheme *rdp = id->chip->family->rdp;
    uint32_t status;
    if (!rdp)
        return ERR_OK;
    enum err e = mem_ap_read32(mem, rdp->status_addr, &status);
    if (e)
        return e;
    id->rdp_level = rdp_level(&rdp->status, status);
    id->rdp_known = true;
    return ERR_OK;
}

enum err chip_identify(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    *id = (struct chip_identity){.cpuid = id->cpuid};
    enum err e = read_ports(id, mem, log);
    if (e || (e = find_idcode(id, mem, log)) || !id->chip)
        return e;
    if ((e = read_flash_size(id, mem, log)) && !is_refusal(e))
        return e;
    if ((e = read_uid(id, mem))) {
        memset(id->uid, 0, sizeof id->uid);
        if (!is_refusal(e))
            return e;
    }
    if ((e = read_rdp_level(id, mem)) && !is_refusal(e))
        return e;
    if (e)
        log_forget(log);
    return ERR_OK;
}

// REV_ID 0x1000 is revision 1.0 in ST's tables, 0x2000 2.0; others have no name that follows from
// them.
static const char *revision_text(uint32_t idcode, char *text, size_t size)
{
    unsigned rev = idcode >> 16;
    if (rev & 0xfff)
        snprintf(text, size, "rev 0x%04x", rev);
    else
        snprintf(text, size, "rev %u.0", rev >> 12);
    return text;
}

const char *chip_name(const struct chip_identity *id)
{
    return id->chip ? id->chip->name : id->die ? id->die->name : "an unknown chip";
}

const char *chip_describe(const struct chip_identity *id, char *text, size_t size)
{
    char rev[16], flash[32] = "flash of unknown size", eeprom[32] = "";
    revision_text(id->idcode, rev, sizeof rev);
    if (!id->chip && id->die) {
        bool same = id->die->core == (id->cpuid >> CPUID_PART_SHIFT & CPUID_PART_MASK);
        snprintf(text, size, "%s (DBGMCU_IDCODE 0x%08x)%s", id->die->name, id->idcode,
                 same ? "" : " by its id, but with another core: by another maker?");
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
