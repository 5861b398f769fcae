// SPDX-License-Identifier: MIT
// The option bytes behind the NVM controller (RM0367, 3.8; RM0038, 3): two words for each of
// OPTR, WRPROT1, WRPROT2 …, each with half of it in bits 15:0 and the complement in bits 31:16. A
// word is erased by the controller when it is written, the others stay.
#include "base/bytes.h"
#include "flash/drivers/nvm_regs.h"
#include "swd/mem_ap.h"

#define LOCKS   (PECR_PELOCK | PECR_OPTLOCK)
#define NO_PAIR 0xffff0000u // what the chip does not have counts as zeros
#define NEAR    8u          // pairs that follow each other

// Of the chip: two for OPTR, and one for each 16 sectors of its flash.
static unsigned pair_count(const struct flash_access *fa)
{
    const uint32_t sectors = fa->bank->size / nvm_params(fa)->wrp_block;
    const unsigned n = 2 + (sectors + 15) / 16;
    return n < 2 * NVM_OPTION_WORDS ? n : 2 * NVM_OPTION_WORDS;
}

static unsigned word_count(const struct flash_access *fa)
{
    return (pair_count(fa) + 1) / 2;
}

static bool is_intact(uint32_t pair)
{
    return ((pair >> 16) ^ (pair & 0xffff)) == 0xffff;
}

static uint32_t pair_of(uint32_t value, unsigned half)
{
    const uint32_t bits = value >> 16 * half & 0xffff;
    return bits | (~bits & 0xffff) << 16;
}

// The ninth and the tenth stand elsewhere (WRP4 of an L1: ST's stm32l152xe.h, OB_TypeDef).
static uint32_t pair_addr(const struct flash_access *fa, unsigned i)
{
    const struct nvm_params *p = nvm_params(fa);
    return p->option_base + (i < NEAR ? 4 * i : p->option_far + 4 * (i - NEAR));
}

static enum err read_pairs(struct flash_access *fa, uint32_t pair[NVM_OPTION_WORDS][2])
{
    uint8_t bytes[8 * NVM_OPTION_WORDS];
    const unsigned count = pair_count(fa), near = count < NEAR ? count : NEAR;
    enum err e = mem_ap_read(fa->mem, pair_addr(fa, 0), bytes, 4 * near, NULL);
    if (!e && count > near)
        e = mem_ap_read(fa->mem, pair_addr(fa, near), &bytes[4 * near], 4 * (count - near), NULL);
    for (unsigned n = 0; n < 2 * NVM_OPTION_WORDS && !e; n++)
        pair[n / 2][n % 2] = n < count ? get_le32(&bytes[4 * n]) : NO_PAIR;
    return e;
}

enum err nvm_read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                          uint32_t *intact)
{
    uint32_t pair[NVM_OPTION_WORDS][2];
    enum err e = read_pairs(fa, pair);
    *intact = 0;
    for (unsigned n = 0; n < NVM_OPTION_WORDS && !e; n++) {
        value[n] = (pair[n][0] & 0xffff) | pair[n][1] << 16;
        *intact |= (uint32_t)(is_intact(pair[n][0]) && is_intact(pair[n][1])) << n;
    }
    return e;
}

// FLASH_OPTR and FLASH_WRPROTx (RM0367, 3.7). Where a complement was wrong when they were loaded,
// the registers do not tell what had been written.
enum err nvm_loaded_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                            uint32_t mask[FLASH_OPTION_WORDS])
{
    uint32_t sr;
    enum err e = nvm_read(fa, SR, &sr);
    for (unsigned n = 0; n < NVM_OPTION_WORDS && !e; n++) {
        const uint32_t offset = n ? nvm_params(fa)->wrprot[n - 1] : OPTR;
        if (!offset || (sr & SR_OPTVERR))
            continue;
        e = nvm_read(fa, offset, &value[n]);
        mask[n] = UINT32_MAX;
    }
    return e;
}

static enum err write_pair(struct flash_access *fa, unsigned n, unsigned half, uint32_t pair)
{
    uint32_t sr;
    enum err e = nvm_prepare(fa, 0);
    if (!e)
        e = mem_ap_write32(fa->mem, pair_addr(fa, 2 * n + half), pair);
    // Leaving level 1 erases flash and EEPROM first.
    if (!e)
        e = nvm_wait_idle(fa, NVM_TYPICAL_US, NVM_UNLOCK_US, &sr);
    if (e || !(sr & SR_ERRORS))
        return e;
    return log_fail(fa->log, ERR_FLASH, "option word %u could not be written (FLASH_SR 0x%05x)", n,
                    sr);
}

static enum err write_changed(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which, uint32_t now[NVM_OPTION_WORDS][2])
{
    enum err e = ERR_OK;
    for (unsigned i = 0; i < pair_count(fa) && !e; i++) {
        const unsigned n = i / 2, half = i % 2;
        const uint32_t pair = pair_of(value[n], half);
        if ((which >> n & 1) && now[n][half] != pair)
            e = write_pair(fa, n, half, pair);
    }
    return e;
}

static enum err check_written(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which)
{
    uint32_t now[FLASH_OPTION_WORDS], intact;
    enum err e = nvm_read_options(fa, now, &intact);
    for (unsigned n = 0; n < word_count(fa) && !e; n++)
        if ((which >> n & 1) && (!(intact >> n & 1) || now[n] != value[n]))
            e = log_fail(
                fa->log, ERR_FLASH,
                "option word %u holds 0x%08x after it was written and should hold 0x%08x: do not "
                "switch the chip off, and write the option bytes again",
                n, now[n], value[n]);
    return e;
}

enum err nvm_unlock_options(struct flash_access *fa)
{
    return nvm_unlock(fa, LOCKS);
}

enum err nvm_write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                           uint32_t which)
{
    uint32_t now[NVM_OPTION_WORDS][2], sr;
    enum err e = flash_clock_on(fa);
    if (e || (e = nvm_wait_idle(fa, 0, NVM_LIMIT_US, &sr)) || (e = nvm_unlock_options(fa)) ||
        (e = read_pairs(fa, now)) || (e = write_changed(fa, value, which, now)) ||
        (e = check_written(fa, value, which)))
        return e;
    // The chip resets while it answers, so what becomes of this write on the wire says nothing.
    if (nvm_write(fa, PECR, PECR_OBL_LAUNCH) != ERR_OK)
        log_forget(fa->log);
    return ERR_OK;
}
