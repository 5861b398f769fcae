// SPDX-License-Identifier: MIT
// Accesses put together: what goes to the probe, in how many commands, and what becomes of a list
// that the probe does not carry out as it should.
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "swd/mem_batch.h"
#include "tests/unit/choose.h"
#include "tests/unit/script_link.h"

#define RAM 0x20000000u
#define SCS 0xe000ed00u

enum { AP = 5, ADDR = 1, WRITE = 2, READ = 3, GOOD = 0x80, WAIT = 0x10, FAULT = 0x11 };

struct item {
    uint8_t opcode;
    uint32_t payload, result, status;
};

// Commands 51 and 52 with these items.
static void script_list(struct script *s, const struct item *item, unsigned n)
{
    uint8_t out[5 * 64 + 3] = {0}, in[8 * 64];
    char command[32];
    const size_t opcodes = (n + 3) & ~3u;
    for (unsigned i = 0; i < n; i++) {
        out[i] = item[i].opcode;
        put_le32(out + opcodes + 4 * (size_t)i, item[i].payload);
        put_le32(in + 4 * (size_t)i, item[i].result);
        put_le32(in + 4 * (size_t)(n + i), item[i].status);
    }
    snprintf(command, sizeof command, "f2 51 %02x", n);
    script_write(s, command, out, opcodes + 4 * (size_t)n);
    script_read_data(s, "f2 52", in, 8 * (size_t)n);
}

static void three_scattered_words_are_one_list(void **state)
{
    (void)state;
    static const struct item items[] = {{AP, 0, 0, GOOD},
                                        {READ, SCS, 0x410cc200, GOOD},
                                        {ADDR, RAM + 8, 0, GOOD},
                                        {WRITE, 0x11223344, 0, GOOD},
                                        {READ, RAM, 0x55667788, GOOD}};
    struct script s;
    struct mem_batch b;
    uint32_t cpuid = 0, word = 0;
    script_start(&s, 2, 32);
    script_list(&s, items, 5);
    mem_batch_begin(&b, &s.mem);
    mem_batch_read(&b, SCS, &cpuid);
    mem_batch_write(&b, RAM + 8, 0x11223344);
    mem_batch_read(&b, RAM, &word);
    assert_int_equal(mem_batch_room(&b), 64 - 5);
    OK(mem_batch_run(&b));
    assert_int_equal(cpuid, 0x410cc200);
    assert_int_equal(word, 0x55667788);
    assert_int_equal(b.count, 0);
    script_end(&s);
}

// Two commands for two words are no more than a list is.
static void two_words_are_two_commands(void **state)
{
    (void)state;
    struct script s;
    struct mem_batch b;
    uint32_t word;
    script_start(&s, 2, 37);
    script_write_word(&s, RAM, 1);
    script_word(&s, RAM + 8, 2);
    mem_batch_begin(&b, &s.mem);
    mem_batch_write(&b, RAM, 1);
    mem_batch_read(&b, RAM + 8, &word);
    OK(mem_batch_run(&b));
    assert_int_equal(word, 2);
    script_end(&s);
}

static void older_firmware_gets_commands_and_blocks(void **state)
{
    (void)state;
    static const struct {
        unsigned hardware, jtag;
    } probes[] = {{2, 31}, {2, 15}, {3, 1}};
    for (unsigned i = 0; i < 3; i++) {
        struct script s;
        struct mem_batch b;
        uint32_t word[4] = {0};
        uint8_t row[12];
        for (unsigned k = 0; k < 3; k++)
            put_le32(row + 4 * (size_t)k, k + 1);
        script_start(&s, probes[i].hardware, probes[i].jtag);
        script_word(&s, SCS, 9);
        script_block_read(
            &s, (struct script_block){.opcode = 0x07, .addr = RAM, .len = 12, .status = GOOD}, row);
        script_write_word(&s, RAM, 5);
        mem_batch_begin(&b, &s.mem);
        mem_batch_read(&b, SCS, &word[3]);
        for (unsigned k = 0; k < 3; k++)
            mem_batch_read(&b, RAM + 4 * k, &word[k]);
        mem_batch_write(&b, RAM, 5);
        assert_int_equal(mem_batch_room(&b), 0);
        assert_false(mem_batch_is_cheap(&s.mem));
        OK(mem_batch_run(&b));
        for (unsigned k = 0; k < 3; k++)
            assert_int_equal(word[k], k + 1);
        assert_int_equal(word[3], 9);
        script_end(&s);
    }
}

