// SPDX-License-Identifier: MIT
// flash/drivers/nvm.c, nvm_data.c and nvm_options.c on a controller of a few lines that is strict:
// locks and keys, erasing by a write, half pages without anything in between, words of EEPROM,
// option words with their complements.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "flash/drivers/nvm.h"
#include "swd/mem_ap.h"
#include "tests/unit/choose.h"

#define OK(call) assert_int_equal(call, ERR_OK)

#define BASE    0x08000000u
#define PAGE    128u
#define HALF    64u
#define SIZE    (64u * PAGE)
#define EEPROM  0x08080000u
#define WORDS   16u
#define OPTIONS 0x1ff80000u
#define REGS    0x40022000u

#define ACR     (REGS + 0x00)
#define PECR    (REGS + 0x04)
#define PEKEYR  (REGS + 0x0c)
#define PRGKEYR (REGS + 0x10)
#define OPTKEYR (REGS + 0x14)
#define SR      (REGS + 0x18)
#define OPTR    (REGS + 0x1c)
#define WRPROT1 (REGS + 0x20)
#define WRPROT2 (REGS + 0x80)

enum { PELOCK = 1, PRGLOCK = 2, OPTLOCK = 4, PROG = 8, ERASE = 0x200, FPRG = 0x400 };
enum { EOP = 2, WRPERR = 0x100, PGAERR = 0x200, NOTZEROERR = 0x10000 };

struct world {
    struct debug_probe probe; // first: the stand-ins for swd/ find the fixture by it
    struct mem_ap mem;
    struct log log;
    uint64_t now_us, busy_until_us;
    uint8_t flash[SIZE], eeprom[4 * WORDS], options[32];
    uint32_t pecr, sr, optr, wrprot[2];
    unsigned keys[3]; // taken by each lock
    unsigned half_words;
    uint32_t half_at;
    unsigned erases, halves, words, option_writes, launches, faults;
    bool refuse_keys;
    struct flash_bank bank, data;
};

static struct world *world_of(const struct mem_ap *mem)
{
    return (struct world *)mem->probe;
}

static enum err fault(struct world *w)
{
    w->faults++;
    return ERR_FAULT;
}

static void begin_operation(struct world *w)
{
    w->busy_until_us = w->now_us + 3280;
    w->sr |= EOP;
}

// A key for a lock that is open, or a wrong one, is a bus error.
static enum err take_key(struct world *w, unsigned lock, uint32_t value)
{
    static const uint32_t keys[3][2] = {
        {0x89abcdef, 0x02030405}, {0x8c9daebf, 0x13141516}, {0xfbead9c8, 0x24252627}};
    if (!(w->pecr & 1u << lock) || (lock > 0 && w->pecr & PELOCK) || w->keys[lock] > 1 ||
        value != keys[lock][w->keys[lock]])
        return fault(w);
    if (++w->keys[lock] == 2 && !w->refuse_keys)
        w->pecr &= ~(1u << lock);
    return ERR_OK;
}

static enum err write_pecr(struct world *w, uint32_t value)
{
    if (w->pecr & PELOCK)
        return fault(w);
    w->pecr = (w->pecr & 7) | value;
    if (value & PELOCK)
        w->pecr |= 7;
    if (w->pecr & PELOCK)
        memset(w->keys, 0, sizeof w->keys);
    w->launches += (value >> 18 & 1) && !(w->pecr & OPTLOCK);
    w->half_words = 0;
    return ERR_OK;
}

static enum err write_half_page(struct world *w, uint32_t addr, uint32_t value)
{
    uint8_t *cell = &w->flash[addr - BASE];
    if (w->half_words == 0)
        w->half_at = addr;
    if (w->half_at % HALF || addr != w->half_at + 4 * w->half_words) {
        w->sr |= PGAERR;
        w->half_words = 0;
        return ERR_OK;
    }
    if (get_le32(cell))
        w->sr |= NOTZEROERR;
    else
        put_le32(cell, value);
    if (++w->half_words < HALF / 4)
        return ERR_OK;
    w->half_words = 0;
    w->halves++;
    begin_operation(w);
    return ERR_OK;
}

