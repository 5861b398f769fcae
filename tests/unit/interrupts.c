// SPDX-License-Identifier: MIT
// Every command is interrupted by a signal at any USB command of its own: it ends with
// ERR_INTERRUPTED, and the virtual chip, read behind everybody's back, is as it was found; what
// writes flash or option bytes leaves the old, the new, or says what is incomplete.
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/signals.h"
#include "cli/command.h"
#include "cli/conversation.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/virtual.h"
#include "sim/board/board.h"
#include "sim/board/link.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define DHCSR       0xe000edf0u
#define DEMCR       0xe000edfcu
#define BP_COMP     0xe0002008u
#define DBGMCU_CR   0x40015804u
#define RCC_APB2ENR 0x40021018u
#define DBGMCUEN    (1u << 22)
#define DHCSR_KEY   0xa05f0000u
#define C_DEBUGEN   (1u << 0)
#define C_HALT      (1u << 1)
#define C_MASKINTS  (1u << 3)
#define S_HALT      (1u << 17)

#define FLASH   0x08000000u
#define OPTIONS 0x1ffff800u
#define RAM     0x20000000u
#define LOOP    0x08000010u

enum { PAGES = 4, PAGE = 1024, IMAGE = PAGES * PAGE, RAM_WORDS = 1024, OPTION_WORDS = 4 };

// What a debugger may have changed.
struct chip_state {
    uint32_t dhcsr, demcr, bp, apb2enr, dbgmcu[3], options[OPTION_WORDS];
    uint32_t ram[RAM_WORDS];
};

// A link that counts, and raises a signal in the middle.
struct desk {
    struct sim_board *board;
    struct usb_link inner;
    struct chip_state found;
    uint8_t flash[IMAGE];
    unsigned count, at; // USB commands so far; when the signal comes (0: never)
    int number;
    struct log log;
    char file[64];
};

static struct desk *desk_of(void *self)
{
    return self;
}

static enum err transfer(void *self, struct usb_exchange *x)
{
    struct desk *d = desk_of(self);
    if (++d->count == d->at)
        raise(d->number);
    return usb_link_transfer(&d->inner, x);
}

static enum err read_trace(void *self, struct usb_trace_read *r)
{
    return usb_link_read_trace(&desk_of(self)->inner, r);
}

static uint64_t now_us(void *self)
{
    return usb_link_now_us(&desk_of(self)->inner);
}

static void sleep_us(void *self, uint32_t us)
{
    usb_link_sleep_us(&desk_of(self)->inner, us);
}

static void close_link(void *self)
{
    (void)self;
}

static const struct usb_link_ops counting = {.transfer = transfer,
                                             .read_trace = read_trace,
                                             .now_us = now_us,
                                             .sleep_us = sleep_us,
                                             .close = close_link};

// Instead of cli/virtual_sim.c: the text is the address of the desk.
enum err virtual_open(struct usb_link *link, const char *board_text, bool follow,
                      struct log *closing, struct log *log)
{
    (void)follow;
    (void)closing;
    (void)log;
    struct desk *d = (struct desk *)(uintptr_t)strtoull(board_text, NULL, 16);
    *link = (struct usb_link){.ops = &counting, .self = d, .id = d->inner.id};
    return ERR_OK;
}

static uint32_t peek(struct desk *d, uint32_t addr)
{
    uint32_t value = 0;
    assert_true(sim_board_peek(d->board, addr, &value));
    return value;
}

static void poke(struct desk *d, uint32_t addr, uint32_t value)
{
    if (!sim_board_poke(d->board, addr, value))
        fail_msg("nothing takes a word at 0x%08x", addr);
}

static struct chip_state read_chip(struct desk *d)
{
    struct chip_state s = {.dhcsr = peek(d, DHCSR) & (C_DEBUGEN | C_HALT | C_MASKINTS | S_HALT),
                           .demcr = peek(d, DEMCR),
                           .apb2enr = peek(d, RCC_APB2ENR)};
    for (unsigned i = 0; i < 4; i++)
        s.bp |= peek(d, BP_COMP + 4 * i) & 1u;
    poke(d, RCC_APB2ENR, s.apb2enr | DBGMCUEN);
    for (unsigned i = 0; i < 3; i++)
        s.dbgmcu[i] = peek(d, DBGMCU_CR + 4 * i);
    poke(d, RCC_APB2ENR, s.apb2enr);
    for (unsigned i = 0; i < OPTION_WORDS; i++)
        s.options[i] = peek(d, OPTIONS + 4 * i);
    for (unsigned i = 0; i < RAM_WORDS; i++)
        s.ram[i] = peek(d, RAM + 4 * i);
    return s;
}

