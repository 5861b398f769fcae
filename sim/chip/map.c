// SPDX-License-Identifier: MIT
// The address map of the virtual chip (RM0091, 2.2.2): memories as windows and devices, peripherals
// in their slots, and by name what is not modelled.
#include <string.h>

#include "sim/chip/chip_state.h"

enum { WINDOW_FLASH, WINDOW_SRAM, WINDOW_BOOT, WINDOW_SYSTEM };

#define AT(member) offsetof(struct sim_chip, member)
#define GPIO(letter, n)                                                                            \
    {                                                                                              \
        "GPIO" letter, 0x48000000 + 0x400 * (n), &sim_gpio_device, AT(gpio[n]), SIM_LANES_AHB,     \
            SIM_ON_AHB, 1u << (17 + (n)), 0                                                        \
    }

#define TIM(index, number, base, bus, bit, feature)                                                \
    {                                                                                              \
        "TIM" #number, base, &sim_tim_device, AT(tim[index]), SIM_LANES_APB, bus, 1u << (bit),     \
            feature                                                                                \
    }

// What is touched most comes first: the bus looks them through in order.
static const struct sim_peripheral peripherals[] = {
    {"FPEC", 0x40022000, &sim_fpec_device, AT(fpec), SIM_LANES_RAW, SIM_ON_AHB, 0, 0},
    GPIO("A", 0),
    GPIO("B", 1),
    GPIO("C", 2),
    GPIO("D", 3),
    GPIO("E", 4),
    GPIO("F", 5),
    {"USART1", 0x40013800, &sim_usart_device, AT(usart[0]), SIM_LANES_APB, SIM_ON_APB2, 1u << 14,
     0},
    {"USART2", 0x40004400, &sim_usart_device, AT(usart[1]), SIM_LANES_APB, SIM_ON_APB1, 1u << 17,
     SIM_HAS_USART2},
    TIM(0, 1, 0x40012c00, SIM_ON_APB2, 11, 0),
    TIM(1, 2, 0x40000000, SIM_ON_APB1, 0, SIM_HAS_TIM2),
    TIM(2, 3, 0x40000400, SIM_ON_APB1, 1, 0),
    TIM(3, 6, 0x40001000, SIM_ON_APB1, 4, SIM_HAS_TIM6),
    TIM(4, 7, 0x40001400, SIM_ON_APB1, 5, SIM_HAS_TIM7),
    TIM(5, 14, 0x40002000, SIM_ON_APB1, 8, 0),
    TIM(6, 15, 0x40014000, SIM_ON_APB2, 16, SIM_HAS_TIM15),
    TIM(7, 16, 0x40014400, SIM_ON_APB2, 17, 0),
    TIM(8, 17, 0x40014800, SIM_ON_APB2, 18, 0),
    {"RCC", 0x40021000, &sim_rcc_device, AT(rcc), SIM_LANES_AHB, SIM_ON_AHB, 0, 0},
    {"CRC", 0x40023000, &sim_crc_device, AT(crc), SIM_LANES_RAW, SIM_ON_AHB, 1u << 6, 0},
    {"IWDG", 0x40003000, &sim_iwdg_device, AT(iwdg), SIM_LANES_APB, SIM_ON_APB1, 0, 0},
    {"WWDG", 0x40002c00, &sim_wwdg_device, AT(wwdg), SIM_LANES_APB, SIM_ON_APB1, 1u << 11, 0},
    {"PWR", 0x40007000, &sim_pwr_device, AT(pwr), SIM_LANES_APB, SIM_ON_APB1, 1u << 28, 0},
    {"SYSCFG", 0x40010000, &sim_syscfg_device, AT(syscfg), SIM_LANES_APB, SIM_ON_APB2, 1u << 0, 0},
    {"EXTI", 0x40010400, &sim_exti_device, AT(exti), SIM_LANES_APB, SIM_ON_APB2, 0, 0},
    {"ADC", 0x40012400, &sim_adc_device, AT(adc), SIM_LANES_APB, SIM_ON_APB2, 1u << 9, 0},
    {"DBGMCU", SIM_DBGMCU_BASE, &sim_dbgmcu_device, AT(dbgmcu), SIM_LANES_APB, SIM_ON_APB2,
     1u << 22, 0},
};

