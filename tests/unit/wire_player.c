// SPDX-License-Identifier: MIT
#include "tests/unit/wire_player.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/core/core.h"
#include "sim/wire/swdp.h"

#define HCLK_HZ     16000000u
#define LOOP        0x2000fff0u // of a core that runs: B . twice
#define SCS_DHCSR   0xe000edf0u
#define RESET_NS    100000u
#define DATA_NS     10000u // from the start of a packet to what a write does, at least
#define MAX_STALLS  64u
#define STORE_SLOTS (1u << 20) // a capture reads 2 MiB of flash

enum { ACK_OK = 1, ACK_WAIT = 2, ACK_FAULT = 4, ACK_NONE = 7 };

// Words by address, in a table with open addressing.
struct store {
    uint32_t *addr, *value;
    bool *used;
    unsigned count;
};

// The target of a capture in the place of a virtual chip: the functions below are what sim/wire/
// asks of one.
struct sim_chip {
    struct sim_identity identity;
    struct sim_clock clock;
    struct sim_account account;
    struct sim_bus bus;
    struct sim_core *core; // NULL: its registers are in the store
    struct store store;
    uint64_t stall_from[MAX_STALLS], stall_to[MAX_STALLS];
    unsigned stalls;
    uint64_t release_ns; // of a reset
    uint64_t start_ns;   // of the capture's time
};

struct player {
    struct sim_chip chip;
    struct sim_memap ap;
    struct sim_swdp dp;
    bool ready, overrun;
    unsigned told;
    FILE *out;
    const char *line;
    struct wire_counts *counts;
};

// ---- the store ----------------------------------------------------------------------------------

static unsigned slot_of(const struct store *s, uint32_t word_addr)
{
    unsigned i = (word_addr >> 2) * 2654435761u % STORE_SLOTS;
    while (s->used[i] && s->addr[i] != word_addr)
        i = (i + 1) % STORE_SLOTS;
    return i;
}

static uint32_t store_word(const struct store *s, uint32_t addr)
{
    unsigned i = slot_of(s, addr & ~3u);
    return s->used[i] ? s->value[i] : 0;
}

static void store_put(struct store *s, uint32_t addr, unsigned size, uint32_t value)
{
    unsigned i = slot_of(s, addr & ~3u), shift = 8 * (addr & 3);
    uint32_t mask = (size == 4 ? ~0u : (1u << 8 * size) - 1) << shift;
    uint32_t old = s->used[i] ? s->value[i] : 0;
    s->count += !s->used[i];
    if (s->count == STORE_SLOTS)
        abort(); // a free slot ends every search
    s->used[i] = true;
    s->addr[i] = addr & ~3u;
    s->value[i] = (old & ~mask) | (value << shift & mask);
}

static enum sim_bus_status store_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    uint32_t word = store_word(self, offset) >> 8 * (offset & 3);
    *value = size == 4 ? word : word & ((1u << 8 * size) - 1);
    return SIM_BUS_OK;
}

static enum sim_bus_status store_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    store_put(self, offset, size, value);
    return SIM_BUS_OK;
}

// ---- what sim/wire/ asks of a chip --------------------------------------------------------------

const struct sim_identity *sim_chip_identity(const struct sim_chip *chip)
{
    return &chip->identity;
}

uint32_t sim_chip_hclk_hz(const struct sim_chip *chip)
{
    (void)chip;
    return HCLK_HZ;
}

uint64_t sim_chip_stall_until_ns(const struct sim_chip *chip)
{
    return chip->bus.stall_until_ns;
}

static bool is_stalled(struct sim_chip *chip)
{
    uint64_t now_ns = chip->clock.now_ns - chip->start_ns;
    for (unsigned i = 0; i < chip->stalls; i++)
        if (now_ns >= chip->stall_from[i] && now_ns < chip->stall_to[i]) {
            chip->bus.stall_until_ns = chip->start_ns + chip->stall_to[i];
            return true;
        }
    return false;
}

void sim_chip_mark_ap_accesses(struct sim_chip *chip, bool cacheable)
{
    chip->bus.debug_cacheable = cacheable;
}

enum sim_bus_status sim_chip_view_read(struct sim_chip *chip, enum sim_ap_view view, uint32_t addr,
                                       unsigned size, uint32_t *value)
{
    (void)view;
    return is_stalled(chip) ? SIM_BUS_STALL
                            : sim_bus_read(&chip->bus, SIM_MASTER_DEBUG, addr, size, value);
}

