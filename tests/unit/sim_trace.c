// SPDX-License-Identifier: MIT
// Trace of ARMv7-M on sim/core/core.h: what leaves the SWO pin, byte for byte (DDI 0403, C1.7,
// C1.8, C1.10 and D4; packets and frames as captured of an STM32F105 and an STM32L152).
#include "sim/core/tpiu.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_bench.h"

enum {
    NOP = 0xbf00,
    WFI = 0xbf30,
    SVC0 = 0xdf00,
    LOOP = 0xe7fe,
    BX_LR = 0x4770,
    LDR_01 = 0x6808, // LDR r0, [r1]
    STR_01 = 0x6008,
    LDRH_01 = 0x8808,
    STRB_01 = 0x7008,
    ADDS_0 = 0x3001, // ADDS r0, #1
};

#define DWT_CTRL    0xe0001000u
#define CYCCNT      0xe0001004u
#define DWT_COMP(n) (0xe0001020u + 16 * (n))
#define ITM_STIM    0xe0000000u
#define ITM_TER     0xe0000e00u
#define ITM_TPR     0xe0000e40u
#define ITM_TCR     0xe0000e80u
#define ITM_LAR     0xe0000fb0u
#define TPIU_CSPSR  0xe0040004u
#define TPIU_ACPR   0xe0040010u
#define TPIU_SPPR   0xe00400f0u
#define TPIU_FFCR   0xe0040304u

#define TRCENA     (1u << 24)
#define NRZ        2
#define MANCHESTER 1
#define FORMATTED  2
#define ITMENA     1u
#define TSENA      2u
#define SYNCENA    4u
#define TXENA      8u
#define BUS_1      0x10000u
#define CYCLE_PS   125000u // 8 MHz
#define ACPR       3u      // 2 Mbit/s
#define BIT_PS     (CYCLE_PS * (ACPR + 1))
#define BYTE_PS    (10 * BIT_PS)
#define MAX_EDGES  65536u
#define MAX_BYTES  8192u

struct rig {
    struct bench *b;
    struct {
        uint64_t at_ps;
        bool level;
    } edge[MAX_EDGES];
    unsigned edges;
    uint8_t byte[MAX_BYTES];
    uint64_t at_ps[MAX_BYTES]; // of the start bit
    unsigned bytes;
};

static void note_edge(void *arg, uint64_t at_ps, bool level)
{
    struct rig *r = arg;
    assert_true(r->edges < MAX_EDGES);
    assert_true(!r->edges ||
                (r->edge[r->edges - 1].at_ps < at_ps && r->edge[r->edges - 1].level != level));
    r->edge[r->edges].at_ps = at_ps;
    r->edge[r->edges++].level = level;
}

static int setup_kind(void **state, uint32_t cpuid)
{
    struct rig *r = calloc(1, sizeof *r);
    void *bench;
    if (!r || bench_setup_kind(&bench, cpuid, 60))
        return -1;
    r->b = bench;
    sim_core_on_swo(r->b->core, note_edge, r);
    *state = r;
    return 0;
}

static int setup(void **state)
{
    return setup_kind(state, SIM_CPUID_M3);
}

static int setup_m4(void **state)
{
    return setup_kind(state, SIM_CPUID_M4);
}

static int teardown(void **state)
{
    struct rig *r = *state;
    void *bench = r->b;
    bench_teardown(&bench);
    free(r);
    return 0;
}

static void set_up(struct rig *r, uint32_t tcr, uint32_t protocol, uint32_t ffcr)
{
    bench_write(r->b, DEMCR, TRCENA);
    bench_write(r->b, TPIU_CSPSR, 1);
    bench_write(r->b, TPIU_ACPR, ACPR);
    bench_write(r->b, TPIU_SPPR, protocol);
    bench_write(r->b, TPIU_FFCR, ffcr);
    bench_write(r->b, ITM_LAR, 0xc5acce55);
    bench_write(r->b, ITM_TCR, tcr);
    bench_write(r->b, ITM_TER, 0xffffffff);
    r->edges = 0;
}

static void put(struct rig *r, unsigned port, unsigned size, uint32_t value)
{
    assert_int_equal(sim_bus_write(&r->b->bus, SIM_MASTER_DEBUG, ITM_STIM + 4 * port, size, value),
                     SIM_BUS_OK);
}

