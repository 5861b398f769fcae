// SPDX-License-Identifier: MIT
// The packets of ITM and DWT: of captures of real chips with the counts that others' decoders give
// as well, and one of each kind by the tables of DDI 0403, appendix D4.
#include "cortex/itm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cortex/tpiu_frames.h"
#include "tests/unit/choose.h"
#include "tests/unit/trace_bytes.h"

#define PACKETS_MAX 1024u

struct bench {
    struct itm itm;
    struct itm_packet packet[PACKETS_MAX];
    unsigned count;
    struct tpiu_frames frames;
    unsigned of_source[256];
};

static void take_packet(void *user, const struct itm_packet *packet)
{
    struct bench *b = user;
    if (b->count < PACKETS_MAX)
        b->packet[b->count] = *packet;
    b->count++;
}

static void take_byte(void *user, unsigned id, uint8_t byte)
{
    struct bench *b = user;
    b->of_source[id]++;
    if (id == 1)
        itm_push(&b->itm, &byte, 1);
}

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    itm_init(&b->itm, take_packet, b);
    tpiu_frames_init(&b->frames, take_byte, b);
    *state = b;
    return b ? 0 : -1;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void push(struct bench *b, const char *hex)
{
    for (; *hex; hex += 2) {
        while (*hex == ' ')
            hex++;
        const char digits[3] = {hex[0], hex[1], '\0'};
        const uint8_t byte = (uint8_t)strtoul(digits, NULL, 16);
        itm_push(&b->itm, &byte, 1);
    }
}

static const struct itm_packet *only(struct bench *b, const char *hex, enum itm_kind kind)
{
    b->count = 0;
    push(b, hex);
    assert_int_equal(b->count, 1);
    assert_string_equal(itm_kind_name(b->packet[0].kind), itm_kind_name(kind));
    return &b->packet[0];
}

// ---- captures -----------------------------------------------------------------------------------

static unsigned count_software(const struct bench *b, unsigned port, unsigned size)
{
    unsigned n = 0;
    for (unsigned i = 0; i < b->count; i++)
        n += b->packet[i].kind == ITM_SOFTWARE && b->packet[i].port == port &&
             b->packet[i].size == size;
    return n;
}

static unsigned count_data(const struct bench *b, enum itm_kind kind, unsigned comparator)
{
    unsigned n = 0;
    for (unsigned i = 0; i < b->count; i++)
        n += b->packet[i].kind == kind && b->packet[i].comparator == comparator;
    return n;
}

static void text_of(const struct bench *b, unsigned port, unsigned size, char *text)
{
    for (unsigned i = 0; i < b->count; i++)
        if (b->packet[i].kind == ITM_SOFTWARE && b->packet[i].port == port &&
            b->packet[i].size == size)
            *text++ = (char)b->packet[i].value;
    *text = '\0';
}

static void f105_is_decoded_to_the_last_packet(void **state)
{
    struct bench *b = *state;
    size_t len;
    char text[64];
    uint8_t *bytes = trace_bytes_all("f105_swo.bytes", &len);
    assert_non_null(bytes);
    assert_int_equal(len, 7856);
    tpiu_frames_push(&b->frames, bytes, len);
    free(bytes);
    assert_int_equal(b->frames.frames, 491);
    assert_int_equal(b->frames.searches, 1);
    assert_int_equal(b->frames.full_syncs + b->frames.half_syncs, 0);
    assert_int_equal(b->of_source[1], 2619);
    assert_int_equal(b->of_source[2], 760);

    assert_int_equal(b->itm.count[ITM_PC_SAMPLE], 393);
    assert_int_equal(b->itm.count[ITM_OVERFLOW], 14);
    assert_int_equal(b->itm.count[ITM_EXCEPTION], 16);
    assert_int_equal(b->itm.count[ITM_SOFTWARE], 97);
    assert_int_equal(count_software(b, 1, 4), 40);
    assert_int_equal(count_software(b, 1, 1), 32);
    assert_int_equal(count_software(b, 0, 1), 25);
    assert_int_equal(count_data(b, ITM_DATA_ADDRESS, 0), 26);
    assert_int_equal(count_data(b, ITM_DATA_VALUE, 0), 26);
    assert_int_equal(count_data(b, ITM_DATA_PC, 1), 9);
    assert_int_equal(count_data(b, ITM_DATA_VALUE, 1), 5);
    // And nothing else: neither a byte that is no packet nor a time.
    assert_int_equal(b->count, 393 + 14 + 16 + 97 + 26 + 26 + 9 + 5);
    text_of(b, 0, 1, text);
    assert_string_equal(text, "OnOffOnOffOnOffOnOffOnOff");
    text_of(b, 1, 1, text);
    assert_string_equal(text, "SortSortSortSortSortSortSortSort");
}