enum sim_bus_status sim_chip_view_write(struct sim_chip *chip, enum sim_ap_view view, uint32_t addr,
                                        unsigned size, uint32_t value)
{
    (void)view;
    return is_stalled(chip) ? SIM_BUS_STALL
                            : sim_bus_write(&chip->bus, SIM_MASTER_DEBUG, addr, size, value);
}

bool sim_chip_peek(const struct sim_chip *chip, uint32_t addr, void *data, size_t len)
{
    uint32_t word = store_word(&chip->store, addr);
    memcpy(data, &word, len < sizeof word ? len : sizeof word);
    return true;
}

// ---- time ---------------------------------------------------------------------------------------

static void run_core(struct sim_chip *chip, uint64_t until_ns)
{
    if (sim_core_run(chip->core, until_ns) != SIM_CORE_RESET_REQUEST)
        return;
    sim_core_hold(chip->core, SIM_RESET_SYSTEM);
    chip->release_ns = chip->clock.now_ns + RESET_NS;
}

static void advance(struct sim_chip *chip, uint64_t until_ns)
{
    while (chip->clock.now_ns < until_ns) {
        chip->clock.rearmed = false;
        uint64_t next = sim_clock_next(&chip->clock);
        next = next < until_ns ? next : until_ns;
        if (chip->release_ns && chip->release_ns < next)
            next = chip->release_ns;
        if (chip->core && next > chip->clock.now_ns)
            run_core(chip, next);
        else
            chip->clock.now_ns = next;
        if (chip->release_ns && chip->clock.now_ns >= chip->release_ns) {
            chip->release_ns = 0;
            sim_core_release(chip->core);
        }
        sim_clock_move(&chip->clock, chip->clock.now_ns);
    }
}

// ---- the wire -----------------------------------------------------------------------------------

static void send(struct player *p, uint64_t bits, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sim_swdp_cycle(&p->dp, bits >> i & 1);
}

static uint64_t receive(struct player *p, unsigned count)
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

// The acknowledge; the data and its parity bit into or from *data. In a refused packet the data
// phase comes only while overruns are detected.
static unsigned clock_packet(struct player *p, bool read, bool ap, unsigned addr, uint64_t *data)
{
    unsigned bits = (unsigned)ap | (unsigned)read << 1 | (addr >> 2 & 3) << 2;
    send(p, 0x81 | bits << 1 | (unsigned)__builtin_parity(bits) << 5, 8);
    receive(p, 1);
    unsigned ack = (unsigned)receive(p, 3);
    bool has_data = ack == ACK_OK || (p->overrun && (ack == ACK_WAIT || ack == ACK_FAULT));
    if (has_data && read)
        *data = receive(p, 33);
    receive(p, 1);
    if (has_data && !read) {
        advance(&p->chip, p->chip.clock.now_ns + DATA_NS);
        send(p, *data, 33);
    }
    if (ack == ACK_OK && !read && !ap && addr == 4)
        p->overrun = *data & 1;
    return ack;
}

static uint64_t with_parity(uint32_t value)
{
    return value | (uint64_t)__builtin_parity(value) << 32;
}

// ---- what comes before the capture --------------------------------------------------------------

static const struct sim_identity nrf51 = {.dpidr = 0x0bb11477,
                                          .ap_idr = 0x04770021,
                                          .rom_base = 0xf0000003,
                                          .cpuid = 0x410cc200,
                                          .designer = 0x244,
                                          .part = 0x001};
static const struct sim_identity f429 = {.dpidr = 0x2ba01477,
                                         .ap_idr = 0x24770011,
                                         .rom_base = 0xe00ff003,
                                         .cpuid = 0x410fc241,
                                         .designer = 0x020,
                                         .part = 0x419};

static bool open_store(struct store *s)
{
    s->addr = calloc(STORE_SLOTS, sizeof *s->addr);
    s->value = calloc(STORE_SLOTS, sizeof *s->value);
    s->used = calloc(STORE_SLOTS, sizeof *s->used);
    return s->addr && s->value && s->used;
}

