// SPDX-License-Identifier: MIT
// swdlink serve: connects to the target and hands it to the GDB server.
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/signals.h"
#include "cli/command.h"
#include "cli/conversation.h"
#include "cli/describe.h"
#include "cli/image_place.h"
#include "cli/out_file.h"
#include "cli/output.h"
#include "cli/serve.h"
#include "server/server.h"
#include "swd/usb_choose.h"

#define RETRY_S 5 // between two tries to reach a probe or a target that is not there yet

// What the server's calls need.
struct serving {
    struct probe *p;
    struct output *out;
    struct log *log;
    bool waits; // for a target that was not reached yet
};

static json_t *addresses_json(const struct acceptor *a)
{
    char text[ACCEPTOR_NAME_SIZE];
    json_t *all = json_array();
    for (unsigned i = 0; i < a->count; i++)
        json_array_append_new(all, json_string(acceptor_address(a, i, text)));
    return all;
}

static json_t *port_json(uint16_t port)
{
    return port ? json_integer(port) : json_null();
}

// For programs that start us: what is being served and where, before the first debugger comes.
static enum err print_json(void *user, const struct server_ready *ready)
{
    const struct serving *s = user;
    json_t *target = NULL;
    enum err e = describe_target_json(&target, s->p);
    if (e != ERR_OK)
        return e;
    e = output_json(s->out,
                    json_pack("{s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "schema", OUTPUT_SCHEMA,
                              "port", ready->port, "addresses", addresses_json(ready->acceptor),
                              "rtt_port", port_json(ready->rtt_port), "swo_port",
                              port_json(ready->swo_port), "swo_raw_port",
                              port_json(ready->swo_raw_port), "probe", describe_probe_json(s->p),
                              "target", target),
                    s->log);
    return e == ERR_OK ? output_flush(s->log) : e;
}

static void announce_probe(const struct probe *p, struct log *log)
{
    char firmware[32], vtref[32] = "not measured";
    if (p->vtref_known)
        snprintf(vtref, sizeof vtref, "%u.%02u V", p->vtref_mv / 1000, p->vtref_mv % 1000 / 10);
    log_line(log, LOG_NOTE, "%s%s, firmware %s, serial %s, VTref %s",
             p->is_virtual ? "virtual " : "", probe_model(&p->id),
             debug_probe_version_text(&p->st.probe, firmware, sizeof firmware), p->id.serial,
             vtref);
}

static enum err reopen_probe(void *user)
{
    return probe_reopen(((const struct serving *)user)->p);
}

static bool may_talk(void *user, const char *turn)
{
    const struct probe *p = ((const struct serving *)user)->p;
    return conversation_may_talk(p->options->conversation, turn);
}

// For `monitor program`: a file of this computer, in stretches.
static enum err read_image(void *user, const char *path, const uint32_t *addr, sharing_put *put,
                           void *to)
{
    struct probe *p = ((const struct serving *)user)->p;
    struct log *log = target_log(&p->target);
    struct image image;
    uint32_t flash_bytes, ram_bytes;
    const struct image_request request = {.has_address = addr, .address = addr ? *addr : 0};
    enum err e = image_load(&image, path, &request, log);
    if (e)
        return e;
    image_place(&image, &p->target, &request, log);
    e = image_check(&image, &p->target, &request, &flash_bytes, &ram_bytes, log);
    for (size_t i = 0; !e && i < image.count; i++)
        e = put(to, image.segment[i].addr, image.segment[i].data, image.segment[i].len);
    image_free(&image);
    return e;
}

static enum err reach_target(void *user)
{
    const struct serving *s = user;
    return probe_connect_again(s->p, s->p->options, s->log);
}

