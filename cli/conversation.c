// SPDX-License-Identifier: MIT
#include "cli/probe_choice.h"
#include "config.h"

#include "cli/conversation.h"

#include <string.h>

#include "cli/options.h"
#include "cli/probe.h"
#include "cli/virtual.h"
#include "swd/usb_libusb.h"

static enum err begin_conversation(struct conversation *c, const struct options *o, struct log *log)
{
    const char *file = probe_replayed_file(o->probe);
    enum err e = ERR_OK;
    if (file && !file[0])
        return log_fail(log, ERR_USAGE, "--probe replay:FILE needs the file of a record");
    if (file && o->record)
        return log_fail(log, ERR_USAGE, "--record does not go with a replay: that is a record");
    if (file && !c->player) {
        e = player_create(&c->player, file, log);
        if (e)
            return e;
        const struct record *record = player_record(c->player);
        log_line(log, LOG_NOTE, "replaying %s: %s, %s, %s%s", file, record->program,
                 record->command, record->date, record->cut ? " (its last line is cut)" : "");
    }
    if (o->record && !c->recorder)
        e = recorder_create(&c->recorder, o->record, PACKAGE_STRING, o->command, o->words, log);
    return e;
}

static enum err open_link(const struct options *o, const char *name, bool serving,
                          struct usb_link *link, bool *is_virtual, struct log *log)
{
    const char *board = probe_virtual_board(o->probe);
    *is_virtual = board != NULL;
    if (o->conversation->player)
        return player_open_link(o->conversation->player, serving, link, is_virtual, log);
    if (board && name)
        return log_fail(log, ERR_NO_PROBE, "a virtual probe that was unplugged does not come back");
    if (board)
        return virtual_open(link, board, serving, &o->conversation->closing, log);
    return usb_libusb_open(link, name && name[0] ? name : name ? NULL : o->probe, log);
}

enum err conversation_open_link(const struct options *o, const char *name, bool serving,
                                struct usb_link *link, bool *is_virtual, struct log *log)
{
    struct conversation *c = o->conversation;
    enum err e = begin_conversation(c, o, log);
    if (e)
        return e;
    e = open_link(o, name, serving, link, is_virtual, log);
    if (c->recorder && e)
        recorder_note_refusal(c->recorder, e, log_sentence(log, e));
    else if (c->recorder)
        recorder_take_link(c->recorder, link, *is_virtual);
    return e;
}

enum err conversation_identify(const char *file, struct usb_identity *id, bool *is_virtual,
                               struct log *log)
{
    struct record record;
    enum err e = record_load(&record, file, log);
    if (e)
        return e;
    const struct record_event *first = record.event;
    if (record.count == 0 || first->kind != RECORD_OPEN || first->result) {
        e = log_fail(log, ERR_NO_PROBE, "in the record %s no probe was opened", file);
    } else {
        *id = first->open.id;
        *is_virtual = first->open.is_virtual;
    }
    record_free(&record);
    return e;
}

bool conversation_may_talk(const struct conversation *c, const char *turn)
{
    if (c->recorder)
        recorder_name_turn(c->recorder, turn);
    return !c->player || player_has_turn(c->player, turn);
}

enum err conversation_end(struct conversation *c, enum err e, struct log *log)
{
    struct log_mark kept = log_keep(log);
    if (c->player) {
        enum err played = player_end(c->player, log);
        if (!played)
            log_restore(log, &kept);
        e = played ? played : e;
    }
    if (c->closing.sentence[0] && e)
        log_line(log, LOG_ERROR, "%s", c->closing.sentence);
    else if (c->closing.sentence[0])
        e = log_fail(log, ERR_FILE, "%s", c->closing.sentence);
    kept = log_keep(log);
    enum err recorded = c->recorder ? recorder_end(c->recorder, log) : ERR_OK;
    if (e)
        log_restore(log, &kept);
    *c = (struct conversation){0};
    return e ? e : recorded;
}
