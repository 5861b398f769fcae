// SPDX-License-Identifier: MIT
#include "sim/wire/memap.h"

#include "base/bytes.h"

#define CSW_RESET     0x03000040u // DeviceEn, 32-bit access cleared to size 0 until written
#define CSW_DEVICE_EN (1u << 6)   // transfers are permitted (ADIv5, C2.6.4)
#define CSW_CACHEABLE (1u << 27)  // HPROT[3] of an AHB-AP (ADIv5, E1.4)
// From SWCLK's side to HCLK's, over the bus and back: a model. What is known is that a core clock
// far below SWCLK makes the DP WAIT, and that an HCLK of twice SWCLK never does.
#define AP_CYCLES     8u
#define NS_PER_S      UINT64_C(1000000000)
#define TAR_WRAP      0x3ffu // C2.2.2: the increment is promised within 1 KiB, and M0 does no more

const struct sim_dap_kind *sim_memap_kind(const struct sim_memap *ap)
{
    return sim_dap_kind_of(sim_chip_identity(ap->chip)->dpidr);
}

uint32_t sim_memap_base(const struct sim_memap *ap)
{
    return ap->row ? ap->row->rom_base : sim_chip_identity(ap->chip)->rom_base;
}

uint32_t sim_memap_idr(const struct sim_memap *ap)
{
    return ap->row ? ap->row->idr : sim_chip_identity(ap->chip)->ap_idr;
}

static bool reaches(const struct sim_memap *ap, uint32_t addr)
{
    return !ap->row || addr - ap->row->base < ap->row->size;
}

void sim_memap_reset(struct sim_memap *ap)
{
    ap->csw = CSW_RESET;
    ap->tar = 0;
    ap->busy = ap->fault = false;
    ap->result = 0;
    ap->ready_ns = 0;
}

static unsigned access_size(const struct sim_memap *ap)
{
    unsigned code = ap->csw & 7;
    return code == 0 ? 1 : code == 1 ? 2 : 4;
}

static void increment(struct sim_memap *ap)
{
    if (ap->csw >> 4 & 1)
        ap->tar = (ap->tar & ~TAR_WRAP) | ((ap->tar + access_size(ap)) & TAR_WRAP);
}

// Byte lanes (C2.2.6): data stands where its address says. What is beside it depends on the port.
// Where the chip has no memory, the model has zeros there.
static uint32_t place_in_lanes(const struct sim_memap *ap, uint32_t value)
{
    unsigned shift = 8 * (ap->busy_addr & 3);
    if (ap->busy_size == 4)
        return value;
    uint32_t lanes = ((1u << 8 * ap->busy_size) - 1) << shift, beside = ap->lanes_before;
    if (sim_memap_kind(ap)->brings_whole_word) {
        uint8_t word[4] = {0};
        sim_chip_peek(ap->chip, ap->busy_addr & ~3u, word, sizeof word);
        beside = get_le32(word);
    }
    return (beside & ~lanes) | (value << shift & lanes);
}

static void finish_access(struct sim_memap *ap, enum sim_bus_status status, uint32_t value)
{
    ap->busy = false;
    if (status == SIM_BUS_FAULT) {
        ap->fault = true;
        return;
    }
    if (!ap->busy_write)
        ap->result = place_in_lanes(ap, value);
    if (ap->busy_increment)
        increment(ap);
}

static bool is_closed(const struct sim_memap *ap)
{
    return !ap->row && sim_chip_identity(ap->chip)->ap_closed;
}

static void attempt(struct sim_memap *ap)
{
    enum sim_bus_status status;
    uint32_t value = ap->busy_value;
    enum sim_ap_view view = ap->row ? ap->row->view : SIM_AP_FIRST_CORE;
    if (is_closed(ap)) {
        finish_access(ap, SIM_BUS_FAULT, 0);
        return;
    }
    sim_chip_mark_ap_accesses(ap->chip, !ap->row && ap->csw & CSW_CACHEABLE);
    if (!reaches(ap, ap->busy_addr))
        status = SIM_BUS_FAULT;
    else if (ap->busy_write)
        status = sim_chip_view_write(ap->chip, view, ap->busy_addr, ap->busy_size, value);
    else
        status = sim_chip_view_read(ap->chip, view, ap->busy_addr, ap->busy_size, &value);
    if (status != SIM_BUS_STALL)
        finish_access(ap, status, value);
}

bool sim_memap_ready(struct sim_memap *ap)
{
    if (ap->busy && ap->clock->now_ns >= sim_chip_stall_until_ns(ap->chip))
        attempt(ap);
    return !ap->busy && ap->clock->now_ns >= ap->ready_ns;
}

static void access(struct sim_memap *ap, uint32_t addr, unsigned size, bool write, uint32_t value,
                   bool inc)
{
    ap->busy = true;
    ap->busy_write = write;
    ap->busy_addr = addr;
    ap->busy_size = size;
    ap->busy_increment = inc;
    uint32_t hclk = sim_chip_hclk_hz(ap->chip);
    ap->ready_ns = ap->clock->now_ns + (hclk ? AP_CYCLES * NS_PER_S / hclk : 0);
    ap->busy_value = write && size < 4 ? value >> 8 * (addr & 3) & ((1u << 8 * size) - 1) : value;
    attempt(ap);
}

void sim_memap_read(struct sim_memap *ap, uint8_t addr)
{
    ap->lanes_before = ap->result;
    ap->result = 0;
    switch (addr) {
    case 0x00:
        ap->result = is_closed(ap) ? ap->csw & ~CSW_DEVICE_EN : ap->csw;
        break;
    case 0x04:
        ap->result = ap->tar;
        break;
    case 0x0c:
        access(ap, ap->tar, access_size(ap), false, 0, true);
        break;
    case 0x10:
    case 0x14:
    case 0x18:
    case 0x1c: // banked data: always words (C2.2.4)
        access(ap, (ap->tar & ~15u) | (addr & 12u), 4, false, 0, false);
        break;
    case 0xf8:
        ap->result = sim_memap_base(ap);
        break;
    case 0xfc:
        ap->result = sim_memap_idr(ap);
        break;
    default:
        break;
    }
}

void sim_memap_write(struct sim_memap *ap, uint8_t addr, uint32_t value)
{
    switch (addr) {
    case 0x00:
        ap->csw = (value & sim_memap_kind(ap)->csw_writable) | sim_memap_kind(ap)->csw_fixed;
        break;
    case 0x04:
        ap->tar = value;
        break;
    case 0x0c:
        access(ap, ap->tar, access_size(ap), true, value, true);
        break;
    case 0x10:
    case 0x14:
    case 0x18:
    case 0x1c:
        access(ap, (ap->tar & ~15u) | (addr & 12u), 4, true, value, false);
        break;
    default:
        break;
    }
}
