// SPDX-License-Identifier: MIT
// What all debuggers of one target share, and which of them controls it: the first that asked for
// more than a look. It keeps control until it leaves; the others may read and write, and hear of
// stops when they wait for one, but they move nothing.
#ifndef SWDLINK_SERVER_HUB_H
#define SWDLINK_SERVER_HUB_H

#include <stdbool.h>

#include "server/rtt.h"
#include "server/semihost.h"
#include "targets/target.h"

#define HUB_MAX_SESSIONS 16u

struct session;

// Takes a stretch of a file.
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
// False: there are too many.
// Before a reset: RTT, when it is on, takes no block of the program before for the next one's.
void hub_retire_rtt(struct hub *hub);
bool hub_join(struct hub *hub, struct session *s);
void hub_leave(struct hub *hub, struct session *s);

bool hub_has_control(const struct hub *hub, const struct session *s);
// Gives the session control when nobody has it, and takes hold of a target that was released.
// ERR_STATE names who has control.
enum err hub_take_control(struct hub *hub, struct session *s) MUST_CHECK;
// The session lets go: the target is released until somebody takes control.
void hub_release(struct hub *hub, struct session *s);
// Asked before anything that may talk to the target, with the name of what it is: "client" (a
// packet came, or the debugger left), "interrupt" (bytes came during longer work), "poll" (of a
// running target), "step" (of longer work), and of no session "rtt", "rtt input" (something was
// typed), "reconnect", "end". A record keeps the name with what is said then. False, in a replay:
// the record has something else first, so that the caller asks again later. Only "poll" and "rtt"
// may be put off for ever.
bool hub_may(const struct hub *hub, const struct session *s, const char *what);
// Whether the run, for whose end the session waits, is watched by the one who started it.
bool hub_is_watched(const struct hub *hub, const struct session *s);

#endif
