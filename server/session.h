// SPDX-License-Identifier: MIT
// One debugger's session: bytes in, bytes out, without socket, clock and loop. The owner feeds what
// arrived, ticks while session_wants() says so, and sends the output. Each step is bounded (one
// packet, one poll of the running target, one page of flash), so that an interrupt and a client
// that has left are noticed between two steps.
#ifndef SWDLINK_SERVER_SESSION_H
#define SWDLINK_SERVER_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "server/agent.h"
#include "server/break_agent.h"
#include "server/rsp.h"
#include "server/sharing.h"
#include "targets/target.h"

#define SESSION_OUT_SIZE         0x20000u
#define SESSION_OUT_HIGH         0x8000u // no packet and no step is taken while more waits to be sent
#define SESSION_MAX_BREAKS       96u
#define SESSION_LATER_SIZE       1024u
#define SESSION_WARNINGS_PRINTED 5u   // and no more
#define SESSION_FIND_MAX         256u // bytes of a pattern that qSearch:memory looks for

enum session_state {
    SESSION_IDLE,    // the debugger asks, we answer
    SESSION_RUNNING, // it waits for a stop reply
    SESSION_CALL,    // the same, while a semihosting call of the program is served
    SESSION_BUSY,    // it waits for the end of work that is done in steps: see `work`
    SESSION_OVER,    // the session has ended: send the output, then close
};

struct session;

// Work that ends with a later reply; the handler that begins it says how it goes on.
struct session_work {
    void (*step)(struct session *s, uint64_t now_ms); // one bounded step
    void (*interrupt)(struct session *s);             // Ctrl-C came: it is to end with a reply
    bool waits; // for time or for the target: a step every few milliseconds is enough
};

enum session_want {
    SESSION_WANT_BYTES, // only bytes
    SESSION_WANT_POLL,  // a tick every few milliseconds
    SESSION_WANT_STEP,  // a tick as soon as possible
};

// A breakpoint or watchpoint as GDB set it: Z packets may come twice and count once.
struct session_break {
    bool used;
    bool refused;  // it is not in the target: see packet_retry_breaks()
    unsigned type; // 0 to 4, as in the packet
    uint32_t addr;
    uint32_t len;
    struct break_agent agent; // what is evaluated here
};

struct session {
    struct sharing *sharing;
    const char *name; // of the debugger, as others are told
    // These belong to all debuggers.
    struct target *t;
    struct semihost *semihost;
    struct log *log;
    enum session_state state;
    const struct session_work *work; // while SESSION_BUSY
    struct rsp rsp;
    bool broken;       // its stream makes no sense any more, whatever the state becomes
    unsigned packets;  // good ones so far
    unsigned warnings; // about what the client sent
    bool no_ack;
    bool extended;   // target extended-remote: the session outlives the program
    bool gone;       // the program ended, was killed or let go: no thread is left to tell of,
                     // until the debugger attaches, runs or restarts it
    bool has_exited; // and so it ended by itself, with
    uint8_t exit_status;
    bool attached; // the debugger took hold of the target and has not let it go

    // What GDB announced in qSupported.
    bool knows_hwbreak, knows_swbreak, knows_error_text;
    bool knows_error_hex; // LLDB's QEnableErrorStrings
    bool no_xml; // it cannot read a target description: registers in the layout that it was built
                 // with

    // Console text (O packets) is legal only while GDB waits for a stop reply or for a monitor
    // command. Text for other times is kept in `later`.
    bool text_legal;
    char later[SESSION_LATER_SIZE];

    bool loss_told;    // that the target is lost, since it was lost
    bool blind_layout; // the debugger was given the registers of a core that nobody had seen yet
    bool unreachable; // when the debugger asked for the state first: reading registers tells it why
    bool poll_failed; // told once, not at each poll
    unsigned resets;  // by something else, since the program was let run
    uint32_t last_sp; // at the last stop that was told
    uint32_t told_xpsr;  // as the debugger has it
    bool xpsr_is_old;    // and it was reset since, without the debugger's knowledge
    bool sync_next_step; // monitor gdb_sync: the next step only tells the state
    bool step_wanted;    // what the program was started for
    // Ctrl-C came and no stop has answered it yet. GDB may send it between two stops that its user
    // does not see; then the next resume answers it ("Debugging with GDB", E.8 Interrupts).
    bool interrupted;
    bool in_reset; // as seen at the last look
    unsigned soon; // so many looks come at once: the next call is not far
    struct session_break breaks[SESSION_MAX_BREAKS];
    // Where a breakpoint, or the end of a step, was told, and none was set or cleared there since.
    struct {
        bool any;
        uint32_t pc;
    } told_break;
    int64_t agent_variable[AGENT_VARIABLES];

    struct {
        struct flash_job *job; // NULL when none is open
        bool written;          // data came in since it was opened
        bool resets;           // a reset follows at the end
        bool loads;            // it is a `load` of the debugger, and was written to its end
        bool closing;          // its reply is owed
        bool interrupted;      // Ctrl-C came between two of its packets
    } flash;
    struct {
        uint32_t addr, left;
        uint32_t crc;
        uint8_t pattern[SESSION_FIND_MAX];
        size_t pattern_len;
    } scan;
    struct {
        uint32_t ms;
        uint64_t until_ms; // 0: the clock was not seen yet
        bool until_halt;   // the target is waited for, and not longer than that
    } sleep;
    struct {
        bool asked; // the debugger's host does it: its F packet is awaited
        bool idle;  // nothing was typed yet
    } call;

    size_t reply_len;
    uint8_t reply[RSP_PACKET_MAX]; // the one under construction
    size_t last_len;               // of the last reply, kept until it is acknowledged
    uint8_t last[RSP_FRAMED_MAX(RSP_PACKET_MAX)];
    size_t out_len;
    uint8_t out[SESSION_OUT_SIZE];
};

// A new debugger. The target stays as it is until the debugger asks for its state. name is the
// owner's.
void session_start(struct session *s, struct sharing *sharing, const char *name);
// The debugger has left, with or without detaching. Without: its breakpoints are cleared, an
// unfinished flash job is abandoned, and the target stays running or halted.
void session_end(struct session *s);

// Consumes at most one packet of the data and returns how many bytes that were. After 0 the caller
// offers the rest again when it has ticked or sent output.
size_t session_feed(struct session *s, const uint8_t *data, size_t len);
enum session_want session_wants(const struct session *s);
// One bounded step of the work that is under way. now_ms: any clock that does not jump.
void session_tick(struct session *s, uint64_t now_ms);
// The first len bytes of out were sent.
void session_sent(struct session *s, size_t len);
bool session_is_over(const struct session *s);
// The lost connection to the target is back, or it is there for the first time. The debugger
// believes that the target is halted. The session ends if the debugger was given registers that do
// not fit.
void session_target_is_back(struct session *s);

// Whether the debugger is GDB: no other one announces these features.
static inline bool session_is_gdb(const struct session *s)
{
    return s->knows_swbreak || s->knows_hwbreak;
}

// For the handlers: work that ends with a later reply.
void session_begin_work(struct session *s, const struct session_work *work);
void session_end_work(struct session *s);
// GDB's Ctrl-C, in any state.
void session_interrupt(struct session *s);
// The debugger attaches to the program, in any state, and detaches from it.
void session_take_program(struct session *s);
void session_part_with_program(struct session *s);
// The debugger has been told this value of xPSR.
void session_report_xpsr(struct session *s, uint32_t value);
// Warns that the client sent something that no debugger should send; the first few times only.
void session_warn(struct session *s, const char *fmt, ...) LOG_PRINTF(2, 3);

#endif
