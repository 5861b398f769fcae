// SPDX-License-Identifier: MIT
// RTT over the RAM of a program that makes its control block up, and changes it while it is read.
// No access lies outside of the RAM, but for the names of channels, which may point anywhere.
#include "base/bytes.h"
#include "server/rtt.h"
#include "tests/fuzz/fuzz.h"

enum { BASE = 0x20000000, SIZE = 0x1000, STEPS = 64, NAME_READ = RTT_NAME_SIZE - 1 };

// What stands for a target: server/rtt.c alone is linked, and these are its functions.
struct program {
    struct target t; // first
    struct fuzz_input *in;
    bool changes;
    uint8_t ram[SIZE];
};

static bool is_in_ram(uint32_t addr, size_t len)
{
    return addr >= BASE && addr - BASE <= SIZE && len <= SIZE - (addr - BASE);
}

static void change_ram(struct program *p)
{
    if (!p->changes || fuzz_byte(p->in) & 7)
        return;
    uint16_t at = fuzz_half(p->in) % SIZE;
    for (uint8_t n = fuzz_byte(p->in) & 15; n && at < SIZE; n--)
        p->ram[at++] = fuzz_byte(p->in);
}

static bool is_unlucky(struct program *p)
{
    return p->changes && (fuzz_byte(p->in) & 63) == 63;
}

enum err target_read_mem(struct target *t, uint32_t addr, void *data, size_t len, size_t *done)
{
    struct program *p = (struct program *)t;
    change_ram(p);
    if (done)
        *done = 0;
    if (is_unlucky(p))
        return ERR_LINK;
    FUZZ_CHECK(is_in_ram(addr, len) || len == NAME_READ);
    if (!is_in_ram(addr, len))
        return ERR_FAULT;
    memcpy(data, &p->ram[addr - BASE], len);
    if (done)
        *done = len;
    return ERR_OK;
}

enum err target_write_mem(struct target *t, uint32_t addr, const void *data, size_t len)
{
    struct program *p = (struct program *)t;
    if (is_unlucky(p))
        return ERR_LINK;
    FUZZ_CHECK(is_in_ram(addr, len));
    memcpy(&p->ram[addr - BASE], data, len);
    return ERR_OK;
}

bool target_is_ram(const struct target *t, uint32_t addr, uint32_t len)
{
    (void)t;
    return len && is_in_ram(addr, len);
}

bool target_find_sram(const struct target *t, uint32_t *base, uint32_t *size)
{
    (void)t;
    *base = BASE;
    *size = SIZE;
    return true;
}

// A block somewhere, with channels that are nearly right.
static void make_block(struct program *p)
{
    const uint16_t at = fuzz_half(p->in) % (SIZE - 200) & ~3u;
    memcpy(&p->ram[at], "SEGGER RTT", 10);
    put_le32(&p->ram[at + 16], fuzz_byte(p->in) % 18);
    put_le32(&p->ram[at + 20], fuzz_byte(p->in) % 18);
    for (uint32_t d = at + 24u; d < at + 24u + 6 * 24 && d + 24 <= SIZE; d += 24) {
        put_le32(&p->ram[d], BASE + fuzz_half(p->in));
        put_le32(&p->ram[d + 4], BASE + fuzz_half(p->in) % (SIZE + 16));
        put_le32(&p->ram[d + 8], fuzz_half(p->in) % (SIZE + 16));
        put_le32(&p->ram[d + 12], fuzz_half(p->in) % 0x400);
        put_le32(&p->ram[d + 16], fuzz_half(p->in) % 0x400);
    }
}

static void one_step(struct program *p, struct rtt *r)
{
    uint8_t data[RTT_READ_MAX] = {0};
    size_t len = 0;
    bool found;
    const uint8_t what = fuzz_byte(p->in);
    if (rtt_find(r, &found))
        return;
    if (what & 1) {
        const size_t cap = what & 2 ? 1 + fuzz_half(p->in) % RTT_READ_MAX : RTT_READ_MAX;
        if (!rtt_read(r, what >> 3, data, cap, &len))
            FUZZ_CHECK(len <= cap);
    } else if (!rtt_write(r, what >> 3, data, fuzz_byte(p->in) & 63, &len)) {
        FUZZ_CHECK(len <= 63);
    }
    if (what >= 0xf8)
        (void)!rtt_retire(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, data + size};
    struct log log = log_silent();
    struct rtt r;
    struct program *p = calloc(1, sizeof *p);
    FUZZ_CHECK(p);
    p->in = &in;
    const uint8_t flags = fuzz_byte(&in);
    make_block(p);
    rtt_init(&r, &p->t, &log);
    p->changes = flags & 1;
    for (unsigned i = 0; i < STEPS && fuzz_left(&in); i++)
        one_step(p, &r);
    free(p);
    return 0;
}