// Halted in an endless loop.
static bool open_core(struct sim_chip *chip)
{
    const struct sim_identity *id = &chip->identity;
    chip->core = chip->bus.core = sim_core_create(
        &chip->bus, &chip->clock, &chip->account,
        &(struct sim_core_config){.cpuid = id->cpuid, .interrupts = SIM_CORE_INTERRUPTS});
    if (!chip->core)
        return false;
    sim_core_set_hclk(chip->core, HCLK_HZ);
    sim_core_set_identity(chip->core, id->cpuid, id->designer, id->part);
    store_put(&chip->store, LOOP, 4, 0xe7fee7fe);
    store_put(&chip->store, 4, 4, LOOP | 1);
    sim_core_release(chip->core);
    sim_bus_write(&chip->bus, SIM_MASTER_DEBUG, SCS_DHCSR, 4, 0xa05f0003);
    advance(chip, 1000000);
    store_put(&chip->store, 4, 4, 0);
    uint32_t forget;
    sim_bus_read(&chip->bus, SIM_MASTER_DEBUG, SCS_DHCSR, 4, &forget);
    return sim_core_is_halted(chip->core);
}

static bool open_target(struct player *p, bool m0, bool core)
{
    static const struct sim_device device = {.read = store_read, .write = store_write};
    struct sim_chip *chip = &p->chip;
    chip->identity = m0 ? nrf51 : f429;
    chip->bus.clock = &chip->clock;
    chip->bus.account = &chip->account;
    if (!open_store(&chip->store))
        return false;
    sim_bus_map(&chip->bus, "store", 0, UINT32_MAX, &device, &chip->store);
    if (core && !open_core(chip))
        return false;
    p->ap = (struct sim_memap){.chip = chip, .clock = &chip->clock};
    p->dp = (struct sim_swdp){.ap = &p->ap, .account = &chip->account};
    sim_swdp_power_on(&p->dp);
    p->ready = true;
    return true;
}

static void close_target(struct player *p)
{
    if (p->chip.core)
        sim_core_destroy(p->chip.core);
    sim_account_clear(&p->chip.account);
    free(p->chip.store.addr);
    free(p->chip.store.value);
    free(p->chip.store.used);
}

// A line reset and DPIDR, as somebody has done before.
static void join(struct player *p, uint32_t csw)
{
    uint64_t data = 0;
    send(p, ~0ull, 53);
    send(p, 0, 2);
    clock_packet(p, true, false, 0, &data);
    p->ap.csw = csw | sim_memap_kind(&p->ap)->csw_fixed;
}

static bool prepare(struct player *p, const char *word, uint32_t a, uint32_t b, uint32_t c)
{
    if (strcmp(word, "dp") == 0)
        p->dp.ctrl_stat = a & 0x500000c1;
    else if (strcmp(word, "joined") == 0)
        join(p, a);
    else if (strcmp(word, "result") == 0)
        p->ap.result = a;
    else if (strcmp(word, "hold") == 0)
        for (unsigned i = 0; i < b; i++)
            store_put(&p->chip.store, a + i, 1, c >> 8 * i & 0xff);
    else if (strcmp(word, "reg") == 0 && p->chip.core)
        sim_core_set_reg(p->chip.core, a, b);
    else if (strcmp(word, "write") == 0)
        return sim_bus_write(&p->chip.bus, SIM_MASTER_DEBUG, a, 4, b) == SIM_BUS_OK;
    else
        return false;
    p->overrun = p->dp.ctrl_stat & 1;
    return true;
}

static void set_halted(struct player *p, bool halted)
{
    if (!p->chip.core)
        return;
    uint32_t value = 0xa05f0001 | (unsigned)halted << 1;
    sim_bus_write(&p->chip.bus, SIM_MASTER_DEBUG, SCS_DHCSR, 4, value);
    advance(&p->chip, p->chip.clock.now_ns + 1000);
}

// ---- a line of the table ------------------------------------------------------------------------

struct packet {
    double time;
    unsigned idle, addr, ack;
    bool read, ap, has_data;
    uint32_t data, mask;
};

__attribute__((format(printf, 2, 3))) static void tell(struct player *p, const char *fmt, ...)
{
    if (!p->told)
        return;
    p->told--;
    va_list args;
    va_start(args, fmt);
    fprintf(p->out, "# %.*s: the virtual target ", (int)strcspn(p->line, "\n"), p->line);
    vfprintf(p->out, fmt, args);
    fputc('\n', p->out);
    va_end(args);
}