static void read_flash(struct desk *d, uint8_t flash[IMAGE])
{
    for (uint32_t at = 0; at < IMAGE; at += 4)
        put_le32(flash + at, peek(d, FLASH + at));
}

// main: nop; b main. Behind it every page has bytes of its own.
static void make_image(uint8_t image[IMAGE], uint8_t seed)
{
    for (size_t i = 0; i < IMAGE; i++)
        image[i] = (uint8_t)(i * 7 + i / PAGE + seed);
    put_le32(&image[0], 0x20001000);
    for (unsigned i = 1; i < 4; i++)
        put_le32(&image[4 * i], LOOP | 1u);
    put_le32(&image[0x10], 0xe7fdbf00);
}

static struct desk *open_desk(const char *board, bool halted)
{
    struct desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->log = log_silent();
    OK(sim_board_open(&d->board, board, &d->log));
    struct sim_chip *chip = sim_board_chip(d->board);
    make_image(d->flash, 1);
    assert_true(sim_chip_poke(chip, FLASH, d->flash, IMAGE));
    sim_board_wait_ns(d->board, 5000000);
    sim_chip_set_nrst(chip, true);
    sim_chip_set_nrst(chip, false);
    sim_board_wait_ns(d->board, 5000000);
    for (uint32_t i = 0; i < RAM_WORDS; i++)
        poke(d, RAM + 4 * i, 0x01010101u * (i & 0xff) + i);
    if (halted)
        poke(d, DHCSR, DHCSR_KEY | C_DEBUGEN | C_HALT);
    sim_board_wait_ns(d->board, 5000000);
    d->found = read_chip(d);
    d->inner = sim_link_to(d->board);
    return d;
}

static void close_desk(struct desk *d)
{
    assert_int_equal(sim_board_account(d->board)->violation_count, 0);
    usb_link_close(&d->inner); // the link that commands get leaves it open
    OK(sim_board_close(d->board));
    free(d);
}

// ---- running a command as main() does

enum { MAX_WORDS = 8 };

static enum err run(struct desk *d, const char *const *words, const char *file)
{
    char probe[64], *argv[MAX_WORDS + 4];
    int argc = 0;
    snprintf(probe, sizeof probe, "--probe=virtual:%llx", (unsigned long long)(uintptr_t)d);
    for (; words[argc]; argc++)
        argv[argc] = (char *)(uintptr_t)(strcmp(words[argc], "FILE") ? words[argc] : file);
    argv[argc++] = probe;
    argv[argc++] = (char *)(uintptr_t) "--no-journal";
    argv[argc] = NULL;
    struct options o;
    struct output out = {0};
    struct conversation conversation = {0};
    const struct command *command = command_find(words[0]);
    assert_non_null(command);
    OK(options_parse(&o, command, argc, argv, &d->log));
    o.conversation = &conversation;
    fflush(stdout);
    int null = open("/dev/null", O_WRONLY), kept = dup(STDOUT_FILENO);
    assert_true(null >= 0 && kept >= 0);
    dup2(null, STDOUT_FILENO);
    enum err e = conversation_end(&conversation, command->run(&o, &out, &d->log), &d->log);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(null);
    close(kept);
    // What run says of a signal, once its program has started.
    return e == ERR_OK && out.status == 128 + d->number ? ERR_INTERRUPTED : e;
}

