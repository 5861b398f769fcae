// SPDX-License-Identifier: MIT
// The packets that we understand: one table, and the handlers by theme in the *_packets.c files. A
// handler gets what stands behind its prefix and answers with exactly one reply, now or when the
// work that it began is done; unless it says otherwise.
#ifndef SWDLINK_SERVER_PACKETS_H
#define SWDLINK_SERVER_PACKETS_H

#include "base/cursor.h"
#include "server/session.h"

struct packet {
    const char *prefix;
    bool exact;   // nothing may follow
    bool running; // may also come while the program runs
    bool control; // only from the debugger that controls the target, or takes control with it
    bool calling; // and while GDB's host does something for the program
    void (*handle)(struct session *s, struct cursor *args);
};

// A prefix of another row stands behind it.
extern const struct packet packets[];
extern const unsigned packet_count;

// The packet in s->rsp.
void packet_dispatch(struct session *s);

// True when the arguments were read to their end without a miss; else answers that they are
// malformed.
bool packet_args_end(struct session *s, const struct cursor *args);
// A thread id: there is one thread, 1; 0 and -1 mean any. False: another one.
bool packet_take_thread(struct cursor *args);

// reg_packets.c
void packet_read_registers(struct session *s, struct cursor *args);
void packet_write_registers(struct session *s, struct cursor *args);
void packet_read_register(struct session *s, struct cursor *args);
void packet_write_register(struct session *s, struct cursor *args);

// mem_packets.c
void packet_read_memory(struct session *s, struct cursor *args);
void packet_read_binary(struct session *s, struct cursor *args);
void packet_write_memory(struct session *s, struct cursor *args);
void packet_write_binary(struct session *s, struct cursor *args);
void packet_crc(struct session *s, struct cursor *args);
void packet_find(struct session *s, struct cursor *args);

// break_packets.c
void packet_set_break(struct session *s, struct cursor *args);
void packet_clear_break(struct session *s, struct cursor *args);
// Before the program goes on: sets what was accepted and is not in the target. The error names its
// reason, and text says what could not be set.
enum err packet_retry_breaks(struct session *s, char *text, size_t size) MUST_CHECK;
// Takes everything that was set out of the target.
enum err packet_drop_breaks(struct session *s) MUST_CHECK;
// Only what the session knows of them.
void packet_forget_breaks(struct session *s);

// call.c
void packet_file_reply(struct session *s, struct cursor *args); // no reply of its own

// run_packets.c
void packet_why_halted(struct session *s, struct cursor *args);
void packet_continue(struct session *s, struct cursor *args);
void packet_continue_signal(struct session *s, struct cursor *args);
void packet_step(struct session *s, struct cursor *args);
void packet_step_signal(struct session *s, struct cursor *args);
void packet_vcont(struct session *s, struct cursor *args);
void packet_vcont_query(struct session *s, struct cursor *args);
void packet_ctrl_c(struct session *s, struct cursor *args);
void packet_detach(struct session *s, struct cursor *args);
void packet_kill(struct session *s, struct cursor *args); // no reply
void packet_vkill(struct session *s, struct cursor *args);
void packet_restart(struct session *s, struct cursor *args); // no reply
void packet_run(struct session *s, struct cursor *args);
void packet_attach(struct session *s, struct cursor *args);

// query_packets.c
void packet_supported(struct session *s, struct cursor *args);
void packet_no_ack(struct session *s, struct cursor *args);
void packet_extended(struct session *s, struct cursor *args);
void packet_attached(struct session *s, struct cursor *args);
void packet_current_thread(struct session *s, struct cursor *args);
void packet_first_threads(struct session *s, struct cursor *args);
void packet_more_threads(struct session *s, struct cursor *args);
void packet_thread_info(struct session *s, struct cursor *args);
void packet_thread_alive(struct session *s, struct cursor *args);
void packet_set_thread(struct session *s, struct cursor *args);
void packet_offsets(struct session *s, struct cursor *args);
void packet_symbol(struct session *s, struct cursor *args);

// lldb_packets.c
void packet_host_info(struct session *s, struct cursor *args);
void packet_error_strings(struct session *s, struct cursor *args);
void packet_memory_region(struct session *s, struct cursor *args);
void packet_watchpoint_count(struct session *s, struct cursor *args);
void packet_threads_json(struct session *s, struct cursor *args);

// flash_packets.c
void packet_flash_erase(struct session *s, struct cursor *args);
void packet_flash_write(struct session *s, struct cursor *args);
void packet_flash_done(struct session *s, struct cursor *args);
// Something else happens before the job was done: it is given up, and said so.
void packet_flash_drop(struct session *s);
// For a monitor word: begins to erase all of it; the reply comes at the end.
enum err packet_flash_erase_all(struct session *s) MUST_CHECK;
enum err packet_flash_erase_range(struct session *s, uint32_t addr, uint32_t len) MUST_CHECK;
// The same with a file of the server's computer; addr is for a binary, NULL: its usual place.
// resets: halted after a reset at the end.
enum err packet_flash_program(struct session *s, const char *path, const uint32_t *addr,
                              bool resets) MUST_CHECK;

// eeprom_packets.c: begins to write into the data EEPROM; the reply comes at the end.
void packet_eeprom_write(struct session *s, uint32_t addr, const uint8_t *data, uint32_t len);

// xfer.c
void packet_xfer(struct session *s, struct cursor *args);

// monitor.c
void packet_monitor(struct session *s, struct cursor *args);

#endif
