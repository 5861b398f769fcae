// SPDX-License-Identifier: MIT
// Who is there: every die at its own place, what is asked on the way, and what is said when it
// cannot be read or cannot be true. A bus of a few words stands in for swd/.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "swd/ap.h"
#include "swd/mem_ap.h"
#include "targets/chip.h"
#include "tests/unit/choose.h"

#define ROM_TABLE 0xe00ff000u
#define WORDS     24u
#define READS     64u

struct bus {
    struct debug_probe probe; // first
    struct log log;
    char said[512];
    struct {
        uint8_t ap;
        uint32_t addr, value;
    } word[WORDS];
    unsigned words;
    bool other_aps_dead; // an access to any but the first one ends the connection's patience
    uint32_t asked[READS];
    unsigned asked_count;
    uint32_t dpidr;
};

static struct bus *bus_of(const struct mem_ap *mem)
{
    return (struct bus *)mem->probe;
}

enum err mem_ap_read32(const struct mem_ap *mem, uint32_t addr, uint32_t *value)
{
    struct bus *b = bus_of(mem);
    assert_true(b->asked_count < READS);
    b->asked[b->asked_count++] = addr;
    if (mem->number && b->other_aps_dead)
        return log_fail(&b->log, ERR_WAIT, "nothing comes back");
    for (unsigned i = 0; i < b->words; i++)
        if (b->word[i].ap == mem->number && b->word[i].addr == addr) {
            *value = b->word[i].value;
            return ERR_OK;
        }
    return log_fail(&b->log, ERR_FAULT, "refused");
}

enum err mem_ap_read(const struct mem_ap *mem, uint32_t addr, void *data, size_t len, size_t *done)
{
    assert_null(done);
    for (size_t i = 0; i < len; i += 4) {
        uint32_t word;
        enum err e = mem_ap_read32(mem, addr + (uint32_t)i, &word);
        if (e)
            return e;
        memcpy((uint8_t *)data + i, &word, 4);
    }
    return ERR_OK;
}

// Nothing is written while a chip is asked who it is.
enum err mem_ap_write(const struct mem_ap *mem, uint32_t addr, const void *data, size_t len)
{
    (void)mem;
    (void)data;
    (void)len;
    fail_msg("a write to 0x%08x", addr);
    return ERR_FAULT;
}

enum err mem_ap_write32(const struct mem_ap *mem, uint32_t addr, uint32_t value)
{
    return mem_ap_write(mem, addr, &value, sizeof value);
}

enum err mem_ap_write16(const struct mem_ap *mem, uint32_t addr, uint16_t value)
{
    return mem_ap_write(mem, addr, &value, sizeof value);
}

enum err mem_ap_write_halfwords(const struct mem_ap *mem, uint32_t addr, const void *data,
                                size_t len)
{
    return mem_ap_write(mem, addr, data, len);
}

enum err mem_ap_write_bytes(const struct mem_ap *mem, uint32_t addr, const void *data, size_t len)
{
    return mem_ap_write(mem, addr, data, len);
}

enum err mem_ap_read16(const struct mem_ap *mem, uint32_t addr, uint16_t *value)
{
    return mem_ap_read(mem, addr, value, sizeof *value, NULL);
}

bool mem_ap_has_halfwords(const struct mem_ap *mem)
{
    (void)mem;
    return true;
}

static enum err read_dap(struct debug_probe *probe, uint16_t port, uint16_t addr, uint32_t *value)
{
    (void)probe;
    (void)port;
    *value = addr == AP_BASE ? ROM_TABLE | 3 : 0x04770021;
    return ERR_OK;
}

static enum err read_dpidr(struct debug_probe *probe, uint32_t *dpidr)
{
    *dpidr = ((struct bus *)probe)->dpidr;
    return ERR_OK;
}

static void keep_line(void *user, enum log_level level, const char *text)
{
    struct bus *b = user;
    if (level <= LOG_WARN)
        snprintf(b->said, sizeof b->said, "%s", text);
}