static void a_long_batch_is_several_lists(void **state)
{
    (void)state;
    struct item first[64] = {{AP, 0, 0, GOOD}}, second[8] = {{AP, 0, 0, GOOD}};
    uint32_t word[70];
    struct script s;
    struct mem_batch b;
    for (unsigned i = 0; i < 70; i++)
        *(i < 63 ? &first[1 + i] : &second[1 + i - 63]) = (struct item){READ, RAM + 8 * i, i, GOOD};
    script_start(&s, 2, 37);
    script_list(&s, first, 64);
    script_list(&s, second, 8);
    mem_batch_begin(&b, &s.mem);
    for (unsigned i = 0; i < 70; i++)
        mem_batch_read(&b, RAM + 8 * i, &word[i]);
    assert_int_equal(mem_batch_room(&b), 64 - 8);
    OK(mem_batch_run(&b));
    for (unsigned i = 0; i < 70; i++)
        assert_int_equal(word[i], i);
    script_end(&s);
}

static void add_three_reads(struct mem_batch *b, const struct mem_ap *mem, uint32_t word[3])
{
    mem_batch_begin(b, mem);
    for (unsigned i = 0; i < 3; i++)
        mem_batch_read(b, RAM + 16 * i, &word[i]);
}

static void what_fails_in_a_list_is_done_again_by_itself(void **state)
{
    (void)state;
    static const struct item items[] = {{AP, 0, 0, GOOD},
                                        {READ, RAM, 7, GOOD},
                                        {READ, RAM + 16, 0, WAIT},
                                        {READ, RAM + 32, 0, WAIT}};
    struct script s;
    struct mem_batch b;
    uint32_t word[3];
    script_start(&s, 2, 37);
    script_list(&s, items, 4);
    script_read(&s, "f2 46 ff ff 00 00 1e", "80 00");
    script_word(&s, RAM + 16, 8);
    script_word(&s, RAM + 32, 9);
    add_three_reads(&b, &s.mem, word);
    OK(mem_batch_run(&b));
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(word[i], 7 + i);
    script_end(&s);
}

static void a_fault_is_told_with_its_address(void **state)
{
    (void)state;
    static const struct item items[] = {{AP, 0, 0, GOOD},
                                        {READ, RAM, 7, GOOD},
                                        {READ, RAM + 16, 0, FAULT},
                                        {READ, RAM + 32, 0, FAULT}};
    struct script s;
    struct mem_batch b;
    uint32_t word[3];
    script_start(&s, 2, 37);
    script_list(&s, items, 4);
    script_read(&s, "f2 46 ff ff 00 00 1e", "80 00");
    script_word_status(&s, RAM + 16, FAULT);
    add_three_reads(&b, &s.mem, word);
    assert_int_equal(mem_batch_run(&b), ERR_FAULT);
    assert_non_null(strstr(s.log.sentence, "0x20000010"));
    assert_int_equal(s.st.probe.fault_address, RAM + 16);
    script_end(&s);
}

// From then on there are no lists, until the probe is opened again.
static void an_odd_answer_is_the_last_list(void **state)
{
    (void)state;
    static const struct item odd[][4] = {
        {{AP, 0, 0, GOOD}, {READ, RAM, 7, GOOD}, {READ, RAM + 16, 8, 0}, {READ, RAM + 32, 9, GOOD}},
        {{AP, 0, 0, 0x1d},
         {READ, RAM, 7, GOOD},
         {READ, RAM + 16, 8, GOOD},
         {READ, RAM + 32, 9, GOOD}},
        {{AP, 0, 0, GOOD},
         {READ, RAM, 7, GOOD},
         {READ, RAM + 16, 8, 0x180},
         {READ, RAM + 32, 9, GOOD}},
    };
    for (unsigned i = 0; i < 3; i++) {
        struct script s;
        struct mem_batch b;
        uint32_t word[3];
        script_start(&s, 2, 37);
        script_list(&s, odd[i], 4);
        for (unsigned n = 0; n < 2; n++)
            for (unsigned k = 0; k < 3; k++)
                script_word(&s, RAM + 16 * k, 20 + k);
        for (unsigned n = 0; n < 2; n++) {
            add_three_reads(&b, &s.mem, word);
            OK(mem_batch_run(&b));
            assert_int_equal(word[1], 21);
        }
        assert_false(mem_batch_is_cheap(&s.mem));
        script_end(&s);
    }
}

static void a_stall_and_a_short_answer_are_odd_too(void **state)
{
    (void)state;
    static const struct item items[] = {{AP, 0, 0, GOOD},
                                        {READ, RAM, 7, GOOD},
                                        {READ, RAM + 16, 8, GOOD},
                                        {READ, RAM + 32, 9, GOOD}};
    for (unsigned stall = 0; stall < 2; stall++) {
        struct script s;
        struct mem_batch b;
        uint32_t word[3];
        script_start(&s, 3, 2);
        script_list(&s, items, 4);
        s.steps[1].result = stall ? ERR_PROBE_PROTOCOL : ERR_OK;
        s.steps[1].in_len = stall ? 0 : 31;
        for (unsigned k = 0; k < 3; k++)
            script_word(&s, RAM + 16 * k, 20 + k);
        add_three_reads(&b, &s.mem, word);
        OK(mem_batch_run(&b));
        assert_int_equal(word[0], 20);
        assert_false(mem_batch_is_cheap(&s.mem));
        script_end(&s);
    }
}

