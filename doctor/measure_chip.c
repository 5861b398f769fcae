// SPDX-License-Identifier: MIT
// Who the chip is, and what its registers tell of the program: reads only, of words, where the
// family has them.
#include "cortex/scs.h"
#include "doctor/measure.h"
#include "swd/dp.h"
#include "swd/mem_ap.h"

#define FIRST_WORDS 64u

static enum err peek_word(struct measure *b, uint32_t addr, uint32_t *value)
{
    enum err e = mem_ap_read32(&b->mem, addr, value);
    if (e == ERR_FAULT && dp_clear_sticky(b->probe))
        log_forget(b->log);
    return e;
}

static enum err read_designer(struct measure *b)
{
    struct chip_maker maker;
    enum err e = chip_read_maker(&maker, &b->mem, b->log);
    b->m->chip.rom_base = maker.rom_base;
    b->m->chip.part = maker.part;
    b->m->chip.designer = maker.designer;
    b->m->chip.designer_known = maker.known;
    return e;
}

static enum err read_registers(struct measure *b)
{
    struct measured_chip *c = &b->m->chip;
    const struct family_doctor *facts = c->id.chip->family->doctor;
    enum err e = ERR_OK;
    for (unsigned i = 0; !e && facts && i < FAMILY_REGISTERS && facts->reg[i].name; i++)
        e = peek_word(b, facts->reg[i].addr, &c->reg[i]);
    if (!e)
        e = peek_word(b, SCS_SCR, &c->scr);
    if (!e)
        e = chip_find_second_core(c->id.chip, &b->mem, &c->second);
    if (e == ERR_FAULT)
        c->id_refused = true;
    c->state_known = !e;
    return e;
}

static enum err read_flash(struct measure *b)
{
    struct measured_chip *c = &b->m->chip;
    uint32_t words[FIRST_WORDS];
    enum err e = mem_ap_read(&b->mem, c->id.chip->flash_base, words, sizeof words, NULL);
    if (e)
        return e;
    c->flash_readable = true;
    c->flash_blank =
        flash_layout_is_erased(&c->id.chip->layout, (const uint8_t *)words, sizeof words);
    c->vector_sp = words[0];
    c->vector_pc = words[1];
    return ERR_OK;
}

// Of a chip that has RAM at address 0: the vector table, which a start sets there, tells
// (RM0385, 2.5).
static enum err see_vectors(struct measure *b)
{
    struct measured_chip *c = &b->m->chip;
    const struct chip *chip = c->id.chip;
    uint32_t vtor;
    c->vectors_tell = true;
    enum err e = peek_word(b, SCS_VTOR, &vtor);
    c->boots_system = !e && (vtor - chip->system_base < chip->system_size ||
                             (chip->system_alias && vtor - chip->system_alias < chip->system_size));
    return e;
}

static bool has_ram_at_zero(const struct chip_identity *id)
{
    uint32_t base;
    return id->die && die_code_ram(id->die, &base) && base == 0;
}

// SYSCFG and its MEM_MODE read as 0 without their clock, which only the program may switch on: so
// what stands at address 0 is compared (RM0091, 2.5).
static enum err see_boot(struct measure *b)
{
    struct measured_chip *c = &b->m->chip;
    uint32_t alias[2], system[2];
    if (has_ram_at_zero(&c->id))
        return see_vectors(b);
    for (unsigned i = 0; i < 2; i++) {
        enum err e = peek_word(b, 4 * i, &alias[i]);
        if (!e)
            e = peek_word(b, c->id.chip->system_base + 4 * i, &system[i]);
        if (e)
            return e;
    }
    bool is_flash = c->flash_readable && alias[0] == c->vector_sp && alias[1] == c->vector_pc;
    c->boots_system = !is_flash && alias[0] == system[0] && alias[1] == system[1];
    return ERR_OK;
}

enum err measure_chip(struct measure *b)
{
    struct measured_chip *c = &b->m->chip;
    enum err e = chip_identify(&c->id, &b->mem, b->log);
    if (e)
        return e;
    c->known = true;
    e = read_designer(b);
    if (!e || e == ERR_FAULT || e == ERR_UNSUPPORTED)
        e = c->id.chip ? read_registers(b) : ERR_OK;
    if (!e && c->id.chip)
        e = read_flash(b);
    if (c->id.chip && c->state_known && !measure_is_fatal(e))
        e = see_boot(b);
    return measure_is_fatal(e) ? e : ERR_OK;
}
