// SPDX-License-Identifier: MIT
// The server as a process with sockets, over a fake target: who is let in, who is turned away, how
// it ends.
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hex.h"
#include "server/client.h"
#include "server/reply.h"
#include "server/server.h"
#include "server/sharing.h"
#include "tests/unit/choose.h"
#include "tests/unit/fake_target.h"

// What a web page can make a browser send: a packet that writes memory in the body.
#define POSTED                                                                                     \
    "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "                                         \
    "text/plain\r\n\r\n$M20000000,4:11223344#58"

#define PATIENCE_MS 20000 // of a test that would otherwise hang; never reached when all is well

struct running {
    pid_t pid;
    int err_fd; // its standard error
    char told[8192];
    unsigned port;
};

static void write_line(void *user, enum log_level level, const char *line)
{
    (void)user;
    (void)level;
    fprintf(stderr, "%s\n", line);
}

static void serve(const struct server_options *options, bool lose)
{
    struct log log = {.level = LOG_NOTE, .write = write_line};
    struct fake_target *f = calloc(1, sizeof *f);
    fake_target_init(f, &log);
    f->stop.cause = TARGET_STOP_REQUEST;
    f->lose_at_poll = lose;
    signal(SIGPIPE, SIG_IGN);
    enum err e = server_run(&f->t, options, &log);
    if (e)
        fprintf(stderr, "failed: %s\n", log_sentence(&log, e));
    free(f);
    _exit(e ? 1 : 0);
}

// Reads what the server says until the text has come.
static void wait_for(struct running *r, const char *text)
{
    while (!strstr(r->told, text)) {
        struct pollfd p = {.fd = r->err_fd, .events = POLLIN};
        size_t used = strlen(r->told);
        assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
        ssize_t n = read(r->err_fd, r->told + used, sizeof r->told - 1 - used);
        if (n <= 0)
            fail_msg("\"%s\" did not come, but: %s", text, r->told);
        r->told[used + (size_t)n] = '\0';
    }
}

static struct running start(struct server_options options, bool lose)
{
    struct running r = {0};
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    r.pid = fork();
    if (r.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that failed does not stop it
        dup2(fds[1], 2);
        close(fds[0]);
        close(fds[1]);
        serve(&options, lose);
    }
    close(fds[1]);
    r.err_fd = fds[0];
    return r;
}

static struct running start_listening(struct server_options options, bool lose)
{
    struct running r = start(options, lose);
    wait_for(&r, "Listening on port ");
    wait_for(&r, "\nListening on port");
    const char *number = strstr(r.told, "Listening at *:");
    assert_non_null(number);
    r.port = (unsigned)strtoul(number + strlen("Listening at *:"), NULL, 10);
    return r;
}

static int end_status(struct running *r)
{
    int status;
    assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
    close(r->err_fd);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int stop_running(struct running *r)
{
    kill(r->pid, SIGTERM);
    return end_status(r);
}

static int connect_to(const struct running *r)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons((uint16_t)r->port)};
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&sin, sizeof sin), 0);
    return fd;
}

// Sends bytes and waits until the text has come back; false: the connection was closed instead.
static bool talk(int fd, const char *bytes, const char *expected)
{
    char got[1024] = "";
    if (send(fd, bytes, strlen(bytes), MSG_NOSIGNAL) < 0)
        return false;
    while (!strstr(got, expected)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
        ssize_t n = recv(fd, got + strlen(got), sizeof got - 1 - strlen(got), 0);
        if (n <= 0)
            return false;
    }
    return true;
}

static void it_says_where_it_listens_in_the_words_that_ides_wait_for(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    char expected[128];
    snprintf(expected, sizeof expected, "Listening at *:%u (loopback only)\nListening on port %u\n",
             r.port, r.port);
    wait_for(&r, expected);
    assert_int_equal(stop_running(&r), 0);
}

static void a_debugger_is_answered_and_may_leave(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    int fd = connect_to(&r);
    assert_true(talk(fd, "$qC#b4", "+$QC1#c5"));
    close(fd);
    wait_for(&r, "has left");
    // And comes again at once, again and again.
    for (int i = 0; i < 20; i++) {
        fd = connect_to(&r);
        assert_true(talk(fd, "$qC#b4", "+$QC1#c5"));
        close(fd);
    }
    assert_int_equal(stop_running(&r), 0);
}

