// SPDX-License-Identifier: MIT
// The `monitor` words that move the core, wait for it, or change how it is debugged.
#include <stdio.h>
#include <string.h>

#include "cortex/vcatch.h"
#include "server/monitor.h"
#include "server/packets.h"
#include "server/reply.h"

#define SLEEP_MAX_MS  60000u
#define WAIT_HALT_MS  5000u   // when nothing is said, as OpenOCD
#define STEPS_MAX     10u     // of one word: GDB has stepi for more
#define STEP_POLLS    16u     // of one step, which takes no time unless it sleeps
#define FIRST_ADDRESS 0x1000u // OpenOCD's step has an address where J-Link's has a count
#define SPEED_MAX_KHZ 100000u

#define RUNNING_TEXT                                                                               \
    "Running, though GDB believes that it is halted: `continue` waits for it, `monitor halt` "     \
    "stops it.\n"

// The flush is GDB's affair, and no packet can ask for it.
static void say_halted(struct session *s, const char *what)
{
    uint32_t pc;
    if (target_read_reg(s->t, CORTEXM_PC, &pc)) {
        reply_console(s, "%s.\n", what);
        log_forget(s->log);
        return;
    }
    reply_console(
        s,
        "%s at 0x%08x. (GDB shows the registers from before until the program has run; `maint "
        "flush register-cache` makes it read them.)\n",
        what, pc);
}

// Every reset is that of the whole chip, by SYSRESETREQ, which also pulls NRST. What other servers
// call it: OpenOCD's halt, init and run; J-Link's types 0 to 10; ST's core, hardware and system;
// pyOCD's -halt, hw, sw and the names of its types.
static bool take_reset_kind(const char **args)
{
    static const char *const kinds[] = {
        "halt",
        "init",
        "-halt",
        "-h",
        "hardware",
        "hw",
        "sw",
        "core",
        "system",
        "default",
        "n",
        "sysresetreq",
        "vectreset",
        "sw_system",
        "sw_core",
        "sw_sysresetreq",
        "sw_vectreset",
        "normal",
        "pin",
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "10",
    };
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (monitor_take_word(args, kinds[i]))
            return true;
    return false;
}

enum err monitor_reset(struct session *s, const char *args)
{
    const char *rest = args;
    bool run = false;
    while (*rest && (monitor_take_word(&rest, "run") ? (run = true) : take_reset_kind(&rest)))
        ;
    if (*rest)
        return log_fail(
            s->log, ERR_USAGE,
            "`monitor reset` knows halt (which is the default), init (the same) and run, not "
            "\"%s\"",
            args);
    packet_flash_drop(s);
    sharing_retire_rtt(s->sharing);
    enum err e = target_reset(s->t, !run);
    if (e)
        return e;
    s->xpsr_is_old = true;
    semihost_restart(s->semihost);
    if (run)
        reply_console(s, "Reset. " RUNNING_TEXT);
    else
        say_halted(s, "Reset and halted");
    return ERR_OK;
}

enum err monitor_halt(struct session *s, const char *args)
{
    (void)args; // OpenOCD's has a time
    bool was_halted = target_state(s->t) == TARGET_HALTED;
    enum err e = was_halted ? ERR_OK : target_halt(s->t);
    if (e)
        return e;
    say_halted(s, was_halted ? "It is halted already," : "Halted");
    return ERR_OK;
}

enum err monitor_resume(struct session *s, const char *args)
{
    uint32_t pc;
    bool elsewhere = *args;
    if (elsewhere && (!monitor_take_number(&args, &pc) || *args))
        return log_fail(s->log, ERR_USAGE, "`monitor resume` takes an address and nothing else");
    packet_flash_drop(s);
    enum err e = elsewhere ? monitor_require_halted(s) : ERR_OK;
    if (!e && elsewhere)
        e = target_write_reg(s->t, CORTEXM_PC, pc & ~1u);
    if (!e && target_state(s->t) != TARGET_RUNNING)
        e = target_resume(s->t);
    if (!e)
        reply_console(s, RUNNING_TEXT);
    return e;
}

