// SPDX-License-Identifier: MIT
// The registers of the controller: reading, writing, unlocking, waiting.
#include "flash/drivers/fpec16_regs.h"

#include "base/bytes.h"
#include "swd/mem_ap.h"

const struct fpec16_params *fpec16_params(const struct flash_access *fa)
{
    return fa->bank->params;
}

unsigned fpec16_count(const struct flash_access *fa)
{
    const uint32_t second = fpec16_params(fa)->second_bank;
    return second && fa->bank->size > second - fa->bank->base ? 2 : 1;
}

uint32_t fpec16_first(const struct flash_access *fa, unsigned n)
{
    return n ? fpec16_params(fa)->second_bank : fa->bank->base;
}

void fpec16_choose(struct flash_access *fa, uint32_t addr)
{
    const bool second = fpec16_count(fa) > 1 && addr >= fpec16_first(fa, 1);
    fa->saved[SAVED_OFFSET] = second ? SECOND_OFFSET : 0;
}

enum err fpec16_read(struct flash_access *fa, uint32_t offset, uint32_t *value)
{
    return mem_ap_read32(fa->mem, fa->bank->regs + fa->saved[SAVED_OFFSET] + offset, value);
}

enum err fpec16_write(struct flash_access *fa, uint32_t offset, uint32_t value)
{
    return mem_ap_write32(fa->mem, fa->bank->regs + fa->saved[SAVED_OFFSET] + offset, value);
}

enum err fpec16_prepare(struct flash_access *fa, uint32_t cr, const uint32_t *page)
{
    uint8_t regs[12];
    put_le32(&regs[0], SR_FLAGS);
    put_le32(&regs[4], cr);
    if (page)
        put_le32(&regs[8], *page);
    return mem_ap_write(fa->mem, fa->bank->regs + fa->saved[SAVED_OFFSET] + SR, regs,
                        page ? 12 : 8);
}

enum err fpec16_wait_idle(struct flash_access *fa, uint32_t limit_us, uint32_t *sr)
{
    bool late;
    enum err e =
        flash_poll_clear(fa, fa->saved[SAVED_OFFSET] + SR, SR_BSY, limit_us, 1000, sr, &late);
    return e || !late ? e : flash_fail_busy(fa, limit_us);
}

enum err fpec16_unlock(struct flash_access *fa)
{
    uint32_t cr;
    enum err e = fpec16_read(fa, CR, &cr);
    if (e)
        return e;
    if (!(cr & CR_LOCK))
        return fpec16_write(fa, CR, 0);
    if ((e = fpec16_write(fa, KEYR, KEY1)) || (e = fpec16_write(fa, KEYR, KEY2)))
        return e;
    if ((e = fpec16_read(fa, CR, &cr)))
        return e;
    return cr & CR_LOCK ? flash_fail_locked(fa) : ERR_OK;
}
