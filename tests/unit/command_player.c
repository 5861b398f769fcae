// SPDX-License-Identifier: MIT
#include "tests/unit/command_player.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "sim/probe/stlink.h"

#define HCLK_HZ     16000000u
#define STORE_SLOTS (1u << 20)
#define MAX_EVENTS  8192u
#define LINE_SIZE   16384u
#define POWERED_UP  0x50000040u

struct store {
    uint32_t addr[STORE_SLOTS], value[STORE_SLOTS];
    bool used[STORE_SLOTS];
};

// The target of a capture in the place of a virtual chip: the functions below are what sim/wire/
// asks of one.
struct sim_chip {
    struct sim_identity identity;
    struct store store;
};

struct expected {
    struct sim_swd_event event;
    bool has_data;
};

struct player {
    struct sim_chip chip;
    struct sim_clock clock;
    struct sim_account account;
    struct sim_memap ap;
    struct sim_swdp dp;
    struct sim_wires wires;
    struct sim_stlink probe;
    struct sim_swd_event made[MAX_EVENTS];
    struct expected wanted[MAX_EVENTS];
    unsigned made_count, wanted_count;
    char command[40]; // the last one, to tell
    unsigned line, told;
    FILE *out;
    struct command_counts *counts;
};

// ---- the store ----------------------------------------------------------------------------------

static unsigned slot_of(const struct store *s, uint32_t word_addr)
{
    unsigned i = (word_addr >> 2) * 2654435761u % STORE_SLOTS;
    while (s->used[i] && s->addr[i] != word_addr)
        i = (i + 1) % STORE_SLOTS;
    return i;
}

static void put_byte(struct store *s, uint32_t addr, uint8_t value)
{
    unsigned i = slot_of(s, addr & ~3u), shift = 8 * (addr & 3);
    uint32_t old = s->used[i] ? s->value[i] : 0;
    s->used[i] = true;
    s->addr[i] = addr & ~3u;
    s->value[i] = (old & ~(0xffu << shift)) | (uint32_t)value << shift;
}

static uint32_t word_at(const struct store *s, uint32_t addr)
{
    unsigned i = slot_of(s, addr & ~3u);
    return s->used[i] ? s->value[i] : 0;
}

// ---- what sim/wire/ asks of a chip --------------------------------------------------------------

const struct sim_identity *sim_chip_identity(const struct sim_chip *chip)
{
    return &chip->identity;
}

// Of any chip: the commands do not depend on them.
const struct sim_electrics *sim_chip_electrics(const struct sim_chip *chip)
{
    static const struct sim_electrics some = {
        .drive_ohms = 50, .pull_ohms = 40000, .vil_per_vdd = 0.3f, .vih_per_vdd = 0.7f};
    (void)chip;
    return &some;
}

uint32_t sim_chip_hclk_hz(const struct sim_chip *chip)
{
    (void)chip;
    return HCLK_HZ;
}

uint64_t sim_chip_stall_until_ns(const struct sim_chip *chip)
{
    (void)chip;
    return 0;
}

enum sim_bus_status sim_chip_view_read(struct sim_chip *chip, enum sim_ap_view view, uint32_t addr,
                                       unsigned size, uint32_t *value)
{
    (void)view;
    uint32_t word = word_at(&chip->store, addr) >> 8 * (addr & 3);
    *value = size == 4 ? word : word & ((1u << 8 * size) - 1);
    return SIM_BUS_OK;
}

void sim_chip_mark_ap_accesses(struct sim_chip *chip, bool cacheable)
{
    (void)chip;
    (void)cacheable;
}

enum sim_bus_status sim_chip_view_write(struct sim_chip *chip, enum sim_ap_view view, uint32_t addr,
                                        unsigned size, uint32_t value)
{
    (void)view;
    for (unsigned i = 0; i < size; i++)
        put_byte(&chip->store, addr + i, (uint8_t)(value >> 8 * i));
    return SIM_BUS_OK;
}

bool sim_chip_peek(const struct sim_chip *chip, uint32_t addr, void *data, size_t len)
{
    uint32_t word = word_at(&chip->store, addr);
    memcpy(data, &word, len < sizeof word ? len : sizeof word);
    return true;
}

bool sim_chip_swd_alive(const struct sim_chip *chip)
{
    (void)chip;
    return true;
}

unsigned sim_chip_power_resets(const struct sim_chip *chip)
{
    (void)chip;
    return 0;
}

bool sim_chip_stands_still(const struct sim_chip *chip)
{
    (void)chip;
    return false;
}

