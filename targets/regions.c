// SPDX-License-Identifier: MIT
// Which memory is where.
#include "targets/parts.h"
#include "targets/target_private.h"

// The ARMv6-M and ARMv7-M system address map (DDI 0419, B3.1): what is RAM on a chip we do not
// know, the peripherals, and the private peripheral bus with the vendor's system space behind it.
#define ARCH_CODE_END        0x20000000u
#define ARCH_SRAM_BASE       0x20000000u
#define ARCH_SRAM_SIZE       0x20000000u
#define ARCH_PERIPHERAL_BASE 0x40000000u
#define ARCH_PERIPHERAL_SIZE 0x20000000u
#define ARCH_EXTERNAL_BASE   0x60000000u
#define ARCH_EXTERNAL_SIZE   0x80000000u
#define ARCH_PPB_BASE        0xe0000000u
#define ARCH_PPB_SIZE        0x00100000u
#define ARCH_DEVICES_SIZE    0xc0000000u // from the SRAM to the private peripheral bus
#define ARCH_SYSTEM_SIZE     0x1fffffffu // from there to the end, without the last byte

static void add_region(struct target *t, enum target_region_kind kind, uint32_t base, uint32_t size,
                       uint32_t page_size)
{
    if (size == 0)
        return;
    if (t->region_count < TARGET_MAX_REGIONS)
        t->region[t->region_count++] = (struct target_region){kind, base, size, page_size};
    else
        log_line(t->log, LOG_WARN,
                 "the memory at 0x%08x, 0x%x bytes, does not fit into the map that debuggers get: "
                 "a mistake in swdlink's table of this chip",
                 base, size);
}

static struct flash_bank bank_of(const struct chip *c, const struct flash_driver *driver,
                                 const struct flash_layout *layout)
{
    return (struct flash_bank){
        .base = layout->run[0].base,
        .alias = c->flash_alias,
        .size = flash_layout_span(layout),
        .layout = *layout,
        .regs = c->family->flash_regs,
        .driver = driver,
        .params = c->flash_params ? c->flash_params : c->family->flash_params,
        .prepare = c->prepare ? c->prepare : c->family->prepare,
        .ram_base = c->sram_base,
        .ram_size = c->sram_size,
    };
}

// Fills the code region up to `to` with what is neither flash nor RAM, as far as is known: ROM, so
// that debuggers set hardware breakpoints there.
static void fill_with_rom(struct target *t, uint32_t to)
{
    const struct target_region *last = t->region_count ? &t->region[t->region_count - 1] : NULL;
    const uint32_t from = last ? last->base + last->size : 0;
    add_region(t, TARGET_REGION_ROM, from, to - from, 0);
}

// Memory of the code region, with what is below it as ROM.
static void add_code_region(struct target *t, enum target_region_kind kind, uint32_t base,
                            uint32_t size, uint32_t page_size)
{
    if (size == 0)
        return;
    fill_with_rom(t, base);
    add_region(t, kind, base, size, page_size);
}

// Of a die whose flash cannot be programmed here: its flash and its RAM, and all other addresses,
// because there may be more. The flash is called so though nobody can load into it: a debugger that
// tries is told why.
#define UNKNOWN_PAGE 1024u
static void map_die(struct target *t, const struct die *die)
{
    uint32_t ram = 0;
    const uint32_t ram_size = die_code_ram(die, &ram), flash = die_flash_base(die);
    const uint32_t flash_size = parts_largest_kib(die->dev_id) * 1024u;
    add_code_region(t, TARGET_REGION_RAM, ram, ram < flash ? ram_size : 0, 0);
    add_code_region(t, TARGET_REGION_FLASH, flash, flash_size, UNKNOWN_PAGE);
    add_code_region(t, TARGET_REGION_RAM, ram, ram > flash ? ram_size : 0, 0);
    fill_with_rom(t, ARCH_CODE_END);
    add_region(t, TARGET_REGION_RAM, ARCH_SRAM_BASE, ARCH_DEVICES_SIZE, 0);
    add_region(t, TARGET_REGION_RAM, ARCH_PPB_BASE, ARCH_SYSTEM_SIZE, 0);
}

// RAM that only the core and the debugger reach; 0: none.
static uint32_t code_ram_of(const struct target *t, uint32_t *base)
{
    return t->id.die ? die_code_ram(t->id.die, base) : 0;
}

static struct family_geometry geometry_of(const struct chip_identity *id)
{
    const struct family *family = id->chip->family;
    struct family_geometry g = {.layout = flash_layout_cut(&id->chip->layout, id->flash_size),
                                .largest = id->chip->flash_max};
    if (family->geometry && (id->geometry_known || !family->geometry_reg[0]))
        family->geometry(id->chip, id->flash_size, id->geometry, &g);
    return g;
}

// Flash that is not to be touched is called so too: a debugger that tries is told whose it is.
static void map_flash(struct target *t, const struct chip *c)
{
    const struct family_geometry g = geometry_of(&t->id);
    uint32_t page = 0;
    for (unsigned i = 0; i < FLASH_RUNS; i++) {
        const struct flash_run *run = &g.layout.run[i];
        add_region(t, TARGET_REGION_FLASH, run->base, run->count * run->size, run->size);
        page = run->count ? run->size : page;
    }
    t->bank = bank_of(c, c->family->driver, &g.layout);
    t->bank.bank2 = g.bank2;
    t->bank.largest = g.largest;
    t->bank.joined = g.joined;
    t->bank.by_pages = g.by_pages;
    t->bank.taken_by = g.taken_by;
    t->bank.taken = g.taken_by ? t->id.flash_size - t->bank.size : 0;
    add_region(t, TARGET_REGION_FLASH, t->bank.base + t->bank.size, t->bank.taken, page);
}

