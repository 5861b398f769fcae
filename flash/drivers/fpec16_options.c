// SPDX-License-Identifier: MIT
// The option bytes behind the FPEC (RM0091, 2.5, 3.2.5 and 4): RDP, USER, DATA0, DATA1, WRP0 to
// WRP3, each a halfword whose high byte is the complement of the low one. They can only be erased
// all together.
#include "base/bytes.h"
#include "cortex/scs.h"
#include "flash/drivers/fpec16_regs.h"
#include "swd/mem_ap.h"

enum err fpec16_read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                             uint32_t *intact)
{
    uint8_t halves[2 * FPEC16_OPTION_BYTES];
    enum err e = mem_ap_read(fa->mem, fpec16_params(fa)->option_base, halves, sizeof halves, NULL);
    *intact = 0;
    for (unsigned n = 0; n < FPEC16_OPTION_BYTES && !e; n++) {
        value[n] = halves[2 * n];
        *intact |= (uint32_t)((halves[2 * n] ^ halves[2 * n + 1]) == 0xff) << n;
    }
    return e;
}

// FLASH_OBR and FLASH_WRPR (RM0091, 3.5; PM0075, 3). RDP is there as its level only.
enum err fpec16_loaded_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                               uint32_t mask[FLASH_OPTION_WORDS])
{
    uint32_t obr, wrpr;
    fpec16_choose(fa, fa->bank->base);
    enum err e = fpec16_read(fa, OBR, &obr);
    if (!e)
        e = fpec16_read(fa, WRPR, &wrpr);
    for (unsigned n = 0; n < FPEC16_OPTION_BYTES && !e; n++) {
        const bool in_obr = n<FPEC16_WRP0, here = n> 0 && !(obr & OBR_OPTERR);
        const uint32_t from = in_obr ? obr >> fpec16_params(fa)->obr_user >> 8 * (n > 0 ? n - 1 : 0)
                                     : wrpr >> 8 * (n - FPEC16_WRP0);
        value[n] = here ? from & 0xff : 0;
        mask[n] = here ? 0xff : 0;
    }
    return e;
}

static enum err command(struct flash_access *fa, uint32_t cr)
{
    uint32_t sr;
    enum err e = fpec16_prepare(fa, CR_OPTWRE | cr, NULL);
    if (!e && (cr & CR_OPTER))
        e = fpec16_write(fa, CR, CR_OPTWRE | cr | CR_STRT);
    return e ? e : fpec16_wait_idle(fa, ERASE_LIMIT_US, &sr);
}

static enum err write_byte(struct flash_access *fa, unsigned n, uint8_t value)
{
    uint32_t sr;
    enum err e = mem_ap_write16(fa->mem, fpec16_params(fa)->option_base + 2 * n, value);
    // Leaving level 1 erases the flash before the halfword is written.
    if (!e)
        e = fpec16_wait_idle(fa, ERASE_LIMIT_US, &sr);
    if (e || !(sr & (SR_PGERR | SR_WRPRTERR)))
        return e;
    return log_fail(fa->log, ERR_FLASH, "option byte %u could not be written (FLASH_SR 0x%02x)", n,
                    sr);
}

static enum err open_options(struct flash_access *fa)
{
    uint32_t cr;
    fpec16_choose(fa, fa->bank->base);
    enum err e = flash_clock_on(fa);
    if (e || (e = fpec16_unlock(fa)) || (e = fpec16_read(fa, CR, &cr)) || (cr & CR_OPTWRE))
        return e;
    if ((e = fpec16_write(fa, OPTKEYR, KEY1)) || (e = fpec16_write(fa, OPTKEYR, KEY2)) ||
        (e = fpec16_read(fa, CR, &cr)) || (cr & CR_OPTWRE))
        return e;
    return log_fail(fa->log, ERR_FLASH,
                    "the option bytes stay locked: reset the target and try again");
}

static enum err check_written(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which)
{
    uint32_t now[FLASH_OPTION_WORDS], intact;
    enum err e = fpec16_read_options(fa, now, &intact);
    for (unsigned n = 0; n < FPEC16_OPTION_BYTES && !e; n++)
        if ((which >> n & 1) && (!(intact >> n & 1) || now[n] != value[n]))
            e = log_fail(
                fa->log, ERR_FLASH,
                "option byte %u holds 0x%02x after it was written and should hold 0x%02x: do not "
                "switch the chip off, and write the option bytes again",
                n, now[n], value[n]);
    return e;
}

// RDP comes first: until it is written, a reset would find the chip locked, with its options gone.
enum err fpec16_write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which)
{
    enum err e = open_options(fa);
    if (!e)
        e = command(fa, CR_OPTER);
    if (!e)
        e = command(fa, CR_OPTPG);
    for (unsigned n = 0; n < FPEC16_OPTION_BYTES && !e; n++)
        if (which >> n & 1)
            e = write_byte(fa, n, (uint8_t)value[n]);
    if (!e)
        e = check_written(fa, value, which);
    if (e)
        return e;
    // The chip resets while it answers, so what becomes of this write on the wire says nothing.
    if (fpec16_params(fa)->no_launch)
        e = mem_ap_write32(fa->mem, SCS_AIRCR, AIRCR_VECTKEY | AIRCR_SYSRESETREQ);
    else
        e = fpec16_write(fa, CR, CR_OBL_LAUNCH);
    if (e != ERR_OK)
        log_forget(fa->log);
    return ERR_OK;
}
