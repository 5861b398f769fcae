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
#include "flash/crc.h"
#include "flash/drivers/fpec16_regs.h"
#include "flash/loaders/fpec16.h"
#include "swd/mem_ap.h"

// The same address in all three families. The FPEC needs HSI whatever clocks the core
// (RM0091, 3.2.2).
#define RCC_CR        0x40021000u
#define RCC_CR_PLLRDY (1u << 25)
#define RCC_CR_PLLON  (1u << 24)
#define RCC_CR_HSIRDY (1u << 1)
#define RCC_CR_HSION  (1u << 0)

#define RCC_CFGR         0x40021004u
#define RCC_CFGR_PLL     (0x7fu << 15) // PLLMUL, PLLXTPRE, PLLSRC
#define RCC_CFGR_HPRE    (15u << 4)
#define RCC_CFGR_SWS     (3u << 2)
#define RCC_CFGR_SWS_PLL (2u << 2)
#define RCC_CFGR_SW      (3u << 0)
#define RCC_CFGR_SW_PLL  (2u << 0)

#define RCC_AHBENR       0x40021014u
#define RCC_AHBENR_CRCEN (1u << 6)
#define RCC_AHBENR_DMA   (3u << 0)

#define RCC_APB1ENR        0x4002101cu
#define RCC_APB1ENR_WWDGEN (1u << 11)

#define CRC_UNIT       0x40023000u
#define CRC_DR         0x00u
#define CRC_CR         0x08u
#define CRC_CR_REV_OUT (1u << 7)
#define CRC_INIT       0x10u
#define CRC_POL        0x14u

#define IWDG_KR        0x40003000u
#define IWDG_KR_RELOAD 0xaaaau

#define WWDG_CR      0x40002c00u
#define WWDG_CR_WDGA (1u << 7)
#define WWDG_CFR     0x40002c04u
#define WWDG_LONGEST 0x7fu // of T in CR, and of the window W in CFR

#define WRP_LAST 31u // bit of WRPR

// So often in a row a write command may end in WAIT without a halfword of progress.
#define MAX_IDLE_TRIES 5u

// What survey() leaves in flash_access.saved.
enum { SAVED_WRITE_PROTECTED };

const struct fpec16_params *fpec16_params(const struct flash_access *fa)
{
    return fa->bank->params;
}

enum err fpec16_read(struct flash_access *fa, uint32_t offset, uint32_t *value)
{
    return mem_ap_read32(fa->mem, fa->bank->regs + offset, value);
}

enum err fpec16_write(struct flash_access *fa, uint32_t offset, uint32_t value)
{
    return mem_ap_write32(fa->mem, fa->bank->regs + offset, value);
}

enum err fpec16_prepare(struct flash_access *fa, uint32_t cr, const uint32_t *page)
{
    uint8_t regs[12];
    put_le32(&regs[0], SR_FLAGS);
    put_le32(&regs[4], cr);
    if (page)
        put_le32(&regs[8], *page);
    return mem_ap_write(fa->mem, fa->bank->regs + SR, regs, page ? 12 : 8);
}

enum err fpec16_wait_idle(struct flash_access *fa, uint32_t limit_us, uint32_t *sr)
{
    struct debug_probe *probe = fa->mem->probe;
    uint64_t deadline = debug_probe_now_us(probe) + limit_us;
    for (;;) {
        bool late = debug_probe_now_us(probe) > deadline;
        enum err e = fpec16_read(fa, SR, sr);
        if (e || !(*sr & SR_BSY))
            return e;
        if (late)
            return log_fail(
                fa->log, ERR_FLASH,
                "the flash controller has been busy for more than %u ms and does not get "
                "ready: reset the target and try again",
                limit_us / 1000);
        debug_probe_sleep_us(probe, 1000);
    }
}

enum err fpec16_switch_hsi_on(struct flash_access *fa)
{
    uint32_t cr;
    enum err e = mem_ap_read32(fa->mem, RCC_CR, &cr);
    if (e || (cr & RCC_CR_HSION))
        return e;
    if ((e = mem_ap_write32(fa->mem, RCC_CR, cr | RCC_CR_HSION)))
        return e;
    uint64_t deadline = debug_probe_now_us(fa->mem->probe) + HSI_LIMIT_US;
    for (;;) {
        bool late = debug_probe_now_us(fa->mem->probe) > deadline;
        if ((e = mem_ap_read32(fa->mem, RCC_CR, &cr)) || (cr & RCC_CR_HSIRDY))
            return e;
        if (late)
            return log_fail(
                fa->log, ERR_FLASH,
                "the chip's internal 8 MHz oscillator, which its flash needs, does not start");
    }
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
    if (cr & CR_LOCK)
        return log_fail(
            fa->log, ERR_FLASH,
            "the flash controller stays locked: something wrote a wrong key since the last "
            "reset; reset the target and try again");
    return ERR_OK;
}

