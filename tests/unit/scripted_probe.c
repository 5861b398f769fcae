// SPDX-License-Identifier: MIT
#include "tests/unit/scripted_probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#define BLOCK 4096u

static struct scripted_probe *scripted(struct debug_probe *probe)
{
    return (struct scripted_probe *)probe;
}

static uint32_t *find_word(const struct scripted_probe *p, uint32_t addr)
{
    for (unsigned i = 0; i < p->words; i++) {
        if (p->word[i].addr == addr)
            return (uint32_t *)(uintptr_t)&p->word[i].value;
    }
    return NULL;
}

void scripted_probe_set(struct scripted_probe *p, uint32_t addr, uint32_t value)
{
    uint32_t *word = find_word(p, addr);
    if (!word) {
        assert_true(p->words < SCRIPTED_WORDS);
        word = &p->word[p->words].value;
        p->word[p->words++].addr = addr;
    }
    *word = value;
}

uint32_t scripted_probe_get(const struct scripted_probe *p, uint32_t addr)
{
    const uint32_t *word = find_word(p, addr);
    if (!word)
        fail_msg("nothing is at 0x%08x", addr);
    return word ? *word : 0;
}

static enum err access(struct scripted_probe *p)
{
    return ++p->accesses == p->fails_at ? log_fail(&p->log, ERR_LINK, "as the test asked") : ERR_OK;
}

static enum err read_words(const struct scripted_probe *p, uint32_t addr, uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i += 4) {
        const uint32_t *word = find_word(p, addr + (uint32_t)i);
        if (!word || addr % 4 || len % 4)
            return ERR_FAULT;
        put_le32(data + i, *word);
    }
    return ERR_OK;
}

static enum err write_words(struct scripted_probe *p, uint32_t addr, const uint8_t *data,
                            size_t len)
{
    for (size_t i = 0; i < len; i += 4) {
        uint32_t *word = find_word(p, addr + (uint32_t)i);
        if (!word || addr % 4 || len % 4)
            return ERR_FAULT;
        *word = get_le32(data + i);
    }
    return ERR_OK;
}

enum err scripted_read_block(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                             void *data, size_t len)
{
    struct scripted_probe *p = scripted(probe);
    enum err e = access(p);
    assert_int_equal(ap, 0);
    if (e)
        return e;
    e = p->read ? p->read(p, addr, unit, data, len) : read_words(p, addr, data, len);
    if (e == ERR_FAULT)
        probe->fault_address = addr;
    return e;
}

enum err scripted_write_block(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                              const void *data, size_t len)
{
    struct scripted_probe *p = scripted(probe);
    enum err e = access(p);
    assert_int_equal(ap, 0);
    if (e)
        return e;
    e = p->write ? p->write(p, addr, unit, data, len) : write_words(p, addr, data, len);
    if (e == ERR_FAULT)
        probe->fault_address = addr;
    return e;
}

enum err scripted_read_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t *value)
{
    uint8_t bytes[4] = {0};
    enum err e = scripted_read_block(probe, ap, 4, addr, bytes, sizeof bytes);
    *value = get_le32(bytes);
    return e;
}

enum err scripted_write_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t value)
{
    uint8_t bytes[4];
    put_le32(bytes, value);
    return scripted_write_block(probe, ap, 4, addr, bytes, sizeof bytes);
}

size_t scripted_max_block(const struct debug_probe *probe, unsigned unit, bool write)
{
    (void)probe;
    (void)unit;
    (void)write;
    return BLOCK;
}

bool scripted_has_halfwords(const struct debug_probe *probe)
{
    return ((const struct scripted_probe *)probe)->halfwords;
}

uint64_t scripted_now_us(struct debug_probe *probe)
{
    return ++scripted(probe)->now_us;
}

void scripted_sleep_us(struct debug_probe *probe, uint32_t us)
{
    scripted(probe)->now_us += us;
}

void scripted_probe_make(struct scripted_probe *p, const struct debug_probe_ops *more)
{
    static const struct debug_probe_ops plain = {SCRIPTED_PROBE_OPS};
    memset(p, 0, sizeof *p);
    p->log = log_silent();
    p->probe = (struct debug_probe){.ops = more ? more : &plain, .log = &p->log};
    p->mem = (struct mem_ap){.probe = &p->probe};
    p->halfwords = true;
}