static enum err step_once(struct session *s)
{
    struct target_stop stop;
    bool stopped = false;
    enum err e = target_step(s->t, 0, 0);
    for (unsigned i = 0; !e && !stopped && i < STEP_POLLS; i++)
        e = target_poll(s->t, &stopped, &stop);
    return e || stopped ? e : target_halt(s->t); // at a WFI
}

enum err monitor_step(struct session *s, const char *args)
{
    uint32_t count = 1;
    enum err e = monitor_require_halted(s);
    if (e)
        return e;
    if (*args && (!monitor_take_number(&args, &count) || *args))
        return log_fail(s->log, ERR_USAGE, "`monitor step` takes a count or an address");
    packet_flash_drop(s);
    if (count >= FIRST_ADDRESS) {
        e = target_write_reg(s->t, CORTEXM_PC, count & ~1u);
        count = 1;
    }
    if (count == 0 || count > STEPS_MAX)
        return log_fail(s->log, ERR_USAGE,
                        "`monitor step` steps at most %u instructions; GDB's stepi any number",
                        STEPS_MAX);
    for (uint32_t i = 0; !e && i < count; i++)
        e = step_once(s);
    if (!e)
        say_halted(s, "Stepped; it stands");
    return e;
}

static const char *state_text(const struct session *s)
{
    return target_state(s->t) == TARGET_RUNNING  ? "running"
           : target_state(s->t) == TARGET_HALTED ? "halted"
                                                 : "lost";
}

enum err monitor_state(struct session *s, const char *args)
{
    uint32_t pc;
    (void)args;
    if (target_state(s->t) == TARGET_HALTED && target_read_reg(s->t, CORTEXM_PC, &pc) == ERR_OK)
        reply_console(s, "target state: halted, pc: 0x%08x\n", pc);
    else
        reply_console(s, "target state: %s\n", state_text(s));
    if (target_state(s->t) == TARGET_LOST)
        reply_console(s, "%s\n", target_loss(s->t));
    log_forget(s->log);
    return ERR_OK;
}

static void end_sleep(struct session *s)
{
    session_end_work(s);
    reply_ok(s);
}

// True: the wait is over, and was answered.
static bool has_halted(struct session *s)
{
    struct target_stop stop;
    bool stopped = false;
    enum err e = target_poll(s->t, &stopped, &stop);
    if (!e && !stopped)
        return false;
    session_end_work(s);
    reply_begin_text(s);
    if (e) {
        reply_error(s, e);
    } else {
        say_halted(s, "It has halted");
        reply_ok(s);
    }
    reply_end_text(s);
    return true;
}

static void step_sleep(struct session *s, uint64_t now_ms)
{
    if (s->sleep.until_ms == 0)
        s->sleep.until_ms = now_ms + s->sleep.ms;
    if (s->sleep.until_halt && has_halted(s))
        return;
    if (now_ms < s->sleep.until_ms)
        return;
    if (!s->sleep.until_halt) {
        end_sleep(s);
        return;
    }
    session_end_work(s);
    reply_begin_text(s);
    reply_error(s, log_fail(s->log, ERR_TIMEOUT, "it did not halt within %u ms", s->sleep.ms));
    reply_end_text(s);
}

static const struct session_work sleep_work = {
    .step = step_sleep, .interrupt = end_sleep, .waits = true};

static void begin_sleep(struct session *s, uint32_t ms, bool until_halt)
{
    s->sleep.ms = ms;
    s->sleep.until_ms = 0;
    s->sleep.until_halt = until_halt;
    session_begin_work(s, &sleep_work);
}