static enum err serve_probe(struct serving *s, const struct options *o, FILE *json)
{
    char name[USB_CHOOSE_NAME_SIZE];
    struct target_swo_options swo_options = o->swo_options;
    swo_options.events = json;
    const struct server_options options = {
        .host = o->host[0] ? o->host : NULL,
        .port = o->port,
        .name = s->out->name ? usb_choose_name(&s->p->id, name) : NULL,
        .rtt = o->serve_rtt,
        .rtt_host = o->rtt_host[0] ? o->rtt_host : NULL,
        .rtt_port = o->rtt_port,
        .swo = {.text = o->serve_swo,
                .raw = o->serve_swo_raw,
                .text_host = o->swo_host[0] ? o->swo_host : NULL,
                .raw_host = o->swo_raw_host[0] ? o->swo_raw_host : NULL,
                .text_port = o->swo_port,
                .raw_port = o->swo_raw_port,
                .json = json,
                .options = swo_options},
        .stdio = o->stdio,
        .once = o->once,
        .semihosting = {.enabled = o->semihosting,
                        .stdio = o->semihosting_stdio,
                        .dir = o->semihosting_dir},
        .reopen_probe = reopen_probe,
        .reach_target = s->waits ? reach_target : NULL,
        .may_talk = may_talk,
        .read_image = read_image,
        .ready = o->json ? print_json : NULL,
        .user = s,
    };
    return server_run(&s->p->target, &options, s->log);
}

static enum err open_probe(struct probe *p, const struct options *o, struct log *log)
{
    enum err e = probe_open(p, o, true, log);
    if (e == ERR_OK)
        announce_probe(p, log);
    return e;
}

// Waits between two tries. False: somebody wants an end.
static bool pause_unless_ended(void)
{
    sigset_t set;
    const struct timespec pause = {.tv_sec = RETRY_S};
    signals_ending(&set);
    return sigtimedwait(&set, NULL, &pause) < 0;
}

// The first failure is told, and the end of them; what comes between would be the same again.
static enum err open_patiently(struct probe *p, const struct options *o, const struct output *out,
                               struct log *log, bool *ended)
{
    const enum log_level level = log->level;
    enum err e = open_probe(p, o, log);
    if (e != ERR_OK)
        output_error(out, log_sentence(log, e));
    *ended = e == ERR_INTERRUPTED;
    while (e != ERR_OK && e != ERR_MEMORY && !*ended) {
        log->level = LOG_ERROR;
        *ended = !pause_unless_ended();
        if (*ended)
            break;
        e = open_probe(p, o, log);
        *ended = e == ERR_INTERRUPTED;
    }
    log->level = level;
    return e;
}

// Who is interrupted while he takes hold of a target, or lets it go, leaves it as it should not be
// left. In between the server listens to these signals.
static void block_signals(void)
{
    sigset_t set;
    signals_ending(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

// A program that reads our document, or a job that serves one debugger, wants the reason and an
// end.
static bool waits_for_target(const struct probe *p, const struct options *o, enum err e)
{
    return !o->once && !o->json && probe_may_be_reached_later(p, e);
}

// A target that cannot be reached keeps nobody from listening: debuggers are told why.
static enum err connect_or_wait(struct serving *s, const struct options *o)
{
    enum err e = probe_connect(s->p, o, s->log);
    if (e == ERR_OK || !waits_for_target(s->p, o, e))
        return e;
    s->waits = true;
    target_set_loss(&s->p->target, log_sentence(s->log, e));
    if (!o->stdio) { // else GDB says it, and we when it has left
        output_error(s->out, log_sentence(s->log, e));
        log_line(s->log, LOG_NOTE,
                 "waiting for the target: it is tried once a second, and debuggers are told this");
    }
    log_forget(s->log);
    return ERR_OK;
}

enum err serve_one(const struct options *o, bool patient, struct output *out, struct log *log)
{
    struct probe p;
    struct serving serving = {.p = &p, .out = out, .log = log};
    FILE *json = NULL;
    bool ended = false;
    block_signals();
    enum err e = patient ? open_patiently(&p, o, out, log, &ended) : open_probe(&p, o, log);
    if (e != ERR_OK)
        return ended ? ERR_OK : e;
    e = connect_or_wait(&serving, o);
    if (e == ERR_OK)
        e = out_file_open(&json, o->swo_json, log);
    if (e == ERR_OK)
        e = serve_probe(&serving, o, json);
    e = out_file_close(json, o->swo_json, e, log);
    if (target_flash_was_opened(&p.target))
        probe_note(&p, o, "GDB wrote its flash");
    probe_close(&p, target_was_halted(&p.target));
    return e;
}
