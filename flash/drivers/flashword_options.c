// SPDX-License-Identifier: MIT
// The options of the controller (RM0433, FLASH option bytes): of each register one that shows what
// is in force, and one that takes what shall be. OPTSTART burns all of them, and checks them
// before: what is not allowed is OPTCHANGEERR, and then nothing is changed. The bank swap and the
// boot addresses count from the next reset on.
#include "cortex/scs.h"
#include "flash/drivers/flashword_regs.h"
#include "swd/mem_ap.h"

#define NO_OPTION (OPTSR_BUSY | OPTSR_CHANGEERR) // bits of OPTSR

static const uint8_t option_reg[FLASHWORD_OPTIONS] = {
    [FLASHWORD_OPTSR] = OPTSR_CUR, [FLASHWORD_PRAR1] = PRAR_CUR, [FLASHWORD_SCAR1] = SCAR_CUR,
    [FLASHWORD_WPSN1] = WPSN_CUR,  [FLASHWORD_PRAR2] = PRAR_CUR, [FLASHWORD_SCAR2] = SCAR_CUR,
    [FLASHWORD_WPSN2] = WPSN_CUR,  [FLASHWORD_BOOT] = BOOT_CUR,  [FLASHWORD_BOOT4] = BOOT4_CUR,
    [FLASHWORD_OPTSR2] = OPTSR2,
};

// Where the register of an option word is now: registers of a bank follow its addresses.
static uint32_t option_offset(unsigned n, bool swapped)
{
    const bool of_bank1 = n >= FLASHWORD_PRAR1 && n <= FLASHWORD_WPSN1;
    const bool of_bank2 = n >= FLASHWORD_PRAR2 && n <= FLASHWORD_WPSN2;
    return option_reg[n] + ((of_bank1 && swapped) || (of_bank2 && !swapped) ? BANK2 : 0);
}

static bool has_option(const struct flash_access *fa, unsigned n)
{
    const bool of_bank2 = n >= FLASHWORD_PRAR2 && n <= FLASHWORD_WPSN2;
    return flashword_params(fa)->options >> n & 1 && (fa->bank->bank2 || !of_bank2);
}

static enum err read_swap(struct flash_access *fa, bool *swapped)
{
    uint32_t optcr;
    enum err e = flashword_read(fa, OPTCR, &optcr);
    *swapped = !e && fa->bank->bank2 && (optcr & OPTCR_SWAP);
    return e;
}

enum err flashword_read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                                uint32_t *intact)
{
    bool swapped;
    enum err e = read_swap(fa, &swapped);
    *intact = 0;
    for (unsigned n = 0; n < FLASHWORD_OPTIONS && !e; n++) {
        value[n] = 0;
        if (!has_option(fa, n))
            continue;
        e = flashword_read(fa, option_offset(n, swapped), &value[n]);
        *intact |= 1u << n;
    }
    value[FLASHWORD_OPTSR] &= ~NO_OPTION;
    return e;
}

static enum err open_options(struct flash_access *fa)
{
    uint32_t optcr;
    enum err e = flash_clock_on(fa);
    if (e || (e = flashword_wait_all(fa, ERASE_LIMIT_US)) ||
        (e = flashword_read(fa, OPTCR, &optcr)) || !(optcr & OPTCR_OPTLOCK))
        return e;
    if ((e = flashword_write(fa, OPTKEYR, OPTKEY1)) ||
        (e = flashword_write(fa, OPTKEYR, OPTKEY2)) || (e = flashword_read(fa, OPTCR, &optcr)) ||
        !(optcr & OPTCR_OPTLOCK))
        return e;
    return flash_fail_options_locked(fa);
}

// Those that stay are set too: somebody may have left other values there.
static enum err set_registers(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which)
{
    uint32_t now[FLASH_OPTION_WORDS], intact;
    bool swapped;
    enum err e = read_swap(fa, &swapped);
    if (!e)
        e = flashword_read_options(fa, now, &intact);
    for (unsigned n = 0; n < FLASHWORD_OPTIONS && !e; n++)
        if (has_option(fa, n))
            e = flashword_write(fa, option_offset(n, swapped) + TO_PRG,
                                which >> n & 1 ? value[n] : now[n]);
    return e;
}

static enum err fail_refused(struct flash_access *fa)
{
    return log_fail(fa->log, ERR_FLASH,
                    "the chip refuses this change of its options (OPTCHANGEERR) and has changed "
                    "nothing: areas that are protected can only grow, and read protection and "
                    "security are left in one way only");
}

static enum err burn(struct flash_access *fa)
{
    uint32_t optcr, optsr = 0;
    bool late = false;
    enum err e = flashword_write(fa, OPTCCR, OPTSR_CHANGEERR);
    if (!e)
        e = flashword_read(fa, OPTCR, &optcr);
    if (!e)
        e = flashword_write(fa, OPTCR, optcr | OPTCR_OPTSTART);
    // Leaving level 1 erases the flash before the options are written.
    if (!e)
        e = flash_poll_clear(fa, OPTSR_CUR, OPTSR_BUSY, ERASE_LIMIT_US, 1000, &optsr, &late);
    if (e || late)
        return e ? e : flash_fail_busy(fa, ERASE_LIMIT_US);
    if (!(optsr & OPTSR_CHANGEERR))
        return flashword_wait_all(fa, ERASE_LIMIT_US);
    e = flashword_write(fa, OPTCCR, OPTSR_CHANGEERR);
    return e ? e : fail_refused(fa);
}

enum err flashword_write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                                 uint32_t which)
{
    enum err e = open_options(fa);
    if (!e)
        e = set_registers(fa, value, which);
    if (!e)
        e = burn(fa);
    if (e) {
        const struct log_mark kept = log_keep(fa->log);
        if (flashword_write(fa, OPTCR, OPTCR_OPTLOCK) != ERR_OK)
            log_forget(fa->log);
        log_restore(fa->log, &kept);
        return e;
    }
    // The chip resets while it answers, so what becomes of this write on the wire says nothing.
    if (mem_ap_write32(fa->mem, SCS_AIRCR, AIRCR_VECTKEY | AIRCR_SYSRESETREQ) != ERR_OK)
        log_forget(fa->log);
    return ERR_OK;
}