void sim_chip_set_nrst(struct sim_chip *chip, bool low)
{
    (void)chip;
    (void)low;
}

void sim_chip_on_nrst(struct sim_chip *chip, void (*pulls)(void *arg, bool low), void *arg)
{
    (void)chip;
    (void)pulls;
    (void)arg;
}

// SWO is in the captures of USB alone: what comes in there is put on the wire by the table.
void sim_chip_on_swo(struct sim_chip *chip, void (*changed)(void *arg, uint64_t at_ps, bool level),
                     void *arg)
{
    (void)chip;
    (void)changed;
    (void)arg;
}

void sim_chip_run_trace(struct sim_chip *chip)
{
    (void)chip;
}

bool sim_chip_swo(const struct sim_chip *chip, bool *level)
{
    (void)chip;
    *level = true;
    return false;
}

// ---- the bench ----------------------------------------------------------------------------------

static void spend(void *arg, uint64_t ns)
{
    struct player *p = arg;
    sim_clock_move(&p->clock, p->clock.now_ns + ns);
}

static void note(void *arg, const struct sim_swd_event *event)
{
    struct player *p = arg;
    if (p->made_count < MAX_EVENTS)
        p->made[p->made_count++] = *event;
}

static void assemble(struct player *p)
{
    p->ap = (struct sim_memap){.chip = &p->chip, .clock = &p->clock};
    p->dp = (struct sim_swdp){.ap = &p->ap, .account = &p->account};
    sim_wires_init(&p->wires, &p->dp, &p->chip, &p->clock);
    p->wires.rail_mv = WIRES_IO_MV;
    sim_wires_changed(&p->wires);
    sim_swdp_power_on(&p->dp);
    sim_stlink_init(&p->probe, &sim_stlink_models[0]);
    p->probe.wires = &p->wires;
    p->probe.swd = (struct sim_swd_host){.wires = &p->wires,
                                         .account = &p->account,
                                         .swclk_hz = 1800000,
                                         .spend = spend,
                                         .arg = p,
                                         .watch = note,
                                         .watch_arg = p};
}

static void join(struct player *p, uint32_t select, uint32_t csw)
{
    uint32_t dpidr;
    p->probe.swd.captured = true;
    p->probe.mode = 2;
    (void)sim_swd_connect(&p->probe.swd, &dpidr);
    p->dp.ctrl_stat = POWERED_UP;
    p->dp.select = p->probe.swd.select = select;
    p->ap.csw = p->probe.swd.csw = csw;
    p->probe.swd.select_known = p->probe.swd.csw_known = true;
    p->made_count = 0;
}

__attribute__((format(printf, 2, 3))) static void tell(struct player *p, const char *format, ...)
{
    va_list args;
    if (p->told == 0)
        return;
    p->told--;
    fprintf(p->out, "# line %u, command %s: ", p->line, p->command);
    va_start(args, format);
    vfprintf(p->out, format, args);
    va_end(args);
    fputc('\n', p->out);
}

// ---- replies ------------------------------------------------------------------------------------

static bool send_out(struct player *p, const char *hex)
{
    uint8_t data[8192];
    size_t len = strlen(hex) / 2;
    if (len > sizeof data || !hex_decode(data, hex, len))
        return false;
    if (p->probe.out_wanted == 0) {
        snprintf(p->command, sizeof p->command, "%.32s", hex);
        p->counts->commands++;
    }
    sim_stlink_out(&p->probe, data, len);
    return true;
}

static bool compare_reply(struct player *p, const char *hex, const char *rest)
{
    uint8_t wanted[8192];
    size_t len = strlen(hex) / 2;
    if (len > sizeof wanted || !hex_decode(wanted, hex, len))
        return false;
    bool equal =
        len == p->probe.reply_len && !p->probe.stall && memcmp(wanted, p->probe.reply, len) == 0;
    char got[65];
    hex_encode(got, p->probe.reply, p->probe.reply_len < 32 ? p->probe.reply_len : 32);
    if (!equal)
        tell(p, "the reply is %s (%zu bytes) and not %.64s (%zu)", got, p->probe.reply_len, hex,
             len);
    p->counts->replies++;
    p->counts->replies_equal += equal;
    p->counts->presets += strcmp(rest, "preset") == 0;
    return true;
}

// ---- SWO ----------------------------------------------------------------------------------------

