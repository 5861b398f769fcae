// SPDX-License-Identifier: MIT
// Programming flash, describing the target, monitor commands: server/ over a fake target.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/monitor.h"
#include "server/qxfer.h"
#include "tests/unit/choose.h"
#include "tests/unit/session_bench.h"

static int open_bench(void **state)
{
    *state = bench_open();
    return 0;
}

static int close_bench(void **state)
{
    bench_close(*state);
    return 0;
}

#define bench_test(name)                  cmocka_unit_test_setup_teardown(name, open_bench, close_bench)
#define assert_reply(b, packet, expected) assert_string_equal(bench_ask(b, packet), expected)
#define assert_has(text, part)            assert_non_null(strstr(text, part))
#define assert_error(reply)               assert_true((reply)[0] == 'E')

// Flash.

static const char *flash_write(struct bench *b, uint32_t addr, const uint8_t *data, size_t len)
{
    uint8_t *packet = malloc(32 + len);
    int n = snprintf((char *)packet, 32, "vFlashWrite:%x:", addr);
    memcpy(packet + n, data, len);
    const char *reply = bench_ask_bytes(b, packet, (size_t)n + len);
    free(packet);
    return reply;
}

static void flash_is_programmed_page_by_page_as_the_data_comes(void **state)
{
    struct bench *b = *state;
    uint8_t data[0xc00];
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    assert_reply(b, "vFlashErase:08000000,00001000", "OK");
    assert_string_equal(flash_write(b, 0x08000000, data, sizeof data), "OK");
    assert_memory_equal(b->f.flash, data, sizeof data); // before vFlashDone
    assert_int_equal(b->f.flash_steps, 3);
    assert_string_equal(flash_write(b, 0x08000c00, data, 10), "OK");
    assert_reply(b, "vFlashDone", "OK");
    assert_memory_equal(b->f.flash + 0xc00, data, 10);
    assert_int_equal(b->f.flash_jobs, 0);
    assert_has(b->log_text, "flash:");
}

static void other_packets_wait_while_a_page_is_done(void **state)
{
    struct bench *b = *state;
    uint8_t packet[64 + 0x800] = "vFlashWrite:8000000:";
    bench_ask(b, "vFlashErase:8000000,800");
    assert_null(bench_send(b, packet, 20 + 0x800));
    assert_int_equal(session_wants(&b->s), SESSION_WANT_STEP);
    assert_int_equal(session_feed(&b->s, (const uint8_t *)"$qC#b4", 6), 0);
    assert_null(bench_tick(b, 1));
    assert_string_equal(bench_tick(b, 1), "OK");
    assert_string_equal(bench_raw(b, "$qC#b4", 6), "QC1");
}

static void an_interrupt_ends_programming_and_the_next_load_works(void **state)
{
    struct bench *b = *state;
    uint8_t packet[64 + 0x800] = "vFlashWrite:8000000:";
    bench_ask(b, "vFlashErase:8000000,800");
    assert_null(bench_send(b, packet, 20 + 0x800));
    assert_null(bench_tick(b, 1));
    assert_error(bench_raw(b, "\x03", 1));
    assert_int_equal(b->f.flash_jobs, 0);
    assert_has(b->log_text, "incomplete");
    bench_ask(b, "vFlashErase:8000000,800");
    assert_string_equal(flash_write(b, 0x08000000, packet, 4), "OK");
    assert_reply(b, "vFlashDone", "OK");
}

