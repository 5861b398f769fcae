// SPDX-License-Identifier: MIT
// RTT against a target that plays a program: the control block is laid out in its RAM by hand,
// after SEGGER's description of it (UM08001, 16.3.3).
#include "server/rtt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "tests/unit/choose.h"
#include "tests/unit/fake_target.h"

#define OK(call) assert_int_equal(call, ERR_OK)

#define UP_BUFFER   (FAKE_RAM_BASE + 0x800)
#define DOWN_BUFFER (FAKE_RAM_BASE + 0x900)
#define NAME        (FAKE_RAM_BASE + 0x40)

struct bench {
    struct log log;
    struct chip chip;
    struct fake_target f;
    struct rtt r;
    uint32_t block;
};

static uint8_t *ram(struct bench *b, uint32_t addr)
{
    return &b->f.ram[addr - FAKE_RAM_BASE];
}

static void put_word(struct bench *b, uint32_t addr, uint32_t v)
{
    put_le32(ram(b, addr), v);
}

static uint32_t get_word(struct bench *b, uint32_t addr)
{
    return get_le32(ram(b, addr));
}

static uint32_t up_at(const struct bench *b, unsigned i)
{
    return b->block + 24 + 24 * i;
}

static void put_channel(struct bench *b, uint32_t at, uint32_t name, uint32_t buffer, uint32_t size)
{
    put_word(b, at, name);
    put_word(b, at + 4, buffer);
    put_word(b, at + 8, size);
    put_word(b, at + 12, 0);
    put_word(b, at + 16, 0);
}

// Two channels up, of which the second is unused, and one down.
static void put_block(struct bench *b, uint32_t at)
{
    b->block = at;
    memcpy(ram(b, at), "SEGGER RTT\0\0\0\0\0\0", 16);
    put_word(b, at + 16, 2);
    put_word(b, at + 20, 1);
    strcpy((char *)ram(b, NAME), "Terminal");
    put_channel(b, up_at(b, 0), NAME, UP_BUFFER, 16);
    put_channel(b, up_at(b, 1), 0, 0, 0);
    put_channel(b, up_at(b, 2), NAME, DOWN_BUFFER, 8);
}

static struct bench *bench_open(void)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->log = log_silent();
    b->chip = (struct chip){.sram_base = FAKE_RAM_BASE, .sram_size = FAKE_RAM_SIZE};
    fake_target_init(&b->f, &b->log);
    b->f.t.id.chip = &b->chip;
    b->f.t.state = TARGET_RUNNING;
    return b;
}

// Steps of the search until it is found, at most `steps`.
static bool find(struct bench *b, unsigned steps)
{
    bool found = false;
    for (unsigned i = 0; i < steps && !found; i++)
        assert_int_equal(rtt_find(&b->r, &found), ERR_OK);
    return found;
}

static struct bench *bench_with_block(uint32_t at)
{
    struct bench *b = bench_open();
    put_block(b, at);
    rtt_init(&b->r, &b->f.t, &b->log);
    assert_true(find(b, 2));
    return b;
}

// The program writes to up channel 0.
static void program_prints(struct bench *b, const char *text)
{
    uint32_t writer = get_word(b, up_at(b, 0) + 12);
    for (; *text; text++) {
        *ram(b, UP_BUFFER + writer) = (uint8_t)*text;
        writer = (writer + 1) % 16;
    }
    put_word(b, up_at(b, 0) + 12, writer);
}

static void assert_reads(struct bench *b, const char *wanted)
{
    uint8_t data[64];
    size_t len;
    assert_int_equal(rtt_read(&b->r, 0, data, sizeof data, &len), ERR_OK);
    assert_int_equal(len, strlen(wanted));
    assert_memory_equal(data, wanted, len);
}

static void the_control_block_is_found_wherever_it_is(void **state)
{
    static const uint32_t places[] = {0, 4, 0x100, 0x3fc, FAKE_RAM_SIZE - 24 - 3 * 24};
    (void)state;
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        struct bench *b = bench_open();
        put_block(b, FAKE_RAM_BASE + 0x100);
        memset(b->f.ram, 0, 0x800);
        put_block(b, FAKE_RAM_BASE + places[i]);
        rtt_init(&b->r, &b->f.t, &b->log);
        assert_true(find(b, 2));
        assert_int_equal(b->r.block, FAKE_RAM_BASE + places[i]);
        assert_int_equal(b->r.up_count, 2);
        assert_int_equal(b->r.down_count, 1);
        free(b);
    }
}

