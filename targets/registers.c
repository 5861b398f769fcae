// SPDX-License-Identifier: MIT
// Registers as a debugger asks for them: any length from any address, while the bus takes words,
// and sometimes halfwords and bytes, each at a multiple of its size.
//
// One byte, or an aligned halfword, is accessed as that, because there the width can matter (the
// FIFO of an SPI). Where the bus refuses it, and in all longer requests, what is less than a word
// is taken from the word it lies in: a view of 33 bytes of registers reads 9 words. Written, it
// becomes a read-modify-write, so that the other bytes keep their values; an APB bridge would copy
// a byte into all four lanes (RM0091, 2.1). A register in which ones act (set, clear) gets zeros
// for the other bytes, where it is ARM's; of the chip's own nothing is known here, and what is read
// is written back. ARMv6-M's private peripheral bus takes words only (DDI 0419, B3.1.1), and is
// never asked otherwise.
#include <string.h>

#include "cortex/scs.h"
#include "swd/mem_ap.h"
#include "targets/target_private.h"

#define FLASH_REGS_SIZE 0x400u // of every flash controller of an STM32

static bool takes_words_only(const struct target *t, uint32_t addr)
{
    bool private_bus = addr - PPB_BASE < PPB_SIZE;
    bool flash = t->bank.size > 0 && addr - t->bank.regs < FLASH_REGS_SIZE;
    return flash || (private_bus && !core_caps_is_mainline(&t->core.caps));
}

static bool only_ones_act(uint32_t addr)
{
    return addr - NVIC_ACTS_BASE < NVIC_ACTS_SIZE || addr - SCS_FAULTS_BASE < SCS_FAULTS_SIZE;
}

// The bus may be asked for exactly that width.
static bool is_one_access(const struct target *t, uint32_t addr, size_t len)
{
    return !takes_words_only(t, addr) && (len == 1 || (len == 2 && addr % 2 == 0));
}

// How many of len bytes from addr on lie in the same word.
static size_t part_of_word(uint32_t addr, size_t len)
{
    size_t part = 4 - addr % 4;
    return part < len ? part : len;
}

static enum err read_part(struct target *t, uint32_t addr, void *data, size_t len)
{
    uint8_t word[4];
    enum err e = mem_ap_read(&t->mem, addr & ~3u, word, sizeof word, NULL);
    if (!e)
        memcpy(data, word + addr % 4, len);
    return e;
}

static enum err write_part(struct target *t, uint32_t addr, const void *data, size_t len)
{
    uint8_t word[4] = {0};
    uint32_t base = addr & ~3u;
    enum err e = only_ones_act(base) ? ERR_OK : mem_ap_read(&t->mem, base, word, sizeof word, NULL);
    if (e)
        return e;
    memcpy(word + addr % 4, data, len);
    return mem_ap_write(&t->mem, base, word, sizeof word);
}

enum err registers_read(struct target *t, uint32_t addr, void *data, size_t len, size_t *done)
{
    *done = 0;
    enum err e = ERR_FAULT;
    if (is_one_access(t, addr, len))
        e = mem_ap_read(&t->mem, addr, data, len, NULL);
    if (e != ERR_FAULT) {
        *done = e ? 0 : len;
        return e;
    }
    for (e = ERR_OK; !e && *done < len;) {
        uint32_t here = addr + (uint32_t)*done;
        uint8_t *p = (uint8_t *)data + *done;
        size_t left = len - *done, good = 0;
        if (here % 4 == 0 && left >= 4) {
            e = mem_ap_read(&t->mem, here, p, left & ~(size_t)3, &good);
        } else {
            size_t part = part_of_word(here, left);
            e = read_part(t, here, p, part);
            good = e ? 0 : part;
        }
        *done += good;
    }
    return e;
}

enum err registers_write(struct target *t, uint32_t addr, const void *data, size_t len)
{
    enum err e = ERR_FAULT;
    if (is_one_access(t, addr, len))
        e = mem_ap_write(&t->mem, addr, data, len);
    if (e != ERR_FAULT)
        return e;
    size_t at = 0;
    for (e = ERR_OK; !e && at < len;) {
        uint32_t here = addr + (uint32_t)at;
        const uint8_t *p = (const uint8_t *)data + at;
        size_t left = len - at;
        bool whole = here % 4 == 0 && left >= 4;
        size_t part = whole ? left & ~(size_t)3 : part_of_word(here, left);
        e = whole ? mem_ap_write(&t->mem, here, p, part) : write_part(t, here, p, part);
        at += part;
    }
    return e;
}
