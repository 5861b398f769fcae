// SPDX-License-Identifier: MIT
// The options of the double-word controller (RM0444, 3.4): registers that show what was loaded at
// the last reset, are written as a whole by OPTSTRT, and take effect when OBL_LAUNCH loads them
// anew, which resets the chip. Until then they still read as before.
#include "flash/drivers/dword_regs.h"
#include "swd/mem_ap.h"

enum err dword_read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                            uint32_t *intact)
{
    const struct dword_params *params = dword_params(fa);
    enum err e = ERR_OK;
    *intact = 0;
    for (unsigned n = 0; n < DWORD_OPTIONS && !e; n++) {
        value[n] = 0;
        if (!params->option_reg[n])
            continue;
        e = dword_read(fa, params->option_reg[n], &value[n]);
        *intact |= 1u << n;
    }
    return e;
}

static enum err open_options(struct flash_access *fa)
{
    uint32_t cr, sr;
    enum err e = flash_clock_on(fa);
    if (e || (e = dword_wait_idle(fa, ERASE_LIMIT_US, &sr)) || (e = dword_unlock(fa)) ||
        (e = dword_read(fa, CR, &cr)) || !(cr & CR_OPTLOCK))
        return e;
    if ((e = dword_write(fa, OPTKEYR, OPTKEY1)) || (e = dword_write(fa, OPTKEYR, OPTKEY2)) ||
        (e = dword_read(fa, CR, &cr)) || !(cr & CR_OPTLOCK))
        return e;
    return flash_fail_options_locked(fa);
}

// Those that shall change; what else the registers hold is written back by OPTSTRT as it is.
static enum err set_registers(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which)
{
    const struct dword_params *params = dword_params(fa);
    enum err e = ERR_OK;
    for (unsigned n = 0; n < DWORD_OPTIONS && !e; n++) {
        uint32_t now;
        if (!(which >> n & 1) || !params->option_reg[n])
            continue;
        e = dword_read(fa, params->option_reg[n], &now);
        if (!e && now != value[n])
            e = dword_write(fa, params->option_reg[n], value[n]);
    }
    return e;
}

static enum err burn(struct flash_access *fa)
{
    uint32_t sr;
    enum err e = dword_write(fa, SR, SR_FLAGS);
    if (!e)
        e = dword_write(fa, CR, CR_OPTSTRT);
    // Leaving level 1 erases the flash before the options are written.
    if (!e)
        e = dword_wait_idle(fa, ERASE_LIMIT_US, &sr);
    if (e || !(sr & SR_ERRORS))
        return e;
    return flash_fail_options_write(fa, sr);
}

enum err dword_write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                             uint32_t which)
{
    enum err e = open_options(fa);
    if (!e)
        e = set_registers(fa, value, which);
    if (!e)
        e = burn(fa);
    if (e)
        return e;
    // The chip resets while it answers, so what becomes of this write on the wire says nothing.
    if (dword_write(fa, CR, CR_OBL_LAUNCH) != ERR_OK)
        log_forget(fa->log);
    return ERR_OK;
}
