// SPDX-License-Identifier: MIT
// Plays the packets of a table on standard input (tests/unit/wire_player.h) into a whole virtual
// STM32F429, whose core runs what the capture's host puts into its RAM, and prints where the
// answers differ, for tests/scenarios/captured_flash.py.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "sim/families/chips.h"
#include "sim/wire/swdp.h"

#define DATA_NS 10000u // from the start of a packet to what a write does, at least
#define TOLD    20u    // differences of each kind

#define POWER_UP_NS 5000000u

#define SCS_DHCSR 0xe000edf0u
#define FLASH     0x08000000u

enum { ACK_OK = 1, ACK_WAIT = 2 };

struct player {
    struct sim_clock clock;
    struct sim_account account;
    struct log log;
    struct sim_chip *chip;
    struct sim_memap ap;
    struct sim_swdp dp;
    uint64_t start_ns;
    unsigned packets, reads, other_acks, other_reads, told;
};

struct packet {
    unsigned idle, addr;
    bool read, ap;
    uint32_t data;
    char ack[8];
};

static void run_to(struct player *p, uint64_t ns)
{
    if (ns > p->clock.now_ns)
        sim_chip_run(p->chip, ns);
}

static void send_bits(struct player *p, uint64_t bits, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sim_swdp_cycle(&p->dp, bits >> i & 1);
}

static uint64_t receive_bits(struct player *p, unsigned count)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < count; i++) {
        bool level = true; // nobody drives, and a pull-up does
        sim_swdp_drives(&p->dp, &level);
        v |= (uint64_t)level << i;
        sim_swdp_cycle(&p->dp, level);
    }
    return v;
}

static unsigned clock_packet(struct player *p, const struct packet *k, uint32_t *data)
{
    unsigned bits = (unsigned)k->ap | (unsigned)k->read << 1 | (k->addr >> 2 & 3) << 2;
    send_bits(p, 0, k->idle);
    send_bits(p, 0x81 | bits << 1 | (unsigned)__builtin_parity(bits) << 5, 8);
    (void)receive_bits(p, 1);
    unsigned ack = (unsigned)receive_bits(p, 3);
    if (ack == ACK_OK && k->read)
        *data = (uint32_t)receive_bits(p, 33);
    (void)receive_bits(p, 1);
    if (ack == ACK_OK && !k->read) {
        run_to(p, p->clock.now_ns + DATA_NS);
        send_bits(p, k->data | (uint64_t)__builtin_parity(k->data) << 32, 33);
    }
    return ack;
}

// A packet that the real target made wait is repeated until the virtual one takes it, and the other
// way round: how long it waits is not what is compared here.
static void play_packet(struct player *p, const struct packet *k, double time_us)
{
    uint32_t data = 0;
    unsigned ack;
    if (strcmp(k->ack, "OK") != 0)
        return;
    do {
        ack = clock_packet(p, k, &data);
        if (ack == ACK_WAIT)
            run_to(p, p->clock.now_ns + DATA_NS);
    } while (ack == ACK_WAIT);
    p->packets++;
    p->other_acks += ack != ACK_OK;
    if (!k->read || ack != ACK_OK)
        return;
    p->reads++;
    if (data == k->data)
        return;
    p->other_reads++;
    if (p->told++ < TOLD)
        fprintf(stderr, "# %.1f us: %s %x, TAR %08x: %08x and not %08x\n", time_us,
                k->ap ? "AP" : "DP", k->addr, p->ap.tar, data, k->data);
}

static void poke_held(struct player *p, uint32_t addr, unsigned len, uint32_t value)
{
    uint8_t bytes[4];
    put_le32(bytes, value);
    if (addr < 0x00200000)
        addr += FLASH; // what address 0 shows
    (void)sim_chip_poke(p->chip, addr, bytes, len);
}

// The capture begins in the middle of a session: a line reset and DPIDR came before.
static void join_session(struct player *p, uint32_t csw)
{
    const struct packet dpidr = {.read = true};
    uint32_t forget;
    send_bits(p, ~0ull, 53);
    send_bits(p, 0, 2);
    (void)clock_packet(p, &dpidr, &forget);
    p->ap.csw = csw | sim_memap_kind(&p->ap)->csw_fixed;
}