// Below the flash: what a start finds at 0, RAM or the flash, and where the flash can be read by
// another bus, to which programs may be linked.
static void map_low(struct target *t, const struct chip *c)
{
    uint32_t base;
    if (!code_ram_of(t, &base) || base)
        add_region(t, TARGET_REGION_ROM, 0, t->id.flash_size, 0);
    if (c->system_alias)
        add_region(t, TARGET_REGION_ROM, c->system_alias, c->system_size, 0);
    if (!c->flash_alias)
        return;
    const struct family_geometry g = geometry_of(&t->id);
    for (unsigned i = 0; i < FLASH_RUNS; i++) {
        const struct flash_run *run = &g.layout.run[i];
        add_region(t, TARGET_REGION_FLASH, run->base - c->flash_base + c->flash_alias,
                   run->count * run->size, run->size);
    }
}

static void map_chip(struct target *t, const struct chip *c)
{
    uint32_t code_ram = 0;
    const uint32_t code_ram_size = code_ram_of(t, &code_ram);
    map_low(t, c);
    map_flash(t, c);
    add_region(t, TARGET_REGION_ROM, c->system_base, c->system_size, 0);
    add_region(t, TARGET_REGION_ROM, c->option_base, c->option_size, 0);
    add_region(t, TARGET_REGION_ROM, c->factory_base, c->factory_size, 0);
    add_region(t, TARGET_REGION_RAM, c->sram_base, c->sram_size, 0);
    add_region(t, TARGET_REGION_RAM, c->sram2_base, c->sram2_size, 0);
    for (unsigned i = 0; i < CHIP_RAMS; i++)
        add_region(t, TARGET_REGION_RAM, c->more_ram[i].base, c->more_ram[i].size, 0);
    add_region(t, TARGET_REGION_RAM, code_ram, code_ram_size, 0);
    add_region(t, TARGET_REGION_RAM, ARCH_PERIPHERAL_BASE, ARCH_PERIPHERAL_SIZE, 0);
    if (c->family->external)
        add_region(t, TARGET_REGION_RAM, ARCH_EXTERNAL_BASE, ARCH_EXTERNAL_SIZE, 0);
    add_region(t, TARGET_REGION_RAM, ARCH_PPB_BASE, ARCH_PPB_SIZE, 0);
    if (!c->family->eeprom_driver)
        return;
    const struct flash_layout words = flash_layout_cut(&c->eeprom, chip_eeprom_size(&t->id));
    t->eeprom = bank_of(c, c->family->eeprom_driver, &words);
    add_region(t, TARGET_REGION_EEPROM, t->eeprom.base, t->eeprom.size, 0);
}

void regions_map(struct target *t)
{
    t->region_count = 0;
    t->bank = t->eeprom = (struct flash_bank){0};
    if (t->id.chip)
        map_chip(t, t->id.chip);
    else if (t->id.die)
        map_die(t, t->id.die);
}

const struct target_region *region_at(const struct target *t, uint32_t addr)
{
    for (unsigned i = 0; i < t->region_count; i++)
        if (addr - t->region[i].base < t->region[i].size)
            return &t->region[i];
    return NULL;
}

static bool is_chip_ram(const struct chip *c, uint32_t addr)
{
    bool is = addr - c->sram_base < c->sram_size || addr - c->sram2_base < c->sram2_size;
    for (unsigned i = 0; i < CHIP_RAMS; i++)
        is |= addr - c->more_ram[i].base < c->more_ram[i].size;
    return is;
}

// The code RAM and the SRAM; of a chip that is not known by more than its name, all that can be
// SRAM.
bool region_is_ram(const struct target *t, uint32_t addr)
{
    const struct chip *c = t->id.chip;
    uint32_t base = 0;
    const uint32_t size = code_ram_of(t, &base);
    if (c)
        return is_chip_ram(c, addr) || addr - base < size;
    return addr - base < size || addr - ARCH_SRAM_BASE < ARCH_SRAM_SIZE;
}

bool region_is_plain(const struct target *t, const struct target_region *r)
{
    return r && (r->kind != TARGET_REGION_RAM || (t->id.chip && region_is_ram(t, r->base)));
}

bool memory_is_plain(const struct target *t, uint32_t addr)
{
    const struct target_region *r = region_at(t, addr);
    // Of flash that nobody may read, a read can set an error flag.
    return region_is_plain(t, r) && (t->id.rdp_level == 0 || r->kind == TARGET_REGION_RAM) &&
           t->hidden != TARGET_HIDDEN_SOME;
}

bool target_is_ram(const struct target *t, uint32_t addr, uint32_t len)
{
    return len > 0 && len - 1 <= UINT32_MAX - addr && region_is_ram(t, addr) &&
           region_is_ram(t, addr + (len - 1));
}

bool target_find_sram(const struct target *t, uint32_t *base, uint32_t *size)
{
    const struct chip *c = t->id.chip;
    unsigned least = 0, most = 0;
    *base = c ? c->sram_base : ARCH_SRAM_BASE;
    bool known = chip_ram_kib(&t->id, &least, &most);
    *size = c ? c->sram_size : least * 1024u;
    return known;
}
