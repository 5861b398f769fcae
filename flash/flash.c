// SPDX-License-Identifier: MIT
// What all flash drivers have in common: the clock that they need, the search for what is worth
// writing and for what is written, the wait for a controller, and the sentences for its failures.
#include "flash/flash.h"

#include <string.h>

#include "swd/mem_ap.h"

// Writing all-ones units costs their programming time (53.5 µs for two bytes on an STM32F0),
// leaving them out costs one more block command (2 to 4 ms at full speed): below this gap writing
// is cheaper.
#define SMALL_GAP 64u

// So often in a row a write command may end in WAIT without a unit of progress.
#define MAX_IDLE_TRIES 5u

enum err flash_clock_on(struct flash_access *fa)
{
    const struct flash_prepare *prepare = fa->bank->prepare;
    return prepare && prepare->clock_on ? prepare->clock_on(fa) : ERR_OK;
}

bool flash_next_run(const struct flash_layout *layout, const uint8_t *data, size_t len, size_t from,
                    size_t *start, size_t *end)
{
    const unsigned unit = layout->unit;
    while (from < len && flash_layout_is_erased(layout, &data[from], unit))
        from += unit;
    if (from >= len)
        return false;
    *start = *end = from;
    const size_t gap = layout->once ? 0 : SMALL_GAP;
    for (size_t i = from; i < len && i - *end <= gap; i += unit)
        if (!flash_layout_is_erased(layout, &data[i], unit))
            *end = i + unit;
    return true;
}

enum err flash_count_good(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                          size_t *good)
{
    const unsigned unit = fa->bank->layout.unit;
    uint8_t chip[256];
    for (*good = 0; *good < len;) {
        size_t n = len - *good < sizeof chip ? len - *good : sizeof chip;
        enum err e = mem_ap_read(fa->mem, addr + (uint32_t)*good, chip, n, NULL);
        if (e)
            return e;
        size_t i = 0;
        while (i < n && memcmp(&chip[i], &data[*good + i], unit) == 0)
            i += unit;
        *good += i;
        if (i < n)
            break;
    }
    return ERR_OK;
}

enum err flash_fail_word(struct flash_access *fa, uint32_t addr, uint32_t sr, int sr_digits)
{
    uint32_t found;
    enum err e = mem_ap_read32(fa->mem, addr, &found);
    if (e)
        return e;
    return log_fail(fa->log, ERR_FLASH,
                    "the flash at 0x%08x could not be programmed: it holds 0x%08x "
                    "(FLASH_SR 0x%0*x)%s",
                    addr, found, sr_digits, sr,
                    found != 0xffffffff ? "; it was not erased, or wears out"
                                        : "; was the chip reset, or does its supply drop?");
}

enum err flash_write_run(struct flash_access *fa, const struct flash_run_writer *writer,
                         uint32_t addr, const uint8_t *data, size_t len)
{
    for (unsigned idle_tries = 0; len > 0; idle_tries++) {
        uint32_t sr;
        size_t good;
        enum err e = writer->write(fa, addr, data, len);
        if (e != ERR_WAIT)
            return e;
        if ((e = writer->settle(fa, addr, data, len, &good, &sr)))
            return e;
        if (good > 0)
            idle_tries = 0;
        else if (idle_tries == MAX_IDLE_TRIES)
            return writer->fail(fa, addr, sr);
        log_line(fa->log, LOG_DEBUG, "flash: the chip stayed busy; going on at 0x%08x",
                 addr + (uint32_t)good);
        log_forget(fa->log);
        addr += (uint32_t)good;
        data += good;
        len -= good;
    }
    return ERR_OK;
}

enum err flash_poll_clear(struct flash_access *fa, uint32_t offset, uint32_t busy,
                          uint32_t limit_us, uint32_t step_us, uint32_t *value, bool *late)
{
    struct debug_probe *probe = fa->mem->probe;
    const uint64_t deadline = debug_probe_now_us(probe) + limit_us;
    for (;;) {
        const bool last = debug_probe_now_us(probe) > deadline;
        enum err e = mem_ap_read32(fa->mem, fa->bank->regs + offset, value);
        *late = !e && last && (*value & busy);
        if (e || last || !(*value & busy))
            return e;
        debug_probe_sleep_us(probe, step_us);
    }
}

enum err flash_fail_busy(struct flash_access *fa, uint32_t limit_us)
{
    return log_fail(fa->log, ERR_FLASH,
                    "the flash controller has been busy for more than %u ms and does not get "
                    "ready: reset the target and try again",
                    limit_us / 1000);
}

enum err flash_fail_locked(struct flash_access *fa)
{
    return log_fail(fa->log, ERR_FLASH,
                    "the flash controller stays locked: something wrote a wrong key since the last "
                    "reset; reset the target and try again");
}

enum err flash_fail_options_locked(struct flash_access *fa)
{
    return log_fail(fa->log, ERR_FLASH,
                    "the options stay locked: something wrote a wrong key since the last reset; "
                    "reset the target and try again");
}

enum err flash_fail_options_write(struct flash_access *fa, uint32_t sr)
{
    return log_fail(fa->log, ERR_FLASH,
                    "the options could not be written (FLASH_SR 0x%05x): do not switch the chip "
                    "off, and write them again",
                    sr);
}

enum err flash_fail_read_protected(struct flash_access *fa)
{
    return log_fail(fa->log, ERR_PROTECTED,
                    "read protection level 1 is active: the chip refuses to have its flash read or "
                    "written by a debugger; `swdlink unlock` erases the chip and removes the "
                    "protection");
}
