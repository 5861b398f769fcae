// SPDX-License-Identifier: MIT
// The flash program and erase controller (FPEC) that programs halfwords: STM32F0 (RM0091, 3), and
// with the same registers F1 (PM0075) and F3 (RM0316, 4). Where a bit differs between them the
// driver uses what they share.
//
// No code runs on the target: halfwords are written by the debug port itself, whose accesses the
// busy controller stalls. So the core stays halted, and frozen watchdogs stay frozen.
#include "flash/fpec16.h"

#include "base/bytes.h"
#include "swd/mem.h"

// Offsets from the bank's `regs`. SR, CR and AR follow each other: one block write sets them in
// order.
#define KEYR    0x04u
#define OPTKEYR 0x08u
#define SR      0x0cu
#define CR      0x10u
#define OBR     0x1cu
#define WRPR    0x20u

#define KEY1 0x45670123u
#define KEY2 0xcdef89abu

#define SR_EOP      (1u << 5)
#define SR_WRPRTERR (1u << 4)
#define SR_PGERR    (1u << 2)
#define SR_BSY      (1u << 0)
#define SR_FLAGS    (SR_EOP | SR_WRPRTERR | SR_PGERR) // cleared by writing ones

#define CR_OBL_LAUNCH (1u << 13)
#define CR_OPTWRE     (1u << 9)
#define CR_LOCK       (1u << 7)
#define CR_STRT       (1u << 6)
#define CR_OPTER      (1u << 5)
#define CR_OPTPG      (1u << 4)
#define CR_MER        (1u << 2)
#define CR_PER        (1u << 1)
#define CR_PG         (1u << 0)

// Set at every protection level above 0: RDPRT of F1, RDPRT[0] of F0 and F3 (level 2 has no debug
// port).
#define OBR_RDPRT (1u << 1)

// The same address in all three families. The FPEC needs HSI whatever clocks the core
// (RM0091, 3.2.2).
#define RCC_CR        0x40021000u
#define RCC_CR_HSIRDY (1u << 1)
#define RCC_CR_HSION  (1u << 0)

// One WRPR bit protects 4 KiB, the last one all that follows (RM0091, 3.3.2).
#define WRP_BLOCK 4096u
#define WRP_LAST  31u

// Longest times of the data sheets are 40 ms for an erase and 70 µs for a halfword; worn cells in
// the cold get ten times that.
#define ERASE_LIMIT_US   400000u
#define ERASE_MIN_US     20000u
#define PROGRAM_LIMIT_US 50000u
#define HSI_LIMIT_US     10000u

// So often in a row a write command may end in WAIT without a halfword of progress.
#define MAX_IDLE_TRIES 5u

// What begin() leaves in flash_access.saved.
enum { SAVED_HSI_WAS_OFF, SAVED_WRITE_PROTECTED };

static enum err reg_read(struct flash_access *fa, uint32_t offset, uint32_t *value)
{
    return mem_read32(fa->st, fa->bank->regs + offset, value);
}

static enum err reg_write(struct flash_access *fa, uint32_t offset, uint32_t value)
{
    return mem_write32(fa->st, fa->bank->regs + offset, value);
}

// Clears the flags of the operation before, then sets CR and, for a page, AR.
static enum err prepare(struct flash_access *fa, uint32_t cr, const uint32_t *page)
{
    uint8_t regs[12];
    put_le32(&regs[0], SR_FLAGS);
    put_le32(&regs[4], cr);
    if (page)
        put_le32(&regs[8], *page);
    return mem_write(fa->st, fa->bank->regs + SR, regs, page ? 12 : 8);
}

// Waits until the controller is idle; *sr is what it said then.
static enum err wait_idle(struct flash_access *fa, uint32_t limit_us, uint32_t *sr)
{
    struct usb_link *link = &fa->st->link;
    uint64_t deadline = usb_link_now_us(link) + limit_us;
    for (;;) {
        bool late = usb_link_now_us(link) > deadline;
        enum err e = reg_read(fa, SR, sr);
        if (e || !(*sr & SR_BSY))
            return e;
        if (late)
            return log_fail(
                fa->log, ERR_FLASH,
                "the flash controller has been busy for more than %u ms and does not get "
                "ready: reset the target and try again",
                limit_us / 1000);
        usb_link_sleep_us(link, 1000);
    }
}