// GDB sets the Thumb bit in the copy of xPSR that it has: of the rest the reset knows better.
static void what_gdb_writes_of_an_old_xpsr_after_a_load_is_the_thumb_bit(void **state)
{
    struct bench *b = *state;
    static const uint8_t word[4];
    uint64_t *xpsr = &b->f.regs[CORTEXM_XPSR];
    *xpsr = 3;
    bench_ask(b, "p19");
    b->f.load_replaces = true;
    bench_ask(b, "vFlashErase:8000000,400");
    assert_string_equal(flash_write(b, 0x08000000, word, 4), "OK");
    assert_reply(b, "vFlashDone", "OK");
    assert_int_equal(b->f.reset_halts, 1);
    *xpsr = 0xc0000000;
    assert_reply(b, "P19=03000001", "OK");
    assert_int_equal(*xpsr, 0xc1000000);
    // What is more than that is meant, and so is everything when GDB has read the new ones.
    assert_reply(b, "P19=05000001", "OK");
    assert_int_equal(*xpsr, 0x01000005);
    *xpsr = 0;
    bench_ask(b, "g");
    assert_reply(b, "P19=03000001", "OK");
    assert_int_equal(*xpsr, 0x01000003);
    // The same after a reset that GDB does not know of; it has what it wrote itself.
    assert_reply(b, "P19=03000000", "OK");
    bench_monitor(b, "reset halt");
    *xpsr = 0;
    assert_reply(b, "P19=03000001", "OK");
    assert_int_equal(*xpsr, 0x01000000);
}

static void a_load_that_replaces_nothing_resets_nothing(void **state)
{
    struct bench *b = *state;
    static const uint8_t word[4];
    bench_ask(b, "vFlashErase:8000000,400");
    assert_string_equal(flash_write(b, 0x08000000, word, 4), "OK");
    assert_reply(b, "vFlashDone", "OK");
    b->f.load_replaces = true;
    bench_ask(b, "vFlashErase:8000000,400"); // nothing is written
    assert_reply(b, "vFlashDone", "OK");
    assert_int_equal(b->f.resets, 0);
    assert_reply(b, "P19=03000001", "OK");
    assert_int_equal(b->f.regs[CORTEXM_XPSR], 0x01000003);
}

static void an_interrupt_between_two_packets_ends_programming(void **state)
{
    struct bench *b = *state;
    static const char *const seconds[] = {"vFlashErase:8000800,400", "vFlashDone"};
    uint8_t packet[64] = "vFlashWrite:8000000:";
    for (unsigned i = 0; i < 3; i++) {
        bench_ask(b, "vFlashErase:8000000,800");
        assert_string_equal(flash_write(b, 0x08000000, packet, 4), "OK");
        assert_null(bench_raw(b, "\x03", 1));
        assert_error(i < 2 ? bench_ask(b, seconds[i]) : flash_write(b, 0x08000004, packet, 4));
        assert_has(b->log_text, "interrupted");
        assert_int_equal(b->f.flash_jobs, 0);
        b->log_text[0] = '\0';
    }
    // Instead of the rest the program goes on: it is the one that is interrupted.
    bench_ask(b, "vFlashErase:8000000,800");
    assert_null(bench_raw(b, "\x03", 1));
    assert_memory_equal(bench_ask(b, "vCont;c"), "T02", 3);
}

static void a_connection_cut_while_programming_ends_the_job(void **state)
{
    struct bench *b = *state;
    uint8_t packet[64 + 0x800] = "vFlashWrite:8000000:";
    bench_ask(b, "vFlashErase:8000000,800");
    bench_send(b, packet, 20 + 0x800);
    session_end(&b->s);
    assert_int_equal(b->f.flash_jobs, 0);
    assert_has(b->log_text, "incomplete");
    // In the middle of the packet itself, too.
    bench_reconnect(b);
    bench_ask(b, "vFlashErase:8000000,800");
    bench_raw(b, "$vFlashWrite:8000000:abc", 24);
    session_end(&b->s);
    assert_int_equal(b->f.flash_jobs, 0);
    assert_has(b->log_text, "in the middle of a packet");
}

static void programming_that_is_left_unfinished_ends_before_the_program_runs(void **state)
{
    struct bench *b = *state;
    uint8_t data[8] = {0};
    bench_ask(b, "vFlashErase:8000000,400");
    flash_write(b, 0x08000000, data, sizeof data);
    assert_null(bench_ask(b, "vCont;c"));
    assert_int_equal(b->f.flash_jobs, 0);
    assert_has(b->console, "Programming was given up before its end: the flash is incomplete");
}

