// SPDX-License-Identifier: MIT
// The registers of the controller: reading, writing, unlocking, waiting, and what its errors mean.
#include "flash/drivers/nvm_regs.h"

#include <stdio.h>

#include "base/bytes.h"
#include "swd/mem_ap.h"

const struct nvm_params *nvm_params(const struct flash_access *fa)
{
    return fa->bank->params;
}

enum err nvm_read(struct flash_access *fa, uint32_t offset, uint32_t *value)
{
    return mem_ap_read32(fa->mem, fa->bank->regs + offset, value);
}

enum err nvm_write(struct flash_access *fa, uint32_t offset, uint32_t value)
{
    return mem_ap_write32(fa->mem, fa->bank->regs + offset, value);
}

enum err nvm_prepare(struct flash_access *fa, uint32_t pecr)
{
    enum err e = nvm_write(fa, SR, nvm_params(fa)->flags);
    return e ? e : nvm_write(fa, PECR, pecr);
}

enum err nvm_wait_idle(struct flash_access *fa, uint32_t first_us, uint32_t limit_us, uint32_t *sr)
{
    bool late;
    // What the first wait takes is part of the limit.
    if (first_us)
        debug_probe_sleep_us(fa->mem->probe, first_us);
    enum err e = flash_poll_clear(fa, SR, SR_BSY, limit_us - first_us, 100, sr, &late);
    return e || !late ? e : flash_fail_busy(fa, limit_us);
}

// ---- locks --------------------------------------------------------------------------------------

// In the order in which they are opened (RM0367, 3.3.4 and 3.7).
static const struct lock {
    uint32_t lock, offset, key[2];
} locks_in_order[] = {
    {PECR_PELOCK, PEKEYR, {0x89abcdef, 0x02030405}},
    {PECR_PRGLOCK, PRGKEYR, {0x8c9daebf, 0x13141516}},
    {PECR_OPTLOCK, OPTKEYR, {0xfbead9c8, 0x24252627}},
};
enum { LOCK_COUNT = sizeof locks_in_order / sizeof locks_in_order[0] };

enum err nvm_unlock(struct flash_access *fa, uint32_t locks)
{
    uint32_t pecr;
    enum err e = nvm_read(fa, PECR, &pecr);
    for (unsigned i = 0; i < LOCK_COUNT && !e; i++) {
        const struct lock *l = &locks_in_order[i];
        if (!(pecr & locks & l->lock))
            continue;
        e = nvm_write(fa, l->offset, l->key[0]);
        if (!e)
            e = nvm_write(fa, l->offset, l->key[1]);
    }
    if (e || (e = nvm_read(fa, PECR, &pecr)))
        return e;
    if (pecr & locks)
        return log_fail(
            fa->log, ERR_FLASH,
            "the flash controller stays locked (FLASH_PECR 0x%08x): something wrote a wrong key "
            "since the last reset; reset the target and try again",
            pecr);
    return nvm_write(fa, PECR, 0);
}

static void plan_controller(struct flash_access *fa, uint32_t pecr, uint32_t locks)
{
    uint32_t regs = fa->bank->regs;
    flash_sequence_write(&fa->enter, regs + SR, nvm_params(fa)->flags);
    for (unsigned i = 0; i < LOCK_COUNT; i++) {
        const struct lock *l = &locks_in_order[i];
        if (!(pecr & locks & l->lock))
            continue;
        flash_sequence_write(&fa->enter, regs + l->offset, l->key[0]);
        flash_sequence_write(&fa->enter, regs + l->offset, l->key[1]);
    }
    flash_sequence_write(&fa->enter, regs + PECR, 0);
    flash_sequence_write(&fa->leave, regs + PECR, PECR_LOCKS);
}

// ---- protection ---------------------------------------------------------------------------------

// One bit for each block of flash from its start on, in WRPROT1, WRPROT2 …
static unsigned wrp_bit(const struct flash_access *fa, uint32_t addr)
{
    return (addr - fa->bank->base) / nvm_params(fa)->wrp_block;
}

