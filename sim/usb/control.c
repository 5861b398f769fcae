// SPDX-License-Identifier: MIT
// The commands of the control socket and its clients. An answer is "ok", "ok VALUE" or "error
// SENTENCE".
#include "config.h" // _GNU_SOURCE

#include "sim/usb/control.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_SIZE = 1024, NS_PER_US = 1000 };

struct client {
    struct client *next;
    struct control *control;
    struct loop_source source;
    unsigned selected;
    size_t len;
    char line[LINE_SIZE];
};

struct control {
    struct loop *loop;
    struct log *log;
    struct control_bench bench;
    struct loop_source listener;
    struct client *clients;
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
};

// What a command knows: its words after the first, and whom it is about.
struct call {
    const struct control_bench *bench;
    unsigned *selected;
    struct sim_board *board;
    const char *first, *rest; // never NULL
    struct log *log;
    char *value; // of the answer; malloc()ed, or NULL
};

static char *text_of(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static char *text_of(const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) < 0)
        text = NULL;
    va_end(args);
    return text;
}

static enum err set_key(struct call *call)
{
    if (!*call->first)
        return log_fail(call->log, ERR_USAGE, "say which key: set KEY VALUE");
    enum err e = sim_board_set(call->board, call->first, call->rest);
    call->bench->changed(call->bench->arg, *call->selected);
    return e;
}

static enum err unplug_board(struct call *call)
{
    return call->bench->plug(call->bench->arg, *call->selected, false);
}

static enum err plug_board(struct call *call)
{
    return call->bench->plug(call->bench->arg, *call->selected, true);
}

static enum err account(struct call *call)
{
    call->value = sim_account_json(sim_board_account(call->board), sim_board_now_ns(call->board));
    if (!call->value)
        return log_fail(call->log, ERR_MEMORY, "out of memory");
    for (char *c = call->value; *c; c++)
        if (*c == '\n')
            *c = ' ';
    return ERR_OK;
}

static enum err now(struct call *call)
{
    call->value = text_of("%" PRIu64, sim_board_now_ns(call->board));
    return ERR_OK;
}

// False when the text is not a number as a whole.
static bool parse_number(const char *text, unsigned long *number)
{
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

static enum err wait_us(struct call *call)
{
    unsigned long us;
    if (!parse_number(call->first, &us))
        return log_fail(call->log, ERR_USAGE, "say how long: wait MICROSECONDS");
    sim_board_wait_ns(call->board, (uint64_t)us * NS_PER_US);
    call->bench->changed(call->bench->arg, *call->selected);
    return ERR_OK;
}

static enum err select_probe(struct call *call)
{
    unsigned long number;
    if (!parse_number(call->first, &number) || number < 1 || number > call->bench->count)
        return log_fail(call->log, ERR_USAGE, "there are probes 1 to %u", call->bench->count);
    *call->selected = (unsigned)number - 1;
    return ERR_OK;
}

static bool parse_hex(const char *text, uint32_t *value)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 16);
    *value = (uint32_t)number;
    return end != text && !*end && !errno && number <= UINT32_MAX && !(text[0] == '-');
}

// Behind the back of probe and debug port.
static enum err peek_word(struct call *call)
{
    uint32_t addr, value;
    if (!parse_hex(call->first, &addr) || addr % 4)
        return log_fail(call->log, ERR_USAGE, "say which word: peek ADDRESS (hexadecimal)");
    if (!sim_board_peek(call->board, addr, &value))
        return log_fail(call->log, ERR_FAULT, "nothing answers at 0x%08" PRIx32, addr);
    call->value = text_of("%08" PRIx32, value);
    return ERR_OK;
}

static enum err poke(struct call *call)
{
    uint32_t addr, value;
    if (!parse_hex(call->first, &addr) || addr % 4 || !parse_hex(call->rest, &value))
        return log_fail(call->log, ERR_USAGE,
                        "say what and where: poke ADDRESS VALUE (hexadecimal)");
    if (!sim_board_poke(call->board, addr, value))
        return log_fail(call->log, ERR_FAULT, "nothing answers at 0x%08" PRIx32, addr);
    return ERR_OK;
}

static enum err serial(struct call *call)
{
    call->value = text_of("%s", sim_board_usb_serial(call->board));
    return ERR_OK;
}

static enum err help(struct call *call);