static void a_second_debugger_is_answered_and_the_first_goes_on(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    int first = connect_to(&r);
    assert_true(talk(first, "$?#3f", "$T"));
    int second = connect_to(&r);
    assert_true(talk(second, "$qC#b4", "QC1"));
    assert_true(talk(second, "$m20000000,4#4f", "$0*\"00#dc"));
    // It moves nothing.
    assert_true(talk(second, "$vCont;s#b8", "$T02thread:1;"));
    assert_true(talk(first, "$vCont;s#b8", "$T05thread:1;"));
    close(second);
    wait_for(&r, "has left");
    assert_true(talk(first, "$qC#b4", "QC1"));
    close(first);
    assert_int_equal(stop_running(&r), 0);
}

static void control_goes_to_the_next_when_the_first_has_left(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    int first = connect_to(&r);
    assert_true(talk(first, "$?#3f", "$T"));
    int second = connect_to(&r);
    assert_true(talk(second, "$vCont;s#b8", "$T02thread:1;"));
    close(first);
    wait_for(&r, "has left");
    assert_true(talk(second, "$vCont;s#b8", "$T05thread:1;"));
    close(second);
    assert_int_equal(stop_running(&r), 0);
}

static void one_debugger_too_many_is_turned_away(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    int fd[SHARING_MAX_SESSIONS];
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS; i++) {
        fd[i] = connect_to(&r);
        assert_true(talk(fd[i], "$qC#b4", "QC1"));
    }
    int late = connect_to(&r);
    assert_false(talk(late, "$qC#b4", "QC1"));
    wait_for(&r, "is turned away");
    close(late);
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS; i++) {
        assert_true(talk(fd[i], "$qC#b4", "QC1"));
        close(fd[i]);
    }
    assert_int_equal(stop_running(&r), 0);
}

static void a_running_target_is_watched_and_interrupted(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    int fd = connect_to(&r);
    assert_true(talk(fd, "$vCont;s#b8", "$T05thread:1;")); // the stop comes by itself
    assert_true(talk(fd, "$vCont;c#a8", "+"));
    assert_true(talk(fd, "\x03", "$T02thread:1;"));
    close(fd);
    assert_int_equal(stop_running(&r), 0);
}

static void a_lost_target_is_found_again(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, true);
    int fd = connect_to(&r);
    assert_true(talk(fd, "$vCont;c#a8", "$T1dthread:1;"));
    wait_for(&r, "the target is back");
    assert_true(talk(fd, "$m20000000,4#4f", "$0*\"00#dc"));
    close(fd);
    assert_int_equal(stop_running(&r), 0);
}

static void with_once_it_ends_with_its_first_debugger_and_not_with_a_passer_by(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){.once = true}, false);
    close(connect_to(&r));
    wait_for(&r, "has left");
    int fd = connect_to(&r);
    assert_true(talk(fd, "$qC#b4", "QC1"));
    close(fd);
    assert_int_equal(end_status(&r), 0);
}

static void a_port_in_use_is_a_sentence(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    struct running late = start((struct server_options){.port = (uint16_t)r.port}, false);
    wait_for(&late, "is in use");
    assert_int_equal(end_status(&late), 1);
    assert_int_equal(stop_running(&r), 0);
}

static void a_port_of_rtt_or_swo_in_use_is_a_sentence(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    const uint16_t port = (uint16_t)r.port;
    const struct server_options late[] = {{.rtt = true, .rtt_port = port},
                                          {.swo = {.text = true, .text_port = port}},
                                          {.swo = {.raw = true, .raw_port = port}}};
    static const char *const options[] = {"another port with --rtt", "another port with --swo",
                                          "another port with --swo-raw"};
    for (unsigned i = 0; i < sizeof late / sizeof *late; i++) {
        struct running ends = start(late[i], false);
        wait_for(&ends, "is in use");
        wait_for(&ends, options[i]);
        assert_int_equal(end_status(&ends), 1);
    }
    assert_int_equal(stop_running(&r), 0);
}

