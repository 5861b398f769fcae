// SPDX-License-Identifier: MIT
// swdlink-sim: runs any unmodified libusb program with virtual ST-LINKs plugged in.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#include "base/version.h"
#include "sim/usb/control.h"
#include "sim/usb/exchange.h"
#include "sim/usb/launch.h"
#include "sim/usb/umock.h"
#include "sim/usb/usbip.h"
#include "sim/usb/usbredir.h"

enum { MAX_PROBES = 64, NAME_SIZE = 4096 };

struct settings {
    const char *board; // as for swdlink --probe virtual:
    const char *account, *vcd, *control, *usbredir, *usbip, *commands;
    unsigned count;
    struct usb_options usb;
    char **command;
    bool done; // --help and --version leave nothing to do
};

static const char help_text[] =
    "Usage: swdlink-sim [OPTION...] [BOARD] -- COMMAND [ARG...]\n"
    "       swdlink-sim [OPTION...] [BOARD] --usbredir SOCKET [-- COMMAND [ARG...]]\n"
    "       swdlink-sim [OPTION...] [BOARD] --usbip [HOST:]PORT [-- COMMAND [ARG...]]\n"
    "       swdlink-sim [OPTION...] [BOARD] --commands FILE\n"
    "Run COMMAND with a virtual ST-LINK plugged in that is wired to a virtual STM32.\n"
    "COMMAND is any program that uses libusb: openocd, st-flash, st-util, swdlink, a shell.\n"
    "\n"
    "BOARD is CHIP[,KEY=VALUE...], what follows virtual: in swdlink --probe virtual:BOARD.\n"
    "Without it: stm32f031k6 on an ST-LINK/V2, nothing broken.\n"
    "\n"
    "  --account FILE    at the end, write what the session has cost to FILE (JSON);\n"
    "                    with --count, the second probe's to FILE.2 and so on\n"
    "  --vcd FILE        write what is on the wires to FILE, for PulseView, GTKWave and\n"
    "                    sigrok-cli; with --count, the second probe's to FILE.2 and so on\n"
    "  --control SOCKET  listen on a UNIX socket for lines that change the board or ask about\n"
    "                    it while COMMAND runs; send help for the list\n"
    "  --count N         plug in N such boards (1 to 64), which differ in the last digits of the\n"
    "                    probe's serial number\n"
    "  --pace            let every transfer take as long as it does on real hardware\n"
    "  --no-follow       let the target run only while COMMAND uses the probe; without this\n"
    "                    it keeps real time also while COMMAND sleeps\n"
    "  --usbredir SOCKET give the board to a virtual machine instead: listen on a UNIX socket\n"
    "                    for QEMU (-chardev socket,id=probe,path=SOCKET -device qemu-xhci\n"
    "                    -device usb-redir,chardev=probe). COMMAND may then be QEMU, or be left\n"
    "                    out: swdlink-sim serves until it is interrupted\n"
    "  --usbip [HOST:]PORT\n"
    "                    give the board to a Linux machine instead: listen for usbip attach, on\n"
    "                    the loopback interface unless HOST says otherwise\n"
    "  --commands FILE   no USB: send the probe the commands of FILE (-: standard input), one a\n"
    "                    line, and print its replies; swdlink-sim(1) has the format\n"
    "  --verbose         say more; twice: everything\n"
    "  --help            show this and end\n"
    "  --version         show the version and end\n"
    "\n"
    "COMMAND must be dynamically linked and not be set-user-id. What it runs in turn sees the\n"
    "probe too; the probe is gone when COMMAND ends. umockdev must be installed.\n"
    "\n"
    "Exit status: that of COMMAND (128 + N when signal N ended it); 125 when swdlink-sim itself\n"
    "failed, 126 when COMMAND cannot be run, 127 when it was not found.\n";