// One look takes 4 KiB, which is all the RAM of the fake; its flash is larger, and plays the RAM.
static void a_block_over_the_edge_of_two_looks_is_found(void **state)
{
    (void)state;
    for (uint32_t offset = 0xff0 - 0x20; offset <= 0x1010; offset += 4) {
        struct bench *b = bench_open();
        b->chip = (struct chip){.sram_base = FAKE_FLASH_BASE, .sram_size = 0x2000};
        put_block(b, FAKE_RAM_BASE);
        put_word(b, up_at(b, 0) + 4, FAKE_FLASH_BASE + 0x1800);
        put_word(b, up_at(b, 2) + 4, FAKE_FLASH_BASE + 0x1800);
        memcpy(&b->f.flash[offset], b->f.ram, 24 + 3 * 24);
        rtt_init(&b->r, &b->f.t, &b->log);
        assert_true(find(b, 2));
        assert_int_equal(b->r.block, FAKE_FLASH_BASE + offset);
        free(b);
    }
}

static void there_may_be_none_yet(void **state)
{
    (void)state;
    struct bench *b = bench_open();
    rtt_init(&b->r, &b->f.t, &b->log);
    assert_false(find(b, 5));
    put_block(b, FAKE_RAM_BASE + 0x200); // now the program has started
    assert_true(find(b, 2));
    free(b);
}

static void a_block_that_makes_no_sense_is_none(void **state)
{
    (void)state;
    struct bench *b = bench_open();
    rtt_init(&b->r, &b->f.t, &b->log);
    put_block(b, FAKE_RAM_BASE + 0x200);
    put_word(b, b->block + 16, 17); // too many channels
    assert_false(find(b, 3));
    put_block(b, FAKE_RAM_BASE + 0x200);
    put_word(b, b->block + 16, 0);
    put_word(b, b->block + 20, 0); // or none at all
    assert_false(find(b, 3));
    put_block(b, FAKE_RAM_BASE + 0x200);
    put_word(b, up_at(b, 0) + 4, 0x08000000); // a buffer that is not in RAM
    assert_false(find(b, 3));
    put_block(b, FAKE_RAM_BASE + 0x200);
    put_word(b, up_at(b, 2) + 8, 0xfffffff0); // one larger than the RAM
    assert_false(find(b, 3));
    put_word(b, b->block, 0);
    uint32_t edge = FAKE_RAM_BASE + b->chip.sram_size - 24; // its channels would lie behind the RAM
    memcpy(ram(b, edge), "SEGGER RTT\0\0\0\0\0", 16);
    put_word(b, edge + 16, 1);
    put_word(b, edge + 20, 0);
    assert_false(find(b, 8));
    put_block(b, FAKE_RAM_BASE + 0x200);
    assert_true(find(b, 8));
    free(b);
}

static void a_known_address_is_not_searched(void **state)
{
    (void)state;
    struct bench *b = bench_open();
    put_block(b, FAKE_RAM_BASE + 0x200);
    rtt_init(&b->r, &b->f.t, &b->log);
    rtt_set_search(&b->r, FAKE_RAM_BASE + 0x300, 0);
    assert_false(find(b, 3));
    rtt_set_search(&b->r, FAKE_RAM_BASE + 0x200, 0);
    assert_true(find(b, 1));
    free(b);
}

static void channels_have_names(void **state)
{
    (void)state;
    struct bench *b = bench_with_block(FAKE_RAM_BASE + 0x200);
    assert_string_equal(b->r.up[0].name, "Terminal");
    assert_string_equal(b->r.up[1].name, "");
    free(b);
    b = bench_open();
    put_block(b, FAKE_RAM_BASE + 0x200);
    put_word(b, up_at(b, 0), 0x40000000);      // a name that cannot be read
    strcpy((char *)ram(b, NAME), "a\x1b[2Jb"); // and one that would upset a terminal
    rtt_init(&b->r, &b->f.t, &b->log);
    assert_true(find(b, 2));
    assert_string_equal(b->r.up[0].name, "");
    assert_string_equal(b->r.down[0].name, "a");
    free(b);
}