// `monitor ...`, with the server's own port.
static void ask_for_port(struct running *r, const char *before, const char *after, const char *says)
{
    char command[80], packet[6 + 2 * sizeof command + 1] = "qRcmd,", framed[sizeof packet + 8];
    unsigned sum = 0;
    snprintf(command, sizeof command, "%s%u%s", before, r->port, after);
    hex_encode(packet + strlen(packet), (const uint8_t *)command, strlen(command));
    for (const char *c = packet; *c; c++)
        sum += (unsigned char)*c;
    snprintf(framed, sizeof framed, "$%s#%02x", packet, sum & 0xff);
    const int fd = connect_to(r);
    assert_true(talk(fd, "$qC#b4", "QC1") && talk(fd, framed, "$E"));
    wait_for(r, says);
    close(fd);
}

// By a debugger, who has no options of the command line.
static void a_port_in_use_is_a_sentence_of_its_own_in_the_monitor(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    ask_for_port(&r, "rtt server start ", " 1",
                 "another port with `monitor rtt server start PORT CHANNEL`");
    ask_for_port(&r, "CDSWOConfigure 8000000 1000000 :", "",
                 "another port with `:PORT` of the monitor command");
    assert_int_equal(stop_running(&r), 0);
}

static void an_address_that_is_not_ours_is_a_sentence(void **state)
{
    (void)state;
    struct running r = start((struct server_options){.host = "192.0.2.1"}, false);
    wait_for(&r, "192.0.2.1 is no address of this machine");
    assert_int_equal(end_status(&r), 1);
}

static void a_wider_address_is_said(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){.host = "0.0.0.0"}, false);
    wait_for(&r, "(address 0.0.0.0: whoever reaches it can debug)");
    assert_int_equal(stop_running(&r), 0);
    r = start_listening((struct server_options){.host = "127.0.0.1"}, false);
    wait_for(&r, "(loopback only)");
    assert_int_equal(stop_running(&r), 0);
}

static void a_wider_address_of_rtt_is_said(void **state)
{
    (void)state;
    struct running r =
        start_listening((struct server_options){.rtt = true, .rtt_host = "0.0.0.0"}, false);
    wait_for(&r, "at 0.0.0.0: whoever reaches it reads and writes the program's RTT");
    assert_int_equal(stop_running(&r), 0);
}

static void who_is_no_debugger_is_closed_and_does_nothing(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    static const char *const strangers[] = {POSTED, "\x16\x03\x01$qC#b4", "\n$qC#b4", "+x$qC#b4",
                                            "version\r\n$qC#b4"};
    for (unsigned i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        int fd = connect_to(&r);
        assert_false(talk(fd, strangers[i], "$"));
        close(fd);
        r.told[0] = '\0';
    }
    int fd = connect_to(&r);
    assert_false(talk(fd, POSTED, "$"));
    close(fd);
    wait_for(&r, "is no debugger: it begins with 'POST / HTTP");
    fd = connect_to(&r);
    assert_true(talk(fd, "$m20000000,4#4f", "$0*\"00#dc"));
    close(fd);
    assert_int_equal(stop_running(&r), 0);
}

static void connections_that_say_nothing_make_room(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    int silent[SHARING_MAX_SESSIONS + 3];
    int first = connect_to(&r);
    assert_true(talk(first, "$qC#b4", "QC1"));
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS + 3; i++)
        silent[i] = connect_to(&r);
    int fd = connect_to(&r);
    assert_true(talk(fd, "$qC#b4", "QC1"));
    assert_true(talk(first, "$qC#b4", "QC1")); // who has spoken stays
    wait_for(&r, "never said anything, and makes room for others");
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS + 3; i++)
        close(silent[i]);
    close(fd);
    close(first);
    assert_int_equal(stop_running(&r), 0);
}

