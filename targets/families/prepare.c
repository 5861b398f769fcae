// SPDX-License-Identifier: MIT
// Register layouts: RM0091, 23 (IWDG), 24 (WWDG) and 12 (CRC); the same in STM32L0, G0, C0 and U0.
#include "targets/families/prepare.h"

#include "base/bytes.h"
#include "flash/crc.h"
#include "swd/mem_ap.h"

#define IWDG_KR_RELOAD 0xaaaau

#define WWDG_CFR     0x04u // behind WWDG_CR
#define WWDG_CR_WDGA (1u << 7)
#define WWDG_LONGEST 0x7fu // of T in CR, and of the window W in CFR

#define CRC_DR         0x00u
#define CRC_CR         0x08u
#define CRC_CR_RESET   (1u << 0)
#define CRC_CR_REV_OUT (1u << 7)
#define CRC_INIT       0x10u
#define CRC_POL        0x14u

enum err prepare_read_gated(const struct mem_ap *mem, const struct rcc_bits *gate, uint32_t clocks,
                            uint32_t addr, uint32_t *value)
{
    const bool closed = gate->bits && !(clocks & gate->bits);
    enum err e = closed ? mem_ap_write32(mem, gate->addr, clocks | gate->bits) : ERR_OK;
    if (!e)
        e = mem_ap_read32(mem, addr, value);
    return e || !closed ? e : mem_ap_write32(mem, gate->addr, clocks);
}

// A running IWDG cannot be told from a sleeping one, and feeding that is harmless (RM0091, 23.3). A
// WWDG is fed only when it runs; its window is opened, because the loader cannot know when it is.
enum err prepare_watchdogs(struct flash_access *fa, uint32_t iwdg_kr, uint32_t wwdg_cr,
                           bool wwdg_clocked)
{
    for (unsigned i = 0; i < 2; i++) {
        fa->watchdog[i][0] = iwdg_kr;
        fa->watchdog[i][1] = IWDG_KR_RELOAD;
    }
    if (!wwdg_clocked)
        return ERR_OK;
    uint8_t wwdg[8];
    enum err e = mem_ap_read(fa->mem, wwdg_cr, wwdg, sizeof wwdg, NULL);
    if (e || !(get_le32(&wwdg[0]) & WWDG_CR_WDGA))
        return e;
    fa->watchdog[1][0] = wwdg_cr;
    fa->watchdog[1][1] = WWDG_CR_WDGA | WWDG_LONGEST;
    flash_sequence_write(&fa->enter, wwdg_cr + WWDG_CFR, get_le32(&wwdg[4]) | WWDG_LONGEST);
    flash_sequence_write(&fa->leave, wwdg_cr + WWDG_CFR, get_le32(&wwdg[4]));
    return ERR_OK;
}

static uint32_t reverse_bits(uint32_t v)
{
    uint32_t r = 0;
    for (unsigned i = 0; i < 32; i++)
        r |= (v >> i & 1) << (31 - i);
    return r;
}

// The sum of a program can only be brought back by feeding the right word, since writing INIT sets
// the sum as well (RM0091, 12.3).
enum err prepare_crc_return(struct flash_access *fa, uint32_t crc_unit)
{
    uint8_t crc[24];
    enum err e = mem_ap_read(fa->mem, crc_unit, crc, sizeof crc, NULL);
    if (e)
        return e;
    uint32_t sum = get_le32(&crc[0]), cr = get_le32(&crc[8]), init = get_le32(&crc[16]);
    if (cr & CRC_CR_REV_OUT)
        sum = reverse_bits(sum);
    flash_sequence_write(&fa->enter, crc_unit + CRC_INIT, 0xffffffff);
    flash_sequence_write(&fa->enter, crc_unit + CRC_POL, 0x04c11db7);
    flash_sequence_write(&fa->leave, crc_unit + CRC_CR, 0);
    flash_sequence_write(&fa->leave, crc_unit + CRC_INIT, init);
    flash_sequence_write(&fa->leave, crc_unit + CRC_DR, flash_crc_bridge(init, sum));
    flash_sequence_write(&fa->leave, crc_unit + CRC_POL, get_le32(&crc[20]));
    flash_sequence_write(&fa->leave, crc_unit + CRC_CR, cr);
    return ERR_OK;
}

// The unit of the STM32F1, F2 and F4 begins with all ones, always (RM0008, 4.3; RM0090, 4.3).
enum err prepare_plain_crc_return(struct flash_access *fa, uint32_t crc_unit)
{
    uint32_t sum;
    enum err e = mem_ap_read32(fa->mem, crc_unit + CRC_DR, &sum);
    if (e)
        return e;
    flash_sequence_write(&fa->leave, crc_unit + CRC_CR, CRC_CR_RESET);
    flash_sequence_write(&fa->leave, crc_unit + CRC_DR, flash_crc_bridge(0xffffffff, sum));
    return ERR_OK;
}
