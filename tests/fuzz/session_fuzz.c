// SPDX-License-Identifier: MIT
// Random packets, mutations of good ones, semihosting calls with good and bad answers and plain
// noise against a session over a fake target. Nothing is expected but that it holds: no crash (run
// it with --enable-sanitizers), a bounded output, one reply for each packet that wants one, and a
// sound answer to a good packet at any time. Usage: session_fuzz [ROUNDS [SEED]]; without
// arguments, a short run that is the same every time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "server/session.h"
#include "tests/unit/fake_target.h"

#define PACKET_MAX 300u

struct fuzz {
    unsigned long rounds;
    uint32_t seed;
    struct log log;
    struct fake_target f;
    struct session s;
    struct sharing sharing;
    unsigned long in_call, asked; // rounds that ended so
};

static uint32_t next(struct fuzz *z)
{
    z->seed ^= z->seed << 13;
    z->seed ^= z->seed >> 17;
    z->seed ^= z->seed << 5;
    return z->seed;
}

#define PROGRAM (FAKE_FLASH_BASE + 0x100)
#define BLOCK   (FAKE_RAM_BASE + 0x100)
#define TEXT    (FAKE_RAM_BASE + 0x200)
#define CONSOLE (FAKE_RAM_BASE + 0x300)
#define NAME    (FAKE_RAM_BASE + 0x310)
#define OPS     0x34u

#define GOOD_ANSWERS 4u // at the head of the list

// Calls as a program makes them ("Semihosting for AArch32 and AArch64", ARM): the operation and
// its block.
struct call {
    uint32_t op, word[4];
};
static const struct call calls[] = {
    {0x01, {NAME, 6, 5}},
    {0x01, {NAME, 0, 5}},
    {0x01, {CONSOLE, 0, 3}},
    {0x01, {CONSOLE, 4, 3}},
    {0x02, {1}},
    {0x03, {0}},
    {0x04, {0x41414141}},
    {0x05, {1, TEXT, 16}},
    {0x05, {2, TEXT, 3000}},
    {0x06, {1, TEXT, 16}},
    {0x06, {2, TEXT, 64}},
    {0x07, {0}},
    {0x08, {UINT32_MAX}},
    {0x09, {1}},
    {0x0a, {1, 100}},
    {0x0c, {1}},
    {0x0d, {TEXT, 7, 40}},
    {0x0e, {NAME, 5}},
    {0x0f, {NAME, 5, CONSOLE, 3}},
    {0x10, {0}},
    {0x11, {0}},
    {0x12, {NAME, 5}},
    {0x13, {0}},
    {0x15, {TEXT, 64}},
    {0x16, {TEXT}},
    {0x18, {0}},
    {0x20, {0x20026, 3}},
    {0x30, {0}},
    {0x31, {0}},
};

// What GDB's host may say to a request ("Debugging with GDB", E.13.4), well formed and not.
static const char *const answers[] = {
    "F0",
    "F1",
    "F5",
    "F-1,2",
    "F7fffffff",
    "Fffffffff",
    "F-1",
    "F-1,4",
    "F-1,4,C",
    "F5,0,C",
    "F5,4,C",
    "F-80000000,270f",
    "F4;attachment}*$#",
    "F",
    "F,",
    "F-",
    "F--1",
    "F-,4",
    "Fxyz",
    "F1,",
    "F1,,C",
    "F1,4,",
    "F1,4,D",
    "F1,4,CC",
    "F1 ",
    "F123456789",
    "F-1,123456789",
    "f0",
    "F0F0",
};

// What GDB does for its host meanwhile, and what it never should.
static const char *const meanwhile[] = {
    "m20000200,40",
    "M20000200,4:61626364",
    "X20000200,3:abc",
    "M5fffff00,1:7a",
    "M5fffff1c,8:0000000000012345",
    "X5fffff3f,2:ab",
    "m5fffff00,40",
    "M5fffff00,0:",
    "M5ffffeff,2:0000",
    "m5fffff40,1",
    "vCont;c",
    "vCont;s:1",
    "?",
    "g",
    "D",
    "vRun;61;62",
    "vKill;1",
    "k",
    "R00",
    "QStartNoAckMode",
    "vCtrlC",
    "qRcmd,72657365742068616c74",                         // reset halt
    "qRcmd,73656d69686f7374696e672064697361626c65",       // semihosting disable
    "qRcmd,61726d2073656d69686f7374696e6720656e61626c65", // arm semihosting enable
};

