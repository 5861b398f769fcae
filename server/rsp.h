// SPDX-License-Identifier: MIT
// The framing of GDB's Remote Serial Protocol ("Debugging with GDB", appendix E.1): $data#checksum,
// the acknowledgements + and -, the interrupt byte 0x03, and } as escape. A parser that is fed byte
// by byte, and an encoder. It does not know what a packet means.
#ifndef SWDLINK_SERVER_RSP_H
#define SWDLINK_SERVER_RSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What we announce as PacketSize: bytes between $ and #, escapes counted as they are sent.
#define RSP_PACKET_MAX      0x4000u
// The same for a chip whose memory is written slowly.
#define RSP_SLOW_PACKET     0x500u
// The room that the framing of len bytes may take: every byte escaped, and $, #, two digits.
#define RSP_FRAMED_MAX(len) (2u * (len) + 4u)

enum rsp_event {
    RSP_NOTHING,   // in the middle of something
    RSP_PACKET,    // data[0..len) is a packet, valid until the next push
    RSP_INTERRUPT, // 0x03 outside of a packet
    RSP_ACK,
    RSP_NAK,
    RSP_BAD_SUM,  // a packet ended with a wrong or malformed checksum
    RSP_TOO_LONG, // a packet with a right checksum was longer than RSP_PACKET_MAX
    RSP_CUT,      // a packet was left in its middle by the start of another, which goes on
};

enum rsp_state { RSP_OUTSIDE, RSP_DATA, RSP_ESCAPE, RSP_SUM_HIGH, RSP_SUM_LOW };

// All zero is the start.
struct rsp {
    enum rsp_state state;
    uint8_t sum;    // of the bytes between $ and #
    uint8_t told;   // the checksum that the packet brings
    bool malformed; // no digits where the checksum belongs, or an escape without its byte
    size_t raw;     // bytes between $ and #
    size_t stray;   // bytes outside of packets that mean nothing, since the start
    size_t len;
    uint8_t data[RSP_PACKET_MAX + 1]; // unescaped, with a NUL behind
};

enum rsp_event rsp_push(struct rsp *rsp, uint8_t byte);
// Frames a packet into out, which has room for RSP_FRAMED_MAX(len) bytes. Returns how many it took.
size_t rsp_frame(uint8_t *out, const uint8_t *data, size_t len);
// The same with runs of a byte shortened (E.1.1, "run-length encoding"), which GDB understands in
// replies, and does not send.
size_t rsp_frame_short(uint8_t *out, const uint8_t *data, size_t len);
// Bytes from outside in a form for the log: a full stop for each byte that cannot be printed; a
// long packet ends in "...". Returns text.
const char *rsp_printable(char *text, size_t size, const uint8_t *data, size_t len);

#endif