static void f105_exceptions_and_words(void **state)
{
    struct bench *b = *state;
    static const uint32_t sorted[] = {2, 2, 11, 35, 235};
    size_t len;
    unsigned entered = 0, returned = 0, words = 0;
    uint8_t *bytes = trace_bytes_all("f105_swo.bytes", &len);
    assert_non_null(bytes);
    tpiu_frames_push(&b->frames, bytes, len);
    free(bytes);
    for (unsigned i = 0; i < b->count; i++) {
        const struct itm_packet *p = &b->packet[i];
        entered += p->kind == ITM_EXCEPTION && p->number == 44 && p->action == ITM_ENTERED;
        returned += p->kind == ITM_EXCEPTION && p->number == 0 && p->action == ITM_RETURNED;
        if (p->kind == ITM_SOFTWARE && p->port == 1 && p->size == 4)
            assert_int_equal(p->value, sorted[words++ % 5]);
        if (p->kind == ITM_PC_SAMPLE)
            assert_true(!p->asleep && p->value >= 0x08000000 && p->value < 0x08001000);
        if (p->kind == ITM_DATA_VALUE && p->comparator == 1)
            assert_true(p->write && p->value >= 0x1abde && p->value <= 0x1abe2);
    }
    // The exits were all lost in overflows.
    assert_int_equal(entered, 8);
    assert_int_equal(returned, 8);
    assert_int_equal(words, 40);
}

// The reads of a V2 while an STM32L152 counts once a second; between them its program had set
// another baud rate than the probe was told.
static void l152_reads_of_a_v2(void **state)
{
    struct bench *b = *state;
    struct trace_bytes t;
    uint8_t bytes[128];
    char text[64];
    unsigned reads = 0, bad_reads = 0, good_after_bad = 0;
    assert_true(trace_bytes_open(&t, "usb_swv.bytes"));
    for (size_t n; (n = trace_bytes_line(&t, bytes)) > 0; reads++) {
        unsigned at = b->count;
        bool bad = false;
        itm_restart(&b->itm);
        itm_push(&b->itm, bytes, n);
        for (; at < b->count; at++)
            bad |= !itm_is_expected(&b->packet[at], 0);
        bad_reads += bad;
        good_after_bad += bad_reads > 0 && !bad;
    }
    fclose(t.f);
    assert_int_equal(reads, 40);
    assert_int_equal(b->itm.count[ITM_SYNC], 16);
    text_of(b, 0, 1, text);
    assert_string_equal(text, "8901123456");
    // Each of them shows packets that were not asked for, and no other read does.
    assert_int_equal(bad_reads, 17);
    assert_int_equal(good_after_bad, 14);
}

// ---- one of each kind ---------------------------------------------------------------------------

