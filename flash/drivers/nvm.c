// SPDX-License-Identifier: MIT
// The flash of the NVM controller: STM32L0 (RM0367, 3; RM0376, RM0377) and L1 (RM0038, 3). A page
// is erased by a write to it; half a page is programmed at once, by as many writes of words as it
// has, and takes no longer than a single word. What is erased reads as zeros. Nothing erases
// everything but leaving read protection.
//
// Two ways: a loader in SRAM (loaders/nvm.inc), which keeps the controller busy while USB and SWD
// bring more; or, where no code can run, the words by the debug port. Then the core is halted and
// fetches nothing, which would end an operation (FWWERR).
#include "flash/drivers/nvm.h"

#include "flash/drivers/nvm_regs.h"
#include "flash/loaders/nvm.h"
#include "flash/loaders/nvm128.h"
#include "swd/mem_ap.h"

#define LOCKS (PECR_PELOCK | PECR_PRGLOCK)

static uint32_t second_bank(const struct flash_bank *bank)
{
    return bank->bank2;
}

static enum err survey(struct flash_access *fa, bool *code_may_run)
{
    enum err e = nvm_survey(fa, LOCKS);
    *code_may_run = !e && !nvm_hides_code(fa); // a loader looks at all pages
    return e;
}

static enum err begin(struct flash_access *fa)
{
    return nvm_begin(fa, LOCKS);
}

static enum err check_page(struct flash_access *fa, uint32_t addr)
{
    return nvm_is_protected(fa, addr) ? nvm_fail_protected(fa, addr) : ERR_OK;
}

static enum err erase_start(struct flash_access *fa, uint32_t addr)
{
    enum err e = check_page(fa, addr);
    if (!e)
        e = nvm_prepare(fa, PECR_ERASE | PECR_PROG);
    return e ? e : mem_ap_write32(fa->mem, addr, 0);
}

// One command for the probe: nothing comes in between (RM0367, 3.3.4).
static enum err program_half_page(struct flash_access *fa, uint32_t addr, const uint8_t *data)
{
    uint32_t sr;
    enum err e = nvm_prepare(fa, PECR_FPRG | PECR_PROG);
    if (!e)
        e = mem_ap_write(fa->mem, addr, data, fa->bank->layout.unit);
    if (!e)
        e = nvm_wait_idle(fa, NVM_TYPICAL_US, NVM_LIMIT_US, &sr);
    if (e)
        return e;
    if (sr & SR_WRPERR)
        return nvm_fail_protected(fa, addr);
    return (sr & SR_EOP) && !(sr & SR_ERRORS) ? ERR_OK : nvm_fail(fa, "programming", addr, sr);
}

static enum err program(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len)
{
    const struct flash_layout *layout = &fa->bank->layout;
    enum err e = check_page(fa, addr);
    for (size_t at = 0; at < len && !e; at += layout->unit)
        if (!flash_layout_is_erased(layout, &data[at], layout->unit))
            e = program_half_page(fa, addr + (uint32_t)at, &data[at]);
    return e;
}

static enum err explain(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                        uint32_t status)
{
    const uint32_t sr = nvm_loader_errors(status);
    size_t good = 0;
    if (sr & SR_WRPERR)
        return nvm_fail_protected(fa, addr);
    enum err e = data ? flash_count_good(fa, addr, data, len, &good) : ERR_OK;
    return e ? e : nvm_fail(fa, "programming", addr + (uint32_t)(good < len ? good : 0), sr);
}

// A page is two half pages, and its scan takes so long at 16 MHz.
#define LOADER(code, page_us, slot)                                                                \
    {                                                                                              \
        .bytes = (code), .size = sizeof(code), .erase_page = 1u << 16, .unit_us = NVM_SHORTEST_US, \
        .erase_us = NVM_SHORTEST_US, .scan_us = (page_us), .payload = (slot)                       \
    }

const struct flash_loader_code nvm_loader_code = LOADER(nvm_loader, 15, 512);
static const struct flash_loader_code nvm128_loader_code = LOADER(nvm128_loader, 30, 640);

#define DRIVER(name_, code)                                                                        \
    {                                                                                              \
        .name = (name_), .survey = survey, .plan_latency = nvm_plan_latency,                       \
        .plan_latency_back = nvm_plan_latency_back, .check_page = check_page,                      \
        .find_hidden = nvm_find_hidden, .second_bank = second_bank, .loader = (code),              \
        .explain = explain, .begin = begin, .erase_start = erase_start,                            \
        .erase_poll = nvm_erase_poll, .program = program, .end = nvm_end, .reload_offset = PECR,   \
        .reload_value = PECR_OBL_LAUNCH, .reload_prepare = nvm_unlock_options, .busy_offset = SR,  \
        .busy_mask = SR_BSY, .option_words = NVM_OPTION_WORDS, .read_options = nvm_read_options,   \
        .loaded_options = nvm_loaded_options, .write_options = nvm_write_options                   \
    }

const struct flash_driver nvm_driver = DRIVER("nvm", &nvm_loader_code);
const struct flash_driver nvm128_driver = DRIVER("nvm128", &nvm128_loader_code);
