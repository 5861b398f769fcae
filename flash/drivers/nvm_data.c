// SPDX-License-Identifier: MIT
// The data EEPROM of the NVM controller (RM0367, 3.3.4): words that can each be written at any
// time. A word that is not zero is erased by the controller before it takes another value (FIX =
// 0).
#include "base/bytes.h"
#include "flash/drivers/nvm_regs.h"
#include "swd/mem_ap.h"

#define WORD 4u

static enum err survey(struct flash_access *fa, bool *code_may_run)
{
    *code_may_run = true;
    return nvm_survey(fa, PECR_PELOCK);
}

static enum err begin(struct flash_access *fa)
{
    return nvm_begin(fa, PECR_PELOCK);
}

static enum err check_page(struct flash_access *fa, uint32_t addr)
{
    (void)fa;
    (void)addr;
    return ERR_OK; // nothing protects single words
}

static enum err erase_start(struct flash_access *fa, uint32_t addr)
{
    enum err e = nvm_prepare(fa, 0);
    return e ? e : mem_ap_write32(fa->mem, addr, 0);
}

static enum err program_word(struct flash_access *fa, uint32_t addr, uint32_t value)
{
    uint32_t sr;
    enum err e = nvm_prepare(fa, 0);
    if (!e)
        e = mem_ap_write32(fa->mem, addr, value);
    if (!e)
        e = nvm_wait_idle(fa, NVM_TYPICAL_US, NVM_LIMIT_US, &sr);
    if (e)
        return e;
    return (sr & SR_EOP) && !(sr & SR_ERRORS) ? ERR_OK
                                              : nvm_fail(fa, "writing the EEPROM", addr, sr);
}

static enum err program(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len)
{
    enum err e = ERR_OK;
    for (size_t at = 0; at < len && !e; at += WORD)
        if (get_le32(&data[at]))
            e = program_word(fa, addr + (uint32_t)at, get_le32(&data[at]));
    return e;
}

static enum err explain(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                        uint32_t status)
{
    (void)data;
    (void)len;
    return nvm_fail(fa, "writing the EEPROM", addr, nvm_loader_errors(status));
}

const struct flash_driver nvm_data_driver = {
    .name = "nvm-data",
    .survey = survey,
    .plan_latency = nvm_plan_latency,
    .plan_latency_back = nvm_plan_latency_back,
    .check_page = check_page,
    .loader = &nvm_loader_code,
    .explain = explain,
    .begin = begin,
    .erase_start = erase_start,
    .erase_poll = nvm_erase_poll,
    .program = program,
    .end = nvm_end,
    .busy_offset = SR,
    .busy_mask = SR_BSY,
};
