// SPDX-License-Identifier: MIT
// The flash program and erase controller (FPEC) that programs halfwords: STM32F0 (RM0091, 3), and
// with the same registers F1 (PM0075) and F3 (RM0316, 4). Where a bit differs between them the
// driver uses what they share.
//
// Two ways: a loader in SRAM (loaders/fpec16.S), which keeps the controller busy while USB and SWD
// bring more; or, where no code can run, halfwords written by the debug port itself, whose accesses
// the busy controller stalls. Then the core stays halted, and frozen watchdogs stay frozen.
#include "flash/drivers/fpec16.h"

#include "base/bytes.h"
#include "flash/drivers/fpec16_regs.h"
#include "flash/loaders/fpec16.h"
#include "swd/mem_ap.h"

#define WRP_LAST 31u // bit of WRPR

#define FPEC_BYTES (WRPR + 4u) // all of its registers

// ---- what is there, and what has to be changed for the job --------------------------------------

static void plan_controller(struct flash_access *fa, unsigned n, uint32_t cr)
{
    const uint32_t regs = fa->bank->regs + n * SECOND_OFFSET;
    flash_sequence_write(&fa->enter, regs + SR, SR_FLAGS);
    if (cr & CR_LOCK) {
        flash_sequence_write(&fa->enter, regs + KEYR, KEY1);
        flash_sequence_write(&fa->enter, regs + KEYR, KEY2);
    } else {
        flash_sequence_write(&fa->enter, regs + CR, 0);
    }
    flash_sequence_write(&fa->leave, regs + CR, CR_LOCK);
}

static void plan_latency(struct flash_access *fa)
{
    const uint32_t regs = fa->bank->regs, acr = fa->saved[SAVED_ACR];
    flash_sequence_write(&fa->enter, regs + ACR, (acr & ~ACR_LATENCY) | fpec16_params(fa)->latency);
}

static void plan_latency_back(struct flash_access *fa)
{
    flash_sequence_write(&fa->leave, fa->bank->regs + ACR, fa->saved[SAVED_ACR]);
}

// A program that was halted while it wrote its own flash: its last operation ends by itself.
static enum err wait_all_idle(struct flash_access *fa)
{
    enum err e = ERR_OK;
    for (unsigned n = 0; n < fpec16_count(fa) && !e; n++) {
        uint32_t sr;
        fpec16_choose(fa, fpec16_first(fa, n));
        e = fpec16_wait_idle(fa, ERASE_LIMIT_US, &sr);
    }
    return e;
}

static enum err survey_second(struct flash_access *fa)
{
    uint32_t cr;
    enum err e = wait_all_idle(fa);
    if (!e)
        e = fpec16_read(fa, CR, &cr);
    if (!e)
        plan_controller(fa, 1, cr);
    return e;
}

static enum err survey_controller(struct flash_access *fa, bool *code_may_run)
{
    uint8_t fpec[FPEC_BYTES];
    enum err e = mem_ap_read(fa->mem, fa->bank->regs, fpec, sizeof fpec, NULL);
    if (e)
        return e;
    uint32_t obr = get_le32(&fpec[OBR]);
    if (obr & OBR_RDPRT)
        return flash_fail_read_protected(fa);
    fa->saved[SAVED_WRITE_PROTECTED] = ~get_le32(&fpec[WRPR]);
    fa->saved[SAVED_ACR] = get_le32(&fpec[ACR]);
    if ((get_le32(&fpec[SR]) & SR_BSY) && (e = wait_all_idle(fa)))
        return e;
    plan_controller(fa, 0, get_le32(&fpec[CR]));
    if (fpec16_count(fa) > 1 && (e = survey_second(fa)))
        return e;
    // With the parity check a word of SRAM that was never written may not be read.
    const uint32_t parity_off = fpec16_params(fa)->parity_off;
    *code_may_run = !parity_off || (obr & parity_off);
    return ERR_OK;
}

