// SPDX-License-Identifier: MIT
#include "config.h"

#include "server/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG         8
#define FREE_PORT_TRIES 8

static uint16_t port_of(int fd)
{
    struct sockaddr_storage ss = {0};
    socklen_t len = sizeof ss;
    if (getsockname(fd, (struct sockaddr *)&ss, &len))
        return 0;
    if (ss.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&ss)->sin6_port);
    return ss.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&ss)->sin_port) : 0;
}

// An IPv4 address that is written as one of IPv6 ("::ffff:127.0.0.1") is an IPv4 address.
static bool take_mapped(struct sockaddr_storage *ss)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    const struct in6_addr *six = &((const struct sockaddr_in6 *)ss)->sin6_addr;
    if (ss->ss_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(six))
        return false;
    memcpy(&in.sin_addr, &six->s6_addr[12], sizeof in.sin_addr);
    memcpy(ss, &in, sizeof in);
    return true;
}

// Returns the socket, or -1 with errno.
static int open_one(const struct addrinfo *ai, uint16_t port)
{
    struct sockaddr_storage ss = {0};
    memcpy(&ss, ai->ai_addr, ai->ai_addrlen);
    const socklen_t len = take_mapped(&ss) ? sizeof(struct sockaddr_in) : ai->ai_addrlen;
    if (ss.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&ss)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)&ss)->sin_port = htons(port);
    int fd = socket(ss.ss_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, ai->ai_protocol);
    if (fd < 0)
        return -1;
    int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (ss.ss_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&ss, len) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

// What became of the addresses of one call.
struct opening {
    struct acceptor *a;
    const char *option; // that chooses the port
    struct log *log;
    unsigned tried;
    int error;        // 0: none failed
    char failed[512]; // each that failed, with the reason
};

static void note_failure(struct opening *o, const char *address, int error)
{
    size_t used = strlen(o->failed);
    snprintf(o->failed + used, sizeof o->failed - used, "%s%s: %s", used ? ", " : "", address,
             strerror(error));
    // That somebody else has the port outweighs the rest: a debugger that connects would meet him.
    if (!o->error || error == EADDRINUSE)
        o->error = error;
}

static enum err explain_opening(const struct opening *o, const char *host)
{
    char each[sizeof o->failed + 4] = "";
    if (o->tried > 1)
        snprintf(each, sizeof each, " (%s)", o->failed);
    if (o->error == EADDRINUSE)
        return log_fail(
            o->log, ERR_RESOURCE,
            "port %u is in use%s: another server listens there already. End it, or choose "
            "another port with %s",
            o->a->port, each, o->option);
    if (o->error == EACCES)
        return log_fail(
            o->log, ERR_USAGE,
            "the system does not allow this user to listen on port %u%s: choose one above 1023 "
            "with %s",
            o->a->port, each, o->option);
    if (o->error == EADDRNOTAVAIL)
        return log_fail(o->log, ERR_USAGE,
                        "%s is no address of this machine%s: nothing can listen there", host, each);
    return log_fail(o->log, ERR_RESOURCE, "cannot listen on %s port %u: %s", host, o->a->port,
                    o->tried > 1 ? o->failed : strerror(o->error));
}

// The hosts file may name an address twice.
static bool is_repeated(const struct addrinfo *list, const struct addrinfo *ai)
{
    for (; list != ai; list = list->ai_next)
        if (list->ai_addrlen == ai->ai_addrlen &&
            memcmp(list->ai_addr, ai->ai_addr, ai->ai_addrlen) == 0)
            return true;
    return false;
}

static void add_address(struct opening *o, const struct addrinfo *ai)
{
    struct acceptor *a = o->a;
    char address[NI_MAXHOST] = "?";
    (void)getnameinfo(ai->ai_addr, ai->ai_addrlen, address, sizeof address, NULL, 0,
                      NI_NUMERICHOST);
    o->tried++;
    int fd = a->count < ACCEPTOR_MAX ? open_one(ai, a->port) : -1;
    if (fd < 0) {
        note_failure(o, address, a->count < ACCEPTOR_MAX ? errno : EMFILE);
        return;
    }
    a->fd[a->count++] = fd;
    a->port = port_of(fd);
}

// Adds a socket for each address of a host.
static void add_host(struct opening *o, const char *host)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *list = NULL;
    int failed = getaddrinfo(host, NULL, &hints, &list);
    if (failed) {
        log_line(o->log, LOG_DEBUG, "%s: %s", host, gai_strerror(failed));
        o->tried++;
        note_failure(o, host, EADDRNOTAVAIL);
        return;
    }
    for (struct addrinfo *ai = list; ai; ai = ai->ai_next)
        if (!is_repeated(list, ai))
            add_address(o, ai);
    freeaddrinfo(list);
}

// All addresses of both names (the second may be NULL), or none. A port that the system chose for
// the first may be taken at another: then it chooses anew.
static enum err open_all(struct acceptor *a, const char *first, const char *second, uint16_t port,
                         const char *option, struct log *log)
{
    struct opening o;
    for (unsigned i = 0; i < FREE_PORT_TRIES; i++) {
        *a = (struct acceptor){.port = port};
        o = (struct opening){.a = a, .option = option, .log = log};
        add_host(&o, first);
        if (second)
            add_host(&o, second);
        if (o.error != EADDRINUSE && a->count > 0) {
            // A machine without IPv6, for instance.
            if (o.error)
                log_line(log, LOG_DEBUG, "not everywhere: %s", o.failed);
            return ERR_OK;
        }
        acceptor_close(a);
        if (port != 0 || o.error != EADDRINUSE)
            break;
    }
    return explain_opening(&o, first);
}

