// SPDX-License-Identifier: MIT
// Who is on the other end: the IDs of debug port, access port, core and chip, the sizes and the
// unique number that ST wrote into it, and its read protection level.
#include <string.h>

#include "base/bytes.h"
#include "cortex/scs.h"
#include "swd/ap.h"
#include "swd/mem_ap.h"
#include "targets/chip.h"
#include "targets/parts.h"

#define IDCODE_DEV_MASK 0xfffu

#define CPUID_PART_SHIFT 4u
#define CPUID_PART_MASK  0xfffu

// Whether the target merely has no such register, so that it is worth looking elsewhere.
static bool is_refusal(enum err e)
{
    return e == ERR_FAULT || e == ERR_UNSUPPORTED;
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
    return die && (own || die_has_core(die, id->cpuid));
}

// What stands at the address may be the chip's id; own: a core of that kind has it there.
static void take_idcode(struct chip_identity *id, unsigned ap, const struct die_place *place,
                        bool own, uint32_t value)
{
    const struct die *die = die_of_id(place->kind, value, id->cpuid);
    id->die = is_plausible(die, id, own) ? die : NULL;
    // The number may be another die's, which the core tells apart.
    const uint32_t number = id->die ? id->die->dev_id : value;
    id->chip = place->kind == DIE_ID_DBGMCU ? find_chip((uint8_t)ap, place->addr, number) : NULL;
    // The first of its own places that answers is told, even if nobody knows that number.
    if (id->chip || id->die || (own && place->kind == DIE_ID_DBGMCU && !id->idcode)) {
        id->idcode = value;
        id->idcode_addr = place->addr;
        id->id_kind = place->kind;
    }
}

static enum err try_idcode(struct chip_identity *id, const struct mem_ap *mem,
                           const struct die_place *place, bool own, struct log *log)
{
    uint32_t value;
    enum err e = mem_ap_read32(mem, place->addr, &value);
    if (!e)
        take_idcode(id, mem->number, place, own, value);
    if (!is_refusal(e))
        return e;
    log_forget(log);
    return ERR_OK;
}

static void add_gate(struct chip_gates *gates, struct mem_batch *b, uint32_t addr)
{
    for (unsigned i = 0; i < gates->count; i++)
        if (gates->addr[i] == addr)
            return;
    if (!addr || gates->count == CHIP_GATES_MAX)
        return;
    gates->addr[gates->count] = addr;
    mem_batch_read(b, addr, &gates->value[gates->count++]);
}

// The core's first place, along with what waits. *done: it was asked, and nothing else can have
// been refused.
static enum err try_first_place(struct chip_identity *id, struct mem_batch *first,
                                struct chip_gates *gates, struct log *log, bool *done)
{
    bool own;
    uint32_t value;
    const struct mem_ap *mem = first->ap;
    const struct die_place *place = die_place(id->cpuid, 0, &own);
    const bool alone = first->count == 0;
    mem_batch_read(first, place->addr, &value);
    for (unsigned f = 0; gates && f < family_count && mem_batch_is_cheap(mem); f++)
        if (own && families[f]->idcode_addr == place->addr && families[f]->dbgmcu)
            add_gate(gates, first, families[f]->dbgmcu->gate_addr);
    enum err e = mem_batch_run(first);
    *done = !e || (alone && (!gates || !gates->count));
    if (!e)
        take_idcode(id, mem->number, place, own, value);
    else if (gates)
        gates->count = 0;
    if (!is_refusal(e))
        return e;
    log_forget(log);
    return ERR_OK;
}

static bool is_tried_by_core(const struct chip_identity *id, uint32_t wanted)
{
    bool own;
    const struct die_place *place;
    for (unsigned n = 0; (place = die_place(id->cpuid, n, &own)); n++)
        if (place->addr == wanted)
            return true;
    return false;
}

static bool is_found(const struct chip_identity *id)
{
    return id->chip || id->die;
}

// The unit that the STM32H7 also shows through its third access port (RM0433, debug
// infrastructure), when the one of the core does not reach it.
#define H7_DEBUG_AP 2u
static const struct die_place h7_debug_port = {0xe00e1000, {DIE_CORE_M7}, DIE_ID_DBGMCU};

static enum err try_other_ports(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    struct mem_ap port = *mem;
    enum err e = ERR_OK;
    for (unsigned f = 0; f < family_count && !e && !is_found(id); f++) {
        const struct die_place place = {.addr = families[f]->idcode_addr};
        port.number = families[f]->idcode_ap;
        if (port.number != mem->number || !is_tried_by_core(id, place.addr))
            e = try_idcode(id, &port, &place, false, log);
    }
    port.number = H7_DEBUG_AP;
    if (e || is_found(id) || (id->cpuid >> CPUID_PART_SHIFT & CPUID_PART_MASK) != DIE_CORE_M7)
        return e;
    e = try_idcode(id, &port, &h7_debug_port, false, log);
    if (e == ERR_OK || err_class(e) == ERR_CLASS_PROBE)
        return e;
    log_forget(log); // there is no such port
    return ERR_OK;
}