static void add_step(struct mem_batch *b, const struct mem_ap *mem, uint32_t word[2])
{
    mem_batch_begin(b, mem);
    mem_batch_read(b, RAM, &word[0]);
    mem_batch_write_once(b, SCS + 0xf0, 0xa05f0005);
    mem_batch_read(b, RAM + 16, &word[1]);
}

// A step that may have been done already is not done again.
static void what_must_not_be_done_twice_is_not(void **state)
{
    (void)state;
    static const struct {
        struct item item[5];
        enum err result;
    } rows[] = {
        // Nobody knows whether the probe went on behind the first read.
        {{{AP, 0, 0, GOOD},
          {READ, RAM, 0, WAIT},
          {ADDR, SCS + 0xf0, 0, GOOD},
          {WRITE, 0xa05f0005, 0, GOOD},
          {READ, RAM + 16, 8, GOOD}},
         ERR_WAIT},
        // Or what it did at all.
        {{{AP, 0, 0, GOOD},
          {READ, RAM, 7, GOOD},
          {ADDR, SCS + 0xf0, 0, GOOD},
          {WRITE, 0xa05f0005, 0, 0},
          {READ, RAM + 16, 8, GOOD}},
         ERR_PROBE_PROTOCOL},
        // The write was done, and the read behind it may be done again.
        {{{AP, 0, 0, GOOD},
          {READ, RAM, 7, GOOD},
          {ADDR, SCS + 0xf0, 0, GOOD},
          {WRITE, 0xa05f0005, 0, GOOD},
          {READ, RAM + 16, 8, WAIT}},
         ERR_OK},
    };
    for (unsigned i = 0; i < 3; i++) {
        struct script s;
        struct mem_batch b;
        uint32_t word[2];
        script_start(&s, 2, 37);
        script_list(&s, rows[i].item, 5);
        if (rows[i].result != ERR_PROBE_PROTOCOL)
            script_read(&s, "f2 46 ff ff 00 00 1e", "80 00");
        if (rows[i].result == ERR_OK)
            script_word(&s, RAM + 16, 8);
        add_step(&b, &s.mem, word);
        assert_int_equal(mem_batch_run(&b), rows[i].result);
        script_end(&s);
    }
}

// One that has been refused with a WAIT was not done.
static void a_step_that_was_refused_is_done(void **state)
{
    (void)state;
    static const struct item items[] = {{AP, 0, 0, GOOD},
                                        {READ, RAM, 7, GOOD},
                                        {ADDR, SCS + 0xf0, 0, GOOD},
                                        {WRITE, 0xa05f0005, 0, WAIT},
                                        {READ, RAM + 16, 8, GOOD}};
    struct script s;
    struct mem_batch b;
    uint32_t word[2];
    script_start(&s, 2, 37);
    script_list(&s, items, 5);
    script_read(&s, "f2 46 ff ff 00 00 1e", "80 00");
    script_write_word(&s, SCS + 0xf0, 0xa05f0005);
    script_word(&s, RAM + 16, 8);
    add_step(&b, &s.mem, word);
    OK(mem_batch_run(&b));
    script_end(&s);
}

static void too_much_is_refused(void **state)
{
    (void)state;
    struct script s;
    struct mem_batch b;
    uint32_t word;
    script_start(&s, 2, 37);
    mem_batch_begin(&b, &s.mem);
    for (unsigned i = 0; i <= MEM_BATCH_MAX; i++)
        mem_batch_read(&b, RAM, &word);
    assert_int_equal(mem_batch_room(&b), 0);
    assert_int_equal(mem_batch_run(&b), ERR_USAGE);
    assert_int_equal(b.count, 0);
    script_end(&s);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_scattered_words_are_one_list),
        cmocka_unit_test(two_words_are_two_commands),
        cmocka_unit_test(older_firmware_gets_commands_and_blocks),
        cmocka_unit_test(a_long_batch_is_several_lists),
        cmocka_unit_test(what_fails_in_a_list_is_done_again_by_itself),
        cmocka_unit_test(a_fault_is_told_with_its_address),
        cmocka_unit_test(an_odd_answer_is_the_last_list),
        cmocka_unit_test(a_stall_and_a_short_answer_are_odd_too),
        cmocka_unit_test(what_must_not_be_done_twice_is_not),
        cmocka_unit_test(a_step_that_was_refused_is_done),
        cmocka_unit_test(too_much_is_refused),
    };
    return cmocka_run_group_tests_name("mem_batch", tests, NULL, NULL);
}