static bool level_at(const struct rig *r, uint64_t ps, bool idle)
{
    bool level = idle;
    for (unsigned i = 0; i < r->edges && r->edge[i].at_ps <= ps; i++)
        level = r->edge[i].level;
    return level;
}

static void pass(struct rig *r, uint64_t ns)
{
    bench_run_ns(r->b, ns);
    sim_core_run_trace(r->b->core, r->b->clock.now_ns);
}

// The bytes of the edges: a start bit, eight bits, a stop bit.
static void decode(struct rig *r)
{
    unsigned next = 0;
    r->bytes = 0;
    while (next < r->edges) {
        uint64_t start = r->edge[next].at_ps;
        assert_false(r->edge[next].level);
        unsigned byte = 0;
        unsigned at = next;
        bool level = false;
        for (unsigned bit = 0; bit < 9; bit++) {
            uint64_t middle = start + (bit + 1) * BIT_PS + BIT_PS / 2;
            while (at + 1 < r->edges && r->edge[at + 1].at_ps <= middle)
                level = r->edge[++at].level;
            byte |= (unsigned)level << bit;
        }
        assert_int_equal(byte >> 8, 1); // the stop bit
        assert_true(r->bytes < MAX_BYTES);
        r->at_ps[r->bytes] = start;
        r->byte[r->bytes++] = (uint8_t)byte;
        next = at + 1;
    }
}

static void expect_bytes(struct rig *r, const char *hex)
{
    char got[3 * MAX_BYTES + 1] = "";
    size_t at = 0;
    decode(r);
    for (unsigned i = 0; i < r->bytes; i++)
        at += (size_t)snprintf(got + at, sizeof got - at, "%s%02x", i ? " " : "", r->byte[i]);
    assert_string_equal(got, hex);
    r->edges = 0;
}

static void start_halted(struct rig *r)
{
    bench_start_halted(r->b);
    r->edges = 0;
}

// Runs it until it has halted at a breakpoint or the time is over.
static void run_code(struct rig *r, uint64_t ns)
{
    bench_resume(r->b);
    pass(r, ns);
}

// ---- stimulus ports -----------------------------------------------------------------------------

static void a_write_to_a_port_is_a_packet_of_its_size(void **state)
{
    struct rig *r = *state;
    start_halted(r);
    set_up(r, ITMENA | BUS_1, NRZ, 0);
    put(r, 0, 1, 0x38);
    pass(r, 100000);
    expect_bytes(r, "01 38"); // as captured
    put(r, 1, 2, 0x1234);
    pass(r, 100000);
    expect_bytes(r, "0a 34 12");
    put(r, 31, 4, 0x12345678);
    pass(r, 100000);
    expect_bytes(r, "fb 78 56 34 12");
    assert_int_equal(r->at_ps[4] - r->at_ps[0], 4 * BYTE_PS); // back to back
}

static void nothing_leaves_what_is_switched_off(void **state)
{
    struct rig *r = *state;
    static const struct {
        uint32_t addr, value;
    } off[] = {{ITM_TCR, BUS_1}, {ITM_TER, ~1u}, {DEMCR, 0}};
    start_halted(r);
    for (size_t i = 0; i < 3; i++) {
        set_up(r, ITMENA | BUS_1, NRZ, 0);
        bench_write(r->b, off[i].addr, off[i].value);
        put(r, 0, 1, 0x38);
        pass(r, 100000);
        assert_int_equal(r->edges, 0);
    }
    set_up(r, ITMENA | BUS_1, NRZ, 0);
    put(r, 0, 1, 0x39);
    pass(r, 100000);
    expect_bytes(r, "01 39");
}