static void make(struct bus *b)
{
    static const struct debug_probe_ops ops = {.read_dpidr = read_dpidr, .read_dap = read_dap};
    *b = (struct bus){.probe = {.ops = &ops}};
    b->log = log_silent();
    b->log.write = keep_line;
    b->log.user = b;
    b->log.level = LOG_WARN;
}

static void put_on(struct bus *b, uint8_t ap, uint32_t addr, uint32_t value)
{
    assert_true(b->words < WORDS);
    b->word[b->words].ap = ap;
    b->word[b->words].addr = addr;
    b->word[b->words++].value = value;
}

static void put(struct bus *b, uint32_t addr, uint32_t value)
{
    put_on(b, 0, addr, value);
}

// The identification registers of a ROM table (IHI 0031, D1.2).
static void put_maker(struct bus *b, unsigned designer, unsigned part)
{
    put(b, ROM_TABLE + 0xfd0, designer >> 7);
    put(b, ROM_TABLE + 0xfe0, part & 0xff);
    put(b, ROM_TABLE + 0xfe4, (designer & 0xf) << 4 | part >> 8);
    put(b, ROM_TABLE + 0xfe8, 8 | (designer >> 4 & 7));
    put(b, ROM_TABLE + 0xfec, 0);
}

static struct chip_identity identify(struct bus *b, uint32_t cpuid)
{
    struct mem_ap mem = {.probe = &b->probe};
    struct chip_identity id = {.cpuid = cpuid};
    b->asked_count = 0;
    assert_int_equal(chip_identify(&id, &mem, &b->log), ERR_OK);
    assert_string_equal(log_sentence(&b->log, ERR_FAULT), err_text(ERR_FAULT)); // nothing is left
    return id;
}

static uint32_t cpuid_of(const struct die *die)
{
    return 0x410f0001u | (uint32_t)die->core << 4;
}

static uint32_t id_of(const struct die *die)
{
    return die->idcode_addr == 0x40000004 ? 0x02000041u | (uint32_t)die->dev_id << 12
                                          : 0x10006000u | die->dev_id;
}

static bool is_place(uint32_t addr)
{
    bool own;
    const struct die_place *place;
    for (unsigned n = 0; (place = die_place(0x410cc601, n, &own)); n++)
        if (place->addr == addr)
            return true;
    return false;
}

static void every_die_is_found_with_nothing_asked_but_places_of_ids(void **state)
{
    (void)state;
    for (unsigned i = 0; i < die_count; i++) {
        const struct die *die = &dies[i];
        struct bus b;
        make(&b);
        put(&b, die->idcode_addr, id_of(die));
        const struct chip_identity id = identify(&b, cpuid_of(die));
        assert_ptr_equal(id.die, die);
        assert_int_equal(id.idcode_addr, die->idcode_addr);
        assert_int_equal(chip_device_id(&id), die->dev_id);
        assert_false(id.from_rom_table);
        unsigned n = 0;
        for (; b.asked[n] != die->idcode_addr; n++)
            assert_true(is_place(b.asked[n]));
        assert_true(n < 4);
    }
}

static void a_core_asks_its_own_places_first(void **state)
{
    (void)state;
    struct bus b;
    make(&b);
    put(&b, 0xe0042000, 0x10016413);
    (void)identify(&b, 0x410fc241);
    assert_int_equal(b.asked[0], 0xe0042000);
    // A chip with an M33 is not asked where only others have their id before its own places.
    make(&b);
    put(&b, 0x44024000, 0x10006484);
    (void)identify(&b, 0x410fd213);
    assert_int_equal(b.asked[0], 0xe0044000);
    assert_int_equal(b.asked[1], 0x44024000);
}

static void what_looks_like_an_id_at_a_strange_place_needs_the_right_core(void **state)
{
    (void)state;
    struct bus b;
    make(&b);
    put(&b, 0xe0042000, 0x00000000);
    put(&b, 0x40015800, 0x20006444); // on an M4 a peripheral is there
    const struct chip_identity id = identify(&b, 0x410fc241);
    assert_null(id.die);
}