static void a_page_that_fails_is_an_error_that_is_explained(void **state)
{
    struct bench *b = *state;
    uint8_t data[0x400] = {0};
    bench_ask(b, "vFlashErase:8000000,400");
    b->f.fail_flash_step = ERR_FLASH;
    assert_string_equal(flash_write(b, 0x08000000, data, sizeof data), "E01");
    assert_has(b->log_text, "flash was made to fail; the flash is incomplete");
    assert_error(bench_ask(b, "vFlashDone"));
    bench_monitor(b, "version");
    assert_has(b->console, "flash was made to fail");
}

static void flash_packets_out_of_place_are_errors(void **state)
{
    struct bench *b = *state;
    uint8_t data[4] = {0};
    assert_error(bench_ask(b, "vFlashDone"));
    assert_error(flash_write(b, 0x08000000, data, 4));
    assert_error(bench_ask(b, "vFlashErase:"));
    assert_error(bench_ask(b, "vFlashErase:8000000"));
    assert_error(bench_ask(b, "vFlashErase:8000000,400x"));
    assert_error(bench_ask(b, "vFlashErase:20000000,400"));
    assert_error(bench_ask(b, "vFlashErase:8000000,ffffffff"));
    assert_error(bench_ask(b, "vFlashWrite:"));
    assert_int_equal(b->f.flash_jobs, 0);
    bench_ask(b, "vFlashErase:8000000,400");
    assert_error(flash_write(b, 0x08000400, data, 4)); // not erased
    assert_int_equal(b->f.flash_jobs, 0);
}

static void a_protected_chip_says_what_to_do(void **state)
{
    struct bench *b = *state;
    b->f.t.id.rdp_level = 1;
    assert_reply(b, "vFlashErase:8000000,400", "E01");
    assert_has(b->log_text, "swdlink unlock");
    bench_monitor(b, "halt");
    assert_has(b->console, "swdlink unlock");
    bench_ask(b, "qSupported:error-message+");
    assert_reply(b, "vFlashErase:8000000,400", "E.read protection is active: `swdlink unlock`");
}

// Descriptions.

// Elements open and close in order, attributes are quoted: enough for documents without text
// content tricks.
static void assert_well_formed(const char *xml)
{
    const char *open[16];
    size_t depth = 0, elements = 0;
    for (const char *p = strchr(xml, '<'); p; p = strchr(p, '<')) {
        const char *end = strchr(p, '>');
        assert_non_null(end);
        if (p[1] == '?' || p[1] == '!') {
            p = end;
            continue;
        }
        bool closing = p[1] == '/';
        const char *name = p + 1 + closing;
        size_t len = strcspn(name, " />");
        unsigned quotes = 0;
        for (const char *q = p; q < end; q++)
            quotes += *q == '"';
        assert_int_equal(quotes % 2, 0);
        if (closing) {
            assert_true(depth > 0);
            depth--;
            assert_memory_equal(open[depth], name, len);
        } else if (end[-1] != '/') {
            assert_true(depth < 16);
            open[depth++] = name;
            elements++;
        }
        p = end;
    }
    assert_int_equal(depth, 0);
    assert_true(elements > 0);
}

static void the_documents_are_well_formed(void **state)
{
    struct bench *b = *state;
    void (*const make[])(struct qxfer_text *, const struct target *) = {
        qxfer_target_xml, qxfer_memory_map, qxfer_threads};
    for (unsigned i = 0; i < 3; i++) {
        struct qxfer_text x = {.len = 0};
        make[i](&x, &b->f.t);
        assert_int_equal(strlen(x.text), x.len);
        assert_true(x.len < sizeof x.text / 2);
        assert_well_formed(x.text);
    }
}

static void the_target_description_has_the_registers_of_this_core(void **state)
{
    struct bench *b = *state;
    struct qxfer_text x = {.len = 0};
    qxfer_target_xml(&x, &b->f.t);
    assert_has(x.text, "<architecture>arm</architecture>\n<osabi>none</osabi>");
    assert_has(x.text, "<feature name=\"org.gnu.gdb.arm.m-profile\">");
    assert_has(x.text, "<reg name=\"xpsr\" bitsize=\"32\" regnum=\"25\"");
    assert_has(x.text, "<reg name=\"control\" bitsize=\"32\" regnum=\"29\"");
    assert_null(strstr(x.text, "basepri"));
    b->f.t.core.caps.arch = CORE_ARMV7M;
    x.len = 0;
    qxfer_target_xml(&x, &b->f.t);
    assert_has(x.text, "basepri");
    assert_null(strstr(x.text, "arm.vfp"));
    b->f.t.core.caps.fpu = true;
    x.len = 0;
    qxfer_target_xml(&x, &b->f.t);
    assert_has(x.text, "<feature name=\"org.gnu.gdb.arm.vfp\">");
    assert_has(x.text, "<reg name=\"fpscr\" bitsize=\"32\" regnum=\"32\"");
    assert_has(x.text, "<reg name=\"d15\" bitsize=\"64\" regnum=\"48\" type=\"ieee_double\"");
    assert_has(x.text, "</target>\n");
}

