// SPDX-License-Identifier: MIT
// What all debuggers of one target share, and which of them controls it: the first one that asked
// for its state. It keeps control until it leaves. The others may read and write memory and are
// told of stops, but they cannot start or stop the core.
#ifndef SWDLINK_SERVER_SHARING_H
#define SWDLINK_SERVER_SHARING_H

#include <stdbool.h>

#include "server/rtt.h"
#include "server/semihost.h"
#include "server/swo_stream.h"
#include "targets/target.h"

#define SHARING_MAX_SESSIONS 16u

struct session;

// Takes a part of a file.
typedef enum err sharing_put(void *to, uint32_t addr, const uint8_t *data, size_t len);

struct sharing_rtt {
    struct rtt rtt;
    bool on;
    // Opens a TCP port for a channel; NULL where there are none.
    enum err (*listen)(void *user, uint16_t port, unsigned channel);
    void *user;
};

struct sharing_swo {
    struct swo_stream swo;
    struct target_swo_options options; // that the server was started with
    // It was switched on or off: somebody has to poll it. NULL where nobody does.
    void (*switched)(void *user);
    // Opens a TCP port for the ITM's bytes; NULL where there are none.
    enum err (*listen)(void *user, uint16_t port);
    void *user;
};

struct sharing {
    struct target *t;
    struct log *log;
    struct semihost semihost; // the program outlives its debuggers
    struct sharing_rtt rtt;   // so does what it prints
    struct sharing_swo swo;
    bool ends; // when a debugger leaves: `monitor shutdown`
    // Reads a firmware file of this computer and gives it in stretches, in ascending order; addr is
    // for a binary (NULL: the begin of the flash). NULL: not offered.
    enum err (*read_image)(void *user, const char *path, const uint32_t *addr, sharing_put *put,
                           void *to);
    void *image_user;
    bool (*may_talk)(void *user, const char *turn); // NULL: whoever asks
    void *may_user;
    struct session *holder; // NULL: nobody controls the target
    struct session *member[SHARING_MAX_SESSIONS];
};

void sharing_init(struct sharing *sharing, struct target *t, struct log *log);
void sharing_close(struct sharing *sharing);
// Before a reset: RTT, if it is on, does not take the control block of the earlier program for that
// of the next one.
void sharing_retire_rtt(struct sharing *sharing);
// False: there are too many sessions.
bool sharing_join(struct sharing *sharing, struct session *s);
void sharing_leave(struct sharing *sharing, struct session *s);

bool sharing_has_control(const struct sharing *sharing, const struct session *s);
// Gives the session control if nobody has it, and resumes debugging of a target that was released.
// The sentence of ERR_STATE names the session that has control.
enum err sharing_take_control(struct sharing *sharing, struct session *s) MUST_CHECK;
// The session gives control up: the target is released until another one takes control.
void sharing_release(struct sharing *sharing, struct session *s);
// Called before anything that may talk to the target, with the name of its cause: "client" (a
// packet came, or the debugger left), "interrupt" (bytes came during longer work), "poll" (of a
// running target), "step" (of longer work), and of no session "rtt", "rtt input" (something was
// typed), "swo", "reconnect", "end". A record keeps this name. False, in a replay: the record has
// another cause first, and the caller asks again later. Only "poll", "rtt" and "swo" may be put off
// for ever.
bool sharing_may(const struct sharing *sharing, const struct session *s, const char *what);
// Whether another session, the one that has control, polls the running target already.
bool sharing_is_watched(const struct sharing *sharing, const struct session *s);

#endif