// Takes the signal that waits; main() would tell of it.
static bool take_signal(struct desk *d)
{
    sigset_t set;
    const struct timespec now = {0};
    signals_ending(&set);
    bool waits = signals_pending_end() == d->number;
    if (waits)
        assert_int_equal(sigtimedwait(&set, NULL, &now), d->number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    return waits;
}

// ---- what has to be

static void check_debug(struct desk *d, const struct chip_state *now, bool halted,
                        const char *command)
{
    const struct chip_state *f = &d->found;
    uint32_t dhcsr = halted ? C_DEBUGEN | C_HALT | S_HALT : 0;
    if (now->dhcsr != dhcsr || (now->demcr & 0x07ff) != 0 || now->bp != f->bp)
        fail_msg("%s, signal at %u: DHCSR 0x%x, DEMCR 0x%x, comparators %u (%s)", command, d->at,
                 now->dhcsr, now->demcr, now->bp, d->log.sentence);
    for (unsigned i = 0; i < 3; i++)
        if (now->dbgmcu[i] != f->dbgmcu[i])
            fail_msg("%s, signal at %u: DBGMCU +%u is 0x%x, and was 0x%x", command, d->at, 4 * i,
                     now->dbgmcu[i], f->dbgmcu[i]);
}

// Nothing at all is different.
static void check_undisturbed(struct desk *d, enum err e, bool halted, const char *command)
{
    struct chip_state now = read_chip(d);
    uint8_t flash[IMAGE];
    (void)e;
    check_debug(d, &now, halted, command);
    if (now.apb2enr != d->found.apb2enr || memcmp(now.ram, d->found.ram, sizeof now.ram) != 0)
        fail_msg("%s, signal at %u: the chip was disturbed", command, d->at);
    read_flash(d, flash);
    assert_memory_equal(flash, d->flash, IMAGE);
    assert_memory_equal(now.options, d->found.options, sizeof now.options);
}

// Its program was started again, or not.
static void check_restarted(struct desk *d, enum err e, bool halted, const char *command)
{
    struct chip_state now = read_chip(d);
    check_debug(d, &now, halted && e == ERR_INTERRUPTED, command);
    uint8_t flash[IMAGE];
    read_flash(d, flash);
    assert_memory_equal(flash, d->flash, IMAGE);
}

// The old program runs, the new one runs, or neither, and that is said.
static void check_flashed(struct desk *d, enum err e, bool halted, const char *command)
{
    struct chip_state now = read_chip(d);
    uint8_t flash[IMAGE], wanted[IMAGE];
    read_flash(d, flash);
    if (strcmp(command, "erase") == 0)
        memset(wanted, 0xff, IMAGE);
    else
        make_image(wanted, 2);
    bool is_old = memcmp(flash, d->flash, IMAGE) == 0, is_new = !memcmp(flash, wanted, IMAGE);
    bool told = strstr(d->log.sentence, "incomplete") != NULL;
    if (!is_old && !is_new && !told)
        fail_msg("%s, signal at %u: half-written, and '%s'", command, d->at, d->log.sentence);
    bool stays = e == ERR_OK ? false : told || !is_old || halted;
    check_debug(d, &now, stays, command);
}

// All of them, and each beside its complement.
static void check_options(struct desk *d, enum err e, bool halted, const char *command)
{
    struct chip_state now = read_chip(d);
    (void)e;
    for (unsigned i = 0; i < OPTION_WORDS; i++)
        for (unsigned k = 0; k < 32; k += 16) {
            uint32_t half = now.options[i] >> k & 0xffff;
            // WRP1 to WRP3 are not in this chip, and stay erased.
            if (half != 0xffff && (half >> 8 ^ 0xff) != (half & 0xff))
                fail_msg("%s, signal at %u: option halfword 0x%04x", command, d->at, half);
        }
    assert_int_equal(now.options[0] & 0xff, 0xaa);
    uint32_t data0 = now.options[1] & 0xff;
    assert_true(data0 == 0xff || data0 == 0x42);
    check_debug(d, &now, halted && data0 == 0xff, command);
}

// Protected or open, and nothing between.
static void check_unlocked(struct desk *d, enum err e, bool halted, const char *command)
{
    uint32_t rdp = peek(d, OPTIONS), data = peek(d, OPTIONS + 4);
    struct chip_state now = {.dhcsr = peek(d, DHCSR) & (C_DEBUGEN | C_HALT | C_MASKINTS | S_HALT),
                             .demcr = peek(d, DEMCR)};
    if ((rdp >> 24 ^ 0xff) != (rdp >> 16 & 0xff) || (data >> 8 & 0xff) != ((data & 0xff) ^ 0xff))
        fail_msg("%s, signal at %u: option bytes 0x%08x, 0x%08x", command, d->at, rdp, data);
    bool open = (rdp & 0xff) == 0xaa;
    assert_true(open || rdp == d->found.options[0]);
    assert_true(open || e == ERR_INTERRUPTED);
    memcpy(now.dbgmcu, d->found.dbgmcu, sizeof now.dbgmcu);
    check_debug(d, &now, halted && !open, command);
}

static const struct test_command {
    const char *board;
    const char *words[MAX_WORDS];
    void (*check)(struct desk *d, enum err e, bool halted, const char *command);
} tested[] = {
    {"", {"info"}, check_undisturbed},
    {"", {"read", "0x20000000", "4K"}, check_undisturbed},
    {"", {"read", "0x08000000", "32K", "--speed", "200k"}, check_undisturbed},
    {"", {"verify", "FILE"}, check_undisturbed},
    {"", {"options"}, check_undisturbed},
    {"", {"options", "DATA0=0x42"}, check_options},
    {"", {"unlock", "--yes"}, check_undisturbed},
    {"stm32f031k6,rdp=1", {"unlock", "--yes"}, check_unlocked},
    {"", {"doctor"}, check_undisturbed},
    {"", {"reset"}, check_restarted},
    {"", {"reset", "--halt"}, NULL}, // stays halted when it was done, and as found when not
    {"", {"flash", "FILE"}, check_flashed},
    {"", {"flash", "FILE", "--erase", "pages", "--no-verify"}, check_flashed},
    {"", {"erase"}, check_flashed},
    {"", {"erase", "--range", "0x08000400:1K"}, NULL},
    {"", {"run", "FILE", "--timeout", "1"}, NULL},
};

enum { TESTED = sizeof tested / sizeof tested[0], DENSE = 15, SPARSE = 12, CONNECTING = 17 };

static char *make_file(uint8_t seed)
{
    uint8_t image[IMAGE];
    char *path = strdup("/tmp/swdlink-interrupts-XXXXXX");
    assert_non_null(path);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    make_image(image, seed);
    assert_int_equal(write(fd, image, IMAGE), IMAGE);
    close(fd);
    return path;
}

// False: the command had ended before.
static bool interrupt_at(const struct test_command *c, const char *file, unsigned at, bool halted)
{
    struct desk *d = open_desk(c->board, halted);
    d->at = at;
    d->number = at % 3 == 0 ? SIGTERM : at % 3 == 1 ? SIGINT : SIGHUP;
    enum err e = run(d, c->words, file);
    bool came = d->count >= at;
    bool waits = take_signal(d);
    if (came && e != ERR_INTERRUPTED && !(e == ERR_OK && waits))
        fail_msg("%s, signal at %u: error %d, '%s'", c->words[0], at, (int)e, d->log.sentence);
    if (came && c->check)
        c->check(d, e, halted, c->words[0]);
    close_desk(d);
    return came;
}

static void run_command_tests(unsigned n, bool halted)
{
    const struct test_command *c = &tested[n];
    // verify compares with what is there, and flash and run bring something new.
    char *file = make_file(strcmp(c->words[0], "verify") ? 2 : 1);
    struct desk *d = open_desk(c->board, halted);
    enum err e = run(d, c->words, file);
    (void)e; // doctor says what it found
    unsigned total = d->count;
    close_desk(d);
    unsigned step = total / SPARSE + 1;
    for (unsigned at = 1; at <= total; at += at < DENSE || at + DENSE > total ? 1 : step)
        if (!interrupt_at(c, file, at, halted))
            break;
    unlink(file);
    free(file);
}

static void every_command_leaves_a_running_chip_as_found(void **state)
{
    (void)state;
    for (unsigned n = 0; n < TESTED; n++)
        run_command_tests(n, false);
}

static void every_command_leaves_a_halted_chip_as_found(void **state)
{
    (void)state;
    for (unsigned n = 0; n < TESTED; n++)
        if (strcmp(tested[n].words[0], "doctor") != 0)
            run_command_tests(n, true);
}

// In a process of its own: libev keeps what it knows of signals for ever.
static void interrupt_server(unsigned at, bool halted)
{
    struct desk *d = open_desk("", halted);
    d->at = at;
    d->number = SIGTERM;
    const char *const words[] = {"serve", "--listen", "0", "-q", NULL};
    enum err e = run(d, words, "");
    take_signal(d);
    assert_true(e == ERR_OK || e == ERR_INTERRUPTED);
    check_undisturbed(d, e, halted, "serve");
    close_desk(d);
}

// Up to its first turn of the loop the server takes hold of the target; it does not end by itself.
static void a_server_that_is_interrupted_while_it_connects_leaves_the_chip_as_found(void **state)
{
    (void)state;
    for (unsigned at = 1; at < CONNECTING; at++)
        for (int halted = 0; halted < 2; halted++) {
            int status = 0;
            fflush(NULL);
            pid_t pid = fork();
            assert_true(pid >= 0);
            if (pid == 0) {
                interrupt_server(at, halted);
                _exit(0);
            }
            assert_int_equal(waitpid(pid, &status, 0), pid);
            if (status != 0)
                fail_msg("serve, signal at %u: status %d", at, status);
        }
}

int main(void)
{
    // A shell starts its background jobs with SIGINT ignored, and who was started so keeps to that.
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGHUP, SIG_DFL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_leaves_a_running_chip_as_found),
        cmocka_unit_test(every_command_leaves_a_halted_chip_as_found),
        cmocka_unit_test(a_server_that_is_interrupted_while_it_connects_leaves_the_chip_as_found),
    };
    unsetenv("SWDLINK_PROBE");
    return cmocka_run_group_tests_name("interrupts", tests, NULL, NULL);
}
