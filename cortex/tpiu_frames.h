// SPDX-License-Identifier: MIT
// Takes the TPIU's frames apart (ARM IHI 0029, "Trace formatter"): 16 bytes that mix the bytes of
// several trace sources, each with a number. Bytes go in, bytes with the number of their source
// come out; no file descriptor and no clock. The formatter of an SWO line sends no synchronization,
// so that the beginning of a frame is found by trying all 16: wrong ones show numbers that no
// source has, and data where padding has to be. What came until then is kept and comes out as well.
#ifndef SWDLINK_CORTEX_TPIU_FRAMES_H
#define SWDLINK_CORTEX_TPIU_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TPIU_FRAME_SIZE 16u
// Numbers that are no source of data: padding, a flush's end, a trigger; and the number of bytes
// before the first that tells one.
#define TPIU_PADDING    0x00u
#define TPIU_FLUSHED    0x7bu
#define TPIU_TRIGGER    0x7du
#define TPIU_UNKNOWN    0x80u

// What a parser that begins at one of the 16 places found.
struct tpiu_parser {
    uint8_t frame[TPIU_FRAME_SIZE];
    unsigned fill;
    unsigned id;
    uint32_t last;          // the bytes before, the latest lowest
    unsigned hints, faults; // what speaks against its place; hints may be there at the right one
    uint32_t seen[4];       // numbers of sources
};

#define TPIU_SEARCH_MAX (TPIU_FRAME_SIZE * 129u)

struct tpiu_frames {
    void (*put)(void *user, unsigned id, uint8_t byte);
    void *user;
    bool aligned;
    struct tpiu_parser parser; // once aligned
    struct tpiu_parser candidate[TPIU_FRAME_SIZE];
    size_t kept_len; // while searching
    uint8_t kept[TPIU_SEARCH_MAX];
    // For people and tests.
    uint32_t frames, full_syncs, half_syncs;
    uint32_t cut;      // frames that a full sync found unfinished
    uint32_t searches; // times that the beginning had to be looked for
};

// put gets every byte of data in the order of the wire; of padding and triggers nothing.
void tpiu_frames_init(struct tpiu_frames *f, void (*put)(void *user, unsigned id, uint8_t byte),
                      void *user);
void tpiu_frames_push(struct tpiu_frames *f, const uint8_t *data, size_t len);
// The line is quiet: a frame has ended. While the beginning is still looked for, that decides.
void tpiu_frames_pause(struct tpiu_frames *f);

#endif