static void write_line(void *user, enum log_level level, const char *line)
{
    static const char *const prefix[] = {[LOG_ERROR] = "error: ",
                                         [LOG_WARN] = "warning: ",
                                         [LOG_NOTE] = "",
                                         [LOG_DEBUG] = "",
                                         [LOG_TRACE] = ""};
    (void)user;
    fprintf(stderr, "swdlink-sim: %s%s\n", prefix[level], line);
}

static enum err parse_count(const char *text, unsigned *count, struct log *log)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || n < 1 || n > MAX_PROBES)
        return log_fail(log, ERR_USAGE, "--count takes a number from 1 to %d, not %s", MAX_PROBES,
                        text);
    *count = (unsigned)n;
    return ERR_OK;
}

static enum err parse_option(struct settings *s, int letter, char *name, struct log *log)
{
    switch (letter) {
    case 'a':
        s->account = optarg;
        return ERR_OK;
    case 'w':
        s->vcd = optarg;
        return ERR_OK;
    case 'c':
        s->control = optarg;
        return ERR_OK;
    case 'r':
        s->usbredir = optarg;
        return ERR_OK;
    case 'i':
        s->usbip = optarg;
        return ERR_OK;
    case 'C':
        s->commands = optarg;
        return ERR_OK;
    case 'n':
        return parse_count(optarg, &s->count, log);
    case 'p':
        s->usb.pace = true;
        return ERR_OK;
    case 'F':
        s->usb.follow = false;
        return ERR_OK;
    case 'v':
        log->level = log->level < LOG_DEBUG ? LOG_DEBUG : LOG_TRACE;
        return ERR_OK;
    case 'h':
        s->done = true;
        fputs(help_text, stdout);
        return ERR_OK;
    case 'V':
        s->done = true;
        printf("%s-sim %s\n", PACKAGE_NAME, version_text());
        return ERR_OK;
    case ':':
        return log_fail(log, ERR_USAGE, "%s needs a value; see swdlink-sim --help", name);
    default:
        return log_fail(log, ERR_USAGE, "%s is not an option; see swdlink-sim --help", name);
    }
}