static const char *const good[] = {
    "qSupported:swbreak+;hwbreak+",
    "qSupported:error-message+",
    "?",
    "F0",
    "F5,4,C",
    "F-1,4,C",
    "g",
    "p0",
    "pf",
    "P0=00000000",
    "m20000000,100",
    "m8000000,4",
    "x8000000,40",
    "M20000000,2:0011",
    "X20000000,2:ab",
    "Z1,8000100,2",
    "z1,8000100,2",
    "Z2,20000000,4",
    "vCont;c",
    "vCont;s:1;c",
    "vCont;r8000100,8000110:1",
    "vCont?",
    "c",
    "s",
    "D",
    "!",
    "R00",
    "vRun;",
    "vKill;1",
    "vAttach;1",
    "k",
    "qCRC:8000000,2000",
    "QStartNoAckMode",
    "qSearch:memory:8000000;2000;ab",
    "vFlashErase:8000000,800",
    "vFlashWrite:8000000:abcdefgh",
    "vFlashDone",
    "qXfer:features:read:target.xml:0,100",
    "qXfer:memory-map:read::0,1000",
    "qXfer:threads:read::10,10",
    "qRcmd,72657365742068616c74",
    "qRcmd,68656c70",
    "qRcmd,736c6565702031",
    "qfThreadInfo",
    "Hg0",
    "T1",
    "qC",
    "qOffsets",
    "vCtrlC",
    "qThreadExtraInfo,1",
};

static const char *choose_text(struct fuzz *z)
{
    if (z->s.state == SESSION_CALL && next(z) % 2 == 0)
        return answers[next(z) % (next(z) % 2 ? GOOD_ANSWERS : sizeof answers / sizeof answers[0])];
    if (z->s.state == SESSION_CALL && next(z) % 2 == 0)
        return meanwhile[next(z) % (sizeof meanwhile / sizeof meanwhile[0])];
    return good[next(z) % (sizeof good / sizeof good[0])];
}

static size_t make_packet(struct fuzz *z, uint8_t *packet)
{
    const char *text = choose_text(z);
    size_t len = strlen(text);
    memcpy(packet, text, len);
    for (unsigned changes = next(z) % 2 * (next(z) % 4); changes > 0 && len > 0; changes--) {
        static const char favoured[] = ",;:=0fF19-?#$}*\x03zXmv";
        size_t at = next(z) % len;
        switch (next(z) % 4) {
        case 0:
            packet[at] = (uint8_t)next(z);
            break;
        case 1:
            packet[at] = (uint8_t)favoured[next(z) % (sizeof favoured - 1)];
            break;
        case 2:
            len = at;
            break;
        case 3:
            memmove(packet + at + 1, packet + at, len - at);
            packet[at] = (uint8_t)favoured[next(z) % (sizeof favoured - 1)];
            len++;
            break;
        }
    }
    return len;
}

static void send_bytes(struct fuzz *z, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0, patience = 0; i < len && patience < 100;) {
        size_t part = 1 + next(z) % (len - i);
        size_t taken = session_feed(&z->s, bytes + i, part);
        i += taken;
        assert_true(z->s.out_len <= SESSION_OUT_SIZE);
        if (taken > 0)
            continue;
        patience++;
        session_tick(&z->s, patience);
        session_sent(&z->s, z->s.out_len);
    }
}

// The program runs into a call, which may be a little wrong.
static void make_call(struct fuzz *z)
{
    static const char go[] = "+$vCont;c#a8";
    struct call c = calls[next(z) % (sizeof calls / sizeof calls[0])];
    if (next(z) % 4 == 0)
        c.word[next(z) % 4] = next(z) >> next(z) % 32;
    if (next(z) % 8 == 0)
        c.op = next(z) % OPS;
    memcpy(&z->f.ram[CONSOLE - FAKE_RAM_BASE], ":tt", 4);
    memcpy(&z->f.ram[NAME - FAKE_RAM_BASE], "a.txt", 6);
    for (unsigned i = 0; i < 4; i++)
        put_le32(&z->f.ram[BLOCK - FAKE_RAM_BASE + 4 * i], c.word[i]);
    z->f.stops_after_polls = 1;
    z->f.stop = (struct target_stop){.cause = TARGET_STOP_BKPT, .pc = PROGRAM};
    z->f.regs[CORTEXM_PC] = PROGRAM;
    z->f.regs[CORTEXM_R0] = c.op;
    z->f.regs[CORTEXM_R0 + 1] = next(z) % 16 ? BLOCK : next(z);
    put_le16(&z->f.flash[PROGRAM - FAKE_FLASH_BASE], SEMIHOST_BKPT);
    if (z->s.state == SESSION_IDLE)
        send_bytes(z, (const uint8_t *)go, sizeof go - 1);
    session_tick(&z->s, z->seed);
}

