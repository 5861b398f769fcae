// SPDX-License-Identifier: MIT
// What LLDB asks beyond GDB's protocol (LLVM's lldb/docs, "GDB Remote Protocol Extensions"): the
// architecture, the memory around an address, threads with their registers in one document, and
// errors with their sentence. As far as LLDB 14 uses them.
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "server/packets.h"
#include "server/qxfer.h"
#include "server/regs.h"
#include "server/reply.h"
#include "server/stop.h"

#define ADDRESS_SPACE       (1ull << 32)
// LLDB gives up after 5 s by default; erasing all of a large flash takes longer.
#define PATIENCE_S          60u
// CPUID.PARTNO, 15:4 (DDI 0419, B3.2.3; DDI 0403, B3.2.3).
#define CPUID_PARTNO(cpuid) ((cpuid) >> 4 & 0xfffu)

// LLVM's name of the instruction set; a core that is not in the table is told by its architecture.
// LLDB 14 knows that these cores run Thumb code only, and cannot disassemble when the name itself
// begins with "thumb".
static const struct {
    unsigned partno;
    const char *arch;
} cores[] = {
    {0xc20, "armv6m"},  {0xc21, "armv6m"},  {0xc60, "armv6m"},      {0xc23, "armv7m"},
    {0xc24, "armv7em"}, {0xc27, "armv7em"}, {0xd20, "armv8m.base"}, {0xd21, "armv8m.main"},
};

static const char *instruction_set(const struct target *t)
{
    for (unsigned i = 0; i < sizeof cores / sizeof cores[0]; i++)
        if (cores[i].partno == CPUID_PARTNO(target_cpuid(t)))
            return cores[i].arch;
    return !core_caps_is_mainline(target_core_caps(t)) ? "armv6m" : "armv7m";
}

// Watchpoints of a Cortex-M stop after the access (DDI 0419, C1.8.1).
void packet_host_info(struct session *s, struct cursor *args)
{
    (void)args;
    const char *arch = instruction_set(s->t);
    reply_begin(s);
    reply_put_text(s, "triple:");
    reply_put_hex(s, arch, strlen(arch));
    reply_put_hex(s, "-none-unknown-eabi", strlen("-none-unknown-eabi"));
    reply_put_format(s,
                     ";endian:little;ptrsize:4;watchpoint_exceptions_received:after;"
                     "default_packet_timeout:%u;",
                     PATIENCE_S);
    reply_end(s);
}

void packet_error_strings(struct session *s, struct cursor *args)
{
    (void)args;
    s->knows_error_hex = true;
    reply_ok(s);
}

void packet_watchpoint_count(struct session *s, struct cursor *args)
{
    (void)args;
    reply_begin(s);
    reply_put_format(s, "num:%u;", target_watch_comparators(s->t));
    reply_end(s);
}

struct span {
    uint64_t start, end;
    const struct target_region *region; // NULL: nothing is there
};

// The region that holds the address, or the hole around it.
static struct span span_around(const struct target *t, uint32_t addr)
{
    unsigned count;
    const struct target_region *region = qxfer_regions(t, &count);
    struct span hole = {.start = 0, .end = ADDRESS_SPACE};
    for (unsigned i = 0; i < count; i++) {
        uint64_t start = region[i].base, end = start + region[i].size;
        if (addr >= start && addr < end)
            return (struct span){start, end, &region[i]};
        if (end <= addr && end > hole.start)
            hole.start = end;
        if (start > addr && start < hole.end)
            hole.end = start;
    }
    return hole;
}

// The default address map lets no code run in the blocks for devices (DDI 0419, B3.1).
static bool is_executable(uint32_t addr)
{
    return addr < 0x40000000u || (addr >= 0x60000000u && addr < 0xa0000000u);
}

static const char *permissions(const struct target_region *r)
{
    // Flash is programmed, not written.
    bool writable = r->kind == TARGET_REGION_RAM || r->kind == TARGET_REGION_EEPROM;
    if (is_executable(r->base))
        return writable ? "rwx" : "rx";
    return writable ? "rw" : "r";
}

static const char *region_name(const struct target_region *r)
{
    if (r->kind == TARGET_REGION_FLASH)
        return "flash";
    if (r->kind == TARGET_REGION_ROM)
        return "ROM";
    if (r->kind == TARGET_REGION_EEPROM)
        return "EEPROM";
    return is_executable(r->base) ? "RAM" : "peripherals";
}

