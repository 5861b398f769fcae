// SPDX-License-Identifier: MIT
// swdlink list: the ST-LINKs on the USB bus. Opens no probe further than its descriptors.
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/conversation.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "cli/probe_choice.h"
#include "cli/virtual.h"
#include "swd/usb_choose.h"
#include "swd/usb_libusb.h"

static json_t *found_json(const struct usb_found *f, bool is_virtual)
{
    char usb_id[16];
    snprintf(usb_id, sizeof usb_id, "%04x:%04x", f->id.vid, f->id.pid);
    const char *problem = f->access == ERR_OK ? NULL : err_text(f->access);
    char name[USB_CHOOSE_NAME_SIZE];
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:i, s:i, s:s, s:s?}", "model", probe_model(&f->id),
                     "serial", f->id.serial, "probe",
                     is_virtual ? "virtual" : usb_choose_name(&f->id, name), "virtual", is_virtual,
                     "usb_id", usb_id, "bus", f->id.bus, "address", f->id.address, "location",
                     f->id.location, "problem", problem);
}

static void print_probe(const struct usb_found *f, bool is_virtual)
{
    printf("%-14s %-26s ", probe_model(&f->id),
           f->id.serial[0]       ? f->id.serial
           : f->access == ERR_OK ? "(none)"
                                 : "(unknown)");
    if (is_virtual)
        printf("virtual");
    else
        printf("%s%-8s bus %u device %u", USB_CHOOSE_PREFIX, f->id.location, f->id.bus,
               f->id.address);
    printf("%s%s\n", f->access == ERR_OK ? "" : ": ",
           f->access == ERR_OK ? "" : err_text(f->access));
}

static enum err print_all_json(struct output *out, const struct usb_found *found, size_t count,
                               const struct usb_found *virtual_one, struct log *log)
{
    json_t *probes = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(probes, found_json(&found[i], false));
    if (virtual_one)
        json_array_append_new(probes, found_json(virtual_one, true));
    return output_json(out, json_pack("{s:i, s:o}", "schema", OUTPUT_SCHEMA, "probes", probes),
                       log);
}

// A virtual probe is on nobody's bus: it is looked at by plugging it in for a moment.
static enum err find_virtual(struct usb_found *f, const char *board, struct log *log)
{
    struct usb_link link;
    struct log closing = log_silent();
    enum err e = virtual_open(&link, board, false, &closing, log);
    if (e != ERR_OK)
        return e;
    *f = (struct usb_found){.id = link.id};
    usb_link_close(&link);
    return closing.sentence[0] ? log_fail(log, ERR_FILE, "%s", closing.sentence) : ERR_OK;
}

// The probe of a record is the only one then: whoever replays it has no need of others.
static enum err list_recorded(const char *file, const struct options *o, struct output *out,
                              struct log *log)
{
    struct usb_found f = {0};
    bool is_virtual = false;
    enum err e = conversation_identify(file, &f.id, &is_virtual, log);
    if (e != ERR_OK)
        return e;
    if (o->json)
        return print_all_json(out, is_virtual ? NULL : &f, !is_virtual, is_virtual ? &f : NULL,
                              log);
    print_probe(&f, is_virtual);
    return ERR_OK;
}

enum err cmd_list(const struct options *o, struct output *out, struct log *log)
{
    struct usb_found *found = NULL, virtual_one;
    size_t count = 0;
    enum err e = ERR_OK;
    const char *board = probe_virtual_board(o->probe);
    if (probe_replayed_file(o->probe))
        return list_recorded(probe_replayed_file(o->probe), o, out, log);
    if (board)
        e = find_virtual(&virtual_one, board, log);
    if (e == ERR_OK)
        e = usb_libusb_list(&found, &count, log);
    if (e != ERR_OK)
        return e;
    if (o->json) {
        e = print_all_json(out, found, count, board ? &virtual_one : NULL, log);
    } else {
        for (size_t i = 0; i < count; i++)
            print_probe(&found[i], false);
        if (board)
            print_probe(&virtual_one, true);
    }
    bool shared = false;
    for (size_t i = 0; i < count; i++)
        shared |= found[i].access == ERR_OK && found[i].id.serial_shared;
    if (shared)
        log_line(log, LOG_NOTE,
                 "a probe without a serial number of its own is chosen by its place: --probe "
                 "usb:BUS-PORT");
    if (count == 0 && !board)
        log_line(log, LOG_NOTE, "no ST-LINK is plugged in");
    free(found);
    return e;
}