static void the_h7_is_also_found_through_its_third_access_port(void **state)
{
    (void)state;
    struct bus b;
    make(&b);
    put_on(&b, 2, 0xe00e1000, 0x20036450);
    const struct chip_identity id = identify(&b, 0x411fc271);
    assert_int_equal(id.die->dev_id, 0x450);
    assert_int_equal(id.idcode_addr, 0xe00e1000);
    // On an F7 there is no such port.
    make(&b);
    b.other_aps_dead = true;
    assert_null(identify(&b, 0x411fc271).die);
}

static void the_second_core_of_a_die_is_its_own(void **state)
{
    (void)state;
    char text[CHIP_DOUBT_SIZE];
    struct bus b;
    make(&b);
    put(&b, 0x5c001000, 0x20036450);
    const struct chip_identity m4 = identify(&b, 0x410fc241);
    assert_int_equal(m4.die->dev_id, 0x450);
    assert_null(chip_doubt(&m4, text, sizeof text));
    assert_non_null(strstr(die_cores_note(m4.die), "Cortex-M4"));
    // The WL's M0+ does not reach the DBGMCU.
    make(&b);
    put(&b, 0x1fff7584, 0x0080e115);
    const struct chip_identity m0 = identify(&b, 0x410cc601);
    assert_int_equal(m0.die->dev_id, 0x497);
    assert_int_equal(chip_device_id(&m0), 0x497);
    assert_string_equal(chip_revision(&m0, text, sizeof text), "");
}

static void an_id_that_reads_as_0_leaves_the_rom_table(void **state)
{
    (void)state;
    char text[192];
    struct bus b;
    make(&b);
    put(&b, 0xe0042000, 0);
    put_maker(&b, CHIP_MAKER_ST, 0x412);
    put(&b, 0x1ffff7e0, 32);
    const struct chip_identity id = identify(&b, 0x411fc231);
    assert_true(id.from_rom_table);
    assert_int_equal(id.die->dev_id, 0x412);
    assert_string_equal(chip_describe(&id, text, sizeof text),
                        "an STM32F1, perhaps STM32F101, F102, F103, 16 to 32 KiB, 32 KiB flash (by "
                        "its ROM table; its id reads 0x00000000)");
    // Another maker's table says nothing of ST's dies, and a number that nobody knows is not 0.
    make(&b);
    put(&b, 0xe0042000, 0);
    put_maker(&b, 7u << 7 | 0x51, 0x410);
    assert_null(identify(&b, 0x411fc231).die);
    make(&b);
    put(&b, 0xe0042000, 0x12345abc);
    put_maker(&b, CHIP_MAKER_ST, 0x410);
    assert_null(identify(&b, 0x411fc231).die);
}

static void a_clone_is_told_by_its_core_and_its_rom_table(void **state)
{
    (void)state;
    char text[CHIP_DOUBT_SIZE];
    struct bus b;
    make(&b); // a GD32F303: the id of an STM32F103, and a Cortex-M4
    put(&b, 0xe0042000, 0x13030414);
    put_maker(&b, 7u << 7 | 0x51, 0x414);
    const struct chip_identity gd = identify(&b, 0x410fc241);
    assert_int_equal(gd.die->dev_id, 0x414);
    assert_string_equal(
        chip_doubt(&gd, text, sizeof text),
        "by its id, but its ROM table names GigaDevice (JEP106 0x3d1) as the maker");
    make(&b); // a CS32F103: the port of a Cortex-M4, and ARM's own table
    b.dpidr = 0x2ba01477;
    put(&b, 0xe0042000, 0x20036410);
    put_maker(&b, CHIP_MAKER_ARM, 0x4c3);
    const struct chip_identity cs = identify(&b, 0x412fc231);
    assert_non_null(strstr(chip_doubt(&cs, text, sizeof text),
                           "another debug port than ST's (DPIDR 0x2ba01477)"));
    make(&b); // an STM32L152, whose core is a later one: a capture of it
    b.dpidr = 0x2ba01477;
    put(&b, 0xe0042000, 0x10186416);
    const struct chip_identity l1 = identify(&b, 0x412fc230);
    assert_null(chip_doubt(&l1, text, sizeof text));
    make(&b); // the real one: nobody asks its ROM table
    b.dpidr = 0x1ba01477;
    put(&b, 0xe0042000, 0x20036410);
    const struct chip_identity st = identify(&b, 0x411fc231);
    assert_null(chip_doubt(&st, text, sizeof text));
    assert_false(st.maker.known);
}