// The ROM table names a die too, though not always its own (an STM32F042 that of an F05x): better
// than nothing, where the id reads as 0 (the first STM32F10x) or cannot be read.
static enum err ask_rom_table(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    enum err e = chip_read_maker(&id->maker, mem, log);
    if (e || !id->maker.known || id->maker.designer != CHIP_MAKER_ST)
        return e;
    const struct die *die = die_find(id->maker.part);
    if (die && die_has_core(die, id->cpuid)) {
        id->die = die;
        id->from_rom_table = true;
    }
    return ERR_OK;
}

// A debug port of another kind than ST's tells that a chip with an STM32F1's id is none.
static enum err check_maker(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    char why[CHIP_DOUBT_SIZE];
    enum err e = ERR_OK;
    if (id->die && strcmp(id->die->family, "STM32F1") == 0 && !id->dpidr)
        e = chip_read_ports(id, mem, log);
    if (!e && !is_found(id) && !id->idcode)
        return ask_rom_table(id, mem, log);
    return !e && chip_doubt(id, why, sizeof why) ? chip_read_maker(&id->maker, mem, log) : e;
}

// Reads the chip's id wherever chips have it, until one of them is recognised: first through the
// core's own access port, then as the families have it that are elsewhere.
enum err chip_find(struct chip_identity *id, struct mem_batch *first, struct chip_gates *gates,
                   struct log *log)
{
    bool own = false, done;
    const struct mem_ap *mem = first->ap;
    const struct die_place *place;
    if (gates)
        gates->count = 0;
    enum err e = try_first_place(id, first, gates, log, &done);
    for (unsigned n = done; !e && !is_found(id) && (place = die_place(id->cpuid, n, &own)); n++)
        e = try_idcode(id, mem, place, own, log);
    if (!e && !is_found(id))
        e = try_other_ports(id, mem, log);
    return e ? e : check_maker(id, mem, log);
}

// What cannot be true of a chip of a family is replaced by the largest that there is; of another
// die it stays unknown.
static void take_flash_size(struct chip_identity *id, unsigned kib, struct log *log)
{
    const unsigned most =
        id->chip ? id->chip->flash_max / 1024 : parts_largest_kib(id->die->dev_id);
    id->flash_size = kib * 1024;
    if (kib > 0 && (kib <= most || !most) && kib != 0xffff)
        return;
    id->flash_size = id->chip ? id->chip->flash_max : 0;
    if (id->chip)
        log_line(log, LOG_WARN,
                 "the chip's flash size register says %u KiB, which no %s has; taking %u KiB", kib,
                 chip_name(id), most);
    else
        log_line(
            log, LOG_WARN,
            "the chip's flash size register says %u KiB, which no %s has: how much flash there "
            "is stays unknown",
            kib, chip_name(id));
}

static uint32_t flash_size_addr(const struct chip_identity *id)
{
    return id->chip ? id->chip->flash_size_addr : id->die->flash_size_addr;
}

// As a word, which every probe reads with one command.
static void take_flash_size_word(struct chip_identity *id, uint32_t word, struct log *log)
{
    const uint16_t size = flash_size_addr(id) & 2 ? word >> 16 : word & 0xffff;
    take_flash_size(id, id->die ? die_flash_kib(id->die, size) : size, log);
}

static void take_only_flash_size(struct chip_identity *id)
{
    if (!flash_size_addr(id) && parts_have_one_size(id->die->dev_id))
        id->flash_size = parts_largest_kib(id->die->dev_id) * 1024;
}

static enum err read_flash_size(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    uint32_t word;
    take_only_flash_size(id);
    if (!flash_size_addr(id))
        return ERR_OK;
    enum err e = mem_ap_read32(mem, flash_size_addr(id) & ~3u, &word);
    if (!e)
        take_flash_size_word(id, word, log);
    return e;
}

#define UID_LAST   8u    // where its third word begins
#define UID_BEHIND 0x14u // and where that is, when it does not follow the second

// Where the third word is: 0: behind the second.
static uint32_t uid_last_addr(const struct chip_identity *id)
{
    if (id->chip)
        return id->chip->uid_last_addr;
    return die_uid_has_gap(id->die) ? id->die->uid_addr + UID_BEHIND : 0;
}

static uint32_t uid_addr(const struct chip_identity *id)
{
    return id->chip ? id->chip->uid_addr : id->die->uid_addr;
}

// A chip that nobody has numbered has no number.
static void check_uid(struct chip_identity *id)
{
    unsigned zeros = 0, ones = 0;
    for (size_t i = 0; i < sizeof id->uid; i++) {
        zeros += id->uid[i] == 0;
        ones += id->uid[i] == 0xff;
    }
    id->uid_known = zeros < sizeof id->uid && ones < sizeof id->uid;
}