static enum err switch_hsi_on(struct flash_access *fa)
{
    uint32_t cr;
    enum err e = mem_read32(fa->st, RCC_CR, &cr);
    if (e || (cr & RCC_CR_HSION))
        return e;
    fa->saved[SAVED_HSI_WAS_OFF] = 1;
    if ((e = mem_write32(fa->st, RCC_CR, cr | RCC_CR_HSION)))
        return e;
    uint64_t deadline = usb_link_now_us(&fa->st->link) + HSI_LIMIT_US;
    for (;;) {
        bool late = usb_link_now_us(&fa->st->link) > deadline;
        if ((e = mem_read32(fa->st, RCC_CR, &cr)) || (cr & RCC_CR_HSIRDY))
            return e;
        if (late)
            return log_fail(
                fa->log, ERR_FLASH,
                "the chip's internal 8 MHz oscillator, which its flash needs, does not start");
    }
}

// A key written to an open controller, or a wrong one, locks it until the next reset
// (RM0091, 3.5.2): therefore LOCK is read first.
static enum err unlock(struct flash_access *fa)
{
    uint32_t cr;
    enum err e = reg_read(fa, CR, &cr);
    if (e)
        return e;
    if (!(cr & CR_LOCK))
        return reg_write(fa, CR, 0);
    if ((e = reg_write(fa, KEYR, KEY1)) || (e = reg_write(fa, KEYR, KEY2)))
        return e;
    if ((e = reg_read(fa, CR, &cr)))
        return e;
    if (cr & CR_LOCK)
        return log_fail(
            fa->log, ERR_FLASH,
            "the flash controller stays locked: something wrote a wrong key since the last "
            "reset; reset the target and try again");
    return ERR_OK;
}

static enum err begin(struct flash_access *fa)
{
    if (!stlink_has_halfwords(fa->st))
        return log_fail(
            fa->log, ERR_UNSUPPORTED,
            "this ST-LINK's firmware cannot write 16 bits at once, which this chip's flash "
            "needs: update it to V2J26 or later (ST's STSW-LINK007)");
    uint32_t obr, sr;
    enum err e = reg_read(fa, OBR, &obr);
    if (e)
        return e;
    if (obr & OBR_RDPRT)
        return log_fail(
            fa->log, ERR_PROTECTED,
            "read protection level 1 is active: the chip refuses to have its flash read or "
            "written by a debugger; `swdlink unlock` erases the chip and removes the "
            "protection");
    uint32_t writable;
    if ((e = reg_read(fa, WRPR, &writable)))
        return e;
    fa->saved[SAVED_WRITE_PROTECTED] = ~writable;
    if ((e = switch_hsi_on(fa)))
        return e;
    // A program that was halted while it wrote its own flash: its last operation ends by itself.
    if ((e = wait_idle(fa, ERASE_LIMIT_US, &sr)))
        return e;
    return unlock(fa);
}

static enum err end(struct flash_access *fa)
{
    uint32_t sr, cr;
    enum err e = wait_idle(fa, ERASE_LIMIT_US, &sr);
    enum err locked = reg_write(fa, CR, CR_LOCK);
    e = e ? e : locked;
    if (!fa->saved[SAVED_HSI_WAS_OFF])
        return e;
    enum err off = mem_read32(fa->st, RCC_CR, &cr);
    if (!off)
        off = mem_write32(fa->st, RCC_CR, cr & ~RCC_CR_HSION);
    fa->saved[SAVED_HSI_WAS_OFF] = 0;
    return e ? e : off;
}

static enum err fail_write_protected(struct flash_access *fa, uint32_t page)
{
    return log_fail(fa->log, ERR_PROTECTED,
                    "the flash page at 0x%08x is write-protected by the chip's option bytes (WRP)",
                    page);
}

// Whether the option bytes protect the page, so that the refusal comes before anything was changed.
static bool is_write_protected(const struct flash_access *fa, uint32_t addr)
{
    uint32_t bit = (addr - fa->bank->base) / WRP_BLOCK;
    if (bit > WRP_LAST)
        bit = WRP_LAST;
    return fa->saved[SAVED_WRITE_PROTECTED] & 1u << bit;
}