bool nvm_is_protected(const struct flash_access *fa, uint32_t addr)
{
    unsigned bit = wrp_bit(fa, addr);
    return bit < 32 * NVM_WRP_WORDS && fa->saved[NVM_SAVED_PROTECTED + bit / 32] >> bit % 32 & 1;
}

bool nvm_hides_code(const struct flash_access *fa)
{
    bool hides = false;
    for (unsigned i = 0; i < flash_layout_count(&fa->bank->layout) && fa->saved[NVM_SAVED_PCROP];
         i++)
        hides |= nvm_is_protected(fa, flash_layout_sector(&fa->bank->layout, i).addr);
    return hides;
}

enum err nvm_fail_protected(struct flash_access *fa, uint32_t addr)
{
    const struct nvm_params *p = nvm_params(fa);
    unsigned bit = wrp_bit(fa, addr);
    if (fa->saved[NVM_SAVED_PCROP])
        return log_fail(fa->log, ERR_PROTECTED,
                        "the flash page at 0x%08x can only be executed, because %s is 1 and bit "
                        "%u of %s%u is 0: only leaving read protection level 1 takes that away "
                        "(`swdlink options RDP=1` and `swdlink unlock`), and erases the chip",
                        addr, p->pcrop, bit % 32, p->wrp, bit / 32 + 1);
    return log_fail(fa->log, ERR_PROTECTED,
                    "the flash page at 0x%08x is write-protected by the chip's option bytes, bit "
                    "%u of %s%u: `swdlink options` shows them and takes the protection away",
                    addr, bit % 32, p->wrp, bit / 32 + 1);
}

static bool is_pcrop_on(const struct flash_access *fa, uint32_t optr)
{
    return nvm_params(fa)->pcrop && (optr & OPTR_PCROP);
}

static enum err read_protection(struct flash_access *fa, uint32_t optr)
{
    const struct nvm_params *p = nvm_params(fa);
    enum err e = ERR_OK;
    fa->saved[NVM_SAVED_PCROP] = is_pcrop_on(fa, optr);
    const unsigned last = (fa->bank->size - 1) / p->wrp_block / 32;
    for (unsigned i = 0; i < NVM_WRP_WORDS && p->wrprot[i] && i <= last && !e; i++) {
        uint32_t *protected = &fa->saved[NVM_SAVED_PROTECTED + i];
        e = nvm_read(fa, p->wrprot[i], protected);
        if (fa->saved[NVM_SAVED_PCROP])
            *protected = ~*protected;
    }
    return e;
}

// Sectors that lie side by side are one stretch.
enum err nvm_find_hidden(struct flash_access *fa, uint32_t addr, uint32_t len,
                         struct flash_hidden *hidden)
{
    const uint32_t block = nvm_params(fa)->wrp_block;
    uint32_t optr = 0;
    *hidden = (struct flash_hidden){.option = nvm_params(fa)->pcrop};
    enum err e = nvm_params(fa)->pcrop ? nvm_read(fa, OPTR, &optr) : ERR_OK;
    if (e || !is_pcrop_on(fa, optr) || (e = read_protection(fa, optr)))
        return e;
    for (uint32_t at = fa->bank->base; at - fa->bank->base < fa->bank->size; at += block) {
        const bool before = hidden->len > 0 && hidden->addr + hidden->len == at;
        if (!nvm_is_protected(fa, at) || (at >= addr + len && !before))
            continue;
        if (!before && hidden->len && hidden->addr + hidden->len > addr)
            break; // the lowest is complete
        if (!before)
            *hidden = (struct flash_hidden){at, 0, hidden->option};
        hidden->len += block;
    }
    if (hidden->addr + hidden->len <= addr)
        hidden->len = 0;
    return ERR_OK;
}