enum err acceptor_open(struct acceptor *a, const char *host, uint16_t port, const char *option,
                       struct log *log)
{
    if (!host)
        return open_all(a, "127.0.0.1", "::1", port, option, log);
    // Each protocol has an "all addresses" of its own; who asks for IPv6's or for * means both.
    if (strcmp(host, "::") == 0 || strcmp(host, "*") == 0)
        return open_all(a, "::", "0.0.0.0", port, option, log);
    return open_all(a, host, NULL, port, option, log);
}

static bool is_listening(int fd)
{
    int type = 0, listening = 0;
    struct sockaddr_storage ss = {0};
    socklen_t type_len = sizeof type, listening_len = sizeof listening, len = sizeof ss;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) == 0 && type == SOCK_STREAM &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &listening_len) == 0 &&
           listening && getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
           (ss.ss_family == AF_INET || ss.ss_family == AF_INET6 || ss.ss_family == AF_UNIX);
}

enum err acceptor_adopt(struct acceptor *a, int fd, struct log *log)
{
    const int flags = fcntl(fd, F_GETFL);
    if (a->count == ACCEPTOR_MAX)
        return log_fail(log, ERR_USAGE, "more than %u sockets were handed over", ACCEPTOR_MAX);
    if (!is_listening(fd) || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) ||
        fcntl(fd, F_SETFD, FD_CLOEXEC))
        return log_fail(log, ERR_USAGE,
                        "file descriptor %d, which was handed over, is no socket on which somebody "
                        "listens for connections: in a unit of systemd, say ListenStream=, and "
                        "Accept=no",
                        fd);
    a->fd[a->count++] = fd;
    if (!a->port)
        a->port = port_of(fd);
    return ERR_OK;
}

static bool is_loopback(int fd)
{
    struct sockaddr_storage ss = {0};
    socklen_t len = sizeof ss;
    if (getsockname(fd, (struct sockaddr *)&ss, &len))
        return false;
    if (ss.ss_family == AF_UNIX)
        return true;
    if (ss.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&ss)->sin6_addr);
    return ntohl(((struct sockaddr_in *)&ss)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool acceptor_is_loopback(const struct acceptor *a)
{
    for (unsigned i = 0; i < a->count; i++)
        if (!is_loopback(a->fd[i]))
            return false;
    return true;
}

void acceptor_warn_if_open(const struct acceptor *a, const char *what, struct log *log)
{
    char address[ACCEPTOR_NAME_SIZE];
    for (unsigned i = 0; i < a->count; i++)
        if (!is_loopback(a->fd[i])) {
            log_line(log, LOG_WARN, "port %u at %s: whoever reaches it reads and writes %s",
                     a->port, acceptor_address(a, i, address), what);
            return;
        }
}

bool acceptor_is_loopback_at(const struct acceptor *a, unsigned i)
{
    return is_loopback(a->fd[i]);
}

uint16_t acceptor_port_at(const struct acceptor *a, unsigned i)
{
    return port_of(a->fd[i]);
}

const char *acceptor_address(const struct acceptor *a, unsigned i, char text[ACCEPTOR_NAME_SIZE])
{
    struct sockaddr_storage ss = {0};
    socklen_t len = sizeof ss;
    const bool known = getsockname(a->fd[i], (struct sockaddr *)&ss, &len) == 0;
    if (known && ss.ss_family == AF_UNIX) // shortened, or without one
        snprintf(text, ACCEPTOR_NAME_SIZE, "%.*s", (int)ACCEPTOR_NAME_SIZE - 1,
                 ((struct sockaddr_un *)&ss)->sun_path);
    else if (!known || getnameinfo((struct sockaddr *)&ss, len, text, ACCEPTOR_NAME_SIZE, NULL, 0,
                                   NI_NUMERICHOST))
        snprintf(text, ACCEPTOR_NAME_SIZE, "?");
    return text;
}

void acceptor_close(struct acceptor *a)
{
    for (unsigned i = 0; i < a->count; i++)
        close(a->fd[i]);
    a->count = 0;
}

int acceptor_take(int listening_fd, char name[ACCEPTOR_NAME_SIZE])
{
    struct sockaddr_storage ss = {0};
    socklen_t len = sizeof ss;
    int fd = accept4(listening_fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM
                   ? ACCEPTOR_EXHAUSTED
                   : -1;
    int on = 1;
    // Each packet waits for the other's answer: nothing may be held back. And a peer that vanished
    // without a word (a laptop that sleeps) shall be found out.
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    char host[NI_MAXHOST], service[NI_MAXSERV];
    if (ss.ss_family == AF_UNIX)
        snprintf(name, ACCEPTOR_NAME_SIZE, "a program of this computer");
    else if (getnameinfo((struct sockaddr *)&ss, len, host, sizeof host, service, sizeof service,
                         NI_NUMERICHOST | NI_NUMERICSERV))
        snprintf(name, ACCEPTOR_NAME_SIZE, "somewhere");
    else
        snprintf(name, ACCEPTOR_NAME_SIZE, "%.48s port %.8s", host, service);
    return fd;
}