static void send_byte(struct player *p, uint8_t byte, uint64_t bit_ps, uint64_t *now_ps,
                      bool *level)
{
    unsigned bits = (unsigned)byte << 1 | 1u << 9;
    for (unsigned i = 0; i < 10; i++, *now_ps += bit_ps) {
        bool next = bits >> i & 1;
        if (next != *level)
            sim_stlink_trace_edge(&p->probe.trace, *now_ps, next);
        *level = next;
    }
}

static bool send_swo(struct player *p, const char *hex, const char *rest)
{
    uint8_t data[4096];
    size_t len = strlen(hex) / 2;
    unsigned rate;
    if (len > sizeof data || !hex_decode(data, hex, len) || sscanf(rest, "%u", &rate) != 1 || !rate)
        return false;
    uint64_t now_ps = p->clock.now_ns * 1000, bit_ps = 1000000000000u / rate;
    bool level = true;
    for (size_t i = 0; i < len; i++)
        send_byte(p, data[i], bit_ps, &now_ps, &level);
    spend(p, (now_ps + 10 * bit_ps) / 1000 - p->clock.now_ns);
    sim_stlink_trace_run(&p->probe.trace, p->clock.now_ns * 1000);
    return true;
}

static bool compare_trace(struct player *p, const char *hex)
{
    uint8_t wanted[4096], got[4096];
    char text[65];
    size_t len = strlen(hex) / 2;
    if (len > sizeof wanted || !hex_decode(wanted, hex, len))
        return false;
    size_t came = sim_stlink_trace_fetch(&p->probe.trace, got, sizeof got);
    bool equal = came == len && memcmp(wanted, got, len) == 0;
    hex_encode(text, got, came < 32 ? came : 32);
    if (!equal)
        tell(p, "the trace is %s (%zu bytes) and not %.64s (%zu)", text, came, hex, len);
    p->counts->traces++;
    p->counts->traces_equal += equal;
    return true;
}

// ---- transfers ----------------------------------------------------------------------------------

static bool expect_wire(struct player *p, const char *text)
{
    struct expected *e = &p->wanted[p->wanted_count];
    struct sim_swd_event *v = &e->event;
    char kind[8], port[8], ack[8];
    unsigned addr;
    int at = 0;
    if (p->wanted_count == MAX_EVENTS)
        return false;
    *e = (struct expected){0};
    if (sscanf(text, "%u %7s%n", &v->idle, kind, &at) != 2)
        return false;
    p->wanted_count++;
    e->has_data = true;
    if (strcmp(kind, "ones") == 0 || strcmp(kind, "bits") == 0) {
        v->kind = kind[0] == 'o' ? SIM_SWD_LINE_RESET : SIM_SWD_SWITCH;
        return sscanf(text + at, kind[0] == 'o' ? "%u" : "%x", &v->data) == 1;
    }
    int fields = sscanf(text + at, "%7s %x %7s %x", port, &addr, ack, &v->data);
    v->ap = port[0] == 'A';
    v->read = kind[0] == 'R';
    v->addr = (uint8_t)addr;
    v->result = strcmp(ack, "WAIT") == 0 ? SWD_WAIT : SWD_OK;
    e->has_data = fields == 4;
    return fields >= 3;
}

static bool is_equal(const struct sim_swd_event *made, const struct expected *e)
{
    const struct sim_swd_event *v = &e->event;
    return made->kind == v->kind && made->idle == v->idle && made->ap == v->ap &&
           made->read == v->read && made->addr == v->addr &&
           (v->kind != SIM_SWD_PACKET || made->result == v->result) &&
           (!e->has_data || made->data == v->data);
}

static void tell_difference(struct player *p, unsigned i)
{
    const struct sim_swd_event *m = &p->made[i], *w = &p->wanted[i].event;
    if (i >= p->made_count || i >= p->wanted_count)
        tell(p, "%u transfers and not %u", p->made_count, p->wanted_count);
    else
        tell(p,
             "transfer %u is %u %c%s%x result %u data %08x and not %u %c%s%x result %u data %08x",
             i + 1, m->idle, m->read ? 'R' : 'W', m->ap ? "AP" : "DP", m->addr, m->result, m->data,
             w->idle, w->read ? 'R' : 'W', w->ap ? "AP" : "DP", w->addr, w->result, w->data);
}

static void compare_time(struct player *p, const char *rest)
{
    double us, took;
    if (sscanf(rest, "%lf", &us) != 1 || !p->made_count)
        return;
    took = (double)(p->made[p->made_count - 1].end_ns - p->made[0].begin_ns) / 1000;
    bool equal = took > us * 0.95 && took < us * 1.05;
    if (!equal)
        tell(p, "it takes %.1f us on the wires, and not %.1f", took, us);
    p->counts->times++;
    p->counts->times_equal += equal;
}