// Of 64 bits, as LLDB sends it whatever the pointers' size: a larger one than 32 bits hold is
// *beyond. False: malformed.
static bool take_address(struct cursor *args, uint32_t *addr, bool *beyond)
{
    uint64_t value = 0;
    size_t digits = cursor_left(args);
    if (digits == 0 || digits > 16)
        return false;
    while (cursor_left(args) > 0) {
        int digit = hex_digit((char)cursor_u8(args));
        if (digit < 0)
            return false;
        value = value << 4 | (unsigned)digit;
    }
    *beyond = value >= ADDRESS_SPACE;
    *addr = (uint32_t)value;
    return true;
}

// qMemoryRegionInfo:ADDRESS. Holes are told without permissions: LLDB looks for one to keep the
// results of expressions in. After an error it believes that nobody knows any region, so what
// lies beyond the address space is a hole, too, up to LLDB's largest address.
void packet_memory_region(struct session *s, struct cursor *args)
{
    uint32_t addr;
    bool beyond;
    if (!take_address(args, &addr, &beyond)) {
        reply_malformed(s);
        return;
    }
    struct span span = {.start = ADDRESS_SPACE, .end = UINT64_MAX};
    if (!beyond)
        span = span_around(s->t, addr);
    reply_begin(s);
    reply_put_format(s, "start:%" PRIx64 ";size:%" PRIx64 ";", span.start, span.end - span.start);
    if (span.region) {
        const char *name = region_name(span.region);
        reply_put_format(s, "permissions:%s;name:", permissions(span.region));
        reply_put_hex(s, name, strlen(name));
        reply_put_text(s, ";");
    }
    reply_end(s);
}

// LLDB's word for the cause; NULL: the signal alone says it.
static const char *stop_reason(const struct target_stop *stop)
{
    static const char *const reasons[] = {
        [TARGET_STOP_STEP] = "trace",         [TARGET_STOP_HWBREAK] = "breakpoint",
        [TARGET_STOP_SWBREAK] = "breakpoint", [TARGET_STOP_WATCH] = "watchpoint",
        [TARGET_STOP_RESET] = NULL, // the last of the enumeration
    };
    if (stop->cause == TARGET_STOP_FAULT || stop->cause == TARGET_STOP_LOCKUP)
        return stop->detail[0] ? "exception" : NULL; // which is shown by its description
    return reasons[stop->cause];
}

// A JSON string. Our sentences are ASCII; what would need an escape is left out.
static void put_json_text(struct session *s, const char *text)
{
    reply_put_text(s, "\"");
    for (; *text; text++)
        if (*text >= ' ' && *text <= '~' && *text != '"' && *text != '\\')
            reply_put(s, text, 1);
    reply_put_text(s, "\"");
}

static void put_stop(struct session *s, const struct target_stop *stop)
{
    reply_put_format(s, ",\"signal\":%u", (unsigned)stop_signal_of(stop->cause, false));
    const char *reason = stop_reason(stop);
    if (reason)
        reply_put_format(s, ",\"reason\":\"%s\"", reason);
    if (stop->cause == TARGET_STOP_WATCH) // LLDB reads the address from the description
        reply_put_format(s, ",\"description\":\"%u\"", stop->watch_addr);
    else if (stop->detail[0]) {
        reply_put_text(s, ",\"description\":");
        put_json_text(s, stop->detail);
    }
}

// The registers of the m-profile, which one command fetches.
static enum err put_json_registers(struct session *s)
{
    const char *comma = "";
    reply_put_text(s, ",\"registers\":{");
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++) {
        uint32_t value;
        uint8_t bytes[4];
        if (core_regs[reg].feature != CORE_REGS_PROFILE || !regs_exists(s->t, reg))
            continue;
        enum err e = target_read_reg(s->t, reg, &value);
        if (e)
            return e;
        put_le32(bytes, value);
        reply_put_format(s, "%s\"%u\":\"", comma, regs_gdb_number(s->t, reg));
        reply_put_hex(s, bytes, sizeof bytes);
        reply_put_text(s, "\"");
        comma = ",";
    }
    reply_put_text(s, "}");
    return ERR_OK;
}

// jThreadsInfo: why the core stands, and its registers. The keys must stay as LLDB spells them.
void packet_threads_json(struct session *s, struct cursor *args)
{
    (void)args;
    enum err e = ERR_OK;
    if (s->gone) {
        reply_text(s, "[]");
        return;
    }
    reply_begin(s);
    reply_put_text(s, "[{\"tid\":1,\"name\":\"core\"");
    if (target_state(s->t) == TARGET_HALTED) {
        put_stop(s, target_last_stop(s->t));
        e = put_json_registers(s);
    }
    if (e) {
        reply_error_quietly(s, e);
        return;
    }
    reply_put_text(s, "}]");
    reply_end(s);
}
