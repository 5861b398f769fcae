// SPDX-License-Identifier: MIT
// The registers of the controller: reading, writing, unlocking, waiting, the width that the supply
// allows, and what the errors mean.
#include "flash/drivers/sector_regs.h"

#include "swd/mem_ap.h"

#define POLL_US 500u

enum err sector_read(struct flash_access *fa, uint32_t offset, uint32_t *value)
{
    return mem_ap_read32(fa->mem, fa->bank->regs + offset, value);
}

enum err sector_write(struct flash_access *fa, uint32_t offset, uint32_t value)
{
    return mem_ap_write32(fa->mem, fa->bank->regs + offset, value);
}

enum err sector_wait_idle(struct flash_access *fa, uint32_t limit_us, uint32_t *sr)
{
    bool late;
    enum err e = flash_poll_clear(fa, SR, SR_BSY, limit_us, POLL_US, sr, &late);
    return e || !late ? e : flash_fail_busy(fa, limit_us);
}

enum err sector_unlock(struct flash_access *fa)
{
    uint32_t cr;
    enum err e = sector_read(fa, CR, &cr);
    if (e || !(cr & CR_LOCK))
        return e;
    if ((e = sector_write(fa, KEYR, KEY1)) || (e = sector_write(fa, KEYR, KEY2)) ||
        (e = sector_read(fa, CR, &cr)) || !(cr & CR_LOCK))
        return e;
    return flash_fail_locked(fa);
}

// ---- how many bytes at once ---------------------------------------------------------------------

// Program/erase parallelism (RM0090, 3.6.2; DS8626, general operating conditions).
#define WORDS_FROM_MV     2700u
#define HALFWORDS_FROM_MV 2100u

static const char *const unit_names[] = {"bytes", "halfwords", "words"};

// As log2 of the bytes. A supply that the probe cannot tell could be any.
static unsigned widest(struct flash_access *fa, unsigned *mv)
{
    if (debug_probe_get_vtref(fa->mem->probe, mv) != ERR_OK) {
        log_forget(fa->log);
        *mv = 0;
    }
    if (*mv >= WORDS_FROM_MV)
        return 2;
    return *mv >= HALFWORDS_FROM_MV && mem_ap_has_halfwords(fa->mem) ? 1 : 0;
}

void sector_choose_width(struct flash_access *fa)
{
    unsigned mv = 0;
    if (fa->saved[SAVED_WIDTH])
        return;
    const unsigned log2 = widest(fa, &mv);
    fa->saved[SAVED_WIDTH] = 1u << log2;
    if (log2 == 2)
        return;
    if (mv == 0)
        log_line(fa->log, LOG_NOTE,
                 "flash: the probe does not tell the target's supply, so the flash is programmed "
                 "by bytes, which is right at any supply and takes four times as long");
    else
        log_line(fa->log, LOG_NOTE,
                 "flash: the target's supply is %u.%02u V, at which the flash is programmed by %s: "
                 "by words, in less time, it is from 2.7 V on",
                 mv / 1000, mv % 1000 / 10, unit_names[log2]);
}

unsigned sector_width(const struct flash_access *fa)
{
    return fa->saved[SAVED_WIDTH];
}

uint32_t sector_psize(const struct flash_access *fa)
{
    return sector_width(fa) / 2 << CR_PSIZE_SHIFT; // 1, 2, 4 bytes are 0, 1, 2
}

// ---- errors -------------------------------------------------------------------------------------

static const char *why(uint32_t sr)
{
    if (sr & SR_RDERR)
        return "its sector is protected from being read (RDERR)";
    if (sr & SR_PGPERR)
        return "the width of the access was not the one that PSIZE says: did the program on the "
               "chip, or another debugger, use the flash meanwhile? (PGPERR)";
    if (sr & SR_PGAERR)
        return "the access crossed a row of 16 bytes (PGAERR)";
    if (sr & SR_PGSERR)
        return "the controller was not set up for it: did the program on the chip, or another "
               "debugger, use the flash meanwhile? (PGSERR)";
    if (sr & SR_OPERR)
        return "the controller reports that the operation failed: does the supply drop? (OPERR)";
    return "was the chip reset, or does its supply drop?";
}

enum err sector_fail(struct flash_access *fa, const char *what, uint32_t addr, uint32_t sr)
{
    return log_fail(fa->log, ERR_FLASH, "%s at 0x%08x did not take place (FLASH_SR 0x%05x): %s",
                    what, addr, sr, why(sr));
}