enum err nvm_survey(struct flash_access *fa, uint32_t locks)
{
    uint8_t regs[OPTR + 4];
    enum err e = mem_ap_read(fa->mem, fa->bank->regs, regs, sizeof regs, NULL);
    if (e)
        return e;
    const uint32_t optr = get_le32(&regs[OPTR]);
    if ((optr & OPTR_RDPROT) != OPTR_LEVEL0)
        return log_fail(
            fa->log, ERR_PROTECTED,
            "read protection level 1 is active: the chip refuses to have its flash and EEPROM read "
            "or written by a debugger; `swdlink unlock` erases both and removes the protection");
    // A program that was halted while it wrote its own flash: its last operation ends by itself.
    uint32_t sr = get_le32(&regs[SR]);
    if ((sr & SR_BSY) && (e = nvm_wait_idle(fa, 0, NVM_LIMIT_US, &sr)))
        return e;
    fa->saved[NVM_SAVED_ACR] = get_le32(&regs[ACR]);
    plan_controller(fa, get_le32(&regs[PECR]), locks);
    return read_protection(fa, optr);
}

// On an L1 a wait state needs the wide access to the flash (ACC64), which is switched on before and
// off after it (RM0038, 3.3.1).
static void plan_wide(struct flash_sequence *sequence, struct flash_access *fa)
{
    const uint32_t acr = fa->saved[NVM_SAVED_ACR], wide = nvm_params(fa)->wide;
    if (wide & ~acr)
        flash_sequence_write(sequence, fa->bank->regs + ACR, acr | wide);
}

void nvm_plan_latency(struct flash_access *fa)
{
    plan_wide(&fa->enter, fa);
    flash_sequence_write(&fa->enter, fa->bank->regs + ACR,
                         fa->saved[NVM_SAVED_ACR] | nvm_params(fa)->wide | nvm_params(fa)->latency);
}

void nvm_plan_latency_back(struct flash_access *fa)
{
    plan_wide(&fa->leave, fa);
    flash_sequence_write(&fa->leave, fa->bank->regs + ACR, fa->saved[NVM_SAVED_ACR]);
}

enum err nvm_begin(struct flash_access *fa, uint32_t locks)
{
    uint32_t sr;
    enum err e = flash_clock_on(fa);
    if (!e)
        e = nvm_wait_idle(fa, 0, NVM_LIMIT_US, &sr);
    return e ? e : nvm_unlock(fa, locks);
}

enum err nvm_end(struct flash_access *fa)
{
    uint32_t sr;
    enum err e = nvm_wait_idle(fa, 0, NVM_LIMIT_US, &sr);
    enum err left = flash_sequence_run(&fa->leave, fa->mem);
    return e ? e : left;
}

// ---- errors -------------------------------------------------------------------------------------

uint32_t nvm_loader_errors(uint32_t status)
{
    return (status & 0x2f) << 8 | (status & 0xc0) << 10;
}

static const char *reason(uint32_t sr)
{
    if (sr & SR_NOTZEROERR)
        return "it was not erased, or wears out (NOTZEROERR)";
    if (sr & SR_RDERR)
        return "its sector is protected from being read (RDERR)";
    if (sr & SR_SIZERR)
        return "the access had a width that the controller does not take (SIZERR)";
    if (sr & SR_PGAERR)
        return "the words of a half page did not follow each other: did something else access the "
               "flash? (PGAERR)";
    if (sr & SR_FWWERR)
        return "the core fetched from the flash meanwhile, which ends the operation (FWWERR)";
    return "was the chip reset, or does its supply drop?";
}

enum err nvm_fail(struct flash_access *fa, const char *what, uint32_t addr, uint32_t sr)
{
    return log_fail(fa->log, ERR_FLASH, "%s at 0x%08x did not take place (FLASH_SR 0x%05x): %s",
                    what, addr, sr, reason(sr));
}

enum err nvm_erase_poll(struct flash_access *fa, const char *what, uint32_t addr, bool *busy)
{
    uint32_t sr;
    char erasing[48];
    enum err e = nvm_read(fa, SR, &sr);
    *busy = !e && (sr & SR_BSY);
    if (e || *busy)
        return e;
    if (sr & SR_WRPERR)
        return nvm_fail_protected(fa, addr);
    if ((sr & SR_EOP) && !(sr & SR_ERRORS))
        return ERR_OK;
    snprintf(erasing, sizeof erasing, "erasing %s", what);
    return nvm_fail(fa, erasing, addr, sr);
}