// Waits for the end of an erase that STRT has begun.
static enum err finish_erase(struct flash_access *fa, const char *what, uint32_t addr)
{
    uint32_t sr;
    usb_link_sleep_us(&fa->st->link, ERASE_MIN_US);
    enum err e = wait_idle(fa, ERASE_LIMIT_US, &sr);
    if (e)
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

static enum err erase_page(struct flash_access *fa, uint32_t addr)
{
    if (is_write_protected(fa, addr))
        return fail_write_protected(fa, addr);
    enum err e = prepare(fa, CR_PER, &addr);
    if (e || (e = reg_write(fa, CR, CR_PER | CR_STRT)))
        return e;
    return finish_erase(fa, "the flash page", addr);
}

static enum err erase_all(struct flash_access *fa)
{
    for (uint32_t at = 0; at < fa->bank->size; at += fa->bank->page_size)
        if (is_write_protected(fa, fa->bank->base + at))
            return fail_write_protected(fa, fa->bank->base + at);
    enum err e = prepare(fa, CR_MER, NULL);
    if (e || (e = reg_write(fa, CR, CR_MER | CR_STRT)))
        return e;
    return finish_erase(fa, "the flash", fa->bank->base);
}

// How many bytes from the start hold the data already, in whole halfwords.
static enum err count_good(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                           size_t *good)
{
    uint8_t chip[256];
    for (*good = 0; *good < len;) {
        size_t n = len - *good < sizeof chip ? len - *good : sizeof chip;
        enum err e = mem_read(fa->st, addr + (uint32_t)*good, chip, n, NULL);
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
    enum err e = mem_read16(fa->st, addr, &found);
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
        enum err e = mem_write_halfwords(fa->st, addr, data, len);
        if (e != ERR_WAIT)
            return e;
        if ((e = wait_idle(fa, PROGRAM_LIMIT_US, &sr)))
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
    size_t start, stop = 0;
    if (!flash_next_run(data, len, fpec16_driver.unit, 0, &start, &stop))
        return ERR_OK;
    enum err e = prepare(fa, CR_PG, NULL);
    for (stop = 0; !e && flash_next_run(data, len, fpec16_driver.unit, stop, &start, &stop);)
        e = write_run(fa, addr + (uint32_t)start, &data[start], stop - start);
    uint32_t sr;
    if (e || (e = wait_idle(fa, PROGRAM_LIMIT_US, &sr)))
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

// ---- read protection (RM0091, 3.2.5 and 3.3.1) ----

// RDP, USER, DATA0, DATA1, WRP0 to WRP3, each a halfword whose high byte is the complement.
#define OPTION_BASE  0x1ffff800u
#define OPTION_COUNT 8u
#define RDP_LEVEL_0  0xaau

static enum err option_command(struct flash_access *fa, uint32_t cr)
{
    uint32_t sr;
    enum err e = prepare(fa, CR_OPTWRE | cr, NULL);
    if (!e && (cr & CR_OPTER))
        e = reg_write(fa, CR, CR_OPTWRE | cr | CR_STRT);
    return e ? e : wait_idle(fa, ERASE_LIMIT_US, &sr);
}

static enum err write_option(struct flash_access *fa, unsigned n, uint8_t value)
{
    uint32_t sr;
    enum err e = mem_write16(fa->st, OPTION_BASE + 2 * n, value);
    // Leaving level 1 erases the flash before the halfword is written.
    if (!e)
        e = wait_idle(fa, ERASE_LIMIT_US, &sr);
    if (e || !(sr & (SR_PGERR | SR_WRPRTERR)))
        return e;
    return log_fail(fa->log, ERR_FLASH, "option byte %u could not be written (FLASH_SR 0x%02x)", n,
                    sr);
}

// RDP comes first: until it is written, a reset would find the chip locked, with its options gone.
static enum err write_options(struct flash_access *fa, const uint8_t old[2 * OPTION_COUNT])
{
    enum err e = option_command(fa, CR_OPTER);
    if (!e)
        e = option_command(fa, CR_OPTPG);
    if (!e)
        e = write_option(fa, 0, RDP_LEVEL_0);
    for (unsigned n = 1; !e && n < OPTION_COUNT; n++)
        if ((old[2 * n] ^ old[2 * n + 1]) == 0xff)
            e = write_option(fa, n, old[2 * n]);
    return e;
}

static enum err unlock_chip(struct flash_access *fa)
{
    uint8_t old[2 * OPTION_COUNT];
    uint32_t cr;
    enum err e = switch_hsi_on(fa);
    if (e || (e = mem_read(fa->st, OPTION_BASE, old, sizeof old, NULL)) || (e = unlock(fa)) ||
        (e = reg_write(fa, OPTKEYR, KEY1)) || (e = reg_write(fa, OPTKEYR, KEY2)) ||
        (e = reg_read(fa, CR, &cr)))
        return e;
    if (!(cr & CR_OPTWRE))
        return log_fail(fa->log, ERR_FLASH,
                        "the option bytes stay locked: reset the target and try again");
    if ((e = write_options(fa, old)))
        return e;
    // The chip resets while it answers, so what becomes of this write on the wire says nothing.
    if (reg_write(fa, CR, CR_OBL_LAUNCH) != ERR_OK)
        log_forget(fa->log);
    return ERR_OK;
}

const struct flash_driver fpec16_driver = {
    .name = "fpec16",
    .unit = 2,
    .begin = begin,
    .erase_page = erase_page,
    .erase_all = erase_all,
    .program = program,
    .end = end,
    .unlock = unlock_chip,
};