enum err monitor_sleep(struct session *s, const char *args)
{
    uint32_t ms;
    if (s->state == SESSION_RUNNING)
        return monitor_require_halted(s);
    if (!monitor_take_number(&args, &ms) || ms > SLEEP_MAX_MS ||
        (*args && !monitor_take_word(&args, "busy")))
        return log_fail(s->log, ERR_USAGE, "how long? Milliseconds, at most %u", SLEEP_MAX_MS);
    begin_sleep(s, ms, false);
    return ERR_OK;
}

enum err monitor_wait_halt(struct session *s, const char *args)
{
    uint32_t ms = WAIT_HALT_MS;
    if (*args && (!monitor_take_number(&args, &ms) || *args || ms > SLEEP_MAX_MS))
        return log_fail(s->log, ERR_USAGE, "how long? Milliseconds, at most %u", SLEEP_MAX_MS);
    if (s->state == SESSION_RUNNING)
        return monitor_require_halted(s);
    if (target_state(s->t) != TARGET_RUNNING)
        return monitor_state(s, "");
    begin_sleep(s, ms, true);
    return ERR_OK;
}

static enum err set_clock(struct session *s, uint32_t hz)
{
    enum err e = target_set_swclk(s->t, hz);
    if (!e)
        reply_console(s, "SWCLK is %u kHz.\n", target_swclk_hz(s->t) / 1000);
    return e;
}

// In kHz, as OpenOCD and J-Link count.
enum err monitor_speed(struct session *s, const char *args)
{
    uint32_t khz;
    if (!*args) {
        reply_console(s, "SWCLK is %u kHz.\n", target_swclk_hz(s->t) / 1000);
        return ERR_OK;
    }
    if (monitor_take_word(&args, "auto") || monitor_take_word(&args, "adaptive"))
        return set_clock(s, 0);
    if (!monitor_take_number(&args, &khz) || *args || khz == 0 || khz > SPEED_MAX_KHZ)
        return log_fail(s->log, ERR_USAGE, "`monitor speed` wants kHz, such as 1800, or auto");
    return set_clock(s, khz * 1000);
}

// Black Magic's and pyOCD's: in Hz, with k or M behind it.
enum err monitor_frequency(struct session *s, const char *args)
{
    uint32_t value, factor = 1;
    char digits[16];
    const char *p = digits;
    size_t len = strcspn(args, "kKmM");
    if (!*args)
        return monitor_speed(s, "");
    if (args[len])
        factor = args[len] == 'k' || args[len] == 'K' ? 1000 : 1000000;
    snprintf(digits, sizeof digits, "%.*s", (int)len, args);
    if (len >= sizeof digits || (args[len] && args[len + 1]) || !monitor_take_number(&p, &value) ||
        *p || value == 0 || value > SPEED_MAX_KHZ * 1000 / factor)
        return log_fail(s->log, ERR_USAGE, "a frequency is wanted, such as 1800000, 950k or 4M");
    return set_clock(s, value * factor);
}

// What OpenOCD and Black Magic call some of the events.
static const struct {
    const char *theirs, *ours;
} catch_names[] = {
    {"hard_err", "hard"}, {"int_err", "int"}, {"bus_err", "bus"},   {"state_err", "state"},
    {"stat", "state"},    {"chk_err", "chk"}, {"nocp_err", "nocp"}, {"mm_err", "mm"},
};

static uint32_t all_catches(const struct session *s)
{
    uint32_t all = 0;
    for (unsigned i = 0; i < vcatch_count; i++)
        if (vcatch_exists(target_core_caps(s->t), &vcatch_table[i]))
            all |= vcatch_table[i].bit;
    return all;
}

static uint32_t catch_bit(const char *name)
{
    for (unsigned i = 0; i < vcatch_count; i++)
        if (strcmp(vcatch_table[i].name, name) == 0)
            return vcatch_table[i].bit;
    return 0;
}

