// SPDX-License-Identifier: MIT
// A listening TCP socket for the places that a user names as "[HOST:]PORT".
#ifndef SWDLINK_SIM_USB_TCP_LISTEN_H
#define SWDLINK_SIM_USB_TCP_LISTEN_H

#include "base/err.h"
#include "base/log.h"

#define TCP_NAME_SIZE 64

// Without HOST on the loopback interface; port 0 takes any free one. *fd is -1 on failure.
// ERR_USAGE names the option and what it takes.
enum err tcp_listen(int *fd, const char *option, const char *where, struct log *log) MUST_CHECK;
// Where it listens, as "HOST:PORT". Returns text.
const char *tcp_listen_name(int fd, char text[TCP_NAME_SIZE]);

#endif