static enum err write_flash(struct world *w, uint32_t addr, uint32_t value)
{
    const unsigned sector = (addr - BASE) / 4096;
    if ((w->pecr & (PELOCK | PRGLOCK)) || (w->wrprot[0] >> sector & 1)) {
        w->sr |= WRPERR;
        return ERR_OK;
    }
    if ((w->pecr & (PROG | FPRG)) == (PROG | FPRG))
        return write_half_page(w, addr, value);
    if ((w->pecr & (PROG | ERASE)) != (PROG | ERASE)) {
        w->sr |= PGAERR; // this model takes no single words
        return ERR_OK;
    }
    memset(&w->flash[(addr - BASE) / PAGE * PAGE], 0, PAGE);
    w->erases++;
    begin_operation(w);
    return ERR_OK;
}

static enum err write_data(struct world *w, uint8_t *cell, uint32_t value, uint32_t lock)
{
    if (w->pecr & (PELOCK | lock)) {
        w->sr |= WRPERR;
        return ERR_OK;
    }
    put_le32(cell, value);
    begin_operation(w);
    return ERR_OK;
}

static enum err write_register(struct world *w, uint32_t addr, uint32_t value)
{
    switch (addr) {
    case PECR:
        return write_pecr(w, value);
    case PEKEYR:
    case PRGKEYR:
    case OPTKEYR:
        return take_key(w, (addr - PEKEYR) / 4, value);
    case SR:
        w->sr &= ~value;
        return ERR_OK;
    default:
        fail_msg("write to 0x%08x", addr);
        return ERR_FAULT;
    }
}

enum err mem_ap_write32(const struct mem_ap *mem, uint32_t addr, uint32_t value)
{
    struct world *w = world_of(mem);
    assert_true(w->now_us >= w->busy_until_us || addr == SR);
    if (addr - BASE < SIZE)
        return write_flash(w, addr, value);
    if (addr - EEPROM < sizeof w->eeprom) {
        w->words++;
        return write_data(w, &w->eeprom[addr - EEPROM], value, 0);
    }
    if (addr - OPTIONS < sizeof w->options) {
        w->option_writes++;
        return write_data(w, &w->options[addr - OPTIONS], value, OPTLOCK);
    }
    return write_register(w, addr, value);
}

enum err mem_ap_write(const struct mem_ap *mem, uint32_t addr, const void *data, size_t len)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < len && !e; i += 4)
        e = mem_ap_write32(mem, addr + (uint32_t)i, get_le32((const uint8_t *)data + i));
    return e;
}

enum err mem_ap_read32(const struct mem_ap *mem, uint32_t addr, uint32_t *value)
{
    struct world *w = world_of(mem);
    *value = addr == PECR      ? w->pecr
             : addr == SR      ? w->sr | (w->now_us < w->busy_until_us)
             : addr == OPTR    ? w->optr
             : addr == WRPROT1 ? w->wrprot[0]
             : addr == WRPROT2 ? w->wrprot[1]
                               : 0;
    return addr - REGS < 0x400 ? ERR_OK : ERR_FAULT;
}

enum err mem_ap_read(const struct mem_ap *mem, uint32_t addr, void *data, size_t len, size_t *done)
{
    struct world *w = world_of(mem);
    uint8_t *to = data;
    (void)done;
    assert_int_equal(w->half_words, 0); // nothing may come in between
    if (addr - REGS < 0x400) {
        for (size_t i = 0; i < len; i += 4) {
            uint32_t value;
            OK(mem_ap_read32(mem, addr + (uint32_t)i, &value));
            put_le32(to + i, value);
        }
        return ERR_OK;
    }
    assert_true(w->now_us >= w->busy_until_us);
    if (addr - BASE < SIZE)
        memcpy(to, &w->flash[addr - BASE], len);
    else if (addr - EEPROM < sizeof w->eeprom)
        memcpy(to, &w->eeprom[addr - EEPROM], len);
    else if (addr - OPTIONS < sizeof w->options)
        memcpy(to, &w->options[addr - OPTIONS], len);
    else
        return ERR_FAULT;
    return ERR_OK;
}

