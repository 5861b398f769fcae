// SPDX-License-Identifier: MIT
// Numbers and addresses as people type them.
#ifndef SWDLINK_CLI_VALUE_H
#define SWDLINK_CLI_VALUE_H

#include <stdint.h>

#include "base/err.h"
#include "base/log.h"

#define VALUE_HOST_SIZE 256

// "4M", "950k", "1.8M", "480000", each also with "Hz" behind it.
enum err value_parse_hz(uint32_t *hz, const char *text, struct log *log) MUST_CHECK;
// "1024", "0x400", "1K", "2M". `what` names the number in the sentence.
enum err value_parse_number(uint32_t *number, const char *text, const char *what,
                            struct log *log) MUST_CHECK;
// A time: "90" and "1.5" are seconds; "30s", "5m", "2h", "250ms" say their unit. In microseconds.
enum err value_parse_duration(uint64_t *us, const char *text, struct log *log) MUST_CHECK;
// "4242", ":4242", "HOST:4242", "[::1]:4242". Without a host, host becomes empty.
enum err value_parse_listen(char host[VALUE_HOST_SIZE], uint16_t *port, const char *text,
                            struct log *log) MUST_CHECK;
enum err value_parse_port(uint16_t *port, const char *text, struct log *log) MUST_CHECK;

#endif
