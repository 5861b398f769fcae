// SPDX-License-Identifier: MIT
// The words of umockdev's preload library (0.16 and later; not documented as an interface, and the
// same in every release since then). A message is {word, a, b} as unsigned longs of the program's
// own machine.
#include "config.h" // _GNU_SOURCE

#include "sim/usb/umock_wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum word {
    WORD_IOCTL = 1,     // from the program: request code, argument
    WORD_DONE = 3,      // result, errno
    WORD_READ_MEM = 5,  // address, length; the bytes follow from the program
    WORD_WRITE_MEM = 6, // address, length; the bytes follow from here
    WORD_READ = 7,      // from the program: read() of the node
    WORD_WRITE = 8,     // from the program: write() to the node
};

enum { RESULT_UNHANDLED = -100, PATIENCE_S = 10 };

void umock_wire_open(struct umock_wire *wire, int fd)
{
    struct ucred who = {0};
    socklen_t len = sizeof who;
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len);
    // A message is whole or it is none: who sends a half, or takes no answer, holds nobody else up.
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    *wire = (struct umock_wire){.fd = fd, .pid = who.pid};
}

static bool receive_all(int fd, void *data, size_t len)
{
    char *p = data;
    while (len > 0) {
        ssize_t n = recv(fd, p, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

// A program that is gone is noticed by the next receive; a send that fails needs no handling of its
// own.
static void send_all(int fd, struct iovec *iov, unsigned count)
{
    while (count > 0) {
        struct msghdr msg = {.msg_iov = iov, .msg_iovlen = count};
        ssize_t n = sendmsg(fd, &msg, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return;
        for (; count > 0 && (size_t)n >= iov->iov_len; iov++, count--)
            n -= (ssize_t)iov->iov_len;
        if (count > 0) {
            iov->iov_base = (char *)iov->iov_base + n;
            iov->iov_len -= (size_t)n;
        }
    }
}

bool umock_wire_receive(struct umock_wire *wire, struct umock_request *request, bool *alien)
{
    unsigned long words[3];
    *alien = false;
    if (!receive_all(wire->fd, words, sizeof words))
        return false;
    *alien = words[0] != WORD_IOCTL && words[0] != WORD_READ && words[0] != WORD_WRITE;
    *request = (struct umock_request){
        .is_ioctl = words[0] == WORD_IOCTL,
        .code = words[1],
        .arg = words[2],
    };
    return !*alien;
}

bool umock_wire_get(struct umock_wire *wire, unsigned long addr, void *data, size_t len)
{
    if (len == 0)
        return true;
    struct iovec here = {.iov_base = data, .iov_len = len};
    struct iovec there = {.iov_base = (void *)addr, .iov_len = len};
    if (process_vm_readv(wire->pid, &here, 1, &there, 1, 0) == (ssize_t)len)
        return true;
    // Not allowed to look (ptrace rules, another name space): ask for a copy.
    unsigned long words[3] = {WORD_READ_MEM, addr, len};
    struct iovec iov = {.iov_base = words, .iov_len = sizeof words};
    send_all(wire->fd, &iov, 1);
    return receive_all(wire->fd, data, len);
}

static void add_head(struct umock_answer *answer, unsigned long word, unsigned long a,
                     unsigned long b)
{
    unsigned long *head = answer->head[answer->puts];
    head[0] = word;
    head[1] = a;
    head[2] = b;
    answer->iov[answer->iov_count++] =
        (struct iovec){.iov_base = head, .iov_len = sizeof answer->head[0]};
}

void umock_wire_put(struct umock_answer *answer, unsigned long addr, const void *data, size_t len)
{
    if (len == 0)
        return;
    add_head(answer, WORD_WRITE_MEM, addr, len);
    answer->puts++;
    // sendmsg() takes an iovec without const and does not write through it.
    answer->iov[answer->iov_count++] =
        (struct iovec){.iov_base = (void *)(unsigned long)data, .iov_len = len};
}

void umock_wire_finish(struct umock_wire *wire, struct umock_answer *answer, int result, int error)
{
    add_head(answer, WORD_DONE, (unsigned long)(long)result, (unsigned long)error);
    send_all(wire->fd, answer->iov, answer->iov_count);
}

void umock_wire_return(struct umock_wire *wire, int result)
{
    struct umock_answer answer = {0};
    umock_wire_finish(wire, &answer, result, 0);
}

void umock_wire_error(struct umock_wire *wire, int error)
{
    struct umock_answer answer = {0};
    umock_wire_finish(wire, &answer, -1, error);
}

void umock_wire_decline(struct umock_wire *wire)
{
    struct umock_answer answer = {0};
    umock_wire_finish(wire, &answer, RESULT_UNHANDLED, 0);
}

bool umock_wire_is_closed(const struct umock_wire *wire)
{
    char byte;
    return recv(wire->fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) == 0;
}