// The core as an earlier session left it, in a program that loops.
static void set_state(struct player *p, bool halted)
{
    uint32_t forget;
    (void)sim_chip_ap_write(p->chip, SCS_DHCSR, 4, 0xa05f0001u | (unsigned)halted << 1);
    run_to(p, p->clock.now_ns + DATA_NS);
    (void)sim_chip_ap_read(p->chip, SCS_DHCSR, 4, &forget);
}

static void play_line(struct player *p, const char *line)
{
    struct packet k = {0};
    char kind[8], port[4];
    double time_us;
    unsigned addr, len, value;
    if (sscanf(line, "hold %x %x %x", &addr, &len, &value) == 3)
        poke_held(p, addr, len, value);
    if (sscanf(line, "dp %x", &value) == 1)
        p->dp.ctrl_stat = value & 0x500000c1;
    if (sscanf(line, "joined %x", &value) == 1)
        join_session(p, value);
    if (sscanf(line, "result %x", &value) == 1)
        p->ap.result = value;
    if (strncmp(line, "state ", 6) == 0)
        set_state(p, strstr(line, "halted") != NULL);
    if (sscanf(line, "%lf %u %7s", &time_us, &k.idle, kind) != 3)
        return;
    run_to(p, p->start_ns + (uint64_t)(time_us * 1000));
    if (strcmp(kind, "ones") == 0 && sscanf(line, "%*f %*u %*s %u", &value) == 1) {
        send_bits(p, 0, k.idle);
        for (; value; value--)
            send_bits(p, 1, 1);
    } else if (strcmp(kind, "bits") == 0 && sscanf(line, "%*f %*u %*s %x", &value) == 1) {
        send_bits(p, value, 16);
    } else if (sscanf(line, "%*f %*u %*s %3s %x %7s %x", port, &k.addr, k.ack, &k.data) >= 3) {
        k.read = kind[0] == 'R';
        k.ap = port[0] == 'A';
        play_packet(p, &k, time_us);
    }
}

static bool open_target(struct player *p)
{
    p->log = log_silent();
    if (sim_chips_create(&p->chip, "stm32f429zi", &p->clock, &p->account, &p->log) != ERR_OK)
        return false;
    poke_held(p, FLASH, 4, 0x20001000);
    poke_held(p, FLASH + 4, 4, FLASH + 9);
    poke_held(p, FLASH + 8, 4, 0xbf00e7fe); // b .
    sim_chip_set_power(p->chip, true);
    run_to(p, POWER_UP_NS);
    p->ap = (struct sim_memap){.chip = p->chip, .clock = &p->clock};
    p->dp = (struct sim_swdp){.ap = &p->ap, .account = &p->account};
    sim_swdp_power_on(&p->dp);
    p->start_ns = p->clock.now_ns;
    return true;
}

static void print_counts(const struct player *p)
{
    const struct sim_account *a = &p->account;
    printf("{\"packets\": %u, \"reads\": %u, \"other_acks\": %u, \"other_reads\": %u, "
           "\"sectors_erased\": %u, \"mass_erases\": %u, \"units_programmed\": %u, "
           "\"violations\": %u}\n",
           p->packets, p->reads, p->other_acks, p->other_reads, (unsigned)a->pages_erased,
           (unsigned)a->mass_erases, (unsigned)a->units_programmed, a->violation_count);
    for (unsigned i = 0; i < a->violation_count && i < TOLD; i++)
        fprintf(stderr, "# violation: %s\n", a->violations[i]);
}

int main(void)
{
    struct player *p = calloc(1, sizeof *p);
    char line[256];
    if (!p || !open_target(p))
        return 1;
    while (fgets(line, sizeof line, stdin))
        play_line(p, line);
    print_counts(p);
    sim_chip_destroy(p->chip);
    sim_account_clear(&p->account);
    free(p);
    return 0;
}