// They are read one by one, so that a stop does not cost 33 commands more.
static void registers_of_the_fpu_are_asked_for_one_by_one(void **state)
{
    struct bench *b = *state;
    b->f.t.core.caps = (struct core_caps){.arch = CORE_ARMV7M, .fpu = true};
    assert_int_equal(strlen(bench_ask(b, "g")), 8 * 23);
    b->f.regs[CORTEXM_D0 + 1] = 0x1122334455667788u;
    assert_string_equal(bench_ask(b, "p22"), "8877665544332211");
    assert_string_equal(bench_ask(b, "P22=0102030405060708"), "OK");
    assert_true(b->f.regs[CORTEXM_D0 + 1] == 0x0807060504030201u);
    assert_string_equal(bench_ask(b, "p20"), "1b030201"); // fpscr
}

static void the_memory_map_tells_the_true_geometry(void **state)
{
    struct bench *b = *state;
    struct qxfer_text x = {.len = 0};
    qxfer_memory_map(&x, &b->f.t);
    assert_has(x.text, "<memory type=\"flash\" start=\"0x08000000\" length=\"0x8000\"><property "
                       "name=\"blocksize\">0x400</property></memory>");
    assert_has(x.text, "<memory type=\"ram\" start=\"0x20000000\" length=\"0x1000\"/>");
    b->f.t.region_count = 0; // a chip that nobody knows
    x.len = 0;
    qxfer_memory_map(&x, &b->f.t);
    assert_has(x.text, "<memory type=\"flash\" start=\"0x00000000\" length=\"0x20000000\">");
    assert_has(x.text, "<memory type=\"ram\" start=\"0x20000000\"");
}

static void documents_come_in_pieces(void **state)
{
    struct bench *b = *state;
    struct qxfer_text x = {.len = 0};
    qxfer_memory_map(&x, &b->f.t);
    char whole[sizeof x.text] = "", packet[64];
    for (size_t offset = 0;; offset = strlen(whole)) {
        snprintf(packet, sizeof packet, "qXfer:memory-map:read::%zx,40", offset);
        const char *r = bench_ask(b, packet);
        assert_true(r[0] == 'm' || r[0] == 'l');
        strcat(whole, r + 1);
        if (r[0] == 'l')
            break;
    }
    assert_string_equal(whole, x.text);
    assert_true(bench_ask(b, "qXfer:threads:read::0,ffffffff")[0] == 'l');
    assert_true(bench_ask(b, "qXfer:features:read:target.xml:0,ffff")[0] == 'l');
}

static void pieces_out_of_a_document_are_errors(void **state)
{
    struct bench *b = *state;
    struct qxfer_text x = {.len = 0};
    char packet[64];
    qxfer_memory_map(&x, &b->f.t);
    snprintf(packet, sizeof packet, "qXfer:memory-map:read::%zx,10", x.len);
    assert_reply(b, packet, "l");
    snprintf(packet, sizeof packet, "qXfer:memory-map:read::%zx,10", x.len + 1);
    assert_error(bench_ask(b, packet));
    assert_error(bench_ask(b, "qXfer:memory-map:read::ffffffff,ffffffff"));
    assert_error(bench_ask(b, "qXfer:memory-map:read::0"));
    assert_error(bench_ask(b, "qXfer:memory-map:read::"));
    assert_error(bench_ask(b, "qXfer:memory-map:read:x:0,10"));
    assert_error(bench_ask(b, "qXfer:features:read:other.xml:0,10"));
}

