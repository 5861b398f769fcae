// SPDX-License-Identifier: MIT
#include "config.h"

#include "server/acceptor.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 8

static uint16_t port_of(int fd)
{
    struct sockaddr_storage ss = {0};
    socklen_t len = sizeof ss;
    if (getsockname(fd, (struct sockaddr *)&ss, &len))
        return 0;
    if (ss.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&ss)->sin6_port);
    return ntohs(((struct sockaddr_in *)&ss)->sin_port);
}

// Returns the socket, or -1 with errno.
static int open_one(const struct addrinfo *ai)
{
    int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, ai->ai_protocol);
    if (fd < 0)
        return -1;
    int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (ai->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static enum err explain(struct log *log, const char *host, uint16_t port, int error)
{
    if (error == EADDRINUSE)
        return log_fail(
            log, ERR_RESOURCE,
            "port %u is in use: another server listens there already. End it, or choose "
            "another port with --listen",
            port);
    if (error == EACCES)
        return log_fail(
            log, ERR_USAGE,
            "the system does not allow this user to listen on port %u: choose one above 1023 "
            "with --listen",
            port);
    if (error == EADDRNOTAVAIL)
        return log_fail(log, ERR_USAGE,
                        "%s is no address of this machine: nothing can listen there", host);
    return log_fail(log, ERR_RESOURCE, "cannot listen on %s port %u: %s", host, port,
                    strerror(error));
}

// Adds the sockets of one host. Returns the errno of the first that failed, or 0.
static int add_host(struct acceptor *a, const char *host, struct log *log)
{
    char service[8];
    snprintf(service, sizeof service, "%u", a->port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    int failed = getaddrinfo(host, service, &hints, &list);
    if (failed) {
        log_line(log, LOG_DEBUG, "%s: %s", host, gai_strerror(failed));
        return EADDRNOTAVAIL;
    }
    int error = 0;
    for (struct addrinfo *ai = list; ai && a->count < ACCEPTOR_MAX; ai = ai->ai_next) {
        int fd = open_one(ai);
        if (fd < 0) {
            error = error ? error : errno;
            continue;
        }
        a->fd[a->count++] = fd;
        a->port = port_of(fd);
        break; // further addresses of the same name would be given another port when it is 0
    }
    freeaddrinfo(list);
    return error;
}

enum err acceptor_open(struct acceptor *a, const char *host, uint16_t port, struct log *log)
{
    *a = (struct acceptor){.port = port};
    const char *first = host ? host : "127.0.0.1";
    int error = add_host(a, first, log);
    if (a->count == 0)
        return explain(log, first, port, error ? error : EADDRNOTAVAIL);
    if (host)
        return ERR_OK;
    // A machine without IPv6 is fine; one where somebody else has that port is not: a debugger that
    // connects to "localhost" would meet him.
    error = add_host(a, "::1", log);
    if (a->count == 1 && error == EADDRINUSE) {
        acceptor_close(a);
        return explain(log, "::1", port, error);
    }
    return ERR_OK;
}

static bool is_loopback(int fd)
{
    struct sockaddr_storage ss = {0};
    socklen_t len = sizeof ss;
    if (getsockname(fd, (struct sockaddr *)&ss, &len))
        return false;
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
        return -1;
    int on = 1;
    // Each packet waits for the other's answer: nothing may be held back. And a peer that vanished
    // without a word (a laptop that sleeps) shall be found out.
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    char host[NI_MAXHOST], service[NI_MAXSERV];
    if (getnameinfo((struct sockaddr *)&ss, len, host, sizeof host, service, sizeof service,
                    NI_NUMERICHOST | NI_NUMERICSERV))
        snprintf(name, ACCEPTOR_NAME_SIZE, "somewhere");
    else
        snprintf(name, ACCEPTOR_NAME_SIZE, "%.48s port %.8s", host, service);
    return fd;
}