static void the_unique_id_is_read_where_it_is(void **state)
{
    (void)state;
    static const uint8_t wanted[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    struct bus b;
    make(&b); // an STM32L1 of category 3: the third word is further on
    put(&b, 0xe0042000, 0x10386427);
    put(&b, 0x1ff800cc, 256);
    put(&b, 0x1ff800d0, 0x04030201);
    put(&b, 0x1ff800d4, 0x08070605);
    put(&b, 0x1ff800d8, 0xeeeeeeee);
    put(&b, 0x1ff800e4, 0x0c0b0a09);
    const struct chip_identity l1 = identify(&b, 0x411fc231);
    assert_true(l1.uid_known);
    assert_memory_equal(l1.uid, wanted, sizeof wanted);
    assert_int_equal(l1.flash_size, 256 * 1024);
    make(&b); // an STM32F4: the size is the upper half of its word
    put(&b, 0xe0042000, 0x10016413);
    put(&b, 0x1fff7a20, 0x0400ffff);
    put(&b, 0x1fff7a10, 0x04030201);
    put(&b, 0x1fff7a14, 0x08070605);
    put(&b, 0x1fff7a18, 0x0c0b0a09);
    const struct chip_identity f4 = identify(&b, 0x410fc241);
    assert_memory_equal(f4.uid, wanted, sizeof wanted);
    assert_int_equal(f4.flash_size, 1024 * 1024);
}

static void what_cannot_be_read_or_be_true_stays_unknown(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0x0000ffff, 0, 2048};
    struct bus b;
    make(&b); // nothing but the id can be read
    put(&b, 0xe0044000, 0x20006472);
    struct chip_identity id = identify(&b, 0x410fd214);
    assert_int_equal(id.flash_size, 0);
    assert_false(id.uid_known);
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        make(&b);
        put(&b, 0xe0044000, 0x20006472);
        put(&b, 0x0bfa05e0, sizes[i]);
        put(&b, 0x0bfa0590, i ? 0 : 0xffffffff);
        put(&b, 0x0bfa0594, i ? 0 : 0xffffffff);
        put(&b, 0x0bfa0598, i ? 0 : 0xffffffff);
        id = identify(&b, 0x410fd214);
        assert_int_equal(id.flash_size, 0);
        assert_false(id.uid_known);
        assert_non_null(strstr(b.said, "which no STM32L552, L562, 256 to 512 KiB has"));
    }
    make(&b); // no register is known, and there is one size only
    put(&b, 0x40000004, 0x02032041);
    id = identify(&b, 0x410cc601);
    assert_int_equal(id.flash_size, 512 * 1024);
    assert_false(id.uid_known);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_die_is_found_with_nothing_asked_but_places_of_ids),
        cmocka_unit_test(a_core_asks_its_own_places_first),
        cmocka_unit_test(what_looks_like_an_id_at_a_strange_place_needs_the_right_core),
        cmocka_unit_test(the_h7_is_also_found_through_its_third_access_port),
        cmocka_unit_test(the_second_core_of_a_die_is_its_own),
        cmocka_unit_test(an_id_that_reads_as_0_leaves_the_rom_table),
        cmocka_unit_test(a_clone_is_told_by_its_core_and_its_rom_table),
        cmocka_unit_test(the_unique_id_is_read_where_it_is),
        cmocka_unit_test(what_cannot_be_read_or_be_true_stays_unknown),
    };
    return cmocka_run_group_tests_name("identify", tests, NULL, NULL);
}