static void compare_wires(struct player *p, const char *rest)
{
    unsigned i = 0;
    while (i < p->made_count && i < p->wanted_count && is_equal(&p->made[i], &p->wanted[i]))
        i++;
    bool equal = i == p->made_count && i == p->wanted_count;
    if (!equal)
        tell_difference(p, i);
    p->counts->lists++;
    p->counts->lists_equal += equal;
    p->counts->transfers += p->wanted_count;
    compare_time(p, rest);
    p->made_count = p->wanted_count = 0;
}

// ---- lines --------------------------------------------------------------------------------------

static bool prepare(struct player *p, const char *word, const char *rest)
{
    uint32_t a, b, c;
    unsigned x, y;
    if (strcmp(word, "target") == 0 && sscanf(rest, "%x %x %x", &a, &b, &c) == 3) {
        p->chip.identity = (struct sim_identity){.dpidr = a, .ap_idr = b, .rom_base = c};
        assemble(p);
    } else if (strcmp(word, "firmware") == 0 && sscanf(rest, "%u %u", &x, &y) == 2) {
        p->probe.model.jtag = (uint8_t)x;
        p->probe.model.swim = (uint8_t)y;
    } else if (strcmp(word, "mode") == 0 && sscanf(rest, "%u", &x) == 1) {
        p->probe.mode = (uint8_t)x;
    } else if (strcmp(word, "joined") == 0 && sscanf(rest, "%x %x", &a, &b) == 2) {
        join(p, a, b);
    } else if (strcmp(word, "adc") == 0 && sscanf(rest, "%u %u", &x, &y) == 2) {
        p->probe.adc_reference = x;
        p->probe.vtref_mv = y;
    } else if (strcmp(word, "left") == 0 && sscanf(rest, "%x", &a) == 1) {
        p->probe.block_left[0] = (uint8_t)a;
        p->probe.block_left[1] = (uint8_t)(a >> 8);
    } else if (strcmp(word, "hold") == 0 && sscanf(rest, "%x %x %x", &a, &b, &c) == 3) {
        for (unsigned i = 0; i < b; i++)
            put_byte(&p->chip.store, a + i, (uint8_t)(c >> 8 * i));
    } else {
        return false;
    }
    return true;
}

static bool play_bytes(struct player *p, const char *word, const char *rest)
{
    char hex[LINE_SIZE];
    int at = 0;
    bool is_out = strcmp(word, "out") == 0, is_in = strcmp(word, "in") == 0;
    bool is_swo = strcmp(word, "swo") == 0, is_trace = strcmp(word, "trace") == 0;
    if (!is_out && !is_in && !is_swo && !is_trace)
        return prepare(p, word, rest);
    if (sscanf(rest, "%16383s%n", hex, &at) != 1)
        return false;
    rest += at + (rest[at] == ' ');
    return is_out     ? send_out(p, hex)
           : is_in    ? compare_reply(p, hex, rest)
           : is_trace ? compare_trace(p, hex)
                      : send_swo(p, hex, rest);
}

static bool play_line(struct player *p, char *line)
{
    char word[16];
    int at = 0;
    line[strcspn(line, "\n")] = '\0';
    if (!*line || *line == '#')
        return true;
    if (sscanf(line, "%15s%n", word, &at) != 1)
        return false;
    const char *rest = line + at + (line[at] == ' ');
    if (strcmp(word, "wire") == 0)
        return expect_wire(p, rest);
    if (strcmp(word, "wires") == 0) {
        compare_wires(p, rest);
        return true;
    }
    if (strcmp(word, "none") == 0)
        return p->probe.reply_len == 0;
    return play_bytes(p, word, rest);
}

bool command_play(FILE *table, struct command_counts *counts, FILE *out, unsigned told)
{
    struct player *p = calloc(1, sizeof *p);
    char *line = malloc(LINE_SIZE);
    bool good = p && line;
    memset(counts, 0, sizeof *counts);
    if (good) {
        p->out = out;
        p->told = told;
        p->counts = counts;
    }
    while (good && fgets(line, (int)LINE_SIZE, table)) {
        p->line++;
        good = play_line(p, line);
        if (!good)
            fprintf(out, "# line %u cannot be played: %.80s\n", p->line, line);
    }
    if (p)
        sim_account_clear(&p->account);
    free(line);
    free(p);
    return good;
}
