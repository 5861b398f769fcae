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
    struct debug_probe *probe = fa->mem->probe;
    const uint32_t busy = dword_params(fa)->busy;
    uint64_t deadline = debug_probe_now_us(probe) + limit_us;
    for (;;) {
        bool late = debug_probe_now_us(probe) > deadline;
        enum err e = dword_read(fa, SR, sr);
        if (e || !(*sr & (busy | SR_CFGBSY)))
            return e;
        if (late && !(*sr & busy))
            return log_fail(
                fa->log, ERR_FLASH,
                "the flash controller waits for the second half of a double word, of which a "
                "program has written the first only: reset the target and try again");
        if (late)
            return log_fail(
                fa->log, ERR_FLASH,
                "the flash controller has been busy for more than %u ms and does not get "
                "ready: reset the target and try again",
                limit_us / 1000);
        debug_probe_sleep_us(probe, 1000);
    }
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
    if (cr & CR_LOCK)
        return log_fail(
            fa->log, ERR_FLASH,
            "the flash controller stays locked: something wrote a wrong key since the last "
            "reset; reset the target and try again");
    return ERR_OK;
}
