// SPDX-License-Identifier: MIT
// The table of packets ("Debugging with GDB", E.2 to E.5, and LLDB's additions) and its dispatch.
#include "server/packets.h"

#include <string.h>

#include "server/reply.h"

const struct packet packets[] = {
    {.prefix = "!", .exact = true, .running = true, .handle = packet_extended},
    {.prefix = "?", .exact = true, .handle = packet_why_halted},
    {.prefix = "C", .handle = packet_continue_signal},
    {.prefix = "D", .running = true, .handle = packet_detach},
    {.prefix = "F", .calling = true, .handle = packet_file_reply},
    {.prefix = "G", .handle = packet_write_registers},
    {.prefix = "H", .running = true, .handle = packet_set_thread},
    {.prefix = "M", .calling = true, .handle = packet_write_memory},
    {.prefix = "P", .handle = packet_write_register},
    {.prefix = "QEnableErrorStrings",
     .exact = true,
     .running = true,
     .handle = packet_error_strings},
    {.prefix = "QStartNoAckMode", .exact = true, .running = true, .handle = packet_no_ack},
    {.prefix = "R", .handle = packet_restart},
    {.prefix = "S", .control = true, .handle = packet_step_signal},
    {.prefix = "T", .running = true, .handle = packet_thread_alive},
    {.prefix = "X", .calling = true, .handle = packet_write_binary},
    {.prefix = "Z", .control = true, .handle = packet_set_break},
    {.prefix = "c", .handle = packet_continue},
    {.prefix = "g", .exact = true, .running = true, .handle = packet_read_registers},
    {.prefix = "jThreadsInfo", .exact = true, .handle = packet_threads_json},
    {.prefix = "k", .exact = true, .running = true, .handle = packet_kill},
    {.prefix = "m", .running = true, .handle = packet_read_memory},
    {.prefix = "p", .running = true, .handle = packet_read_register},
    {.prefix = "qAttached", .running = true, .handle = packet_attached},
    {.prefix = "qCRC:", .handle = packet_crc},
    {.prefix = "qC", .exact = true, .running = true, .handle = packet_current_thread},
    {.prefix = "qHostInfo", .exact = true, .running = true, .handle = packet_host_info},
    {.prefix = "qMemoryRegionInfo:", .running = true, .handle = packet_memory_region},
    {.prefix = "qOffsets", .exact = true, .running = true, .handle = packet_offsets},
    {.prefix = "qRcmd,", .running = true, .handle = packet_monitor},
    {.prefix = "qSearch:memory:", .handle = packet_find},
    {.prefix = "qSupported", .running = true, .handle = packet_supported},
    {.prefix = "qSymbol:", .running = true, .handle = packet_symbol},
    {.prefix = "qThreadExtraInfo,", .running = true, .handle = packet_thread_info},
    {.prefix = "qWatchpointSupportInfo:", .running = true, .handle = packet_watchpoint_count},
    {.prefix = "qXfer:", .running = true, .handle = packet_xfer},
    {.prefix = "qfThreadInfo", .exact = true, .running = true, .handle = packet_first_threads},
    {.prefix = "qsThreadInfo", .exact = true, .running = true, .handle = packet_more_threads},
    {.prefix = "s", .control = true, .handle = packet_step},
    {.prefix = "vAttach;", .handle = packet_attach},
    {.prefix = "vCont?", .exact = true, .running = true, .handle = packet_vcont_query},
    {.prefix = "vCont;", .handle = packet_vcont},
    {.prefix = "vCtrlC", .exact = true, .running = true, .handle = packet_ctrl_c},
    {.prefix = "vFlashDone", .exact = true, .control = true, .handle = packet_flash_done},
    {.prefix = "vFlashErase:", .control = true, .handle = packet_flash_erase},
    {.prefix = "vFlashWrite:", .control = true, .handle = packet_flash_write},
    {.prefix = "vKill", .control = true, .running = true, .handle = packet_vkill},
    {.prefix = "vRun", .control = true, .handle = packet_run},
    {.prefix = "x", .running = true, .handle = packet_read_binary},
    {.prefix = "z", .handle = packet_clear_break},
};
const unsigned packet_count = sizeof packets / sizeof packets[0];

static const struct packet *find_packet(const struct rsp *rsp)
{
    for (unsigned i = 0; i < packet_count; i++) {
        size_t len = strlen(packets[i].prefix);
        if (rsp->len < len || memcmp(rsp->data, packets[i].prefix, len) != 0)
            continue;
        if (!packets[i].exact || rsp->len == len)
            return &packets[i];
    }
    return NULL;
}

static bool is_allowed(const struct session *s, const struct packet *p)
{
    if (s->state == SESSION_CALL && s->call.asked && p->calling)
        return true;
    return p->running || (s->state != SESSION_RUNNING && s->state != SESSION_CALL);
}

void packet_dispatch(struct session *s)
{
    char text[200];
    log_line(s->log, LOG_TRACE, "gdb -> %s",
             rsp_printable(text, sizeof text, s->rsp.data, s->rsp.len));
    log_forget(s->log);
    const struct packet *p = find_packet(&s->rsp);
    if (!p) {
        reply_unsupported(s);
        return;
    }
    if (!is_allowed(s, p)) {
        reply_error_quietly(
            s, log_fail(s->log, ERR_STATE, "the target is running: interrupt it first (Ctrl-C)"));
        return;
    }
    enum err e = p->control ? sharing_take_control(s->sharing, s) : ERR_OK;
    if (e) {
        reply_error_and_later(s, e);
        return;
    }
    size_t prefix = strlen(p->prefix);
    struct cursor args = cursor_over(s->rsp.data + prefix, s->rsp.len - prefix);
    p->handle(s, &args);
}
