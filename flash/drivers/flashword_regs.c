// SPDX-License-Identifier: MIT
// The registers of the controller: reading, writing, unlocking, waiting, the width that the supply
// allows, and what the errors mean.
#include "flash/drivers/flashword_regs.h"

#include "swd/mem_ap.h"

#define POLL_US 500u

enum err flashword_read(struct flash_access *fa, uint32_t offset, uint32_t *value)
{
    return mem_ap_read32(fa->mem, fa->bank->regs + offset, value);
}

enum err flashword_write(struct flash_access *fa, uint32_t offset, uint32_t value)
{
    return mem_ap_write32(fa->mem, fa->bank->regs + offset, value);
}

enum err flashword_wait_idle(struct flash_access *fa, uint32_t bank, uint32_t limit_us,
                             uint32_t *sr)
{
    bool late;
    enum err e = flash_poll_clear(fa, bank + SR, SR_BSY | SR_QW, limit_us, POLL_US, sr, &late);
    return e || !late ? e : flash_fail_busy(fa, limit_us);
}

enum err flashword_wait_all(struct flash_access *fa, uint32_t limit_us)
{
    uint32_t sr;
    enum err e = flashword_wait_idle(fa, 0, limit_us, &sr);
    return e || !fa->bank->bank2 ? e : flashword_wait_idle(fa, BANK2, limit_us, &sr);
}

enum err flashword_unlock(struct flash_access *fa, uint32_t bank, uint32_t cr)
{
    uint32_t now;
    enum err e = flashword_read(fa, bank + CR, &now);
    if (e || !(now & CR_LOCK))
        return e ? e : flashword_write(fa, bank + CR, cr);
    if ((e = flashword_write(fa, bank + KEYR, KEY1)) ||
        (e = flashword_write(fa, bank + KEYR, KEY2)) || (e = flashword_read(fa, bank + CR, &now)))
        return e;
    return now & CR_LOCK ? flash_fail_locked(fa) : flashword_write(fa, bank + CR, cr);
}

// ---- how many bits at once ----------------------------------------------------------------------

// DS12110, flash memory programming: 64 bits from 1.8 V on, 32 at any supply.
#define BITS64_FROM_MV 1800u
#define PSIZE_32       2u
#define PSIZE_64       3u
#define CHOSEN         (1u << 31)

void flashword_choose_width(struct flash_access *fa)
{
    unsigned mv = 0;
    if (fa->saved[SAVED_PSIZE])
        return;
    fa->saved[SAVED_PSIZE] = CHOSEN;
    if (!flashword_params(fa)->parallelism)
        return;
    if (debug_probe_get_vtref(fa->mem->probe, &mv) != ERR_OK) {
        log_forget(fa->log);
        mv = 0;
    }
    const uint32_t psize = mv >= BITS64_FROM_MV ? PSIZE_64 : PSIZE_32;
    fa->saved[SAVED_PSIZE] |= psize << CR_PSIZE_SHIFT;
    if (mv == 0)
        log_line(fa->log, LOG_NOTE,
                 "flash: the probe does not tell the target's supply, so the flash is programmed "
                 "by 32 bits, which is right at any supply and takes a third longer than by 64");
    else if (psize == PSIZE_32)
        log_line(fa->log, LOG_NOTE,
                 "flash: the target's supply is %u.%02u V, at which the flash is programmed by 32 "
                 "bits: by 64, in less time, it is from 1.8 V on",
                 mv / 1000, mv % 1000 / 10);
}

uint32_t flashword_psize(const struct flash_access *fa)
{
    return fa->saved[SAVED_PSIZE] & ~CHOSEN;
}

// ---- errors -------------------------------------------------------------------------------------

static const char *why(uint32_t sr)
{
    if (sr & SR_RDSERR)
        return "it is in a secure area, which nobody else may read (RDSERR)";
    if (sr & SR_RDPERR)
        return "it is in an area that can only be executed (RDPERR)";
    if (sr & SR_STRBERR)
        return "the same bytes came twice: did the program on the chip, or another debugger, use "
               "the flash meanwhile? (STRBERR)";
    if (sr & SR_INCERR)
        return "a flash word was left before it was complete: did the program on the chip, or "
               "another debugger, use the flash meanwhile? (INCERR)";
    if (sr & SR_PGSERR)
        return "the controller was not set up for it: did the program on the chip, or another "
               "debugger, use the flash meanwhile? (PGSERR)";
    if (sr & SR_OPERR)
        return "the controller reports that the operation failed: does the supply drop? (OPERR)";
    return "was the chip reset, or does its supply drop?";
}

enum err flashword_fail(struct flash_access *fa, const char *what, uint32_t addr, uint32_t sr)
{
    return log_fail(fa->log, ERR_FLASH, "%s at 0x%08x did not take place (FLASH_SR 0x%08x): %s",
                    what, addr, sr, why(sr));
}
