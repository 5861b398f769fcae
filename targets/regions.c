// SPDX-License-Identifier: MIT
// Which memory is where.
#include <assert.h>

#include "targets/internal.h"

// The ARMv6-M and ARMv7-M system address map (DDI 0419, B3.1): what is RAM on a chip we do not
// know, the peripherals, and the private peripheral bus with the vendor's system space behind it.
#define ARCH_SRAM_BASE       0x20000000u
#define ARCH_SRAM_SIZE       0x20000000u
#define ARCH_PERIPHERAL_BASE 0x40000000u
#define ARCH_PERIPHERAL_SIZE 0x20000000u
#define ARCH_PPB_BASE        0xe0000000u
#define ARCH_PPB_SIZE        0x00100000u

static void add_region(struct target *t, enum target_region_kind kind, uint32_t base, uint32_t size,
                       uint32_t page_size)
{
    if (size == 0)
        return;
    assert(t->region_count < TARGET_MAX_REGIONS); // as many as regions_map() can add
    t->region[t->region_count++] = (struct target_region){kind, base, size, page_size};
}

static struct flash_bank bank_of(const struct chip *c, const struct flash_driver *driver,
                                 const struct flash_layout *layout)
{
    return (struct flash_bank){
        .base = layout->run[0].base,
        .size = flash_layout_span(layout),
        .layout = *layout,
        .regs = c->family->flash_regs,
        .driver = driver,
        .params = c->family->flash_params,
        .prepare = c->family->prepare,
        .ram_base = c->sram_base,
        .ram_size = c->sram_size,
    };
}

void regions_map(struct target *t)
{
    const struct chip *c = t->id.chip;
    t->region_count = 0;
    t->bank = t->eeprom = (struct flash_bank){0};
    if (!c)
        return;
    add_region(t, TARGET_REGION_ROM, 0, t->id.flash_size, 0);
    const struct flash_layout layout = flash_layout_cut(&c->layout, t->id.flash_size);
    for (unsigned i = 0; i < FLASH_RUNS; i++) {
        const struct flash_run *run = &layout.run[i];
        add_region(t, TARGET_REGION_FLASH, run->base, run->count * run->size, run->size);
    }
    add_region(t, TARGET_REGION_ROM, c->system_base, c->system_size, 0);
    add_region(t, TARGET_REGION_ROM, c->option_base, c->option_size, 0);
    add_region(t, TARGET_REGION_RAM, c->sram_base, c->sram_size, 0);
    add_region(t, TARGET_REGION_RAM, ARCH_PERIPHERAL_BASE, ARCH_PERIPHERAL_SIZE, 0);
    add_region(t, TARGET_REGION_RAM, ARCH_PPB_BASE, ARCH_PPB_SIZE, 0);
    t->bank = bank_of(c, c->family->driver, &layout);
    if (!c->family->eeprom_driver)
        return;
    const struct flash_layout words = flash_layout_cut(&c->eeprom, chip_eeprom_size(&t->id));
    t->eeprom = bank_of(c, c->family->eeprom_driver, &words);
    add_region(t, TARGET_REGION_EEPROM, t->eeprom.base, t->eeprom.size, 0);
}

const struct target_region *region_at(const struct target *t, uint32_t addr)
{
    for (unsigned i = 0; i < t->region_count; i++)
        if (addr - t->region[i].base < t->region[i].size)
            return &t->region[i];
    return NULL;
}

bool region_is_ram(const struct target *t, uint32_t addr)
{
    const struct chip *c = t->id.chip;
    return c ? addr - c->sram_base < c->sram_size : addr - ARCH_SRAM_BASE < ARCH_SRAM_SIZE;
}
