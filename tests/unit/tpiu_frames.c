// SPDX-License-Identifier: MIT
// TPIU frames: their beginning is found in a capture from each of its bytes on, and by syncs; and a
// formatter of this file (after ARM IHI 0029) makes frames that are taken apart again.
#include "cortex/tpiu_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/choose.h"
#include "tests/unit/trace_bytes.h"

#define OUT_MAX 65536u

struct bench {
    struct tpiu_frames frames;
    uint8_t byte[OUT_MAX], id[OUT_MAX];
    size_t count;
};

static void take_byte(void *user, unsigned id, uint8_t byte)
{
    struct bench *b = user;
    if (b->count < OUT_MAX) {
        b->byte[b->count] = byte;
        b->id[b->count] = (uint8_t)id;
    }
    b->count++;
}

static struct bench *open_bench(void)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    tpiu_frames_init(&b->frames, take_byte, b);
    return b;
}

// ---- a formatter --------------------------------------------------------------------------------

struct formatter {
    uint8_t out[OUT_MAX];
    size_t len;
    uint8_t frame[TPIU_FRAME_SIZE];
    unsigned fill, id;
};

static void end_frame(struct formatter *f)
{
    memcpy(f->out + f->len, f->frame, TPIU_FRAME_SIZE);
    f->len += TPIU_FRAME_SIZE;
    memset(f->frame, 0, sizeof f->frame);
    f->fill = 0;
}

static void put_data(struct formatter *f, uint8_t byte)
{
    if (f->fill % 2 == 0) {
        f->frame[f->fill] = byte & 0xfe;
        f->frame[15] = (uint8_t)(f->frame[15] | (byte & 1) << f->fill / 2);
    } else {
        f->frame[f->fill] = byte;
    }
    if (++f->fill == TPIU_FRAME_SIZE - 1)
        end_frame(f);
}

// A change of source goes to an even place: behind the byte if that place is odd.
static void format(struct formatter *f, unsigned id, uint8_t byte)
{
    if (id == f->id) {
        put_data(f, byte);
        return;
    }
    f->id = id;
    if (f->fill % 2 == 0) {
        f->frame[f->fill++] = (uint8_t)(id << 1 | 1);
        if (f->fill == TPIU_FRAME_SIZE - 1)
            end_frame(f);
        put_data(f, byte);
        return;
    }
    // The byte before becomes the one behind the change.
    const unsigned at = f->fill - 1;
    const uint8_t before = (uint8_t)(f->frame[at] | (f->frame[15] >> at / 2 & 1));
    f->frame[at] = (uint8_t)(id << 1 | 1);
    f->frame[15] = (uint8_t)(f->frame[15] | 1u << at / 2);
    f->frame[f->fill++] = before;
    put_data(f, byte);
}

static void pad_frame(struct formatter *f)
{
    while (f->fill > 0)
        format(f, TPIU_PADDING, 0);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

// Lines of text of two sources, in turns, with padding now and then.
static void format_text(struct formatter *f, unsigned count, uint32_t seed)
{
    for (unsigned i = 0; i < count; i++) {
        const unsigned id = next_random(&seed) % 8 ? 1 : 2;
        for (unsigned n = next_random(&seed) % 12; n > 0; n--)
            format(f, id, (uint8_t)(next_random(&seed) % 256));
        if (next_random(&seed) % 4 == 0)
            pad_frame(f);
    }
    pad_frame(f);
}

// ---- tests --------------------------------------------------------------------------------------

// Frames that are whole from there on are all that comes out.
static void f105_from_any_byte_on(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = trace_bytes_all("f105_swo.bytes", &len);
    assert_non_null(bytes);
    struct bench *whole = open_bench();
    tpiu_frames_push(&whole->frames, bytes, len);
    assert_int_equal(whole->count, 2619 + 760);
    for (size_t from = 1; from + TPIU_SEARCH_MAX < len; from += 3) {
        struct bench *b = open_bench();
        tpiu_frames_push(&b->frames, bytes + from, len - from);
        assert_int_equal(b->frames.frames, (len - from) / TPIU_FRAME_SIZE);
        assert_int_equal(b->frames.searches, 1);
        size_t unknown = 0;
        while (unknown < b->count && b->id[unknown] == TPIU_UNKNOWN)
            unknown++;
        const size_t known = b->count - unknown;
        assert_memory_equal(b->byte + unknown, whole->byte + whole->count - known, known);
        assert_memory_equal(b->id + unknown, whole->id + whole->count - known, known);
        assert_true(unknown < 400); // a stretch of ETM, which needs no change of source
        free(b);
    }
    free(whole);
    free(bytes);
}

static void what_was_formatted_comes_out(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        struct formatter *f = calloc(1, sizeof *f);
        struct bench *b = open_bench();
        uint32_t again = seed;
        assert_non_null(f);
        f->id = TPIU_UNKNOWN;
        format_text(f, 600, seed);
        tpiu_frames_push(&b->frames, f->out, f->len);
        assert_int_equal(b->frames.frames, f->len / TPIU_FRAME_SIZE);
        size_t at = 0;
        for (unsigned i = 0; i < 600; i++) {
            const unsigned id = next_random(&again) % 8 ? 1 : 2;
            for (unsigned n = next_random(&again) % 12; n > 0; n--, at++) {
                assert_int_equal(b->byte[at], next_random(&again) % 256);
                assert_int_equal(b->id[at], id);
            }
            (void)next_random(&again);
        }
        assert_int_equal(b->count, at);
        free(b);
        free(f);
    }
}

