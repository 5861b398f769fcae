// SPDX-License-Identifier: MIT
// The one error type of the program. The probe's status bytes and GDB's replies are kept apart from
// it: swd/stlink_status.c translates the former into errors, and server/reply.c errors into the
// latter.
#ifndef SWDLINK_BASE_ERR_H
#define SWDLINK_BASE_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
    ERR_OK = 0,
    ERR_USAGE,          // the caller or the user asked for something that has no meaning
    ERR_MEMORY,         // the host is out of memory
    ERR_FILE,           // a file of the host cannot be read or written
    ERR_NO_PROBE,       // no ST-LINK, or not the one asked for
    ERR_SEVERAL_PROBES, // more than one ST-LINK is the one asked for
    ERR_PROBE_ACCESS,   // the operating system refuses the USB device
    ERR_PROBE_BUSY,     // another program holds it
    ERR_PROBE_LOST,     // it was there and is gone (unplugged)
    ERR_PROBE_PROTOCOL, // it stalled, or answered what no ST-LINK answers
    ERR_PROBE_FIRMWARE, // its firmware is too old or of another kind
    ERR_TIMEOUT,        // no answer in time
    ERR_NO_TARGET,      // the probe works, nobody answers on SWD
    ERR_LINK,           // an SWD transfer broke (acknowledge, parity)
    ERR_WAIT,           // the target kept answering WAIT
    ERR_FAULT,          // the target's bus refused the access
    ERR_PROTECTED,      // read or write protection stands in the way
    ERR_FLASH,          // erase, program or verify failed
    ERR_STATE,          // impossible in this state (a running core, a held reset)
    ERR_RESOURCE,       // comparators, buffers or the like are used up
    ERR_UNSUPPORTED,    // this probe, chip or program cannot do it
    ERR_INTERRUPTED,    // a signal asked for an end (base/signals.h)
    ERR_COUNT,
};

// Whose trouble an error is.
enum err_class {
    ERR_CLASS_NONE,   // ERR_OK
    ERR_CLASS_HOST,   // of this computer, or of what was asked for
    ERR_CLASS_PROBE,  // of the probe or its USB connection
    ERR_CLASS_WIRE,   // of the connection between probe and target
    ERR_CLASS_TARGET, // the target answers, and the operation failed there
    ERR_CLASS_LIMIT,  // nothing failed: the target or the probe does not have it
};
enum err_class err_class(enum err e);

// A short sentence without a full stop, for when nobody below knew better. Never NULL.
const char *err_text(enum err e);

#endif