// It is told once a second, and not as fast as the processor can.
static void too_many_open_files_are_told_and_waited_for(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    int fd = connect_to(&r);
    assert_true(talk(fd, "$qC#b4", "QC1"));
    struct rlimit many, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &many), 0);
    none = many;
    none.rlim_cur = 3;
    assert_int_equal(prlimit(r.pid, RLIMIT_NOFILE, &none, NULL), 0);
    int late = connect_to(&r);
    wait_for(&r, "may open no more files");
    assert_true(talk(fd, "$qC#b4", "QC1"));
    assert_int_equal(prlimit(r.pid, RLIMIT_NOFILE, &many, NULL), 0);
    assert_true(talk(late, "$qC#b4", "QC1"));
    unsigned count = 0;
    for (const char *p = r.told; (p = strstr(p, "may open no more files")); p++)
        count++;
    assert_in_range(count, 1, 20);
    close(late);
    close(fd);
    assert_int_equal(stop_running(&r), 0);
}

static void noise_harms_nobody(void **state)
{
    (void)state;
    struct running r = start_listening((struct server_options){0}, false);
    static const char *const noises[] = {"GET / HTTP/1.0\r\n\r\n",    "$qC#b4 and more",
                                         "$vFlashWrite:8000000:abc",  "$$$$$}}}##",
                                         "$M20000000,ffffffff:00#00", "----++++\x03\x03"};
    for (unsigned i = 0; i < sizeof noises / sizeof noises[0]; i++) {
        int fd = connect_to(&r);
        assert_true(send(fd, noises[i], strlen(noises[i]), MSG_NOSIGNAL) > 0);
        close(fd);
    }
    wait_for(&r, "bytes outside of packets");
    wait_for(&r, "in the middle of a packet");
    int fd = connect_to(&r);
    assert_true(talk(fd, "$qC#b4", "+$QC1#c5"));
    close(fd);
    assert_int_equal(stop_running(&r), 0);
}

// Neither its socket nor the output takes any more.
static void a_debugger_that_does_not_read_is_closed(void **state)
{
    (void)state;
    static const uint8_t junk[4096];
    struct log log = log_silent();
    struct fake_target *f = calloc(1, sizeof *f);
    struct sharing *sharing = calloc(1, sizeof *sharing);
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    int fd[2];
    assert_true(f && sharing && loop);
    fake_target_init(f, &log);
    sharing_init(sharing, &f->t, &log);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    struct client *c = client_open(loop, sharing, fd[0], fd[0], "one");
    assert_non_null(c);
    while (write(fd[0], junk, sizeof junk) > 0)
        ;
    c->session.out_len = SESSION_OUT_SIZE - 1;
    client_update(c);
    assert_false(c->gone);
    reply_ok(&c->session);
    client_update(c);
    assert_true(c->gone);
    client_close(c);
    close(fd[1]);
    ev_loop_destroy(loop);
    free(sharing);
    free(f);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_where_it_listens_in_the_words_that_ides_wait_for),
        cmocka_unit_test(a_debugger_is_answered_and_may_leave),
        cmocka_unit_test(a_second_debugger_is_answered_and_the_first_goes_on),
        cmocka_unit_test(control_goes_to_the_next_when_the_first_has_left),
        cmocka_unit_test(one_debugger_too_many_is_turned_away),
        cmocka_unit_test(a_running_target_is_watched_and_interrupted),
        cmocka_unit_test(a_lost_target_is_found_again),
        cmocka_unit_test(with_once_it_ends_with_its_first_debugger_and_not_with_a_passer_by),
        cmocka_unit_test(a_port_in_use_is_a_sentence),
        cmocka_unit_test(a_port_of_rtt_or_swo_in_use_is_a_sentence),
        cmocka_unit_test(a_port_in_use_is_a_sentence_of_its_own_in_the_monitor),
        cmocka_unit_test(an_address_that_is_not_ours_is_a_sentence),
        cmocka_unit_test(a_wider_address_is_said),
        cmocka_unit_test(a_wider_address_of_rtt_is_said),
        cmocka_unit_test(who_is_no_debugger_is_closed_and_does_nothing),
        cmocka_unit_test(connections_that_say_nothing_make_room),
        cmocka_unit_test(too_many_open_files_are_told_and_waited_for),
        cmocka_unit_test(noise_harms_nobody),
        cmocka_unit_test(a_debugger_that_does_not_read_is_closed),
    };
    return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