static void a_port_with_a_byte_that_waits_is_not_ready(void **state)
{
    struct rig *r = *state;
    unsigned written = 0;
    start_halted(r);
    set_up(r, ITMENA | BUS_1, NRZ, 0);
    while (written < 20 && bench_read(r->b, ITM_STIM)) {
        put(r, 0, 1, written++);
        pass(r, 1000);
    }
    assert_int_equal(written, 10); // 16 bytes of FIFO, two on the pin, one packet that waits
    put(r, 0, 1, 0xee);            // lost
    assert_int_equal(bench_read(r->b, ITM_TCR) >> 23, 1);
    pass(r, 1000000);
    assert_int_equal(bench_read(r->b, ITM_STIM), 1);
    assert_int_equal(bench_read(r->b, ITM_TCR) >> 23, 0);
    decode(r);
    assert_int_equal(r->bytes, 2 * written + 1);
    for (unsigned i = 0; i < written; i++) {
        assert_int_equal(r->byte[2 * i], 0x01);
        assert_int_equal(r->byte[2 * i + 1], i);
    }
    assert_int_equal(r->byte[2 * written], 0x70);
}

// LDR r2,[r1]; CMP r2,#0; BEQ; STRB r0,[r1]; ADDS r0; CMP r0,#100; BNE; B .
static void a_program_that_waits_for_its_port_loses_nothing(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, 0x680a, 0x2a00, 0xd0fc, STRB_01, ADDS_0, 0x2864, 0xd1f8, LOOP);
    start_halted(r);
    set_up(r, ITMENA | BUS_1, NRZ, 0);
    sim_core_set_reg(r->b->core, 0, 1);
    sim_core_set_reg(r->b->core, 1, ITM_STIM);
    run_code(r, 2000000);
    decode(r);
    assert_int_equal(r->bytes, 2 * 99);
    for (unsigned i = 0; i < 99; i++)
        assert_int_equal(r->byte[2 * i + 1], i + 1);
    assert_int_equal(r->at_ps[197] - r->at_ps[0], 197 * BYTE_PS); // without a gap
}

static void the_port_goes_on_while_the_processor_is_halted(void **state)
{
    struct rig *r = *state;
    start_halted(r);
    set_up(r, ITMENA | BUS_1, NRZ, 0);
    put(r, 0, 4, 0x44434241);
    pass(r, 3 * BYTE_PS / 1000 + 100); // three bytes of five are out
    assert_true(r->edges > 0);
    assert_int_equal(bench_read(r->b, ITM_TCR) >> 23, 1);
    pass(r, 100000);
    expect_bytes(r, "03 41 42 43 44");
}

// ---- the port -----------------------------------------------------------------------------------

static void bits_are_as_long_as_the_prescaler_says(void **state)
{
    struct rig *r = *state;
    start_halted(r);
    set_up(r, ITMENA | BUS_1, NRZ, 0);
    bench_write(r->b, TPIU_ACPR, 7);
    put(r, 0, 1, 0xaa);
    pass(r, 100000);
    // 01: start, one, seven zeros, stop; aa: start, then 0 1 0 1 0 1 0 1, stop
    static const unsigned bits[] = {1, 2, 9, 10, 12, 13, 14, 15, 16, 17, 18};
    assert_int_equal(r->edges, 12);
    for (unsigned i = 0; i < 11; i++)
        assert_int_equal(r->edge[i + 1].at_ps - r->edge[0].at_ps, bits[i] * 8 * CYCLE_PS);
}

static void manchester_has_a_start_bit_and_idles_low(void **state)
{
    struct rig *r = *state;
    static const char *const halves = "10"
                                      "10"
                                      "01010101010101" // start; 01, the lowest bit first
                                      "01100110011001"
                                      "10"; // aa
    start_halted(r);
    set_up(r, ITMENA | BUS_1, MANCHESTER, 0);
    put(r, 0, 1, 0xaa);
    pass(r, 100000);
    uint64_t start = r->edge[0].at_ps;
    assert_true(r->edge[0].level);
    for (unsigned i = 0; halves[i]; i++)
        assert_int_equal(level_at(r, start + i * BIT_PS + BIT_PS / 2, false), halves[i] - '0');
    assert_false(level_at(r, UINT64_MAX, false));
}

static void other_protocols_send_nothing_on_this_pin(void **state)
{
    struct rig *r = *state;
    start_halted(r);
    set_up(r, ITMENA | BUS_1, 0, 0);
    for (unsigned i = 0; i < 100; i++) {
        put(r, 0, 4, i);
        pass(r, 100000);
    }
    assert_int_equal(r->edges, 0);
    assert_int_equal(bench_read(r->b, ITM_STIM), 1);
}