// A call is in hand exactly while the session waits for its end, and GDB's host is asked for
// nothing outside of one.
static void check_call(struct fuzz *z)
{
    bool in_call = z->s.state == SESSION_CALL;
    assert_int_equal(z->sharing.semihost.call.active, in_call);
    assert_true(in_call || !z->s.call.asked);
    assert_true(in_call || !z->sharing.semihost.call.window_open);
    z->in_call += in_call;
    z->asked += z->s.call.asked;
}

static void disturb(struct fuzz *z)
{
    static const enum err errors[] = {ERR_LINK, ERR_TIMEOUT, ERR_PROBE_LOST, ERR_FLASH,
                                      ERR_PROTECTED};
    enum err *const places[] = {&z->f.fail_halt, &z->f.fail_resume,     &z->f.fail_reset,
                                &z->f.fail_poll, &z->f.fail_flash_step, &z->f.fail_flash_end};
    *places[next(z) % 6] = errors[next(z) % 5];
    z->f.lose_at_poll = next(z) % 16 == 0;
    z->f.stops_after_polls = next(z) % 4;
    z->f.stop.cause = (enum target_stop_cause)(next(z) % (TARGET_STOP_RESET + 1));
    z->f.stop.watch = (enum dwt_access)(1 + next(z) % 3);
    z->f.stop.was_reset = next(z) % 8 == 0;
    z->f.resets_of_its_own = next(z) % 3;
    // The program may be about to make a call, or to have bent its memory.
    z->f.regs[CORTEXM_PC] = FAKE_FLASH_BASE + 0x100;
    z->f.regs[CORTEXM_R0] = next(z) % 0x34;
    z->f.regs[CORTEXM_R0 + 1] = FAKE_RAM_BASE + next(z) % FAKE_RAM_SIZE;
    z->f.ram[next(z) % FAKE_RAM_SIZE] = (uint8_t)(next(z) % 8);
    z->f.ram[next(z) % FAKE_RAM_SIZE] = FAKE_RAM_BASE >> 24;
    put_le16(&z->f.flash[0x100], SEMIHOST_BKPT);
}

static void start_session(struct fuzz *z)
{
    if (z->f.t.state == TARGET_LOST)
        assert_int_equal(target_reconnect(&z->f.t), ERR_OK);
    sharing_init(&z->sharing, &z->f.t, &z->log);
    z->sharing.semihost.enabled = true;
    session_start(&z->s, &z->sharing, "the fuzzer");
}

static void one_round(struct fuzz *z)
{
    uint8_t packet[PACKET_MAX], framed[RSP_FRAMED_MAX(PACKET_MAX)];
    size_t len = make_packet(z, packet);
    size_t framed_len = rsp_frame(framed, packet, len);
    if (next(z) % 8 == 0)
        framed[next(z) % framed_len] = (uint8_t)next(z);
    if (next(z) % 16 == 0)
        framed_len = next(z) % framed_len;
    send_bytes(z, framed, framed_len);
    if (next(z) % 4 == 0)
        session_tick(&z->s, z->seed);
    if (next(z) % 8 == 0)
        send_bytes(z, (const uint8_t *)"\x03", 1);
    if (next(z) % 8 == 0)
        disturb(z);
    if (z->s.state <= SESSION_RUNNING && next(z) % 4 == 0)
        make_call(z);
    check_call(z);
    session_sent(&z->s, z->s.out_len);
    if (session_is_over(&z->s) || next(z) % 64 == 0) {
        session_end(&z->s);
        assert_int_equal(z->f.flash_jobs, 0);
        start_session(z);
    }
}

static void a_session_holds_against_whatever_comes(void **state)
{
    struct fuzz *z = *state;
    z->log = log_silent();
    fake_target_init(&z->f, &z->log);
    start_session(z);
    for (unsigned long i = 0; i < z->rounds; i++)
        one_round(z);
    // It was worth the while.
    assert_true(z->in_call >= z->rounds / 64);
    assert_true(z->asked >= z->rounds / 64);
    session_end(&z->s);
    start_session(z);
    send_bytes(z, (const uint8_t *)"$qC#b4", 6);
    assert_memory_equal(z->s.out, "+$QC1#c5", 8);
    session_end(&z->s);
}

int main(int argc, char **argv)
{
    struct fuzz *z = calloc(1, sizeof *z);
    if (!z)
        return 99;
    z->rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : 20000;
    z->seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) | 1u : 0x9e3779b9u;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(a_session_holds_against_whatever_comes, z),
    };
    int failed = cmocka_run_group_tests_name("session_fuzz", tests, NULL, NULL);
    free(z);
    return failed;
}
