// SPDX-License-Identifier: MIT
// The ST-LINK as a debug probe (swd/debug_probe.h).
#include "swd/stlink_command.h"
#include "swd/stlink_status.h"

static struct stlink *stlink_of(struct debug_probe *probe)
{
    return (struct stlink *)((char *)probe - offsetof(struct stlink, probe));
}

static const struct stlink *const_stlink_of(const struct debug_probe *probe)
{
    return (const struct stlink *)((const char *)probe - offsetof(struct stlink, probe));
}

static const char *probe_version_text(const struct debug_probe *probe, char *text, size_t size)
{
    return stlink_version_text(const_stlink_of(probe), text, size);
}

static enum err probe_get_vtref(struct debug_probe *probe, unsigned *mv)
{
    return stlink_get_vtref(stlink_of(probe), mv);
}

static enum err probe_set_swclk(struct debug_probe *probe, uint32_t hz)
{
    return stlink_set_swclk(stlink_of(probe), hz);
}

static enum err probe_enter_swd(struct debug_probe *probe)
{
    return stlink_enter_swd(stlink_of(probe));
}

static enum err probe_leave(struct debug_probe *probe)
{
    return stlink_leave(stlink_of(probe));
}

static enum err probe_drive_nrst(struct debug_probe *probe, enum debug_probe_nrst level)
{
    return stlink_drive_nrst(stlink_of(probe), level);
}

static enum err probe_read_dpidr(struct debug_probe *probe, uint32_t *dpidr)
{
    return stlink_read_dpidr(stlink_of(probe), dpidr);
}

static enum err probe_read_dap(struct debug_probe *probe, uint16_t port, uint16_t addr,
                               uint32_t *value)
{
    return stlink_read_dap(stlink_of(probe), port, addr, value);
}

static enum err probe_write_dap(struct debug_probe *probe, uint16_t port, uint16_t addr,
                                uint32_t value)
{
    return stlink_write_dap(stlink_of(probe), port, addr, value);
}

static enum err probe_check_ap(struct debug_probe *probe, unsigned ap)
{
    return stlink_check_ap(stlink_of(probe), ap);
}

static enum err probe_read_word(struct debug_probe *probe, unsigned ap, uint32_t addr,
                                uint32_t *value)
{
    enum err e = stlink_choose_ap(stlink_of(probe), ap);
    return e ? e : stlink_read_word(stlink_of(probe), addr, value);
}

static enum err probe_write_word(struct debug_probe *probe, unsigned ap, uint32_t addr,
                                 uint32_t value)
{
    enum err e = stlink_choose_ap(stlink_of(probe), ap);
    return e ? e : stlink_write_word(stlink_of(probe), addr, value);
}

static enum err probe_read_block(struct debug_probe *probe, unsigned ap, unsigned unit,
                                 uint32_t addr, void *data, size_t len)
{
    enum err e = stlink_choose_ap(stlink_of(probe), ap);
    return e ? e : stlink_read_block(stlink_of(probe), unit, addr, data, len);
}

static enum err probe_write_block(struct debug_probe *probe, unsigned ap, unsigned unit,
                                  uint32_t addr, const void *data, size_t len)
{
    enum err e = stlink_choose_ap(stlink_of(probe), ap);
    return e ? e : stlink_write_block(stlink_of(probe), unit, addr, data, len);
}

static unsigned probe_list_items(const struct debug_probe *probe)
{
    return stlink_list_items(const_stlink_of(probe));
}

static enum err probe_access_list(struct debug_probe *probe, unsigned ap,
                                  struct debug_probe_access *list, unsigned count, unsigned *done)
{
    *done = 0;
    enum err e = stlink_choose_ap(stlink_of(probe), ap);
    return e ? e : stlink_access_list(stlink_of(probe), list, count, done);
}

static size_t probe_max_block(const struct debug_probe *probe, unsigned unit, bool write)
{
    return stlink_max_block(const_stlink_of(probe), unit, write);
}

static bool probe_has_halfwords(const struct debug_probe *probe)
{
    return stlink_has_halfwords(const_stlink_of(probe));
}

static enum err probe_read_core_reg(struct debug_probe *probe, unsigned regsel, uint32_t *value)
{
    return stlink_read_core_reg(stlink_of(probe), regsel, value);
}

static enum err probe_write_core_reg(struct debug_probe *probe, unsigned regsel, uint32_t value)
{
    return stlink_write_core_reg(stlink_of(probe), regsel, value);
}

static enum err probe_read_core_regs(struct debug_probe *probe,
                                     uint32_t regs[DEBUG_PROBE_CORE_REGS])
{
    return stlink_read_core_regs(stlink_of(probe), regs);
}

static enum err probe_trace_limits(struct debug_probe *probe, struct debug_probe_trace *limits)
{
    return stlink_trace_limits(stlink_of(probe), limits);
}

static enum err probe_trace_start(struct debug_probe *probe, uint32_t baud)
{
    return stlink_trace_start(stlink_of(probe), baud);
}

static enum err probe_trace_stop(struct debug_probe *probe)
{
    return stlink_trace_stop(stlink_of(probe));
}

static enum err probe_trace_read(struct debug_probe *probe, struct debug_probe_trace_read *read)
{
    return stlink_trace_read(stlink_of(probe), read);
}

static uint64_t probe_now_us(struct debug_probe *probe)
{
    return usb_link_now_us(&stlink_of(probe)->link);
}

static void probe_sleep_us(struct debug_probe *probe, uint32_t us)
{
    usb_link_sleep_us(&stlink_of(probe)->link, us);
}

const struct debug_probe_ops stlink_debug_probe_ops = {
    .version_text = probe_version_text,
    .status_text = stlink_status_text,
    .get_vtref = probe_get_vtref,
    .set_swclk = probe_set_swclk,
    .enter_swd = probe_enter_swd,
    .leave = probe_leave,
    .drive_nrst = probe_drive_nrst,
    .read_dpidr = probe_read_dpidr,
    .read_dap = probe_read_dap,
    .write_dap = probe_write_dap,
    .check_ap = probe_check_ap,
    .read_word = probe_read_word,
    .write_word = probe_write_word,
    .read_block = probe_read_block,
    .write_block = probe_write_block,
    .max_block = probe_max_block,
    .has_halfwords = probe_has_halfwords,
    .list_items = probe_list_items,
    .access_list = probe_access_list,
    .read_core_reg = probe_read_core_reg,
    .write_core_reg = probe_write_core_reg,
    .read_core_regs = probe_read_core_regs,
    .trace_limits = probe_trace_limits,
    .trace_start = probe_trace_start,
    .trace_stop = probe_trace_stop,
    .trace_read = probe_trace_read,
    .now_us = probe_now_us,
    .sleep_us = probe_sleep_us,
};