static enum err parse_options(struct settings *s, int argc, char **argv, struct log *log)
{
    static const struct option options[] = {
        {"account", required_argument, NULL, 'a'},
        {"vcd", required_argument, NULL, 'w'},
        {"control", required_argument, NULL, 'c'},
        {"usbredir", required_argument, NULL, 'r'},
        {"commands", required_argument, NULL, 'C'},
        {"count", required_argument, NULL, 'n'},
        {"pace", no_argument, NULL, 'p'},
        {"no-follow", no_argument, NULL, 'F'},
        {"usbip", required_argument, NULL, 'i'},
        {"verbose", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    int letter;
    opterr = 0;
    while (!s->done && (letter = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        enum err e = parse_option(s, letter, argv[optind - 1], log);
        if (e)
            return e;
    }
    if (s->done)
        return ERR_OK;
    if (optind < argc)
        s->board = argv[optind++];
    if (optind < argc)
        return log_fail(log, ERR_USAGE, "one BOARD at most, and then -- COMMAND; what is %s?",
                        argv[optind]);
    return ERR_OK;
}

// Splits at the first "--", so that the options of COMMAND stay its own.
static enum err parse_command_line(struct settings *s, int argc, char **argv, struct log *log)
{
    int ours = 1;
    *s = (struct settings){.board = "", .count = 1, .usb = {.follow = true}};
    while (ours < argc && strcmp(argv[ours], "--"))
        ours++;
    enum err e = parse_options(s, ours, argv, log);
    if (e || s->done)
        return e;
    if (ours + 1 < argc)
        s->command = argv + ours + 1;
    else if (!s->usbredir && !s->usbip && !s->commands)
        return log_fail(log, ERR_USAGE, "say what to run: swdlink-sim [BOARD] -- COMMAND [ARG...]");
    if (s->usbredir && s->usbip)
        return log_fail(log, ERR_USAGE, "--usbredir or --usbip, not both: there is one board");
    if (s->commands && (s->usbredir || s->usbip || s->control || s->count > 1 || s->command))
        return log_fail(
            log, ERR_USAGE,
            "--commands takes a BOARD, --account and --vcd, and no other way to the probe");
    if ((s->usbredir || s->usbip) && s->count > 1)
        return log_fail(log, ERR_USAGE, "--%s serves one probe, not --count %u",
                        s->usbip ? "usbip" : "usbredir", s->count);
    return ERR_OK;
}

struct bench {
    struct loop loop;
    struct launch launch;
    struct umock *umock; // one of these three
    struct usbredir *usbredir;
    struct usbip *usbip;
    struct control *control;
    struct sim_board *boards[MAX_PROBES];
    unsigned count;
};

// The second board's file is FILE.2, and so on. NULL: none is asked for.
static enum err set_file(struct sim_board *board, const char *key, const char *file, unsigned index)
{
    char name[NAME_SIZE];
    if (!file)
        return ERR_OK;
    if (index == 0)
        snprintf(name, sizeof name, "%s", file);
    else
        snprintf(name, sizeof name, "%s.%u", file, index + 1);
    return sim_board_set(board, key, name);
}

static enum err set_files(struct sim_board *board, const struct settings *s, unsigned index)
{
    enum err e = set_file(board, "account", s->account, index);
    return e ? e : set_file(board, "vcd", s->vcd, index);
}

// Several probes differ in the last digit of their serial numbers, more than 16 in the one before
// it as well.
static enum err set_serial(struct sim_board *board, const struct settings *s, unsigned index)
{
    static const char digits[] = "0123456789ABCDEF";
    char serial[64];
    snprintf(serial, sizeof serial, "%s", sim_board_usb_serial(board));
    size_t len = strlen(serial);
    if (s->count == 1 || len == 0)
        return ERR_OK;
    serial[len - 1] = digits[index % 16];
    if (index >= 16 && len > 1) {
        const char *before = strchr(digits, serial[len - 2]);
        serial[len - 2] = digits[((before ? before - digits : 0) + index / 16) % 16];
    }
    return sim_board_set(board, "serial", serial);
}

static enum err add_boards(struct bench *b, const struct settings *s, struct log *log)
{
    for (unsigned i = 0; i < s->count; i++) {
        enum err e = sim_board_open(&b->boards[i], s->board, log);
        if (e)
            return e;
        b->count++;
        e = set_files(b->boards[i], s, i);
        if (!e)
            e = set_serial(b->boards[i], s, i);
        if (e)
            return e;
    }
    return ERR_OK;
}

static enum err mock(struct bench *b, const struct settings *s, struct log *log)
{
    enum err e = launch_find_preload(&b->launch);
    if (!e)
        e = umock_open(&b->umock, &b->loop, &s->usb, log);
    for (unsigned i = 0; i < b->count && !e; i++)
        e = umock_add(b->umock, b->boards[i]);
    return e;
}

// Makes the boards visible to those who will use them.
static enum err plug_in(struct bench *b, const struct settings *s, struct log *log)
{
    if (s->usbip)
        return usbip_open(&b->usbip, &b->loop, s->usbip, b->boards[0], &s->usb, log);
    if (s->usbredir)
        return usbredir_open(&b->usbredir, &b->loop, s->usbredir, b->boards[0], &s->usb, log);
    return mock(b, s, log);
}

static enum err plug(void *arg, unsigned index, bool plugged)
{
    struct bench *b = arg;
    if (b->usbip)
        return usbip_set_plugged(b->usbip, plugged);
    return b->usbredir ? usbredir_set_plugged(b->usbredir, plugged)
                       : umock_set_plugged(b->umock, index, plugged);
}

static void changed(void *arg, unsigned index)
{
    struct bench *b = arg;
    if (b->usbip)
        usbip_board_changed(b->usbip);
    else if (b->usbredir)
        usbredir_board_changed(b->usbredir);
    else
        umock_board_changed(b->umock, index);
}

static enum err open_control(struct bench *b, const struct settings *s, struct log *log)
{
    struct control_bench bench = {
        .boards = b->boards, .count = b->count, .plug = plug, .changed = changed, .arg = b};
    if (!s->control)
        return ERR_OK;
    return control_open(&b->control, &b->loop, s->control, &bench, log);
}

// With port 0 nobody else knows where it listens.
static void print_port(const struct bench *b)
{
    char where[TCP_NAME_SIZE];
    if (b->usbip)
        fprintf(stderr, "swdlink-sim: USB/IP at %s, bus id " USBIP_BUS_ID "\n",
                usbip_where(b->usbip, where));
}

static enum err set_up(struct bench *b, const struct settings *s, struct log *log)
{
    b->launch.signals.fd = -1;
    enum err e = loop_open(&b->loop, log);
    if (!e)
        e = launch_open(&b->launch, &b->loop, log);
    if (!e)
        e = add_boards(b, s, log);
    if (!e)
        e = plug_in(b, s, log);
    if (!e)
        e = open_control(b, s, log);
    if (!e)
        print_port(b);
    if (!e && s->command)
        e = launch_start(&b->launch, s->command, b->umock ? umock_dir(b->umock) : NULL);
    return e;
}

// Of several boards whose files cannot be written, the last one keeps the sentence.
static enum err close_boards(struct bench *b, struct log *log)
{
    enum err result = ERR_OK;
    for (unsigned i = 0; i < b->count; i++) {
        const struct log_mark kept = log_keep(log);
        enum err e = sim_board_close(b->boards[i]);
        if (result && e)
            log_line(log, LOG_ERROR, "%s", kept.sentence);
        result = e ? e : result;
    }
    return result;
}

static enum err tear_down(struct bench *b, struct log *log)
{
    control_close(b->control);
    umock_close(b->umock);
    usbredir_close(b->usbredir);
    usbip_close(b->usbip);
    enum err result = close_boards(b, log);
    launch_close(&b->launch);
    loop_close(&b->loop);
    return result;
}

// Commands from a file, instead of a program on USB.
static enum err run_commands(const struct settings *s, struct log *log)
{
    struct sim_board *board;
    const bool is_stdin = strcmp(s->commands, "-") == 0;
    enum err e = sim_board_open(&board, s->board, log);
    if (e)
        return e;
    FILE *in = is_stdin ? stdin : fopen(s->commands, "re");
    if (!in)
        e = log_fail(log, ERR_FILE, "%s: %s", s->commands, strerror(errno));
    if (!e)
        e = set_files(board, s, 0);
    if (!e)
        e = exchange_run(board, in, stdout, log);
    if (in && !is_stdin)
        fclose(in);
    enum err closed = sim_board_close(board);
    return e ? e : closed;
}

static int fail_with_sentence(struct log *log, enum err e)
{
    log_line(log, LOG_ERROR, "%s", log_sentence(log, e));
    return LAUNCH_FAILED;
}

int main(int argc, char **argv)
{
    struct log log = {.level = LOG_WARN, .write = write_line};
    struct settings settings;
    struct bench bench = {.count = 0};
    enum err e = parse_command_line(&settings, argc, argv, &log);
    if (e)
        return fail_with_sentence(&log, e);
    if (settings.done)
        return 0;
    if (settings.commands) {
        e = run_commands(&settings, &log);
        return e ? fail_with_sentence(&log, e) : 0;
    }
    e = set_up(&bench, &settings, &log);
    int status = LAUNCH_FAILED;
    if (e)
        fail_with_sentence(&log, e);
    else
        loop_run(&bench.loop);
    if (!e)
        status = bench.launch.status;
    e = tear_down(&bench, &log);
    return e ? fail_with_sentence(&log, e) : status;
}
