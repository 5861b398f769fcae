// SPDX-License-Identifier: MIT
// The registers of the controller: reading, writing, unlocking, waiting.
#include "flash/drivers/dword_regs.h"

#include "swd/mem_ap.h"

const struct dword_params *dword_params(const struct flash_access *fa)
{
    return fa->bank->params;
}

enum err dword_read(struct flash_access *fa, uint32_t offset, uint32_t *value)
{
    return mem_ap_read32(fa->mem, fa->bank->regs + offset, value);
}

enum err dword_write(struct flash_access *fa, uint32_t offset, uint32_t value)
{
    return mem_ap_write32(fa->mem, fa->bank->regs + offset, value);
}

enum err dword_wait_idle(struct flash_access *fa, uint32_t limit_us, uint32_t *sr)
{
    const uint32_t busy = dword_params(fa)->busy;
    bool late;
    enum err e = flash_poll_clear(fa, SR, busy | SR_CFGBSY, limit_us, 1000, sr, &late);
    if (e || !late)
        return e;
    if (*sr & busy)
        return flash_fail_busy(fa, limit_us);
    return log_fail(fa->log, ERR_FLASH,
                    "the flash controller waits for the second half of a double word, of which a "
                    "program has written the first only: reset the target and try again");
}

enum err dword_unlock(struct flash_access *fa)
{
    uint32_t cr;
    enum err e = dword_read(fa, CR, &cr);
    if (e)
        return e;
    if (!(cr & CR_LOCK))
        return dword_write(fa, CR, cr & CR_OPTLOCK);
    if ((e = dword_write(fa, KEYR, KEY1)) || (e = dword_write(fa, KEYR, KEY2)) ||
        (e = dword_read(fa, CR, &cr)))
        return e;
    return cr & CR_LOCK ? flash_fail_locked(fa) : ERR_OK;
}