static const uint8_t full_sync[] = {0xff, 0xff, 0xff, 0x7f};
static const uint8_t half_sync[] = {0xff, 0x7f};

static void push_text(struct bench *b, const char *text)
{
    struct formatter f = {.id = TPIU_UNKNOWN};
    for (; *text; text++)
        format(&f, 1, (uint8_t)*text);
    pad_frame(&f);
    tpiu_frames_push(&b->frames, f.out, f.len);
}

static void assert_text(const struct bench *b, const char *text)
{
    assert_int_equal(b->count, strlen(text));
    assert_memory_equal(b->byte, text, b->count);
}

static void a_full_sync_tells_the_beginning(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    static const uint8_t rest[] = {0x12, 0x34, 0x56};
    tpiu_frames_push(&b->frames, rest, sizeof rest);
    tpiu_frames_push(&b->frames, full_sync, sizeof full_sync);
    push_text(b, "Hello");
    assert_text(b, "Hello");
    // In a frame that is cut: what is behind it is whole.
    tpiu_frames_push(&b->frames, rest, sizeof rest);
    tpiu_frames_push(&b->frames, full_sync, sizeof full_sync);
    push_text(b, ", world");
    assert_text(b, "Hello, world");
    assert_int_equal(b->frames.cut, 1);
    assert_int_equal(b->frames.full_syncs, 2);
    free(b);
}

static void half_syncs_are_passed_over(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    struct formatter f = {.id = TPIU_UNKNOWN};
    for (const char *p = "some text of more than one frame"; *p; p++)
        format(&f, 1, (uint8_t)*p);
    pad_frame(&f);
    tpiu_frames_push(&b->frames, full_sync, sizeof full_sync);
    for (size_t i = 0; i < f.len; i += 2) {
        tpiu_frames_push(&b->frames, half_sync, sizeof half_sync);
        tpiu_frames_push(&b->frames, f.out + i, 2);
    }
    assert_text(b, "some text of more than one frame");
    assert_int_equal(b->frames.frames, f.len / TPIU_FRAME_SIZE);
    free(b);
}

// A program that prints little: the pause behind its first frame is enough.
static void a_pause_decides(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    static const uint8_t rest[] = {0x12, 0x34, 0x56, 0x78, 0x9a};
    tpiu_frames_push(&b->frames, rest, sizeof rest);
    push_text(b, "Hello");
    assert_int_equal(b->count, 0);
    tpiu_frames_pause(&b->frames);
    assert_text(b, "Hello");
    // Nothing is made of less than a frame.
    struct bench *other = open_bench();
    tpiu_frames_push(&other->frames, rest, sizeof rest);
    tpiu_frames_pause(&other->frames);
    assert_false(other->frames.aligned);
    free(other);
    free(b);
}

// Bytes are lost on the way: the place is found again, without a sync.
static void lost_bytes_begin_a_new_search(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = trace_bytes_all("f105_swo.bytes", &len);
    assert_non_null(bytes);
    for (size_t lost = 1; lost < TPIU_FRAME_SIZE; lost++) {
        struct bench *b = open_bench();
        tpiu_frames_push(&b->frames, bytes, 3000);
        tpiu_frames_push(&b->frames, bytes + 3000 + lost, len - 3000 - lost);
        assert_true(b->frames.searches >= 2);
        assert_true(b->frames.aligned);
        assert_int_equal(b->frames.parser.fill, 0);
        free(b);
    }
    free(bytes);
}

static void triggers_and_padding_are_no_data(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    struct formatter f = {.id = TPIU_UNKNOWN};
    format(&f, 1, 'a');
    format(&f, TPIU_TRIGGER, 0);
    format(&f, TPIU_FLUSHED, 0);
    format(&f, 1, 'b');
    pad_frame(&f);
    tpiu_frames_push(&b->frames, full_sync, sizeof full_sync);
    tpiu_frames_push(&b->frames, f.out, f.len);
    assert_text(b, "ab");
    free(b);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f105_from_any_byte_on),
        cmocka_unit_test(what_was_formatted_comes_out),
        cmocka_unit_test(a_full_sync_tells_the_beginning),
        cmocka_unit_test(half_syncs_are_passed_over),
        cmocka_unit_test(a_pause_decides),
        cmocka_unit_test(lost_bytes_begin_a_new_search),
        cmocka_unit_test(triggers_and_padding_are_no_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