static void put_when_ready(struct rig *r, unsigned port, unsigned size, uint32_t value)
{
    while (!bench_read(r->b, ITM_STIM))
        pass(r, 125);
    put(r, port, size, value);
}

static void a_frame_is_filled_as_it_is_sent(void **state)
{
    struct rig *r = *state;
    start_halted(r);
    set_up(r, ITMENA | BUS_1, NRZ, FORMATTED);
    put(r, 2, 4, 0x08000218); // the form of the captured 03 17 18 02 00 08 01 00...
    pass(r, 200000);
    expect_bytes(r, "03 13 18 02 00 08 01 00 00 00 00 00 00 00 00 00");
    put_when_ready(r, 0, 1, 0x4f);
    put_when_ready(r, 0, 1, 0x6e);
    put_when_ready(r, 0, 2, 0x0d0a);
    pass(r, 200000);
    expect_bytes(r, "03 01 4e 01 6e 02 0a 0d 01 00 00 00 00 00 00 02");
    put_when_ready(r, 0, 1, 0x4f); // the last byte would stand at an even place: as captured
    put_when_ready(r, 0, 1, 0x6e);
    pass(r, 200000);
    expect_bytes(r, "03 01 4e 01 01 6e 00 00 00 00 00 00 00 00 00 06");
    for (unsigned i = 0; i < 4; i++) // a stream that goes on is not named again
        put_when_ready(r, 0, 4, 0x01010101);
    pass(r, 400000);
    expect_bytes(r, "03 03 00 01 00 01 02 01 00 01 00 03 00 01 00 fe "
                    "00 03 00 01 00 01 01 00 00 00 00 00 00 00 00 07");
    put(r, 0, 1, 0x4f); // data that come while a frame is filled: as captured
    pass(r, 38000);     // after eight bytes
    put(r, 0, 1, 0x6e);
    pass(r, 200000);
    expect_bytes(r, "03 01 01 4f 00 00 00 00 03 01 01 6e 00 00 00 22");
}

// ---- the frames of a captured STM32F105 ---------------------------------------------------------

#define FRAMES 512u

struct captured {
    uint8_t frame[FRAMES][SIM_TPIU_FRAME];
    unsigned frames;
    struct {
        uint8_t id, byte;
    } data[FRAMES * SIM_TPIU_FRAME]; // in their order
    unsigned first[FRAMES + 1];      // of each frame
    uint8_t id[FRAMES];              // that it begins with
    bool other[FRAMES];              // it has more streams than the ITM's
};

static void read_frames(struct captured *c)
{
    char path[512], line[256];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/captures/f105_swo.bytes", top ? top : ".");
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s cannot be opened", path);
    uint8_t *to = c->frame[0];
    while (fgets(line, sizeof line, f)) {
        unsigned byte;
        for (const char *s = line; *line != '#' && sscanf(s, "%2x", &byte) == 1; s += 2)
            *to++ = (uint8_t)byte;
        assert_true(to <= c->frame[FRAMES - 1]);
    }
    fclose(f);
    c->frames = (unsigned)(to - c->frame[0]) / SIM_TPIU_FRAME;
}

// Which byte belongs to whom (DDI 0314).
static void take_apart(struct captured *c)
{
    uint8_t id = 0;
    unsigned n = 0;
    for (unsigned i = 0; i < c->frames; i++) {
        const uint8_t *f = c->frame[i];
        c->first[i] = n;
        c->id[i] = id;
        c->other[i] = id > 1;
        for (unsigned k = 0, later = id; k < 15; k++) {
            bool low = f[15] >> k / 2 & 1;
            if (k % 2 == 0 && f[k] & 1) {
                later = f[k] >> 1;
                id = low ? id : (uint8_t)later;
                c->other[i] |= later > 1;
                continue;
            }
            c->data[n].id = id;
            c->data[n++].byte = (uint8_t)(k % 2 ? f[k] : f[k] | low);
            id = f[k - (k > 0)] & 1 && k % 2 ? (uint8_t)later : id;
        }
    }
    c->first[c->frames] = n;
}

static unsigned waiting_at(const struct captured *c, unsigned at)
{
    unsigned n = 0;
    while (at + n < c->first[c->frames] && c->data[at + n].id == 1)
        n++;
    return n;
}