static void what_the_program_prints_is_read_once(void **state)
{
    (void)state;
    struct bench *b = bench_with_block(FAKE_RAM_BASE + 0x200);
    assert_reads(b, "");
    program_prints(b, "hello");
    assert_reads(b, "hello");
    assert_int_equal(get_word(b, up_at(b, 0) + 16), 5);
    assert_reads(b, "");
    program_prints(b, " world, round"); // 13 more: 11 to the end of the buffer, 2 from its start
    assert_reads(b, " world, round");
    assert_reads(b, "");
    assert_int_equal(b->f.halts, 0);
    assert_int_equal(b->f.t.state, TARGET_RUNNING);
    free(b);
}

static void a_small_reader_gets_a_part(void **state)
{
    (void)state;
    uint8_t data[3];
    size_t len;
    struct bench *b = bench_with_block(FAKE_RAM_BASE + 0x200);
    program_prints(b, "abcde");
    assert_int_equal(rtt_read(&b->r, 0, data, sizeof data, &len), ERR_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(data, "abc", 3);
    assert_reads(b, "de");
    free(b);
}

static void channels_that_do_not_exist_are_silent(void **state)
{
    (void)state;
    uint8_t data[8] = "x";
    size_t len;
    struct bench *b = bench_with_block(FAKE_RAM_BASE + 0x200);
    assert_int_equal(rtt_read(&b->r, 1, data, sizeof data, &len), ERR_OK); // unused
    assert_int_equal(len, 0);
    assert_int_equal(rtt_read(&b->r, 2, data, sizeof data, &len), ERR_OK);
    assert_int_equal(len, 0);
    assert_int_equal(rtt_write(&b->r, 1, data, 1, &len), ERR_OK);
    assert_int_equal(len, 0);
    free(b);
}

static void a_down_channel_takes_what_it_has_room_for(void **state)
{
    (void)state;
    size_t len;
    struct bench *b = bench_with_block(FAKE_RAM_BASE + 0x200);
    uint32_t down = up_at(b, 2);
    assert_int_equal(rtt_write(&b->r, 0, (const uint8_t *)"0123456789", 10, &len), ERR_OK);
    assert_int_equal(len, 7); // one byte stays free
    assert_memory_equal(ram(b, DOWN_BUFFER), "0123456", 7);
    assert_int_equal(get_word(b, down + 12), 7);
    assert_int_equal(rtt_write(&b->r, 0, (const uint8_t *)"789", 3, &len), ERR_OK);
    assert_int_equal(len, 0);
    put_word(b, down + 16, 5); // the program has read five
    assert_int_equal(rtt_write(&b->r, 0, (const uint8_t *)"789", 3, &len), ERR_OK);
    assert_int_equal(len, 1); // to the end of the buffer
    assert_int_equal(rtt_write(&b->r, 0, (const uint8_t *)"89", 2, &len), ERR_OK);
    assert_int_equal(len, 2);
    assert_int_equal(get_word(b, down + 12), 2);
    assert_memory_equal(ram(b, DOWN_BUFFER), "89", 2);
    free(b);
}

static void a_block_that_was_overwritten_is_looked_for_again(void **state)
{
    (void)state;
    struct bench *b = bench_with_block(FAKE_RAM_BASE + 0x200);
    program_prints(b, "x");
    put_word(b, up_at(b, 0) + 12, 16); // an offset outside of the buffer
    assert_reads(b, "");
    assert_int_equal(b->r.block, 0);
    memset(ram(b, FAKE_RAM_BASE + 0x200), 0, 0x100);
    put_block(b, FAKE_RAM_BASE + 0x600);
    assert_true(find(b, 3));
    assert_int_equal(b->r.block, FAKE_RAM_BASE + 0x600);
    put_word(b, up_at(b, 0) + 4, UP_BUFFER + 4); // another program's buffer
    assert_reads(b, "");
    assert_int_equal(b->r.block, 0);
    free(b);
}

static void a_reset_forgets_the_block(void **state)
{
    (void)state;
    struct bench *b = bench_with_block(FAKE_RAM_BASE + 0x200);
    rtt_forget(&b->r);
    program_prints(b, "x");
    assert_reads(b, "");
    assert_true(find(b, 2));
    assert_reads(b, "x");
    free(b);
}

// A part may have less of it than the table says.
static void ram_that_ends_sooner_than_believed_is_searched_to_its_end(void **state)
{
    (void)state;
    bool found;
    struct bench *b = bench_open();
    b->chip.sram_size = 5 * FAKE_RAM_SIZE / 2;
    rtt_init(&b->r, &b->f.t, &b->log);
    OK(rtt_find_all(&b->r, &found));
    assert_false(found);
    assert_int_equal(b->r.search_size, FAKE_RAM_SIZE);
    put_block(b, FAKE_RAM_BASE + 0x200);
    OK(rtt_find_all(&b->r, &found));
    assert_true(found);
    rtt_init(&b->r, &b->f.t, &b->log);
    OK(rtt_erase_blocks(&b->r));
    OK(rtt_find_all(&b->r, &found));
    assert_false(found);
    free(b);
}

// Its channels would lie across the end of a RAM that is smaller than believed.
static void words_that_look_like_a_block_do_not_hide_one(void **state)
{
    (void)state;
    bool found;
    struct bench *b = bench_open();
    b->chip.sram_size = 2 * FAKE_RAM_SIZE;
    rtt_init(&b->r, &b->f.t, &b->log);
    put_block(b, FAKE_RAM_BASE + FAKE_RAM_SIZE - 0x200);
    put_word(b, b->block + 16, 16);
    put_word(b, b->block + 20, 16);
    for (uint32_t at = b->block + 24; at + 24 <= FAKE_RAM_BASE + FAKE_RAM_SIZE; at += 24)
        put_channel(b, at, 0, 0, 0);
    put_block(b, FAKE_RAM_BASE + FAKE_RAM_SIZE - 0x80);
    OK(rtt_find_all(&b->r, &found));
    assert_true(found);
    assert_int_equal(b->r.block, b->block);
    free(b);
}

static void a_lost_target_is_an_error(void **state)
{
    (void)state;
    uint8_t data[8];
    size_t len;
    bool found;
    struct bench *b = bench_with_block(FAKE_RAM_BASE + 0x200);
    b->f.t.state = TARGET_LOST;
    assert_int_equal(rtt_read(&b->r, 0, data, sizeof data, &len), ERR_NO_TARGET);
    assert_int_equal(rtt_write(&b->r, 0, data, 1, &len), ERR_NO_TARGET);
    rtt_forget(&b->r);
    assert_int_equal(rtt_find(&b->r, &found), ERR_NO_TARGET);
    assert_false(found);
    free(b);
}

// The next program's block may lie further behind than this one.
static void a_program_that_starts_afresh_is_not_taken_for_the_one_before(void **state)
{
    (void)state;
    struct bench *b = bench_with_block(FAKE_RAM_BASE + 0x200);
    OK(rtt_retire(&b->r));
    assert_false(find(b, 4));
    put_block(b, FAKE_RAM_BASE + 0x400);
    OK(rtt_erase_blocks(&b->r));
    assert_false(find(b, 4));
    put_block(b, FAKE_RAM_BASE + 0x400);
    OK(rtt_retire(&b->r)); // not found yet
    assert_false(find(b, 4));
    put_block(b, FAKE_RAM_BASE + 0x600);
    assert_true(find(b, 4));
    assert_int_equal(b->r.block, FAKE_RAM_BASE + 0x600);
    free(b);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_control_block_is_found_wherever_it_is),
        cmocka_unit_test(a_block_over_the_edge_of_two_looks_is_found),
        cmocka_unit_test(there_may_be_none_yet),
        cmocka_unit_test(a_block_that_makes_no_sense_is_none),
        cmocka_unit_test(ram_that_ends_sooner_than_believed_is_searched_to_its_end),
        cmocka_unit_test(a_known_address_is_not_searched),
        cmocka_unit_test(channels_have_names),
        cmocka_unit_test(what_the_program_prints_is_read_once),
        cmocka_unit_test(a_small_reader_gets_a_part),
        cmocka_unit_test(channels_that_do_not_exist_are_silent),
        cmocka_unit_test(a_down_channel_takes_what_it_has_room_for),
        cmocka_unit_test(a_block_that_was_overwritten_is_looked_for_again),
        cmocka_unit_test(a_reset_forgets_the_block),
        cmocka_unit_test(a_program_that_starts_afresh_is_not_taken_for_the_one_before),
        cmocka_unit_test(words_that_look_like_a_block_do_not_hide_one),
        cmocka_unit_test(a_lost_target_is_an_error),
    };
    return cmocka_run_group_tests_name("rtt", tests, NULL, NULL);
}
