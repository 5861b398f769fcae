// SPDX-License-Identifier: MIT
#include "config.h" // _GNU_SOURCE

#include "sim/usb/tcp_listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 8 };

static int bind_first_that_works(const struct addrinfo *list)
{
    for (const struct addrinfo *a = list; a; a = a->ai_next) {
        int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
            return fd;
        close(fd);
    }
    return -1;
}

enum err tcp_listen(int *fd, const char *option, const char *where, struct log *log)
{
    char host[TCP_NAME_SIZE] = "127.0.0.1";
    const char *colon = strrchr(where, ':'), *port = colon ? colon + 1 : where;
    size_t len = colon ? (size_t)(colon - where) : 0;
    *fd = -1;
    bool bracketed = len >= 2 && where[0] == '[' && where[len - 1] == ']';
    if (len >= sizeof host || !*port || strspn(port, "0123456789") != strlen(port) ||
        strlen(port) > 5)
        return log_fail(log, ERR_USAGE, "%s takes [HOST:]PORT, not %s", option, where);
    if (len > 0)
        snprintf(host, sizeof host, "%.*s", (int)(bracketed ? len - 2 : len), where + bracketed);
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int failed = getaddrinfo(host, port, &hints, &list);
    if (failed)
        return log_fail(log, ERR_USAGE, "%s cannot find %s: %s", option, where,
                        gai_strerror(failed));
    *fd = bind_first_that_works(list);
    int why = errno;
    freeaddrinfo(list);
    if (*fd < 0)
        return log_fail(log, ERR_FILE, "cannot listen at %s: %s", where, strerror(why));
    return ERR_OK;
}

const char *tcp_listen_name(int fd, char text[TCP_NAME_SIZE])
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    char host[48] = "", port[8] = "";
    if (getsockname(fd, (struct sockaddr *)&address, &len) == 0)
        getnameinfo((struct sockaddr *)&address, len, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(text, TCP_NAME_SIZE, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
    return text;
}