static void expect_frame(const struct captured *c, unsigned i)
{
    struct sim_formatter f = {.id = c->id[i], .next_id = c->id[i]};
    unsigned at = c->first[i];
    for (unsigned k = 0; k < SIM_TPIU_FRAME; k++) {
        bool take;
        uint8_t byte = sim_formatter_next(&f, 1, waiting_at(c, at), c->data[at].byte, &take);
        if (byte != c->frame[i][k])
            fail_msg("byte %u of frame %u is %02x and not %02x", k, i, byte, c->frame[i][k]);
        at += take || (k < 15 && (k % 2 || !(byte & 1)));
    }
}

// Six of the frames name the stream again with which the one before has ended, five of them the
// ETM's. When a chip does that is not known.
#define NAMED_AGAIN 478u

static void frames_are_made_as_a_captured_chip_makes_them(void **state)
{
    struct captured *c = calloc(1, sizeof *c);
    unsigned compared = 0;
    (void)state;
    assert_non_null(c);
    read_frames(c);
    take_apart(c);
    assert_int_equal(c->frames, 491);
    for (unsigned i = 0; i < c->frames; i++) {
        if (c->other[i] || i == NAMED_AGAIN)
            continue;
        expect_frame(c, i);
        compared++;
    }
    assert_int_equal(compared, 433); // all but that one that have no ETM in them
    free(c);
}

// ---- the DWT ------------------------------------------------------------------------------------

static void the_pc_is_sampled_at_the_tap(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, LOOP);
    start_halted(r);
    set_up(r, ITMENA | TXENA | BUS_1, NRZ, 0);
    bench_write(r->b, DWT_CTRL, 8 << 1 | 1 << 9 | 1 << 12 | 1); // each 9 * 1024 cycles
    run_code(r, 9216 * 125 * 4);
    decode(r);
    assert_in_range(r->bytes, 3 * 5, 4 * 5);
    for (unsigned i = 0; i < r->bytes; i += 5) {
        assert_memory_equal(&r->byte[i], "\x17\x00\x04\x00\x08", 5);
        if (i > 5) { // the first one comes when POSTCNT, from POSTINIT on, has gone down to 0
            uint64_t apart = r->at_ps[i] - r->at_ps[i - 5];
            assert_in_range(apart, (9216 - 3) * (uint64_t)CYCLE_PS,
                            (9216 + 3) * (uint64_t)CYCLE_PS);
        }
    }
}

static void a_sleeping_processor_is_sampled_as_asleep(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, WFI, LOOP);
    start_halted(r);
    set_up(r, ITMENA | TXENA | BUS_1, NRZ, 0);
    bench_write(r->b, DWT_CTRL, 15 << 1 | 15 << 5 | 1 << 12 | 1); // each 16 * 64 cycles
    run_code(r, 1024 * 125 * 3);
    decode(r);
    assert_in_range(r->bytes, 4, 6);
    for (unsigned i = 0; i < r->bytes; i += 2)
        assert_memory_equal(&r->byte[i], "\x15\x00", 2);
}

static void synchronization_comes_each_time_bit_24_changes(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, WFI, LOOP);
    start_halted(r);
    set_up(r, ITMENA | SYNCENA | BUS_1, NRZ, 0);
    bench_write(r->b, CYCCNT, 0x00fffc00);
    bench_write(r->b, DWT_CTRL, 1 << 10 | 1); // as the captured 40000401
    run_code(r, 0x400ull * 125 + 0x1000000ull * 125 + 100000);
    decode(r);
    assert_int_equal(r->bytes, 12);
    uint64_t apart = r->at_ps[6] - r->at_ps[0];
    assert_in_range(apart, 0x1000000ull * CYCLE_PS - 2000, 0x1000000ull * CYCLE_PS + 2000);
    expect_bytes(r, "00 00 00 00 00 80 00 00 00 00 00 80");
}