static void software_packets(void **state)
{
    struct bench *b = *state;
    const struct itm_packet *p = only(b, "0141", ITM_SOFTWARE);
    assert_true(p->port == 0 && p->size == 1 && p->value == 0x41);
    p = only(b, "fa3412", ITM_SOFTWARE);
    assert_true(p->port == 31 && p->size == 2 && p->value == 0x1234);
    p = only(b, "0b78563412", ITM_SOFTWARE);
    assert_true(p->port == 1 && p->size == 4 && p->value == 0x12345678);
    // A page moves the ports behind it, until the next one.
    assert_int_equal(only(b, "28", ITM_EXTENSION)->value, 2);
    assert_int_equal(only(b, "0141", ITM_SOFTWARE)->port, 64);
    assert_int_equal(only(b, "08", ITM_EXTENSION)->value, 0);
    assert_int_equal(only(b, "0141", ITM_SOFTWARE)->port, 0);
    // What was taken for one may have been garbled: a synchronization ends it.
    assert_int_equal(only(b, "78", ITM_EXTENSION)->value, 7);
    (void)only(b, "000000000080", ITM_SYNC);
    assert_int_equal(only(b, "0141", ITM_SOFTWARE)->port, 0);
    // One with a continuation, and one of the hardware source, which is no page.
    assert_int_equal(only(b, "b801", ITM_EXTENSION)->value, 0x0b);
    itm_restart(&b->itm);
    assert_int_equal(only(b, "2c", ITM_EXTENSION)->value, 2);
    assert_int_equal(only(b, "0141", ITM_SOFTWARE)->port, 0);
}

static void hardware_packets(void **state)
{
    struct bench *b = *state;
    assert_int_equal(only(b, "0521", ITM_EVENTS)->value, 1 << ITM_CPI | 1 << ITM_CYC);
    const struct itm_packet *p = only(b, "0e2c10", ITM_EXCEPTION);
    assert_true(p->number == 44 && p->action == ITM_ENTERED);
    p = only(b, "0e0f21", ITM_EXCEPTION);
    assert_true(p->number == 0x10f && p->action == ITM_EXITED);
    assert_int_equal(only(b, "0e0030", ITM_EXCEPTION)->action, ITM_RETURNED);
    p = only(b, "1716020008", ITM_PC_SAMPLE);
    assert_true(!p->asleep && p->value == 0x08000216);
    assert_true(only(b, "1500", ITM_PC_SAMPLE)->asleep);
    p = only(b, "7790020008", ITM_DATA_PC);
    assert_true(p->comparator == 3 && p->value == 0x08000290);
    p = only(b, "4e1410", ITM_DATA_ADDRESS);
    assert_true(p->comparator == 0 && p->value == 0x1014);
    p = only(b, "9d07", ITM_DATA_VALUE);
    assert_true(p->comparator == 1 && p->write && p->size == 1 && p->value == 7);
    p = only(b, "a63412", ITM_DATA_VALUE);
    assert_true(p->comparator == 2 && !p->write && p->size == 2 && p->value == 0x1234);
    assert_int_equal(only(b, "dd00", ITM_RESERVED)->value, 0xdd);
}

static void times(void **state)
{
    struct bench *b = *state;
    assert_int_equal(only(b, "10", ITM_LOCAL_TIME)->value, 1);
    assert_int_equal(only(b, "60", ITM_LOCAL_TIME)->value, 6);
    const struct itm_packet *p = only(b, "c007", ITM_LOCAL_TIME);
    assert_true(p->value == 7 && p->late == ITM_IN_TIME);
    p = only(b, "f0ffffff7f", ITM_LOCAL_TIME);
    assert_true(p->value == 0x0fffffff && p->late == ITM_BOTH_LATE);
    assert_int_equal(only(b, "d08101", ITM_LOCAL_TIME)->late, ITM_TIME_LATE);

    p = only(b, "94ffffff7f", ITM_GLOBAL_TIME);
    assert_true(p->time == 0x3ffffff && p->valid == 26 && p->clock_changed && p->wrapped);
    p = only(b, "b481808000", ITM_GLOBAL_TIME);
    assert_true(p->time == 0x7ffffff && p->valid == 48);
    // Only what has changed of the low bits is sent.
    p = only(b, "9405", ITM_GLOBAL_TIME);
    assert_true(p->time == 0x7ffff85 && p->valid == 7 && !p->clock_changed);
    p = only(b, "b4808080808001", ITM_GLOBAL_TIME);
    assert_true(p->time == ((uint64_t)1 << 61 | 0x3ffff85) && p->valid == 64);
}