static enum err read_uid(struct chip_identity *id, const struct mem_ap *mem)
{
    const uint32_t addr = uid_addr(id), last = uid_last_addr(id);
    if (!addr)
        return ERR_OK;
    enum err e = mem_ap_read(mem, addr, id->uid, last ? UID_LAST : sizeof id->uid, NULL);
    if (!e && last)
        e = mem_ap_read(mem, last, &id->uid[UID_LAST], sizeof id->uid - UID_LAST, NULL);
    if (e)
        memset(id->uid, 0, sizeof id->uid);
    else
        check_uid(id);
    return e;
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
    const struct rdp_scheme *rdp = id->chip ? id->chip->family->rdp : NULL;
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

static enum err read_geometry(struct chip_identity *id, const struct mem_ap *mem)
{
    const struct family *family = id->chip ? id->chip->family : NULL;
    enum err e = ERR_OK;
    for (unsigned i = 0; family && i < FAMILY_GEOMETRY_REGS && family->geometry_reg[i] && !e; i++) {
        e = mem_ap_read32(mem, family->geometry_reg[i], &id->geometry[i]);
        id->geometry_known = !e;
    }
    return e;
}

// What the chip does not let read stays unknown, and that is no failure.
static enum err unless_refused(enum err e, struct log *log)
{
    if (!is_refusal(e))
        return e;
    log_forget(log);
    return ERR_OK;
}

#define NEAR_BYTES 64u // in which size and number of a chip may stand, to be read at once

// Where the flash size stands behind the unique number, both with one block. *done false: not so.
static enum err read_size_and_uid(struct chip_identity *id, const struct mem_ap *mem,
                                  struct log *log, bool *done)
{
    uint8_t bytes[NEAR_BYTES];
    const uint32_t uid = uid_addr(id), size = flash_size_addr(id) & ~3u;
    *done =
        uid && !uid_last_addr(id) && size >= uid + sizeof id->uid && size + 4 - uid <= NEAR_BYTES;
    enum err e = *done ? mem_ap_read(mem, uid, bytes, size + 4 - uid, NULL) : ERR_OK;
    if (is_refusal(e)) { // one of them, or what lies between
        log_forget(log);
        *done = false;
        return ERR_OK;
    }
    if (e || !*done)
        return e;
    memcpy(id->uid, bytes, sizeof id->uid);
    check_uid(id);
    take_flash_size_word(id, get_le32(bytes + (size - uid)), log);
    return ERR_OK;
}

enum err chip_read_facts(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    bool done;
    enum err e = read_size_and_uid(id, mem, log, &done);
    if (e || (!done && (e = unless_refused(read_flash_size(id, mem, log), log))) ||
        (!done && (e = unless_refused(read_uid(id, mem), log))) ||
        (e = unless_refused(read_geometry(id, mem), log)))
        return e;
    return unless_refused(read_rdp_level(id, mem), log);
}

void chip_add_facts(const struct chip_identity *id, struct mem_batch *b, struct chip_facts *facts)
{
    const struct family *family = id->chip ? id->chip->family : NULL;
    const uint32_t uid = uid_addr(id), last = uid_last_addr(id);
    if (flash_size_addr(id))
        mem_batch_read(b, flash_size_addr(id) & ~3u, &facts->flash_size);
    for (unsigned i = 0; uid && i < 3; i++)
        mem_batch_read(b, last && i == 2 ? last : uid + 4 * i, &facts->uid[i]);
    for (unsigned i = 0; family && i < FAMILY_GEOMETRY_REGS && family->geometry_reg[i]; i++)
        mem_batch_read(b, family->geometry_reg[i], &facts->geometry[i]);
    if (family && family->rdp)
        mem_batch_read(b, family->rdp->status_addr, &facts->rdp);
}

void chip_take_facts(struct chip_identity *id, const struct chip_facts *facts, struct log *log)
{
    const struct family *family = id->chip ? id->chip->family : NULL;
    take_only_flash_size(id);
    if (flash_size_addr(id))
        take_flash_size_word(id, facts->flash_size, log);
    for (unsigned i = 0; uid_addr(id) && i < 3; i++)
        put_le32(&id->uid[4 * i], facts->uid[i]);
    if (uid_addr(id))
        check_uid(id);
    for (unsigned i = 0; family && i < FAMILY_GEOMETRY_REGS && family->geometry_reg[i]; i++) {
        id->geometry[i] = facts->geometry[i];
        id->geometry_known = true;
    }
    if (family && family->rdp) {
        id->rdp_level = rdp_level(&family->rdp->status, facts->rdp);
        id->rdp_known = true;
    }
}

enum err chip_identify(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    struct mem_batch first;
    *id = (struct chip_identity){.cpuid = id->cpuid};
    enum err e = chip_read_ports(id, mem, log);
    if (!e && !id->cpuid)
        e = mem_ap_read32(mem, SCS_CPUID, &id->cpuid);
    mem_batch_begin(&first, mem);
    if (e || (e = chip_find(id, &first, NULL, log)) || !is_found(id))
        return e;
    return chip_read_facts(id, mem, log);
}