static void exceptions_are_traced_as_entered_left_and_returned_from(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, NOP, SVC0, LOOP);
    CODE_AT(r->b, HANDLER(11), BX_LR);
    start_halted(r);
    set_up(r, ITMENA | TXENA | BUS_1, NRZ, 0);
    bench_write(r->b, DWT_CTRL, 1 << 16);
    run_code(r, 200000);
    expect_bytes(r, "0e 0b 10 0e 0b 20 0e 00 30");
    // While words wait for room the last packet takes the place of those before it.
    bench_halt(r->b);
    sim_core_set_reg(r->b->core, REG_PC, CODE);
    for (unsigned i = 0; i < 5; i++)
        put_when_ready(r, 1, 4, 0);
    run_code(r, 400000);
    expect_bytes(r, "0b 00 00 00 00 0b 00 00 00 00 0b 00 00 00 00 0b 00 00 00 00 0b 00 00 00 00 "
                    "70 0e 00 30");
}

static void a_comparator_traces_what_its_function_says(void **state)
{
    struct rig *r = *state;
    static const struct {
        uint32_t function;
        const char *load, *store; // of a word and of a byte at 0x20000010
    } rows[] = {
        {0x01, "47 00 04 00 08", "47 02 04 00 08"},
        {0x21, "4e 10 00", "4e 10 00"},
        {0x02, "87 44 33 22 11", "8d 45"},
        {0x22, "4e 10 00 87 44 33 22 11", "4e 10 00 8d 45"},
        {0x03, "47 00 04 00 08 87 44 33 22 11", "47 02 04 00 08 8d 45"},
        {0x23, "4e 10 00 87 44 33 22 11", "4e 10 00 8d 45"},
        {0x0c, "87 44 33 22 11", ""},
        {0x2c, "4e 10 00", ""},
        {0x0d, "", "8d 45"},
        {0x2d, "", "4e 10 00"},
        {0x0e, "47 00 04 00 08 87 44 33 22 11", ""},
        {0x2e, "4e 10 00 87 44 33 22 11", ""},
        {0x0f, "", "47 02 04 00 08 8d 45"},
        {0x2f, "", "4e 10 00 8d 45"},
        {0x09, "", ""}, // triggers an ETM
        {0x04, "", ""},
    };
    CODE_AT(r->b, CODE, LDR_01, STRB_01, LOOP);
    start_halted(r);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_up(r, ITMENA | TXENA | BUS_1, NRZ, 0);
        bench_write(r->b, DWT_COMP(0), RAM + 0x10);
        bench_write(r->b, DWT_COMP(0) + 8, rows[i].function);
        bench_poke32(r->b, RAM + 0x10, 0x11223344);
        sim_core_set_reg(r->b->core, REG_PC, CODE);
        sim_core_set_reg(r->b->core, 1, RAM + 0x10);
        bench_step(r->b);
        pass(r, 200000);
        expect_bytes(r, rows[i].load);
        sim_core_set_reg(r->b->core, 0, 0x45);
        bench_step(r->b);
        pass(r, 200000);
        expect_bytes(r, rows[i].store);
    }
}

// As captured: of a load and a store two cycles later, the value of the load is lost.
static void a_value_that_waits_gives_way_to_the_next(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, LDR_01, ADDS_0, STR_01, LOOP);
    start_halted(r);
    set_up(r, ITMENA | TXENA | BUS_1, NRZ, 0);
    bench_write(r->b, DWT_COMP(1), RAM + 0x10);
    bench_write(r->b, DWT_COMP(1) + 8, 3);
    bench_poke32(r->b, RAM + 0x10, 0x1abdd);
    sim_core_set_reg(r->b->core, 1, RAM + 0x10);
    run_code(r, 200000);
    expect_bytes(r, "57 00 04 00 08 57 04 04 00 08 70 9f de ab 01 00");
}

static void a_match_of_two_comparators_is_two_packets(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, LDRH_01, LOOP);
    start_halted(r);
    set_up(r, ITMENA | TXENA | BUS_1, NRZ, 0);
    for (unsigned i = 2; i < 4; i++) {
        bench_write(r->b, DWT_COMP(i), RAM);
        bench_write(r->b, DWT_COMP(i) + 4, 6);
        bench_write(r->b, DWT_COMP(i) + 8, 0x02);
    }
    bench_poke32(r->b, RAM + 0x10, 0x1abdd);
    sim_core_set_reg(r->b->core, 1, RAM + 0x10);
    run_code(r, 200000);
    expect_bytes(r, "a6 dd ab b6 dd ab");
}