static void syncs_and_overflows(void **state)
{
    struct bench *b = *state;
    only(b, "70", ITM_OVERFLOW);
    only(b, "000000000080", ITM_SYNC);
    only(b, "0000000000000080", ITM_SYNC);
    b->count = 0;
    push(b, "0130 000000000080 0131");
    assert_int_equal(b->count, 3);
    assert_int_equal(b->packet[1].kind, ITM_SYNC);
    assert_int_equal(b->packet[2].value, 0x31);
}

static void what_is_no_packet(void **state)
{
    struct bench *b = *state;
    static const char *const bytes[] = {"04", "24", "84", "80", "90", "b0"};
    for (unsigned i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
        only(b, bytes[i], ITM_MALFORMED);
    only(b, "0d00", ITM_MALFORMED);       // an exception of one byte
    only(b, "0e2c00", ITM_MALFORMED);     // that does nothing
    only(b, "1501", ITM_MALFORMED);       // a core that sleeps at 1
    only(b, "4d10", ITM_MALFORMED);       // an address of one byte
    only(b, "c080808080", ITM_MALFORMED); // a time without an end
    only(b, "94ffffffff", ITM_MALFORMED);
    // Zeros that no one-bit ends; then what follows is taken for what it is.
    b->count = 0;
    push(b, "0000 0141");
    assert_int_equal(b->count, 3);
    assert_int_equal(b->packet[0].kind, ITM_MALFORMED);
    assert_int_equal(b->packet[2].value, 0x41);
    b->count = 0;
    push(b, "00000000 80");
    assert_int_equal(b->count, 5);
    assert_int_equal(b->itm.count[ITM_SYNC], 0);
}

// Whatever comes, and however it is cut: the same packets, no more of them than bytes.
static void any_bytes_in_any_cut(void **state)
{
    struct bench *b = *state;
    struct bench *other = calloc(1, sizeof *other);
    uint8_t bytes[700];
    uint32_t random = 1;
    assert_non_null(other);
    itm_init(&other->itm, take_packet, other);
    for (unsigned round = 0; round < 200; round++) {
        b->count = other->count = 0;
        for (unsigned i = 0; i < sizeof bytes; i++) {
            random = random * 1664525 + 1013904223;
            bytes[i] = random >> 28 < 6 ? 0 : (uint8_t)(random >> 16);
        }
        itm_push(&b->itm, bytes, sizeof bytes);
        for (unsigned i = 0, n; i < sizeof bytes; i += n) {
            n = 1 + (random >> (i % 24)) % 7;
            n = n < sizeof bytes - i ? n : (unsigned)sizeof bytes - i;
            itm_push(&other->itm, bytes + i, n);
        }
        assert_int_equal(b->count, other->count);
        assert_true(b->count <= sizeof bytes + ITM_PACKET_MAX);
        for (unsigned i = 0; i < b->count && i < PACKETS_MAX; i++) {
            assert_int_equal(b->packet[i].kind, other->packet[i].kind);
            assert_int_equal(b->packet[i].value, other->packet[i].value);
        }
    }
    free(other);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(f105_is_decoded_to_the_last_packet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(f105_exceptions_and_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(l152_reads_of_a_v2, set_up, tear_down),
        cmocka_unit_test_setup_teardown(software_packets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hardware_packets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(times, set_up, tear_down),
        cmocka_unit_test_setup_teardown(syncs_and_overflows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_packet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_bytes_in_any_cut, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