static uint64_t world_now_us(struct debug_probe *probe)
{
    return ++((struct world *)probe)->now_us;
}

static void world_sleep_us(struct debug_probe *probe, uint32_t us)
{
    ((struct world *)probe)->now_us += us;
}

static const struct debug_probe_ops probe_ops = {.now_us = world_now_us,
                                                 .sleep_us = world_sleep_us};
static const struct nvm_params params = {.option_base = OPTIONS,
                                         .flags = 0x32f02,
                                         .pcrop = "WPRMOD",
                                         .wrp = "WRPROT",
                                         .wrprot = {0x20, 0x80},
                                         .wrp_block = 4096,
                                         .latency = 1};

static void make_world(struct world *w)
{
    memset(w, 0, sizeof *w);
    w->log = log_silent();
    w->probe = (struct debug_probe){.ops = &probe_ops, .log = &w->log};
    w->mem = (struct mem_ap){.probe = &w->probe};
    w->pecr = 7;
    w->sr = WRPERR; // as a real chip has it after a reset: ST's community reports so
    w->optr = 0x807000aa;
    const uint32_t options[] = {0xff5500aa, 0x7f8f8070, 0xffff0000, 0xffff0000, 0xffff0000};
    for (unsigned i = 0; i < sizeof options / sizeof options[0]; i++)
        put_le32(&w->options[4 * i], options[i]);
    w->bank = (struct flash_bank){
        .base = BASE,
        .size = SIZE,
        .layout = {.unit = HALF, .unit_us = 3280, .run = {{BASE, PAGE, SIZE / PAGE, 3200, 3280}}},
        .regs = REGS,
        .driver = &nvm_driver,
        .params = &params};
    w->data = w->bank;
    w->data.base = EEPROM;
    w->data.size = sizeof w->eeprom;
    w->data.driver = &nvm_data_driver;
    w->data.layout =
        (struct flash_layout){.unit = 4, .unit_us = 3280, .run = {{EEPROM, 4, WORDS, 3200, 3280}}};
}

static struct flash_access access_to(struct world *w, const struct flash_bank *bank)
{
    return (struct flash_access){.mem = &w->mem, .log = &w->log, .bank = bank};
}

static enum err run(struct flash_job *job)
{
    bool more = true;
    enum err e = ERR_OK;
    flash_job_close_input(job);
    while (more && !e)
        e = flash_job_step(job, &more);
    return e;
}

static struct flash_job *open_job(struct world *w, const struct flash_bank *bank)
{
    struct flash_job *job;
    struct flash_access fa = access_to(w, bank);
    OK(flash_job_open(&job, &fa));
    return job;
}

static void fill(uint8_t *image, size_t len)
{
    for (size_t i = 0; i < len; i++)
        image[i] = (uint8_t)(i * 7 + i / PAGE + 1);
}

// ---- the flash ----------------------------------------------------------------------------------

static void pages_are_erased_and_written_by_halves_and_all_is_locked_again(void **state)
{
    (void)state;
    struct world w;
    uint8_t image[SIZE];
    make_world(&w);
    memset(w.flash, 0x55, sizeof w.flash);
    fill(image, sizeof image);
    memset(&image[PAGE], 0, HALF); // half a page that is as an erased one
    struct flash_job *job = open_job(&w, &w.bank);
    OK(flash_job_erase(job, BASE, 4 * PAGE));
    OK(flash_job_write(job, BASE, image, 4 * PAGE));
    OK(run(job));
    OK(flash_job_free(job));
    assert_memory_equal(w.flash, image, 4 * PAGE);
    assert_int_equal(w.flash[4 * PAGE], 0x55);
    assert_int_equal(w.erases, 4);
    assert_int_equal(w.halves, 7);
    assert_int_equal(w.pecr, 7);
    assert_int_equal(w.faults, 0);
}