static void compare(struct player *p, const struct packet *k, unsigned ack, uint64_t data)
{
    struct wire_counts *n = p->counts;
    n->packets++;
    n->bits += 3;
    if (ack != k->ack) {
        tell(p, "answers %u", ack);
        return;
    }
    n->acks++;
    n->waits += ack == ACK_WAIT;
    n->faults += ack == ACK_FAULT;
    if (!k->read || ack != ACK_OK)
        return;
    n->reads++;
    n->masked += k->mask != 0;
    n->bits += 33u - (k->mask ? (unsigned)__builtin_popcount(k->mask) + 1 : 0);
    uint64_t differ = data ^ with_parity(k->data);
    if (k->mask)
        differ &= (uint32_t)~k->mask;
    n->reads_equal += !differ;
    if (differ)
        tell(p, "says %08x", (uint32_t)data);
}

static void pass_time(struct player *p, double time_us)
{
    if (!p->chip.start_ns)
        p->chip.start_ns = p->chip.clock.now_ns;
    advance(&p->chip, p->chip.start_ns + (uint64_t)(time_us * 1000));
}

static unsigned ack_of(const char *word)
{
    return strcmp(word, "OK") == 0      ? ACK_OK
           : strcmp(word, "WAIT") == 0  ? ACK_WAIT
           : strcmp(word, "FAULT") == 0 ? ACK_FAULT
                                        : ACK_NONE;
}

static void play_packet(struct player *p, const struct packet *k)
{
    uint64_t data = with_parity(k->data);
    send(p, 0, k->idle);
    unsigned ack = clock_packet(p, k->read, k->ap, k->addr, &data);
    compare(p, k, ack, data);
}

static bool play_line(struct player *p)
{
    char kind[8], port[4], ack[8];
    struct packet k = {0};
    int at = 0;
    unsigned value;
    if (sscanf(p->line, "%lf %u %7s%n", &k.time, &k.idle, kind, &at) != 3)
        return false;
    const char *rest = p->line + at;
    pass_time(p, k.time);
    if (strcmp(kind, "ones") == 0 && sscanf(rest, "%u", &value) == 1) {
        send(p, 0, k.idle);
        for (; value; value--)
            send(p, 1, 1);
        return true;
    }
    if (strcmp(kind, "bits") == 0 && sscanf(rest, "%x", &value) == 1) {
        send(p, value, 16);
        return true;
    }
    int fields = sscanf(rest, "%3s %x %7s %x", port, &k.addr, ack, &k.data);
    if (fields < 3)
        return false;
    k.read = kind[0] == 'R';
    k.ap = port[0] == 'A';
    k.ack = ack_of(ack);
    const char *mask = strstr(rest, " mask ");
    if (mask)
        k.mask = (uint32_t)strtoul(mask + 6, NULL, 16);
    p->counts->presets += strstr(rest, " preset") != NULL;
    play_packet(p, &k);
    return true;
}

static bool take_line(struct player *p)
{
    char word[12];
    unsigned a = 0, b = 0, c = 0;
    double from, to;
    if (p->line[0] == '#' || p->line[0] == '\n')
        return true;
    if (p->line[0] >= '0' && p->line[0] <= '9')
        return p->ready && play_line(p);
    int fields = sscanf(p->line, "%11s %x %x %x", word, &a, &b, &c);
    if (fields < 1)
        return false;
    if (strcmp(word, "kind") == 0)
        return !p->ready && open_target(p, strstr(p->line, "m0") != NULL,
                                        strstr(p->line, "m0") || strstr(p->line, "m4core"));
    if (!p->ready)
        return false;
    if (strcmp(word, "state") == 0)
        set_halted(p, strstr(p->line, "halted") != NULL);
    else if (strcmp(word, "halt") == 0)
        set_halted(p, true);
    else if (sscanf(p->line, "stall %lf %lf", &from, &to) == 2 && p->chip.stalls < MAX_STALLS) {
        p->chip.stall_from[p->chip.stalls] = (uint64_t)(from * 1000);
        p->chip.stall_to[p->chip.stalls++] = (uint64_t)(to * 1000);
    } else
        return prepare(p, word, a, b, c);
    return true;
}

bool wire_play(FILE *table, struct wire_counts *counts, FILE *out, unsigned told)
{
    struct player *p = calloc(1, sizeof *p);
    char line[256];
    bool good = p != NULL;
    *counts = (struct wire_counts){0};
    if (!good)
        return false;
    p->out = out;
    p->told = told;
    p->counts = counts;
    p->line = line;
    while (good && fgets(line, sizeof line, table))
        good = take_line(p);
    if (!good)
        fprintf(out, "# this is no line of a table: %s", line);
    good = good && p->ready;
    close_target(p);
    free(p);
    return good;
}
