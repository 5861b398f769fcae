// SPDX-License-Identifier: MIT
// The conversation with umockdev's preload library inside a program: it sends each ioctl of a
// mocked device as three words over a UNIX socket and obeys what we answer, also to read and write
// its memory.
#ifndef SWDLINK_SIM_USB_UMOCK_WIRE_H
#define SWDLINK_SIM_USB_UMOCK_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

// One opened device node, as seen from here.
struct umock_wire {
    int fd;
    pid_t pid; // of the program, to reach its memory directly
};

struct umock_request {
    bool is_ioctl; // else a read() or write() of the node, which we leave to the system
    unsigned long code;
    unsigned long arg; // an address in the program, or a number
};

#define UMOCK_WIRE_MAX_PUTS 4

// An answer: memory to write in the program, then the result. The data must live until it is sent.
struct umock_answer {
    unsigned long head[UMOCK_WIRE_MAX_PUTS + 1][3];
    struct iovec iov[2 * UMOCK_WIRE_MAX_PUTS + 1];
    unsigned puts, iov_count;
};

// Takes the credentials of the program at the other end.
void umock_wire_open(struct umock_wire *wire, int fd);
// False: the program closed the node, ended, or speaks another protocol (*alien).
bool umock_wire_receive(struct umock_wire *wire, struct umock_request *request, bool *alien);
// Copies memory out of the program while it waits for the answer.
bool umock_wire_get(struct umock_wire *wire, unsigned long addr, void *data, size_t len);
void umock_wire_put(struct umock_answer *answer, unsigned long addr, const void *data, size_t len);
// Sends the answer; result -1 goes with an errno.
void umock_wire_finish(struct umock_wire *wire, struct umock_answer *answer, int result, int error);
// The short forms: a result without memory, an error, and "do it yourself".
void umock_wire_return(struct umock_wire *wire, int result);
void umock_wire_error(struct umock_wire *wire, int error);
void umock_wire_decline(struct umock_wire *wire);

// The program has closed its end, and nothing of it is waiting.
bool umock_wire_is_closed(const struct umock_wire *wire);

#endif
