// SPDX-License-Identifier: MIT
// What all debuggers of one target share, and which of them controls it: the first one that asked
// for its state. It keeps control until it leaves. The others may read and write memory and are
// told of stops, but they cannot start or stop the core.
#ifndef SWDLINK_SERVER_HUB_H
#define SWDLINK_SERVER_HUB_H

#include <stdbool.h>

#include "server/rtt.h"
#include "server/semihost.h"
#include "targets/target.h"

#define HUB_MAX_SESSIONS 16u

struct session;

// Takes a part of a file.
typedef enum err hub_put(void *to, uint32_t addr, const uint8_t *data, size_t len);

struct hub_rtt {
    struct rtt rtt;
    bool on;
    // Opens a TCP port for a channel; NULL where there are none.
    enum err (*listen)(void *user, uint16_t port, unsigned channel);
    void *user;
};

struct hub {
    struct target *t;
    struct log *log;
    struct semihost semihost; // the program outlives its debuggers
    struct hub_rtt rtt;       // so does what it prints
    bool ends;                // when a debugger leaves: `monitor shutdown`
    // Reads a firmware file of this computer and gives it in stretches, in ascending order; addr is
    // for a binary (NULL: the begin of the flash). NULL: not offered.
    enum err (*read_image)(void *user, const char *path, const uint32_t *addr, hub_put *put,
                           void *to);
    void *image_user;
    bool (*may_talk)(void *user, const char *turn); // NULL: whoever asks
    void *may_user;
    struct session *holder; // NULL: nobody controls the target
    struct session *member[HUB_MAX_SESSIONS];
};

void hub_init(struct hub *hub, struct target *t, struct log *log);
void hub_close(struct hub *hub);
// Before a reset: RTT, if it is on, does not take the control block of the earlier program for that
// of the next one.
void hub_retire_rtt(struct hub *hub);
// False: there are too many sessions.
bool hub_join(struct hub *hub, struct session *s);
void hub_leave(struct hub *hub, struct session *s);

bool hub_has_control(const struct hub *hub, const struct session *s);
// Gives the session control if nobody has it, and resumes debugging of a target that was released.
// The sentence of ERR_STATE names the session that has control.
enum err hub_take_control(struct hub *hub, struct session *s) MUST_CHECK;
// The session gives control up: the target is released until another one takes control.
void hub_release(struct hub *hub, struct session *s);
// Called before anything that may talk to the target, with the name of its cause: "client" (a
// packet came, or the debugger left), "interrupt" (bytes came during longer work), "poll" (of a
// running target), "step" (of longer work), and of no session "rtt", "rtt input" (something was
// typed), "reconnect", "end". A record keeps this name. False, in a replay: the record has another
// cause first, and the caller asks again later. Only "poll" and "rtt" may be put off for ever.
bool hub_may(const struct hub *hub, const struct session *s, const char *what);
// Whether another session, the one that has control, polls the running target already.
bool hub_is_watched(const struct hub *hub, const struct session *s);

#endif