static bool is_there(const struct sim_chip *chip, const struct sim_peripheral *k)
{
    if (k->device == &sim_gpio_device)
        return strchr(chip->row->ports, k->name[4]) != NULL;
    return (k->features & ~chip->row->features) == 0;
}

void sim_map_build(struct sim_chip *chip)
{
    struct sim_bus *bus = &chip->bus;
    uint32_t flash_size = chip->row->flash_size;
    sim_bus_map(bus, "flash", SIM_FLASH_BASE, flash_size, &sim_flash_device, chip);
    sim_bus_map(bus, "flash at 0", 0, flash_size, &sim_flash_alias_device, chip);
    sim_bus_map(bus, "option bytes", SIM_OPTION_BASE, SIM_OPTION_SIZE, &sim_options_device, chip);
    for (size_t i = 0; i < sizeof peripherals / sizeof peripherals[0]; i++) {
        const struct sim_peripheral *k = &peripherals[i];
        if (!is_there(chip, k))
            continue;
        struct sim_slot *slot = &chip->slot[chip->slot_count++];
        *slot = (struct sim_slot){.chip = chip, .kind = k};
        sim_bus_map(bus, k->name, k->base, 0x400, &sim_slot_device, slot);
    }
    for (const struct sim_region *r = chip->row->regions; r->name; r++)
        sim_bus_map(bus, r->name, r->base, r->size, NULL, NULL);
}

void sim_map_update(struct sim_chip *chip)
{
    const struct sim_chip_row *row = chip->row;
    bool open = !sim_flash_is_busy(chip) && !sim_flash_is_blocked(chip);
    const struct sim_window flash = {SIM_FLASH_BASE, open ? row->flash_size : 0, chip->flash.bytes,
                                     false};
    const struct sim_window sram = {SIM_SRAM_BASE, row->sram_size, chip->sram, true};
    const struct sim_window system = {row->system_base, row->system_size, chip->system, false};
    enum sim_boot mapped = sim_syscfg_mapped(chip);
    chip->bus.window[WINDOW_FLASH] = flash;
    chip->bus.window[WINDOW_SRAM] = sram;
    chip->bus.window[WINDOW_SYSTEM] = system;
    chip->bus.window[WINDOW_BOOT] = mapped == SIM_BOOT_SRAM     ? sram
                                    : mapped == SIM_BOOT_SYSTEM ? system
                                                                : flash;
    chip->bus.window[WINDOW_BOOT].base = 0;
}

void sim_map_reset(struct sim_chip *chip, enum sim_reset kind)
{
    for (unsigned i = 0; i < chip->bus.mapping_count; i++) {
        const struct sim_mapping *m = &chip->bus.mapping[i];
        if (m->device)
            m->device->reset(m->self, kind);
    }
}

// The bytes of a memory, whatever stands in the way of the bus.
static uint8_t *bytes_at(const struct sim_chip *chip, uint32_t addr, size_t len)
{
    const struct {
        uint32_t base, size;
        const uint8_t *bytes;
    } memories[] = {
        {SIM_FLASH_BASE, chip->row->flash_size, chip->flash.bytes},
        {SIM_SRAM_BASE, chip->row->sram_size, chip->sram},
        {SIM_OPTION_BASE, SIM_OPTION_SIZE, chip->options.bytes},
        {chip->row->system_base, chip->row->system_size, chip->system},
    };
    for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++) {
        uint32_t offset = addr - memories[i].base;
        if (offset < memories[i].size && len <= memories[i].size - offset)
            return (uint8_t *)(uintptr_t)memories[i].bytes + offset;
    }
    return NULL;
}

bool sim_chip_peek(const struct sim_chip *chip, uint32_t addr, void *data, size_t len)
{
    const uint8_t *p = bytes_at(chip, addr, len);
    if (p)
        memcpy(data, p, len);
    return p != NULL;
}

bool sim_chip_poke(struct sim_chip *chip, uint32_t addr, const void *data, size_t len)
{
    uint8_t *p = bytes_at(chip, addr, len);
    if (p)
        memcpy(p, data, len);
    return p != NULL;
}