static void counters_tell_when_they_wrap(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, WFI, LOOP);
    start_halted(r);
    set_up(r, ITMENA | TXENA | BUS_1, NRZ, 0);
    bench_write(r->b, DWT_CTRL, 1 << 19 | 1); // SLEEPEVTENA
    run_code(r, 3 * 256 * 125 + 10000);
    expect_bytes(r, "05 04 05 04 05 04");
    bench_halt(r->b);
    set_up(r, ITMENA | TXENA | BUS_1, NRZ, 0);
    bench_write(r->b, DWT_CTRL, 0);
    bench_write(r->b, CYCCNT, 0);
    bench_write(r->b, DWT_CTRL, 1 << 22 | 1 << 9 | 1); // CYCEVTENA, each 1024 cycles
    CODE_AT(r->b, CODE, LOOP);
    sim_core_set_reg(r->b->core, REG_PC, CODE);
    run_code(r, 2 * 1024 * 125 + 30000);
    expect_bytes(r, "05 20 05 20");
    bench_halt(r->b);
    bench_write(r->b, DWT_CTRL, 1 << 18); // EXCEVTENA: 22 cycles for each SVC
    CODE_AT(r->b, CODE, SVC0, 0xe7fd);
    CODE_AT(r->b, HANDLER(11), BX_LR);
    sim_core_set_reg(r->b->core, REG_PC, CODE);
    run_code(r, 2000000);
    decode(r);
    assert_true(r->bytes > 20);
    assert_memory_equal(r->byte, "\x05\x02\x05\x02", 4);
}

// ---- time stamps --------------------------------------------------------------------------------

static void a_time_stamp_follows_the_packets(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, STRB_01, NOP, NOP, STRB_01, LOOP);
    start_halted(r);
    sim_core_set_reg(r->b->core, 0, 0x41);
    sim_core_set_reg(r->b->core, 1, ITM_STIM);
    set_up(r, ITMENA | TSENA | BUS_1, NRZ, 0);
    bench_step(r->b); // no cycles since it was switched on
    pass(r, 100000);
    expect_bytes(r, "01 41 c0 00");
    bench_step(r->b);
    bench_step(r->b);
    bench_step(r->b);
    pass(r, 100000);
    decode(r);
    assert_int_equal(r->bytes, 3); // few cycles: in one byte
    assert_int_equal(r->byte[2] & 0x8f, 0);
    assert_in_range(r->byte[2] >> 4, 1, 6);
}

static void a_longer_time_is_in_groups_of_seven_bits(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, LOOP);
    start_halted(r);
    set_up(r, ITMENA | TSENA | BUS_1 | 1 << 8, NRZ, 0); // in units of four cycles
    run_code(r, 40000 * 125);
    put(r, 0, 1, 0x41);
    pass(r, 100000);
    decode(r);
    assert_int_equal(r->bytes, 5);
    assert_memory_equal(r->byte, "\x01\x41\xc0", 3);
    unsigned ticks = (r->byte[3] & 0x7f) | (unsigned)(r->byte[4] & 0x7f) << 7;
    assert_in_range(ticks, 9999, 10001);
    assert_true(r->byte[3] & 0x80);
    assert_false(r->byte[4] & 0x80);
}

static void a_counter_of_time_that_overflows_is_told(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, WFI, LOOP);
    start_halted(r);
    set_up(r, ITMENA | TSENA | BUS_1, NRZ, 0);
    run_code(r, (1ull << 21) * 125 * 2 + 100000);
    expect_bytes(r, "70 70");
}

static void an_m4_has_global_time_stamps(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, LOOP);
    start_halted(r);
    set_up(r, ITMENA | BUS_1 | 3 << 10, NRZ, 0); // behind each packet
    put(r, 0, 1, 0x41);
    pass(r, 200000);
    decode(r);
    assert_int_equal(r->bytes, 2 + 5 + 5);
    assert_int_equal(r->byte[2], 0x94);
    assert_int_equal(r->byte[6] & 0x40, 0x40); // the high part follows
    assert_int_equal(r->byte[7], 0xb4);
    r->edges = 0;
    put(r, 0, 1, 0x41);
    pass(r, 200000);
    decode(r);
    assert_in_range(r->bytes, 4, 6); // what has not changed is left out
    assert_int_equal(r->byte[2], 0x94);
}