// Monitor.

static void monitor_help_lists_the_words(void **state)
{
    struct bench *b = *state;
    assert_string_equal(bench_monitor(b, "help"), "OK");
    assert_has(b->console, "reset [halt|init|run]");
    assert_has(b->console, "vector_catch");
    assert_string_equal(bench_monitor(b, ""), "OK");
    assert_has(b->console, "reset [halt|init|run]");
}

static void monitor_reset_halts_unless_told_to_run(void **state)
{
    struct bench *b = *state;
    static const char *const halting[] = {"reset", "reset halt", "reset init", " reset  halt ",
                                          "jtag_reset"};
    for (unsigned i = 0; i < sizeof halting / sizeof halting[0]; i++) {
        assert_string_equal(bench_monitor(b, halting[i]), "OK");
        assert_int_equal(b->f.reset_halts, i + 1);
        assert_has(b->console, "0x08000100");
    }
    assert_string_equal(bench_monitor(b, "reset run"), "OK");
    assert_int_equal(b->f.t.state, TARGET_RUNNING);
    assert_string_equal(bench_monitor(b, "halt"), "OK");
    assert_int_equal(b->f.t.state, TARGET_HALTED);
    assert_string_equal(bench_monitor(b, "reset hlat"), "E01");
    assert_has(b->console, "hlat");
}

static void a_target_let_run_by_monitor_can_be_waited_for(void **state)
{
    struct bench *b = *state;
    bench_monitor(b, "resume");
    assert_int_equal(b->f.resumes, 1);
    assert_null(bench_ask(b, "vCont;c"));
    assert_int_equal(b->f.resumes, 1);
    assert_memory_equal(bench_raw(b, "\x03", 1), "T02", 3);
}

static void an_unknown_word_is_an_error_that_names_the_nearest(void **state)
{
    struct bench *b = *state;
    assert_string_equal(bench_monitor(b, "rest halt"), "E01");
    assert_has(b->console, "did you mean `monitor reset`?");
    assert_string_equal(bench_monitor(b, "xyzzyxyzzyxyzzyxyzzyxyzzyxyzzyxyzzyxyzzy"), "E01");
    assert_null(strstr(b->console, "did you mean"));
    assert_has(b->console, "monitor help");
}

