// SPDX-License-Identifier: MIT
#include "swd/mem_ap.h"

#include <string.h>

#include "base/bytes.h"

// ADIv5 promises the address increment only within 1 KiB (ARM IHI 0031, C2.2.2); firmware that is
// new enough to have halfword commands splits for itself.
#define TAR_WRAP 1024u

static size_t max_block(const struct mem_ap *ap, unsigned unit, bool write)
{
    return ap->probe->ops->max_block(ap->probe, unit, write);
}

static enum err read_block(const struct mem_ap *ap, unsigned unit, uint32_t addr, void *data,
                           size_t len)
{
    return ap->probe->ops->read_block(ap->probe, ap->number, unit, addr, data, len);
}

static enum err write_block(const struct mem_ap *ap, unsigned unit, uint32_t addr, const void *data,
                            size_t len)
{
    return ap->probe->ops->write_block(ap->probe, ap->number, unit, addr, data, len);
}

bool mem_ap_has_halfwords(const struct mem_ap *ap)
{
    return ap->probe->ops->has_halfwords(ap->probe);
}

enum err mem_ap_read32(const struct mem_ap *ap, uint32_t addr, uint32_t *value)
{
    return ap->probe->ops->read_word(ap->probe, ap->number, addr, value);
}

enum err mem_ap_write32(const struct mem_ap *ap, uint32_t addr, uint32_t value)
{
    return ap->probe->ops->write_word(ap->probe, ap->number, addr, value);
}

// The next piece from addr on: its unit, and how much of len goes with it.
static size_t next_piece(const struct mem_ap *ap, uint32_t addr, size_t len, bool write,
                         unsigned *unit)
{
    size_t most;
    if (addr % 4 == 0 && len >= 4) {
        *unit = 4;
        most = len & ~(size_t)3;
    } else if (addr % 2 == 0 && len >= 2 && mem_ap_has_halfwords(ap)) {
        // One aligned halfword stays one access: it may be a register.
        *unit = 2;
        most = 2;
    } else {
        *unit = 1;
        most = addr % 4 == 0 ? len : 4 - addr % 4;
        if (most > len)
            most = len;
        if (addr % 2 == 1 && mem_ap_has_halfwords(ap))
            most = 1;
    }
    size_t cap = max_block(ap, *unit, write);
    if (!mem_ap_has_halfwords(ap) && cap > TAR_WRAP - addr % TAR_WRAP)
        cap = TAR_WRAP - addr % TAR_WRAP;
    return most < cap ? most : cap;
}

static enum err check_range(const struct mem_ap *ap, uint32_t addr, size_t len)
{
    if (len == 0 || (uint64_t)addr + len <= (uint64_t)1 << 32)
        return ERR_OK;
    return log_fail(ap->probe->log, ERR_USAGE,
                    "0x%zx bytes from 0x%08x reach beyond the end of the memory", len, addr);
}

static enum err read_piece(const struct mem_ap *ap, unsigned unit, uint32_t addr, uint8_t *p,
                           size_t piece)
{
    if (unit != 4 || piece != 4)
        return read_block(ap, unit, addr, p, piece);
    uint32_t word;
    enum err e = mem_ap_read32(ap, addr, &word); // half the USB transfers of a block
    if (e == ERR_OK)
        put_le32(p, word);
    return e;
}

// When a block faulted, what precedes the fault is good; read it again, because the probe's reply
// is not.
static size_t read_up_to_fault(const struct mem_ap *ap, uint32_t addr, uint8_t *p, size_t piece)
{
    uint32_t good = ap->probe->fault_address - addr;
    if (good == 0 || good >= piece)
        return 0;
    good &= ~3u;
    return good && read_block(ap, 4, addr, p, good) == ERR_OK ? good : 0;
}

enum err mem_ap_read(const struct mem_ap *ap, uint32_t addr, void *data, size_t len, size_t *done)
{
    size_t at = 0;
    enum err e = check_range(ap, addr, len);
    while (e == ERR_OK && at < len) {
        unsigned unit;
        uint8_t *p = (uint8_t *)data + at;
        uint32_t here = addr + (uint32_t)at;
        size_t piece = next_piece(ap, here, len - at, false, &unit);
        e = read_piece(ap, unit, here, p, piece);
        if (e == ERR_OK)
            at += piece;
        else if (e == ERR_FAULT && done && unit == 4 && piece > 4) {
            const struct log_mark kept = log_keep(ap->probe->log);
            uint32_t where = ap->probe->fault_address;

            at += read_up_to_fault(ap, here, p, piece);
            log_restore(ap->probe->log, &kept);
            ap->probe->fault_address = where;
        }
    }
    if (done)
        *done = at;
    return e;
}

enum err mem_ap_write(const struct mem_ap *ap, uint32_t addr, const void *data, size_t len)
{
    size_t at = 0;
    enum err e = check_range(ap, addr, len);
    while (e == ERR_OK && at < len) {
        unsigned unit;
        const uint8_t *p = (const uint8_t *)data + at;
        uint32_t here = addr + (uint32_t)at;
        size_t piece = next_piece(ap, here, len - at, true, &unit);
        if (unit == 4 && piece == 4)
            e = mem_ap_write32(ap, here, get_le32(p));
        else
            e = write_block(ap, unit, here, p, piece);
        at += piece;
    }
    return e;
}

enum err mem_ap_read16(const struct mem_ap *ap, uint32_t addr, uint16_t *value)
{
    uint8_t b[2];
    enum err e = read_block(ap, 2, addr, b, 2);
    if (e == ERR_OK)
        *value = get_le16(b);
    return e;
}

enum err mem_ap_write16(const struct mem_ap *ap, uint32_t addr, uint16_t value)
{
    uint8_t b[2];
    put_le16(b, value);
    return write_block(ap, 2, addr, b, 2);
}

static enum err write_units(const struct mem_ap *ap, unsigned unit, uint32_t addr,
                            const uint8_t *data, size_t len)
{
    size_t at = 0;
    enum err e = check_range(ap, addr, len);
    while (e == ERR_OK && at < len) {
        size_t cap = max_block(ap, unit, true);
        size_t piece = len - at < cap ? len - at : cap;
        e = write_block(ap, unit, addr + (uint32_t)at, data + at, piece);
        at += piece;
    }
    return e;
}

enum err mem_ap_write_halfwords(const struct mem_ap *ap, uint32_t addr, const void *data,
                                size_t len)
{
    return write_units(ap, 2, addr, data, len);
}

enum err mem_ap_write_bytes(const struct mem_ap *ap, uint32_t addr, const void *data, size_t len)
{
    return write_units(ap, 1, addr, data, len);
}