static void what_is_there_already_is_left_and_what_is_blank_is_not_erased(void **state)
{
    (void)state;
    struct world w;
    uint8_t image[3 * PAGE];
    make_world(&w);
    fill(image, sizeof image);
    memcpy(w.flash, image, PAGE);
    w.flash[2 * PAGE] = 1;
    struct flash_job *job = open_job(&w, &w.bank);
    OK(flash_job_erase(job, BASE, 3 * PAGE));
    OK(flash_job_write(job, BASE, image, 3 * PAGE));
    OK(run(job));
    assert_int_equal(flash_job_stats(job)->skipped, PAGE);
    assert_int_equal(flash_job_stats(job)->erased, PAGE);
    OK(flash_job_free(job));
    assert_memory_equal(w.flash, image, 3 * PAGE);
    assert_int_equal(w.erases, 1);
    assert_int_equal(w.halves, 4);
}

static void an_open_lock_gets_no_key(void **state)
{
    (void)state;
    for (uint32_t locks = 0; locks < 8; locks += 2) {
        struct world w;
        make_world(&w);
        memset(w.flash, 0x55, sizeof w.flash);
        w.pecr = locks;
        struct flash_job *job = open_job(&w, &w.bank);
        OK(flash_job_erase(job, BASE, PAGE));
        OK(run(job));
        OK(flash_job_free(job));
        assert_int_equal(w.erases, 1);
        assert_int_equal(w.faults, 0);
    }
}

static void a_controller_that_stays_locked_is_explained(void **state)
{
    (void)state;
    struct world w;
    make_world(&w);
    w.flash[0] = 1;
    w.refuse_keys = true;
    struct flash_job *job = open_job(&w, &w.bank);
    OK(flash_job_erase(job, BASE, PAGE));
    assert_int_not_equal(run(job), ERR_OK);
    assert_int_equal(w.erases, 0);
    enum err e = flash_job_free(job);
    assert_true(e || !e); // its leave script meets the same lock
}

// Nothing but leaving read protection erases everything: the pages are erased one by one, and those
// that nobody named, too.
static void a_mass_erase_goes_page_by_page(void **state)
{
    (void)state;
    struct world w;
    uint8_t image[PAGE], zeros[SIZE] = {0};
    make_world(&w);
    memset(w.flash, 0x55, sizeof w.flash);
    fill(image, sizeof image);
    struct flash_job *job = open_job(&w, &w.bank);
    flash_job_set_erase(job, FLASH_ERASE_MASS);
    OK(flash_job_erase(job, BASE, PAGE));
    OK(flash_job_write(job, BASE, image, PAGE));
    OK(run(job));
    assert_int_equal(flash_job_stats(job)->erased, SIZE);
    OK(flash_job_free(job));
    assert_memory_equal(w.flash, image, PAGE);
    assert_memory_equal(w.flash + PAGE, zeros, SIZE - PAGE);
    assert_int_equal(w.erases, SIZE / PAGE);
}

static void expect_protected(struct world *w, enum flash_erase how, const char *sentence)
{
    struct flash_job *job = open_job(w, &w->bank);
    flash_job_set_erase(job, how);
    OK(flash_job_erase(job, BASE + 4096, PAGE));
    assert_int_equal(run(job), ERR_PROTECTED);
    assert_non_null(strstr(w->log.sentence, sentence));
    OK(flash_job_free(job));
    assert_int_equal(w->erases, 0);
}

static void protected_pages_and_chips_are_refused_before_anything_changes(void **state)
{
    (void)state;
    struct world w;
    make_world(&w);
    memset(w.flash, 0x55, sizeof w.flash);
    w.wrprot[0] = 2;
    expect_protected(&w, FLASH_ERASE_AUTO, "0x08001000 is write-protected");
    expect_protected(&w, FLASH_ERASE_MASS, "bit 1 of WRPROT1");
    w.wrprot[0] = ~2u; // WPRMOD turns the bits around
    w.optr |= 1u << 8;
    expect_protected(&w, FLASH_ERASE_AUTO, "bit 1 of WRPROT1");
    w.optr = 0x807000bb;
    expect_protected(&w, FLASH_ERASE_AUTO, "read protection level 1 is active");
}