static const struct {
    const char *name;
    enum err (*run)(struct call *call);
} commands[] = {
    {"set", set_key},    {"unplug", unplug_board}, {"plug", plug_board}, {"account", account},
    {"now", now},        {"wait", wait_us},        {"serial", serial},   {"probe", select_probe},
    {"peek", peek_word}, {"poke", poke},           {"help", help},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static enum err help(struct call *call)
{
    call->value = text_of("set KEY VALUE, unplug, plug, account, now, wait MICROSECONDS, serial, "
                          "probe NUMBER, peek ADDRESS, poke ADDRESS VALUE, help");
    return ERR_OK;
}

static enum err run_command_named(struct call *call, const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (!strcmp(commands[i].name, name))
            return commands[i].run(call);
    return log_fail(call->log, ERR_USAGE, "there is no command %s; help lists them", name);
}

char *control_answer(const struct control_bench *bench, unsigned *selected, const char *line,
                     struct log *log)
{
    char name[32] = "", first[LINE_SIZE] = "";
    int used = 0;
    sscanf(line, "%31s %1023s %n", name, first, &used);
    struct call call = {
        .bench = bench,
        .selected = selected,
        .board = bench->boards[*selected],
        .first = first,
        .rest = used > 0 ? line + used : "",
        .log = log,
    };
    enum err e = run_command_named(&call, name);
    char *answer = e            ? text_of("error %s", log_sentence(log, e))
                   : call.value ? text_of("ok %s", call.value)
                                : text_of("ok");
    log_forget(log);
    free(call.value);
    return answer;
}

static void drop(struct client *client)
{
    struct client **link = &client->control->clients;
    while (*link != client)
        link = &(*link)->next;
    *link = client->next;
    loop_remove(client->control->loop, &client->source);
    free(client);
}

static void answer_line(struct client *client, const char *line)
{
    struct control *control = client->control;
    char *answer = control_answer(&control->bench, &client->selected, line, control->log);
    if (!answer)
        return;
    size_t len = strlen(answer);
    answer[len] = '\n'; // in place of the NUL
    if (send(client->source.fd, answer, len + 1, MSG_NOSIGNAL) < 0)
        log_line(control->log, LOG_DEBUG, "control: the client left before its answer");
    free(answer);
}

static void answer_lines(struct client *client)
{
    char *start = client->line, *end = client->line + client->len, *newline;
    while ((newline = memchr(start, '\n', (size_t)(end - start)))) {
        *newline = '\0';
        answer_line(client, start);
        start = newline + 1;
    }
    client->len = (size_t)(end - start);
    memmove(client->line, start, client->len);
}

static void read_client(void *arg)
{
    struct client *client = arg;
    ssize_t n = recv(client->source.fd, client->line + client->len, LINE_SIZE - client->len, 0);
    if (n <= 0) {
        drop(client);
        return;
    }
    client->len += (size_t)n;
    answer_lines(client);
    if (client->len == LINE_SIZE)
        drop(client); // no command is that long
}

static void accept_client(void *arg)
{
    struct control *control = arg;
    int fd = accept4(control->listener.fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        close(fd);
        return;
    }
    client->control = control;
    client->source = (struct loop_source){.fd = fd, .ready = read_client, .arg = client};
    client->next = control->clients;
    control->clients = client;
    loop_add(control->loop, &client->source);
}

static enum err listen_at(struct control *control, const char *path)
{
    control->listener = (struct loop_source){.fd = -1, .ready = accept_client, .arg = control};
    enum err e = loop_add_listener(control->loop, &control->listener, path);
    if (!e)
        snprintf(control->path, sizeof control->path, "%s", path);
    return e;
}

enum err control_open(struct control **control, struct loop *loop, const char *path,
                      const struct control_bench *bench, struct log *log)
{
    struct control *c = calloc(1, sizeof *c);
    *control = NULL;
    if (!c)
        return log_fail(log, ERR_MEMORY, "out of memory");
    c->loop = loop;
    c->log = log;
    c->bench = *bench;
    c->listener.fd = -1;
    enum err e = listen_at(c, path);
    if (e) {
        control_close(c);
        return e;
    }
    *control = c;
    return ERR_OK;
}

void control_close(struct control *control)
{
    if (!control)
        return;
    while (control->clients)
        drop(control->clients);
    loop_remove(control->loop, &control->listener);
    if (control->path[0])
        unlink(control->path);
    free(control);
}