static void an_m3_of_this_age_has_none(void **state)
{
    struct rig *r = *state;
    start_halted(r);
    set_up(r, ITMENA | BUS_1 | 3 << 10, NRZ, 0);
    assert_int_equal(bench_read(r->b, ITM_TCR), ITMENA | BUS_1);
}

// ---- resets and clocks --------------------------------------------------------------------------

static void only_a_power_on_reset_ends_it(void **state)
{
    struct rig *r = *state;
    CODE_AT(r->b, CODE, LOOP);
    start_halted(r);
    set_up(r, ITMENA | BUS_1, NRZ, 0);
    sim_core_hold(r->b->core, SIM_RESET_SYSTEM);
    sim_core_release(r->b->core);
    put(r, 0, 1, 0x42);
    pass(r, 100000);
    expect_bytes(r, "01 42");
    sim_core_hold(r->b->core, SIM_RESET_POWER);
    sim_core_release(r->b->core);
    bool level;
    assert_true(sim_core_swo_level(r->b->core, &level));
    assert_false(level); // Manchester, idle
    bench_write(r->b, DEMCR, TRCENA);
    assert_int_equal(bench_read(r->b, ITM_TCR), 0);
    assert_int_equal(bench_read(r->b, TPIU_SPPR), MANCHESTER);
}

static void another_clock_makes_other_bits_at_once(void **state)
{
    struct rig *r = *state;
    start_halted(r);
    set_up(r, ITMENA | BUS_1, NRZ, 0);
    put(r, 0, 4, 0x55555555);
    pass(r, 2 * BYTE_PS / 1000);
    unsigned before = r->edges;
    sim_core_set_hclk(r->b->core, 4000000);
    pass(r, 200000);
    assert_int_equal(r->edge[before + 3].at_ps - r->edge[before + 2].at_ps, 2 * BIT_PS);
    sim_core_set_hclk(r->b->core, 0); // stopped: nothing moves
    unsigned edges = r->edges;
    put(r, 0, 1, 0x41);
    pass(r, 200000);
    assert_int_equal(r->edges, edges);
    uint64_t now_ps = r->b->clock.now_ns * 1000;
    sim_core_set_hclk(r->b->core, 8000000);
    pass(r, 200000);
    assert_true(r->edges > edges);
    assert_in_range(r->edge[edges].at_ps, now_ps, now_ps + BIT_PS);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
#define m3_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        m3_test(a_write_to_a_port_is_a_packet_of_its_size),
        m3_test(nothing_leaves_what_is_switched_off),
        m3_test(a_port_with_a_byte_that_waits_is_not_ready),
        m3_test(a_program_that_waits_for_its_port_loses_nothing),
        m3_test(the_port_goes_on_while_the_processor_is_halted),
        m3_test(bits_are_as_long_as_the_prescaler_says),
        m3_test(manchester_has_a_start_bit_and_idles_low),
        m3_test(other_protocols_send_nothing_on_this_pin),
        m3_test(a_frame_is_filled_as_it_is_sent),
        cmocka_unit_test(frames_are_made_as_a_captured_chip_makes_them),
        m3_test(the_pc_is_sampled_at_the_tap),
        m3_test(a_sleeping_processor_is_sampled_as_asleep),
        m3_test(synchronization_comes_each_time_bit_24_changes),
        m3_test(exceptions_are_traced_as_entered_left_and_returned_from),
        m3_test(a_comparator_traces_what_its_function_says),
        m3_test(a_value_that_waits_gives_way_to_the_next),
        m3_test(a_match_of_two_comparators_is_two_packets),
        m3_test(counters_tell_when_they_wrap),
        m3_test(a_time_stamp_follows_the_packets),
        m3_test(a_longer_time_is_in_groups_of_seven_bits),
        m3_test(a_counter_of_time_that_overflows_is_told),
        cmocka_unit_test_setup_teardown(an_m4_has_global_time_stamps, setup_m4, teardown),
        m3_test(an_m3_of_this_age_has_none),
        m3_test(only_a_power_on_reset_ends_it),
        m3_test(another_clock_makes_other_bits_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