// ---- what is there, and what has to be changed for the job --------------------------------------

// Words from the start of each unit.
#define FPEC_WORDS (WRPR / 4 + 1)
#define RCC_WORDS  8u

static uint32_t rcc_word(const uint8_t rcc[4 * RCC_WORDS], uint32_t addr)
{
    return get_le32(&rcc[addr - RCC_CR]);
}

// A core at 8 MHz lets the flash wait for about a microsecond after each halfword, and computes
// CRCs slowly: it gets the PLL, if that is free. A prescaled clock is made whole in any case.
static void plan_clock(struct flash_access *fa, uint32_t acr, const uint8_t rcc[4 * RCC_WORDS])
{
    uint32_t cr = rcc_word(rcc, RCC_CR), cfgr = rcc_word(rcc, RCC_CFGR);
    bool faster = fpec16_params(fa)->fast_cfgr && !(cfgr & RCC_CFGR_SWS) && !(cr & RCC_CR_PLLON);
    if (!faster && !(cfgr & RCC_CFGR_HPRE))
        return;
    uint32_t plain = cfgr & ~RCC_CFGR_HPRE;
    flash_script_write(&fa->enter, fa->bank->regs + ACR, (acr & ~ACR_LATENCY) | 1);
    if (faster) {
        uint32_t pll = (plain & ~(RCC_CFGR_PLL | RCC_CFGR_SW)) | fpec16_params(fa)->fast_cfgr;
        flash_script_write(&fa->enter, RCC_CFGR, pll);
        flash_script_write(&fa->enter, RCC_CR, cr | RCC_CR_HSION | RCC_CR_PLLON);
        flash_script_wait_set(&fa->enter, RCC_CR, RCC_CR_PLLRDY);
        flash_script_write(&fa->enter, RCC_CFGR, pll | RCC_CFGR_SW_PLL);
        flash_script_wait_set(&fa->enter, RCC_CFGR, RCC_CFGR_SWS_PLL);
        flash_script_write(&fa->leave, RCC_CFGR, pll);
        flash_script_wait_clear(&fa->leave, RCC_CFGR, RCC_CFGR_SWS);
        flash_script_write(&fa->leave, RCC_CR, (cr | RCC_CR_HSION) & ~RCC_CR_PLLON);
        flash_script_wait_clear(&fa->leave, RCC_CR, RCC_CR_PLLRDY);
    } else {
        flash_script_write(&fa->enter, RCC_CFGR, plain);
    }
    flash_script_write(&fa->leave, RCC_CFGR, cfgr);
    flash_script_write(&fa->leave, fa->bank->regs + ACR, acr);
}

// A running IWDG cannot be told from a sleeping one, and feeding that is harmless (RM0091, 23.3). A
// WWDG is fed only when it runs; its window is opened, because the loader cannot know when it is.
static enum err plan_watchdogs(struct flash_access *fa, const uint8_t rcc[4 * RCC_WORDS])
{
    for (unsigned i = 0; i < 2; i++) {
        fa->dog[i][0] = IWDG_KR;
        fa->dog[i][1] = IWDG_KR_RELOAD;
    }
    if (!(rcc_word(rcc, RCC_APB1ENR) & RCC_APB1ENR_WWDGEN))
        return ERR_OK;
    uint8_t wwdg[8];
    enum err e = mem_ap_read(fa->mem, WWDG_CR, wwdg, sizeof wwdg, NULL);
    if (e || !(get_le32(&wwdg[0]) & WWDG_CR_WDGA))
        return e;
    fa->dog[1][0] = WWDG_CR;
    fa->dog[1][1] = WWDG_CR_WDGA | WWDG_LONGEST;
    flash_script_write(&fa->enter, WWDG_CFR, get_le32(&wwdg[4]) | WWDG_LONGEST);
    flash_script_write(&fa->leave, WWDG_CFR, get_le32(&wwdg[4]));
    return ERR_OK;
}

static uint32_t reverse(uint32_t v)
{
    uint32_t r = 0;
    for (unsigned i = 0; i < 32; i++)
        r |= (v >> i & 1) << (31 - i);
    return r;
}

