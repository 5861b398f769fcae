// SPDX-License-Identifier: MIT
// Who made the chip: the identification registers of its ROM table, each a byte in a word (ARM
// IHI 0031, D1.2).
#include "cortex/scs.h"
#include "swd/ap.h"
#include "targets/chip.h"

#define ROM_PIDR4           0xfd0u
#define ROM_PIDR0           0xfe0u
#define ROM_PIDRS           4u
// Where every STM32 with a Cortex-M0, M3 or M4 has it (RM0091, 32.7; RM0008, 31.14; RM0090, 38.14),
// and those with a Cortex-M0+ (their debug ports' BASE is 0xf0000003 in logs of OpenOCD).
#define ROM_TABLE_OF_ST     0xe00ff000u
#define ROM_TABLE_OF_ST_M0P 0xf0000000u
#define PARTNO_M0P          0xc60u // CPUID, bits 15:4 (DDI 0484, 4.3)

// As OpenOCD's and Black Magic's lists have them.
static const struct {
    uint16_t designer;
    const char *name;
} makers[] = {
    {CHIP_MAKER_ST, "STMicroelectronics"},
    {CHIP_MAKER_ARM, "ARM"},
    {7u << 7 | 0x51, "GigaDevice"},
    {2u << 7 | 0x44, "Nordic Semiconductor"},
};

const char *chip_maker_name(const struct chip_maker *maker)
{
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
        if (makers[i].designer == maker->designer)
            return makers[i].name;
    return NULL;
}

static enum err read_pidrs(struct chip_maker *maker, const struct mem_ap *mem)
{
    struct ap_identity ap;
    uint32_t p[ROM_PIDRS], p4;
    enum err e = ap_identify(mem, &ap);
    if (e == ERR_UNSUPPORTED) { // an ST-LINK/V2 before V2J24 reads no register of an AP
        uint32_t cpuid;
        e = mem_ap_read32(mem, SCS_CPUID, &cpuid);
        ap.base = !e && (cpuid >> 4 & 0xfff) == PARTNO_M0P ? ROM_TABLE_OF_ST_M0P : ROM_TABLE_OF_ST;
    }
    if (e)
        return e;
    maker->rom_base = ap.base;
    e = mem_ap_read32(mem, ap.base + ROM_PIDR4, &p4);
    for (unsigned i = 0; i < ROM_PIDRS && !e; i++)
        e = mem_ap_read32(mem, ap.base + ROM_PIDR0 + 4 * i, &p[i]);
    if (e)
        return e;
    maker->part = (uint16_t)((p[0] & 0xff) | (p[1] & 0xf) << 8);
    maker->designer = (uint16_t)((p4 & 0xf) << 7 | (p[2] & 7) << 4 | (p[1] >> 4 & 0xf));
    maker->known = maker->part || maker->designer;
    return ERR_OK;
}

enum err chip_read_maker(struct chip_maker *maker, const struct mem_ap *mem, struct log *log)
{
    *maker = (struct chip_maker){.known = false};
    enum err e = read_pidrs(maker, mem);
    if (e != ERR_FAULT && e != ERR_UNSUPPORTED)
        return e;
    log_forget(log);
    return ERR_OK;
}