static enum err begin_programming(struct flash_access *fa)
{
    if (!mem_ap_has_halfwords(fa->mem))
        return log_fail(
            fa->log, ERR_UNSUPPORTED,
            "this ST-LINK's firmware cannot write 16 bits at once, which this chip's flash "
            "needs: update it to V2J26 or later (ST's STSW-LINK007)");
    enum err e = flash_clock_on(fa);
    if (!e)
        e = wait_all_idle(fa);
    for (unsigned n = 0; n < fpec16_count(fa) && !e; n++) {
        fpec16_choose(fa, fpec16_first(fa, n));
        e = fpec16_unlock(fa);
    }
    return e;
}

static enum err end_programming(struct flash_access *fa)
{
    enum err e = wait_all_idle(fa);
    enum err left = flash_sequence_run(&fa->leave, fa->mem);
    return e ? e : left;
}

static unsigned wrp_bit(const struct flash_access *fa, uint32_t addr)
{
    uint32_t bit = (addr - fa->bank->base) / fpec16_params(fa)->wrp_block;
    return bit > WRP_LAST ? WRP_LAST : bit;
}

static enum err fail_write_protected(struct flash_access *fa, uint32_t page)
{
    return log_fail(
        fa->log, ERR_PROTECTED,
        "the flash page at 0x%08x is write-protected by the chip's option bytes; `swdlink options "
        "WRP%u=0xff` takes the protection away",
        page, wrp_bit(fa, page) / 8);
}

// Whether the option bytes protect the page, so that the refusal comes before anything was changed.
static bool is_write_protected(const struct flash_access *fa, uint32_t addr)
{
    return fa->saved[SAVED_WRITE_PROTECTED] & 1u << wrp_bit(fa, addr);
}

static enum err check_page(struct flash_access *fa, uint32_t addr)
{
    return is_write_protected(fa, addr) ? fail_write_protected(fa, addr) : ERR_OK;
}

static enum err erase_poll(struct flash_access *fa, const char *what, uint32_t addr, bool *busy)
{
    uint32_t sr = 0;
    enum err e = ERR_OK;
    *busy = false;
    // After the erase of everything both controllers are busy. The last look counts.
    for (unsigned n = fpec16_count(fa); n > 0 && !e && !*busy; n--) {
        fpec16_choose(fa, n > 1 ? fpec16_first(fa, 1) : addr);
        e = fpec16_read(fa, SR, &sr);
        *busy = !e && (sr & SR_BSY);
    }
    if (e || *busy)
        return e;
    if (sr & SR_WRPRTERR)
        return fail_write_protected(fa, addr);
    if (!(sr & SR_EOP))
        return log_fail(
            fa->log, ERR_FLASH,
            "erasing %s at 0x%08x did not take place (FLASH_SR 0x%02x): was the chip reset, "
            "or does its supply drop?",
            what, addr, sr);
    return ERR_OK;
}

static enum err erase_start(struct flash_access *fa, uint32_t addr)
{
    if (is_write_protected(fa, addr))
        return fail_write_protected(fa, addr);
    fpec16_choose(fa, addr);
    enum err e = fpec16_prepare(fa, CR_PER, &addr);
    return e ? e : fpec16_write(fa, CR, CR_PER | CR_STRT);
}

static enum err erase_all_start(struct flash_access *fa)
{
    for (unsigned n = 0; n < flash_layout_count(&fa->bank->layout); n++) {
        uint32_t addr = flash_layout_sector(&fa->bank->layout, n).addr;
        if (is_write_protected(fa, addr))
            return fail_write_protected(fa, addr);
    }
    enum err e = ERR_OK;
    for (unsigned n = 0; n < fpec16_count(fa) && !e; n++) {
        fpec16_choose(fa, fpec16_first(fa, n));
        e = fpec16_prepare(fa, CR_MER, NULL);
        if (!e)
            e = fpec16_write(fa, CR, CR_MER | CR_STRT);
    }
    return e;
}

