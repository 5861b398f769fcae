// SPDX-License-Identifier: MIT
// The options of the controller for large sectors (RM0090, 3.7): registers that hold what was
// loaded at the last reset, take what shall be written, and are burnt as a whole by OPTSTRT.
#include "cortex/scs.h"
#include "flash/drivers/sector_regs.h"
#include "swd/mem_ap.h"

#define NO_OPTION (OPTCR_OPTLOCK | OPTCR_OPTSTRT) // bits of OPTCR

enum err sector_read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                             uint32_t *intact)
{
    enum err e = ERR_OK;
    *intact = 0;
    for (unsigned n = 0; n < SECTOR_OPTIONS && !e; n++) {
        value[n] = 0;
        if (n >= sector_params(fa)->option_regs)
            continue;
        e = sector_read(fa, OPTCR + 4 * n, &value[n]);
        *intact |= 1u << n;
    }
    value[0] &= ~NO_OPTION;
    return e;
}

static enum err open_options(struct flash_access *fa)
{
    uint32_t optcr, sr;
    enum err e = flash_clock_on(fa);
    if (e || (e = sector_wait_idle(fa, ERASE_LIMIT_US, &sr)) ||
        (e = sector_read(fa, OPTCR, &optcr)) || !(optcr & OPTCR_OPTLOCK))
        return e;
    if ((e = sector_write(fa, OPTKEYR, OPTKEY1)) || (e = sector_write(fa, OPTKEYR, OPTKEY2)) ||
        (e = sector_read(fa, OPTCR, &optcr)) || !(optcr & OPTCR_OPTLOCK))
        return e;
    return flash_fail_options_locked(fa);
}

// OPTCR last, with the bit that burns all.
static enum err burn(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                     uint32_t which)
{
    uint32_t optcr = value[0] & ~NO_OPTION, sr;
    enum err e = sector_write(fa, SR, sector_flags(fa));
    if (!e && !(which & 1)) {
        e = sector_read(fa, OPTCR, &optcr);
        optcr &= ~NO_OPTION;
    }
    for (unsigned n = 1; n < sector_params(fa)->option_regs && !e; n++)
        if (which >> n & 1)
            e = sector_write(fa, OPTCR + 4 * n, value[n]);
    if (e || (e = sector_write(fa, OPTCR, optcr)) ||
        (e = sector_write(fa, OPTCR, optcr | OPTCR_OPTSTRT)) ||
        // Leaving level 1 erases the flash before the options are written.
        (e = sector_wait_idle(fa, ERASE_LIMIT_US, &sr)) || !(sr & SR_ERRORS))
        return e;
    return flash_fail_options_write(fa, sr);
}

enum err sector_write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which)
{
    enum err e = open_options(fa);
    if (!e)
        e = burn(fa, value, which);
    if (e)
        return e;
    // The chip resets while it answers, so what becomes of this write on the wire says nothing.
    if (mem_ap_write32(fa->mem, SCS_AIRCR, AIRCR_VECTKEY | AIRCR_SYSRESETREQ) != ERR_OK)
        log_forget(fa->log);
    return ERR_OK;
}