static bool take_catch(const char **args, uint32_t all, uint32_t *bits)
{
    if (monitor_take_word(args, "all")) {
        *bits = all;
        return true;
    }
    for (unsigned i = 0; i < vcatch_count; i++)
        if (monitor_take_word(args, vcatch_table[i].name)) {
            *bits = vcatch_table[i].bit;
            return true;
        }
    for (unsigned i = 0; i < sizeof catch_names / sizeof catch_names[0]; i++)
        if (monitor_take_word(args, catch_names[i].theirs)) {
            *bits = catch_bit(catch_names[i].ours);
            return true;
        }
    return false;
}

static enum err refuse_catch(struct session *s, const char *word)
{
    char names[80] = "";
    size_t at = 0;
    for (unsigned i = 0; i < vcatch_count && at < sizeof names; i++)
        if (vcatch_exists(target_core_caps(s->t), &vcatch_table[i]))
            at += (size_t)snprintf(names + at, sizeof names - at, "%s, ", vcatch_table[i].name);
    return log_fail(s->log, ERR_USAGE, "`monitor vector_catch` knows %sall and none, not \"%s\"",
                    names, word);
}

static enum err set_catches(struct session *s, uint32_t bits, bool change)
{
    enum err e = ERR_OK;
    if (change)
        e = target_set_vector_catch(s->t, bits & all_catches(s));
    if (e)
        return e;
    const char *comma = "";
    reply_console(s, "The core halts at: ");
    for (unsigned i = 0; i < vcatch_count; i++) {
        const struct vcatch *v = &vcatch_table[i];
        if (!vcatch_exists(target_core_caps(s->t), v))
            continue;
        reply_console(s, "%s%s %s", comma, v->event, bits & v->bit ? "yes" : "no");
        comma = ", ";
    }
    reply_console(s, "\n");
    return ERR_OK;
}

// `foreign`: a script for any core may name what this one does not have; that is left out.
static enum err change_catches(struct session *s, const char *args, bool foreign)
{
    uint32_t bits = foreign && *args ? 0 : target_vector_catch(s->t), bit, all = all_catches(s);
    const char *rest = args;
    bool take_out = monitor_take_word(&rest, "disable");
    if (!take_out)
        (void)monitor_take_word(&rest, "enable");
    while (*rest) {
        const char *word = rest;
        if (monitor_take_word(&rest, "none"))
            bits = 0;
        else if (!take_catch(&rest, all, &bit) || (!foreign && !(bit & all)))
            return refuse_catch(s, word);
        else
            bits = take_out ? bits & ~bit : bits | bit;
    }
    return set_catches(s, bits, *args);
}

// Adds to what is caught, or takes away.
enum err monitor_vector_catch(struct session *s, const char *args)
{
    return change_catches(s, args, false);
}

// OpenOCD's: these and no others.
enum err monitor_vector_catch_only(struct session *s, const char *args)
{
    return change_catches(s, args, true);
}

// pyOCD's: a letter for each, or all or none.
enum err monitor_vector_letters(struct session *s, const char *args)
{
    static const struct {
        char letter;
        const char *ours;
    } letters[] = {{'h', "hard"}, {'i', "int"},  {'b', "bus"}, {'s', "state"},
                   {'c', "chk"},  {'p', "nocp"}, {'m', "mm"},  {'r', "reset"}};
    enum { LETTERS = sizeof letters / sizeof letters[0] };
    uint32_t bits = 0;
    if (!*args || strcmp(args, "all") == 0 || strcmp(args, "none") == 0)
        return monitor_vector_catch_only(s, args);
    for (; *args; args++) {
        unsigned i = 0;
        while (i < LETTERS && letters[i].letter != *args)
            i++;
        if (i == LETTERS && *args != 'a' && *args != 'n')
            return log_fail(s->log, ERR_USAGE,
                            "vector-catch takes the letters h, i, b, s, c, p, m, r, a and n");
        bits |= i < LETTERS ? catch_bit(letters[i].ours) : *args == 'a' ? UINT32_MAX : 0;
    }
    return set_catches(s, bits, true);
}