static void what_ides_send_by_habit_is_answered_with_ok(void **state)
{
    struct bench *b = *state;
    static const char *const words[] = {
        "init",    "gdb_sync", "semihosting enable", "arm semihosting enable", "rtt start", "tpiu",
        "sleep 5", "delay 5"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_string_equal(bench_monitor(b, words[i]), "OK");
}

static void sleeping_waits_and_can_be_cut_short(void **state)
{
    struct bench *b = *state;
    assert_null(bench_send(b, "qRcmd,736c656570203130", 22)); // sleep 10
    session_tick(&b->s, 1000);
    session_tick(&b->s, 1009);
    assert_null(bench_raw(b, "", 0));
    session_tick(&b->s, 1010);
    assert_string_equal(bench_raw(b, "", 0), "OK");
    assert_null(bench_send(b, "qRcmd,736c656570203130", 22));
    assert_string_equal(bench_raw(b, "\x03", 1), "OK");
    assert_string_equal(bench_monitor(b, "sleep"), "E01");
    assert_string_equal(bench_monitor(b, "sleep 99999999999"), "E01");
}

static void after_gdb_sync_a_step_only_fetches_the_state(void **state)
{
    struct bench *b = *state;
    bench_monitor(b, "gdb_sync");
    assert_memory_equal(bench_ask(b, "vCont;s:1"), "T05", 3);
    assert_int_equal(b->f.steps, 0);
    assert_null(bench_ask(b, "vCont;s:1"));
    assert_int_equal(b->f.steps, 1);
}

static void monitor_info_tells_what_there_is(void **state)
{
    struct bench *b = *state;
    assert_string_equal(bench_monitor(b, "info"), "OK");
    assert_has(b->console, "a chip that is not there");
    assert_has(b->console, "V2J37S7");
    assert_has(b->console, "3.29 V");
}

static void vector_catch_is_shown_and_changed(void **state)
{
    struct bench *b = *state;
    assert_string_equal(bench_monitor(b, "vector_catch hard"), "OK");
    assert_int_equal(b->f.t.core.vcatch, DEMCR_VC_HARDERR);
    assert_has(b->console, "HardFault yes, reset no");
    bench_monitor(b, "vector_catch none");
    assert_int_equal(b->f.t.core.vcatch, 0);
    assert_string_equal(bench_monitor(b, "vector_catch soft"), "E01");
    assert_string_equal(bench_monitor(b, "vector_catch bus"), "E01"); // not in ARMv6-M
    b->f.t.core.caps.arch = CORE_ARMV7M;
    assert_string_equal(bench_monitor(b, "vector_catch bus mm"), "OK");
    assert_int_equal(b->f.t.core.vcatch, DEMCR_VC_BUSERR | DEMCR_VC_MMERR);
    bench_monitor(b, "vector_catch all");
    assert_int_equal(b->f.t.core.vcatch, 0x7f1);
}

static void malformed_monitor_packets_are_errors(void **state)
{
    struct bench *b = *state;
    assert_error(bench_ask(b, "qRcmd,7"));
    assert_error(bench_ask(b, "qRcmd,zz"));
    char packet[6 + 2 * 600 + 1] = "qRcmd,";
    memset(packet + 6, '6', 2 * 600);
    assert_error(bench_ask(b, packet));
    assert_reply(b, "qC", "QC1");
}

static void a_client_that_does_not_read_is_not_answered_without_end(void **state)
{
    struct bench *b = *state;
    const char packet[] = "$m8000000,2000#b3";
    unsigned asked = 0;
    for (unsigned i = 0; i < FAKE_FLASH_SIZE; i++)
        b->f.flash[i] = (uint8_t)i; // nothing that could be told shorter
    while (asked < 1000 && session_feed(&b->s, (const uint8_t *)packet, sizeof packet - 1) > 0)
        asked++;
    assert_true(asked > 1 && asked < 10);
    assert_true(b->s.out_len < SESSION_OUT_SIZE);
    session_sent(&b->s, b->s.out_len);
    assert_reply(b, "qC", "QC1");
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(flash_is_programmed_page_by_page_as_the_data_comes),
        bench_test(other_packets_wait_while_a_page_is_done),
        bench_test(an_interrupt_ends_programming_and_the_next_load_works),
        bench_test(what_gdb_writes_of_an_old_xpsr_after_a_load_is_the_thumb_bit),
        bench_test(a_load_that_replaces_nothing_resets_nothing),
        bench_test(an_interrupt_between_two_packets_ends_programming),
        bench_test(a_connection_cut_while_programming_ends_the_job),
        bench_test(programming_that_is_left_unfinished_ends_before_the_program_runs),
        bench_test(a_page_that_fails_is_an_error_that_is_explained),
        bench_test(flash_packets_out_of_place_are_errors),
        bench_test(a_protected_chip_says_what_to_do),
        bench_test(the_documents_are_well_formed),
        bench_test(the_target_description_has_the_registers_of_this_core),
        bench_test(the_memory_map_tells_the_true_geometry),
        bench_test(documents_come_in_pieces),
        bench_test(pieces_out_of_a_document_are_errors),
        bench_test(monitor_help_lists_the_words),
        bench_test(monitor_reset_halts_unless_told_to_run),
        bench_test(a_target_let_run_by_monitor_can_be_waited_for),
        bench_test(an_unknown_word_is_an_error_that_names_the_nearest),
        bench_test(what_ides_send_by_habit_is_answered_with_ok),
        bench_test(sleeping_waits_and_can_be_cut_short),
        bench_test(after_gdb_sync_a_step_only_fetches_the_state),
        bench_test(monitor_info_tells_what_there_is),
        bench_test(registers_of_the_fpu_are_asked_for_one_by_one),
        bench_test(vector_catch_is_shown_and_changed),
        bench_test(malformed_monitor_packets_are_errors),
        bench_test(a_client_that_does_not_read_is_not_answered_without_end),
    };
    return cmocka_run_group_tests_name("session_services", tests, NULL, NULL);
}