// The CRC unit of a program that uses it. Its sum can only be brought back by feeding the right
// word, since writing INIT sets the sum as well (RM0091, 12.3).
static enum err plan_crc_return(struct flash_access *fa)
{
    uint8_t crc[24];
    enum err e = mem_ap_read(fa->mem, CRC_UNIT, crc, sizeof crc, NULL);
    if (e)
        return e;
    uint32_t sum = get_le32(&crc[0]), cr = get_le32(&crc[8]), init = get_le32(&crc[16]);
    if (cr & CRC_CR_REV_OUT)
        sum = reverse(sum);
    flash_script_write(&fa->enter, CRC_UNIT + CRC_INIT, 0xffffffff);
    flash_script_write(&fa->enter, CRC_UNIT + CRC_POL, 0x04c11db7);
    flash_script_write(&fa->leave, CRC_UNIT + CRC_CR, 0);
    flash_script_write(&fa->leave, CRC_UNIT + CRC_INIT, init);
    flash_script_write(&fa->leave, CRC_UNIT + CRC_DR, flash_crc_bridge(init, sum));
    flash_script_write(&fa->leave, CRC_UNIT + CRC_POL, get_le32(&crc[20]));
    flash_script_write(&fa->leave, CRC_UNIT + CRC_CR, cr);
    return ERR_OK;
}

static enum err plan_crc(struct flash_access *fa, uint32_t ahbenr)
{
    // No DMA may write into SRAM that a loader borrows.
    flash_script_write(&fa->enter, RCC_AHBENR, (ahbenr | RCC_AHBENR_CRCEN) & ~RCC_AHBENR_DMA);
    enum err e = ahbenr & RCC_AHBENR_CRCEN ? plan_crc_return(fa) : ERR_OK;
    flash_script_write(&fa->leave, RCC_AHBENR, ahbenr);
    return e;
}

static void plan_controller(struct flash_access *fa, uint32_t cr, uint32_t rcc_cr)
{
    uint32_t regs = fa->bank->regs;
    if (!(rcc_cr & RCC_CR_HSION)) {
        flash_script_write(&fa->enter, RCC_CR, rcc_cr | RCC_CR_HSION);
        flash_script_wait_set(&fa->enter, RCC_CR, RCC_CR_HSIRDY);
    }
    flash_script_write(&fa->enter, regs + SR, SR_FLAGS);
    if (cr & CR_LOCK) {
        flash_script_write(&fa->enter, regs + KEYR, KEY1);
        flash_script_write(&fa->enter, regs + KEYR, KEY2);
    } else {
        flash_script_write(&fa->enter, regs + CR, 0);
    }
    flash_script_write(&fa->leave, regs + CR, CR_LOCK);
}

static enum err survey(struct flash_access *fa, bool *code_may_run)
{
    uint8_t fpec[4 * FPEC_WORDS], rcc[4 * RCC_WORDS];
    enum err e = mem_ap_read(fa->mem, fa->bank->regs, fpec, sizeof fpec, NULL);
    if (e)
        return e;
    uint32_t obr = get_le32(&fpec[OBR]);
    if (obr & OBR_RDPRT)
        return log_fail(
            fa->log, ERR_PROTECTED,
            "read protection level 1 is active: the chip refuses to have its flash read or "
            "written by a debugger; `swdlink unlock` erases the chip and removes the "
            "protection");
    fa->saved[SAVED_WRITE_PROTECTED] = ~get_le32(&fpec[WRPR]);
    // A program that was halted while it wrote its own flash: its last operation ends by itself.
    uint32_t sr = get_le32(&fpec[SR]);
    if ((sr & SR_BSY) && (e = fpec16_wait_idle(fa, ERASE_LIMIT_US, &sr)))
        return e;
    if ((e = mem_ap_read(fa->mem, RCC_CR, rcc, sizeof rcc, NULL)))
        return e;
    fa->enter.count = fa->leave.count = 0;
    plan_controller(fa, get_le32(&fpec[CR]), rcc_word(rcc, RCC_CR));
    if ((e = plan_watchdogs(fa, rcc)) || (e = plan_crc(fa, rcc_word(rcc, RCC_AHBENR))))
        return e;
    plan_clock(fa, get_le32(&fpec[ACR]), rcc);
    if (!(rcc_word(rcc, RCC_CR) & RCC_CR_HSION))
        flash_script_write(&fa->leave, RCC_CR, rcc_word(rcc, RCC_CR));
    // With the parity check a word of SRAM that was never written may not be read.
    const uint32_t parity_off = fpec16_params(fa)->parity_off;
    *code_may_run = !parity_off || (obr & parity_off);
    return ERR_OK;
}

static enum err begin(struct flash_access *fa)
{
    if (!mem_ap_has_halfwords(fa->mem))
        return log_fail(
            fa->log, ERR_UNSUPPORTED,
            "this ST-LINK's firmware cannot write 16 bits at once, which this chip's flash "
            "needs: update it to V2J26 or later (ST's STSW-LINK007)");
    uint32_t sr;
    enum err e = fpec16_switch_hsi_on(fa);
    if (!e)
        e = fpec16_wait_idle(fa, ERASE_LIMIT_US, &sr);
    return e ? e : fpec16_unlock(fa);
}