static uint32_t other_mass_erase(const struct flash_bank *bank)
{
    const struct flash_access fa = {.bank = bank};
    return fpec16_count(&fa) > 1 ? fpec16_first(&fa, 1) : 0;
}

static enum err fail_program(struct flash_access *fa, uint32_t addr, uint32_t sr)
{
    if (sr & SR_WRPRTERR)
        return fail_write_protected(fa, addr);
    uint16_t found;
    enum err e = mem_ap_read16(fa->mem, addr, &found);
    if (e)
        return e;
    return log_fail(
        fa->log, ERR_FLASH,
        "the flash at 0x%08x could not be programmed: it holds 0x%04x (FLASH_SR 0x%02x)%s", addr,
        found, sr,
        found != 0xffff ? "; it was not erased, or wears out"
                        : "; was the chip reset, or does its supply drop?");
}

static enum err write_units(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len)
{
    return mem_ap_write_halfwords(fa->mem, addr, data, len);
}

// Sending halfwords again that are in would set PGERR (RM0091, 3.2.2).
static enum err settle_run(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                           size_t *good, uint32_t *sr)
{
    enum err e = fpec16_wait_idle(fa, PROGRAM_LIMIT_US, sr);
    return e ? e : flash_count_good(fa, addr, data, len, good);
}

static const struct flash_run_writer writer = {write_units, settle_run, fail_program};

static enum err program_runs(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                             size_t len)
{
    if (is_write_protected(fa, addr))
        return fail_write_protected(fa, addr);
    const struct flash_layout *layout = &fa->bank->layout;
    size_t start, stop = 0;
    if (!flash_next_run(layout, data, len, 0, &start, &stop))
        return ERR_OK;
    fpec16_choose(fa, addr);
    enum err e = fpec16_prepare(fa, CR_PG, NULL);
    for (stop = 0; !e && flash_next_run(layout, data, len, stop, &start, &stop);)
        e = flash_write_run(fa, &writer, addr + (uint32_t)start, &data[start], stop - start);
    uint32_t sr;
    if (e || (e = fpec16_wait_idle(fa, PROGRAM_LIMIT_US, &sr)))
        return e;
    if ((sr & SR_EOP) && !(sr & (SR_PGERR | SR_WRPRTERR)))
        return ERR_OK;
    size_t good;
    if ((e = flash_count_good(fa, addr, data, len, &good)))
        return e;
    if (good < len || (sr & SR_WRPRTERR))
        return fail_program(fa, addr + (uint32_t)(good < len ? good : 0), sr);
    return ERR_OK;
}

// What a loader met: the first halfword that is not as it should be.
static enum err explain_failure(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                                size_t len, uint32_t status)
{
    size_t good = 0;
    enum err e = data ? flash_count_good(fa, addr, data, len, &good) : ERR_OK;
    return e ? e : fail_program(fa, addr + (uint32_t)(good < len ? good : 0), status);
}

static const struct flash_loader_code loader = {
    .bytes = fpec16_loader,
    .size = sizeof fpec16_loader,
    .erase_page = CR_PER << 16,
    .erase_all = CR_MER << 16,
    .unit_us = 40,
    .erase_us = 20000,
    .scan_us = 100,
    .payload = 512,
};

const struct flash_driver fpec16_driver = {
    .name = "fpec16",
    .survey = survey_controller,
    .plan_latency = plan_latency,
    .plan_latency_back = plan_latency_back,
    .check_page = check_page,
    .loader = &loader,
    .explain = explain_failure,
    .begin = begin_programming,
    .erase_start = erase_start,
    .erase_all_start = erase_all_start,
    .other_mass_erase = other_mass_erase,
    .erase_poll = erase_poll,
    .program = program_runs,
    .end = end_programming,
    .reload_offset = CR,
    .reload_value = CR_OBL_LAUNCH,
    .busy_offset = SR,
    .busy_mask = SR_BSY,
    .option_words = FPEC16_OPTION_BYTES,
    .read_options = fpec16_read_options,
    .loaded_options = fpec16_loaded_options,
    .write_options = fpec16_write_options,
};