static void a_page_that_was_not_erased_is_explained(void **state)
{
    (void)state;
    struct world w;
    uint8_t image[PAGE];
    make_world(&w);
    fill(image, sizeof image);
    w.flash[HALF] = 1;
    struct flash_access fa = access_to(&w, &w.bank);
    bool may_run;
    OK(nvm_driver.survey(&fa, &may_run));
    OK(nvm_driver.begin(&fa));
    assert_int_equal(nvm_driver.program(&fa, BASE, image, PAGE), ERR_FLASH);
    assert_non_null(strstr(w.log.sentence, "0x08000040"));
    assert_non_null(strstr(w.log.sentence, "NOTZEROERR"));
    OK(nvm_driver.end(&fa));
    assert_int_equal(w.pecr, 7);
}

// ---- the EEPROM ---------------------------------------------------------------------------------

static void words_of_the_eeprom_are_written_one_by_one(void **state)
{
    (void)state;
    struct world w;
    uint8_t image[12];
    make_world(&w);
    fill(image, sizeof image);
    put_le32(&w.eeprom[4], 0x12345678);
    put_le32(&w.eeprom[12], 0xcafe);
    memset(&image[8], 0, 4);
    put_le32(&w.eeprom[8], 77);
    struct flash_job *job = open_job(&w, &w.data);
    OK(flash_job_erase(job, EEPROM, 12));
    OK(flash_job_write(job, EEPROM, image, 12));
    OK(run(job));
    OK(flash_job_free(job));
    assert_memory_equal(w.eeprom, image, 12);
    assert_int_equal(get_le32(&w.eeprom[12]), 0xcafe);
    // Word 0 was empty; word 1 is erased and written; word 2 only erased.
    assert_int_equal(w.words, 4);
    assert_int_equal(w.keys[1], 0); // the flash stays locked
    assert_int_equal(w.pecr, 7);
}

// ---- option bytes -------------------------------------------------------------------------------

static void options_are_read_as_registers_hold_them(void **state)
{
    (void)state;
    struct world w;
    uint32_t value[FLASH_OPTION_WORDS], intact;
    make_world(&w);
    w.bank.size = 192 * 1024;
    put_le32(&w.options[8], 0xfffe0001);
    put_le32(&w.options[12], 0x12345678);
    struct flash_access fa = access_to(&w, &w.bank);
    OK(nvm_driver.read_options(&fa, value, &intact));
    assert_int_equal(value[0], 0x807000aa);
    assert_int_equal(value[1], 0x56780001);
    assert_int_equal(value[2], 0);
    assert_int_equal(intact & 7, 5);
}

static void only_option_words_that_change_are_written_with_their_complement(void **state)
{
    (void)state;
    struct world w;
    uint32_t value[FLASH_OPTION_WORDS], intact;
    make_world(&w);
    w.bank.size = 192 * 1024;
    struct flash_access fa = access_to(&w, &w.bank);
    OK(nvm_driver.read_options(&fa, value, &intact));
    value[0] ^= 1u << 20;
    value[1] = 0x80000000;
    OK(nvm_driver.write_options(&fa, value, intact));
    assert_int_equal(get_le32(&w.options[0]), 0xff5500aa);
    assert_int_equal(get_le32(&w.options[4]), 0x7f9f8060);
    assert_int_equal(get_le32(&w.options[12]), 0x7fff8000);
    assert_int_equal(w.option_writes, 2);
    assert_int_equal(w.launches, 1);
    assert_int_equal(w.faults, 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_erased_and_written_by_halves_and_all_is_locked_again),
        cmocka_unit_test(what_is_there_already_is_left_and_what_is_blank_is_not_erased),
        cmocka_unit_test(an_open_lock_gets_no_key),
        cmocka_unit_test(a_controller_that_stays_locked_is_explained),
        cmocka_unit_test(a_mass_erase_goes_page_by_page),
        cmocka_unit_test(protected_pages_and_chips_are_refused_before_anything_changes),
        cmocka_unit_test(a_page_that_was_not_erased_is_explained),
        cmocka_unit_test(words_of_the_eeprom_are_written_one_by_one),
        cmocka_unit_test(options_are_read_as_registers_hold_them),
        cmocka_unit_test(only_option_words_that_change_are_written_with_their_complement),
    };
    return cmocka_run_group_tests_name("nvm", tests, NULL, NULL);
}