static enum err end(struct flash_access *fa)
{
    uint32_t sr;
    enum err e = fpec16_wait_idle(fa, ERASE_LIMIT_US, &sr);
    enum err left = flash_script_run(&fa->leave, fa->mem);
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
    uint32_t sr;
    enum err e = fpec16_read(fa, SR, &sr);
    *busy = !e && (sr & SR_BSY);
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
    enum err e = fpec16_prepare(fa, CR_MER, NULL);
    return e ? e : fpec16_write(fa, CR, CR_MER | CR_STRT);
}

// How many bytes from the start hold the data already, in whole halfwords.
static enum err count_good(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                           size_t *good)
{
    uint8_t chip[256];
    for (*good = 0; *good < len;) {
        size_t n = len - *good < sizeof chip ? len - *good : sizeof chip;
        enum err e = mem_ap_read(fa->mem, addr + (uint32_t)*good, chip, n, NULL);
        if (e)
            return e;
        size_t i = 0;
        while (i < n && get_le16(&chip[i]) == get_le16(&data[*good + i]))
            i += 2;
        *good += i;
        if (i < n)
            break;
    }
    return ERR_OK;
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

// Writes one run. The probe gives up after some WAITs, and then the number of halfwords that went
// in is unknown. Sending them again would set PGERR (RM0091, 3.2.2), so what is there is read back,
// and it goes on behind it.
static enum err write_run(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len)
{
    for (unsigned idle_tries = 0; len > 0; idle_tries++) {
        uint32_t sr;
        enum err e = mem_ap_write_halfwords(fa->mem, addr, data, len);
        if (e != ERR_WAIT)
            return e;
        if ((e = fpec16_wait_idle(fa, PROGRAM_LIMIT_US, &sr)))
            return e;
        size_t good;
        if ((e = count_good(fa, addr, data, len, &good)))
            return e;
        if (good > 0)
            idle_tries = 0;
        else if (idle_tries == MAX_IDLE_TRIES)
            return fail_program(fa, addr, sr);
        log_line(fa->log, LOG_DEBUG, "flash: the chip stayed busy; going on at 0x%08x",
                 addr + (uint32_t)good);
        log_forget(fa->log);
        addr += (uint32_t)good;
        data += good;
        len -= good;
    }
    return ERR_OK;
}

static enum err program(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len)
{
    if (is_write_protected(fa, addr))
        return fail_write_protected(fa, addr);
    const struct flash_layout *layout = &fa->bank->layout;
    size_t start, stop = 0;
    if (!flash_next_run(layout, data, len, 0, &start, &stop))
        return ERR_OK;
    enum err e = fpec16_prepare(fa, CR_PG, NULL);
    for (stop = 0; !e && flash_next_run(layout, data, len, stop, &start, &stop);)
        e = write_run(fa, addr + (uint32_t)start, &data[start], stop - start);
    uint32_t sr;
    if (e || (e = fpec16_wait_idle(fa, PROGRAM_LIMIT_US, &sr)))
        return e;
    if ((sr & SR_EOP) && !(sr & (SR_PGERR | SR_WRPRTERR)))
        return ERR_OK;
    size_t good;
    if ((e = count_good(fa, addr, data, len, &good)))
        return e;
    if (good < len || (sr & SR_WRPRTERR))
        return fail_program(fa, addr + (uint32_t)(good < len ? good : 0), sr);
    return ERR_OK;
}

// What a loader met: the first halfword that is not as it should be.
static enum err explain(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                        uint32_t status)
{
    size_t good = 0;
    enum err e = data ? count_good(fa, addr, data, len, &good) : ERR_OK;
    return e ? e : fail_program(fa, addr + (uint32_t)(good < len ? good : 0), status);
}

static const struct flash_loader_code loader = {
    .bytes = fpec16_loader,
    .size = sizeof fpec16_loader,
    .crc_regs = CRC_UNIT,
    .erase_page = CR_PER << 16,
    .erase_all = CR_MER << 16,
    .unit_us = 40,
    .erase_us = 20000,
};

const struct flash_driver fpec16_driver = {
    .name = "fpec16",
    .survey = survey,
    .check_page = check_page,
    .loader = &loader,
    .explain = explain,
    .begin = begin,
    .erase_start = erase_start,
    .erase_all_start = erase_all_start,
    .erase_poll = erase_poll,
    .program = program,
    .end = end,
    .reload_offset = CR,
    .reload_value = CR_OBL_LAUNCH,
    .busy_offset = SR,
    .busy_mask = SR_BSY,
    .option_words = FPEC16_OPTION_BYTES,
    .read_options = fpec16_read_options,
    .write_options = fpec16_write_options,
};
