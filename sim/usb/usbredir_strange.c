// SPDX-License-Identifier: MIT
#include "sim/usb/usbredir_strange.h"

void usbredir_note_strange(void *priv)
{
    struct usbredir_peer *peer = priv;
    if (!peer->strange)
        log_line(peer->log, LOG_WARN,
                 "usbredir: the other side asks for what this probe does not have: closing the "
                 "connection");
    peer->strange = true;
}

// The library calls what it finds, whatever was announced: a probe has control and bulk endpoints.
#define NOTE_STRANGE(request)                                                                      \
    static void request(void *priv, uint64_t id, struct usb_redir_##request##_header *h)           \
    {                                                                                              \
        (void)id;                                                                                  \
        (void)h;                                                                                   \
        usbredir_note_strange(priv);                                                               \
    }
#define NOTE_STRANGE_DATA(kind)                                                                    \
    static void kind(void *priv, uint64_t id, struct usb_redir_##kind##_header *h, uint8_t *data,  \
                     int len)                                                                      \
    {                                                                                              \
        (void)id;                                                                                  \
        (void)h;                                                                                   \
        (void)len;                                                                                 \
        usbredir_note_strange(priv);                                                               \
        usbredirparser_free_packet_data(((struct usbredir_peer *)priv)->parser, data);             \
    }
NOTE_STRANGE(start_iso_stream)
NOTE_STRANGE(stop_iso_stream)
NOTE_STRANGE(start_interrupt_receiving)
NOTE_STRANGE(stop_interrupt_receiving)
NOTE_STRANGE(alloc_bulk_streams)
NOTE_STRANGE(free_bulk_streams)
NOTE_STRANGE(start_bulk_receiving)
NOTE_STRANGE(stop_bulk_receiving)
NOTE_STRANGE_DATA(iso_packet)
NOTE_STRANGE_DATA(interrupt_packet)
NOTE_STRANGE_DATA(buffered_bulk_packet)

void usbredir_refuse_what_is_not_offered(struct usbredirparser *p)
{
    p->start_iso_stream_func = start_iso_stream;
    p->stop_iso_stream_func = stop_iso_stream;
    p->start_interrupt_receiving_func = start_interrupt_receiving;
    p->stop_interrupt_receiving_func = stop_interrupt_receiving;
    p->alloc_bulk_streams_func = alloc_bulk_streams;
    p->free_bulk_streams_func = free_bulk_streams;
    p->start_bulk_receiving_func = start_bulk_receiving;
    p->stop_bulk_receiving_func = stop_bulk_receiving;
    p->iso_packet_func = iso_packet;
    p->interrupt_packet_func = interrupt_packet;
    p->buffered_bulk_packet_func = buffered_bulk_packet;
}
