// SPDX-License-Identifier: MIT
// Answers as a healthy probe, chip and core do, except for the faults that struct world names.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "cortex/scs.h"
#include "swd/ap.h"
#include "swd/mem_ap.h"
#include "tests/unit/targets_world.h"

static struct world *world_of(struct debug_probe *probe)
{
    return (struct world *)probe;
}

static enum err reach(struct world *w)
{
    if (w->gone)
        return ERR_PROBE_LOST;
    if (w->glitches > 0) {
        w->glitches--;
        return ERR_LINK;
    }
    if (w->glitch_after > 0 && --w->glitch_after == 0)
        return ERR_LINK;
    bool pins_taken = w->needs_reset && !w->nrst_low && !w->caught;
    if (w->dead || pins_taken || (w->max_hz && w->p.probe.swclk_hz > w->max_hz))
        return ERR_NO_TARGET;
    return ERR_OK;
}

static enum err world_set_swclk(struct debug_probe *probe, uint32_t hz)
{
    probe->swclk_hz = hz;
    return ERR_OK;
}

static enum err world_enter_swd(struct debug_probe *probe)
{
    enum err e = reach(world_of(probe));
    probe->last_status = e ? 0x09 : 0x80;
    probe->in_debug = !e;
    return e;
}

static enum err world_leave(struct debug_probe *probe)
{
    probe->in_debug = false;
    world_of(probe)->nrst_low = false;
    return ERR_OK;
}

static enum err world_drive_nrst(struct debug_probe *probe, enum debug_probe_nrst level)
{
    struct world *w = world_of(probe);
    bool low = level == DEBUG_PROBE_NRST_LOW;
    if (w->no_nrst)
        return ERR_OK;
    if (w->nrst_low && !low) {
        w->nrst_pulses++;
        w->reset_seen = true;
        w->running = !w->caught;
        w->reg[CORTEXM_PC] = 0x08000200;
        w->reg[CORTEXM_XPSR] = 1u << 24;
        w->dfsr = w->caught ? DFSR_VCATCH : 0;
    }
    w->nrst_low = low;
    return ERR_OK;
}

static enum err world_get_vtref(struct debug_probe *probe, unsigned *mv)
{
    *mv = world_of(probe)->vtref_mv;
    return ERR_OK;
}

static enum err world_read_dpidr(struct debug_probe *probe, uint32_t *dpidr)
{
    *dpidr = 0x0bb11477;
    return reach(world_of(probe));
}

static uint32_t dhcsr_of(struct world *w)
{
    uint32_t v = w->debug_enabled ? DHCSR_C_DEBUGEN : 0;
    if (!w->running)
        v |= DHCSR_S_HALT;
    if (w->lockup)
        v |= DHCSR_S_LOCKUP;
    if (w->reset_seen || w->nrst_low)
        v |= DHCSR_S_RESET_ST;
    w->reset_seen = false;
    return v;
}

static enum err write_debug_register(struct world *w, uint32_t addr, uint32_t value)
{
    enum err e = reach(w);
    if (e)
        return e;
    w->debug_enabled = true;
    if (addr == 0xe000edfc)
        w->caught = value & DEMCR_VC_CORERESET;
    else
        w->running = !(value & DHCSR_C_HALT);
    return ERR_OK;
}

static enum err world_read_core_reg(struct debug_probe *probe, unsigned regsel, uint32_t *value)
{
    *value = world_of(probe)->reg[regsel];
    return reach(world_of(probe));
}

static enum err world_read_dap(struct debug_probe *probe, uint16_t port, uint16_t addr,
                               uint32_t *value)
{
    const struct world *w = world_of(probe);
    const uint32_t idr = w->idr ? w->idr : 0x04770021;
    assert_in_range(port, 0, 1);
    // The identification registers of the ROM table are among w->more, if the chip has one.
    if (addr == AP_BASE)
        *value = WORLD_ROM_TABLE | 3;
    else if (addr == AP_CSW)
        *value = w->csw;
    else
        *value = port ? w->next_idr : idr;
    return reach(world_of(probe));
}

static uint32_t *word_at(struct world *w, uint32_t addr)
{
    switch (addr) {
    case GATE:
        return &w->gate;
    case DBGMCU:
        return &w->idcode;
    case DBGMCU + 4:
        return &w->dbgmcu_cr;
    case DBGMCU + 8:
        return &w->dbgmcu_fz;
    case 0x1ffff7cc:
        return &w->size_word;
    case 0x4002201c:
        return &w->obr;
    case 0xe000ed08:
        return &w->vtor;
    case 0xe000ed30:
        return &w->dfsr;
    default:
        break;
    }
    for (unsigned i = 0; addr && i < sizeof w->more / sizeof w->more[0]; i++)
        if (w->more[i].addr == addr)
            return &w->more[i].value;
    return NULL;
}

static uint8_t *bytes_at(struct world *w, uint32_t addr, size_t len)
{
    if (addr >= RAM && addr - RAM + len <= RAM_SIZE)
        return &w->ram[addr - RAM];
    if (addr < sizeof w->flash)
        addr += FLASH;
    if (addr >= FLASH && addr - FLASH + len <= sizeof w->flash)
        return &w->flash[addr - FLASH];
    return NULL;
}

static enum err world_read(struct scripted_probe *p, uint32_t addr, unsigned unit, void *data,
                           size_t len)
{
    struct world *w = (struct world *)p;
    static const uint8_t cpuid[4] = {0x00, 0xc2, 0x0c, 0x41};
    const uint8_t *from = bytes_at(w, addr, len);
    uint8_t word[4];
    (void)unit;
    if (w->no_core)
        return ERR_FAULT;
    if (addr == 0xe000edf0) {
        put_le32(data, dhcsr_of(w));
        return reach(w);
    }
    if (addr - 0x1ffff7ac < sizeof w->uid)
        from = &w->uid[addr - 0x1ffff7ac];
    else if (addr == 0xe000ed00)
        from = cpuid;
    else if (word_at(w, addr)) {
        put_le32(word, *word_at(w, addr));
        from = word;
    }
    if (from)
        memcpy(data, from, len);
    return from ? reach(w) : ERR_FAULT;
}

static enum err world_write(struct scripted_probe *p, uint32_t addr, unsigned unit,
                            const void *data, size_t len)
{
    struct world *w = (struct world *)p;
    uint8_t *to = bytes_at(w, addr, len);
    uint32_t *word = word_at(w, addr);
    uint8_t bytes[4];
    (void)unit;
    if (addr == 0xe000edf0 || addr == 0xe000edfc)
        return write_debug_register(w, addr, get_le32(data));
    if (word) {
        put_le32(bytes, *word);
        to = bytes;
    }
    if ((addr & ~0xfu) == DBGMCU && !(w->gate & GATE_BIT))
        w->closed_gate_writes++;
    if (to)
        memcpy(to, data, len);
    if (word)
        *word = get_le32(bytes);
    return to ? reach(w) : ERR_FAULT;
}

enum err cortexm_attach(struct cortexm *cm, const struct mem_ap *mem, uint32_t vc_bits,
                        struct log *log)
{
    return cortexm_attach_first(cm, mem, vc_bits, log);
}

enum err cortexm_attach_first(struct cortexm *cm, const struct mem_ap *mem, uint32_t vc_bits,
                              struct log *log)
{
    struct world *w = world_of(mem->probe);
    *cm = (struct cortexm){.mem = mem,
                           .log = log,
                           .cpuid = 0x410cc200,
                           .vcatch = vc_bits,
                           .caps = {.arch = CORE_ARMV6M},
                           .runs = 1};
    mem_batch_begin(&cm->pending, mem);
    cm->bpu = (struct bpu){.mem = mem, .log = log, .count = w->comparators};
    cm->dwt = (struct dwt){.mem = mem, .log = log, .count = 2};
    w->debug_enabled = true;
    w->lost_power = false;
    return mem_ap_read32(mem, SCS_DHCSR, &cm->found_dhcsr);
}

void cortexm_note_dhcsr(struct cortexm *cm, uint32_t dhcsr)
{
    cm->reset_seen |= (dhcsr & DHCSR_S_RESET_ST) != 0;
}

enum err cortexm_detach(struct cortexm *cm, bool keep_halted)
{
    struct world *w = world_of(cm->mem->probe);
    w->detached = true;
    w->debug_enabled = keep_halted;
    w->running = !keep_halted;
    return reach(w);
}

enum err cortexm_read_dhcsr(struct cortexm *cm, uint32_t *dhcsr)
{
    struct world *w = world_of(cm->mem->probe);
    w->looks++;
    enum err e = reach(w);
    if (e)
        return e;
    // Interrupts that were let in have come back to the comparator by now.
    if (w->running && w->interrupt_pending && bpu_has(&cm->bpu, w->reg[CORTEXM_PC])) {
        w->interrupt_pending = w->running = false;
        w->interrupts_ran = true;
        w->dfsr |= DFSR_BKPT;
    }
    *dhcsr = dhcsr_of(w);
    cm->reset_seen |= *dhcsr & DHCSR_S_RESET_ST;
    return ERR_OK;
}

bool cortexm_take_reset(struct cortexm *cm)
{
    bool seen = cm->reset_seen;
    cm->reset_seen = false;
    return seen;
}

enum err cortexm_read_halt_cause(struct cortexm *cm, uint32_t *dfsr)
{
    struct world *w = world_of(cm->mem->probe);
    *dfsr = w->dfsr;
    return reach(w);
}

enum err cortexm_take_halt_cause(struct cortexm *cm, uint32_t *dfsr)
{
    struct world *w = world_of(cm->mem->probe);
    *dfsr = w->dfsr;
    w->dfsr = 0;
    return reach(w);
}

enum err cortexm_halt(struct cortexm *cm)
{
    struct world *w = world_of(cm->mem->probe);
    w->running = false;
    w->dfsr |= DFSR_HALTED;
    if (w->lockup)
        w->reg[CORTEXM_PC] = 0xfffffffe;
    w->lockup = false;
    return reach(w);
}

enum err cortexm_resume(struct cortexm *cm)
{
    struct world *w = world_of(cm->mem->probe);
    w->running = true;
    w->resumes++;
    return reach(w);
}

void cortexm_add_step(struct cortexm *cm, uint32_t *dhcsr)
{
    world_of(cm->mem->probe)->steps++;
    *dhcsr = DHCSR_S_HALT;
}

enum err cortexm_start_step(struct cortexm *cm, bool mask_interrupts)
{
    struct world *w = world_of(cm->mem->probe);
    uint32_t pc = w->reg[CORTEXM_PC];
    w->step_was_masked = mask_interrupts;
    w->step_primask = w->reg[CORTEXM_PRIMASK];
    w->steps++;
    w->running = w->sleeps;
    if (w->sleeps)
        return reach(w);
    // A breakpoint under the instruction stops before it.
    if (bpu_has(&cm->bpu, pc) || (pc >= RAM && get_le16(&w->ram[pc - RAM]) == 0xbe00)) {
        w->dfsr |= DFSR_BKPT;
        return reach(w);
    }
    w->reg[CORTEXM_PC] = pc + 2;
    w->dfsr |= DFSR_HALTED;
    return reach(w);
}

enum err cortexm_read_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t *value)
{
    *value = world_of(cm->mem->probe)->reg[reg];
    return reach(world_of(cm->mem->probe));
}

enum err cortexm_read_reg64(struct cortexm *cm, enum cortexm_reg reg, uint64_t *value)
{
    *value = world_of(cm->mem->probe)->reg[reg];
    return reach(world_of(cm->mem->probe));
}

enum err cortexm_write_reg64(struct cortexm *cm, enum cortexm_reg reg, uint64_t value)
{
    return cortexm_write_reg(cm, reg, (uint32_t)value);
}

enum err cortexm_write_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t value)
{
    world_of(cm->mem->probe)->reg[reg] = value;
    return reach(world_of(cm->mem->probe));
}

enum err cortexm_reset_by(struct cortexm *cm, bool halt, uint32_t addr, uint32_t value)
{
    (void)addr;
    (void)value;
    return cortexm_reset(cm, halt);
}

bool cortexm_has_reg(const struct cortexm *cm, enum cortexm_reg reg)
{
    (void)cm;
    return reg != CORTEXM_BASEPRI && reg != CORTEXM_FAULTMASK;
}

enum err cortexm_pause_watchpoints(struct cortexm *cm, bool pause)
{
    (void)cm;
    (void)pause;
    return ERR_OK;
}

enum err cortexm_set_vcatch(struct cortexm *cm, uint32_t vc_bits)
{
    cm->vcatch = vc_bits;
    world_of(cm->mem->probe)->caught &=
        (vc_bits & DEMCR_VC_CORERESET) != 0 || world_of(cm->mem->probe)->needs_reset;
    return reach(world_of(cm->mem->probe));
}

enum err cortexm_catch_reset(struct cortexm *cm, bool on)
{
    (void)cm;
    (void)on;
    return ERR_OK;
}

enum err cortexm_reset(struct cortexm *cm, bool halt)
{
    struct world *w = world_of(cm->mem->probe);
    w->running = !halt;
    w->reg[CORTEXM_PC] = 0x08000200;
    w->reg[CORTEXM_XPSR] = 1u << 24;
    w->vtor = 0;
    w->dfsr = halt ? DFSR_VCATCH : 0;
    cm->reset_seen = true;
    return reach(w);
}

enum err cortexm_interrupt_pending(struct cortexm *cm, bool fresh, bool *pending)
{
    (void)fresh;
    *pending = world_of(cm->mem->probe)->interrupt_pending;
    return reach(world_of(cm->mem->probe));
}

bool bpu_has(const struct bpu *bpu, uint32_t addr)
{
    for (unsigned i = 0; i < BPU_MAX; i++)
        if (bpu->comparator[i].used && bpu->comparator[i].addr == addr)
            return true;
    return false;
}

enum err bpu_set(struct bpu *bpu, uint32_t addr)
{
    unsigned free_comparator = bpu->count;
    if (addr >= RAM)
        return log_fail(bpu->log, ERR_UNSUPPORTED, "not in RAM");
    for (unsigned i = bpu->count; i-- > 0;) {
        if (bpu->comparator[i].used && bpu->comparator[i].addr == addr) {
            bpu->comparator[i].users++;
            return ERR_OK;
        }
        if (!bpu->comparator[i].used)
            free_comparator = i;
    }
    if (free_comparator == bpu->count)
        return log_fail(bpu->log, ERR_RESOURCE, "all %u in use", bpu->count);
    bpu->comparator[free_comparator].used = true;
    bpu->comparator[free_comparator].addr = addr;
    bpu->comparator[free_comparator].users = 1;
    return ERR_OK;
}

enum err bpu_clear(struct bpu *bpu, uint32_t addr)
{
    for (unsigned i = 0; i < bpu->count; i++)
        if (bpu->comparator[i].used && bpu->comparator[i].addr == addr) {
            bpu->comparator[i].used = --bpu->comparator[i].users > 0;
            return ERR_OK;
        }
    return log_fail(bpu->log, ERR_USAGE, "none at 0x%08x", addr);
}

enum err bpu_clear_all(struct bpu *bpu)
{
    memset(bpu->comparator, 0, sizeof bpu->comparator);
    return ERR_OK;
}

void bpu_doubt(struct bpu *bpu)
{
    (void)bpu;
}

enum err bpu_apply(struct bpu *bpu)
{
    return reach(world_of(bpu->mem->probe));
}

unsigned bpu_count_free(const struct bpu *bpu)
{
    unsigned n = 0;
    for (unsigned i = 0; i < bpu->count; i++)
        n += !bpu->comparator[i].used;
    return n;
}

// This probe knows no lists of accesses, and its core no steps that are part of one.
enum err cortexm_prepare_step(struct cortexm *cm, const uint16_t *changes,
                              struct cortexm_step *step)
{
    (void)cm, (void)changes, (void)step;
    return ERR_UNSUPPORTED;
}

void cortexm_forget_regs(struct cortexm *cm)
{
    (void)cm;
}

enum err cortexm_do_step(struct cortexm *cm, struct cortexm_step *step, bool *halted,
                         bool *all_read)
{
    (void)cm, (void)step, (void)halted, (void)all_read;
    return ERR_UNSUPPORTED;
}

enum err bpu_restore(struct bpu *bpu)
{
    return reach(world_of(bpu->mem->probe));
}

enum err dwt_set(struct dwt *dwt, uint32_t addr, uint32_t len, enum dwt_access access)
{
    dwt->comparator[0].used = true;
    dwt->comparator[0].addr = addr;
    dwt->comparator[0].len = len;
    dwt->comparator[0].access = access;
    return ERR_OK;
}

enum err dwt_clear(struct dwt *dwt, uint32_t addr, uint32_t len, enum dwt_access access)
{
    (void)addr, (void)len, (void)access;
    dwt->comparator[0].used = false;
    return ERR_OK;
}

enum err dwt_clear_all(struct dwt *dwt)
{
    dwt->comparator[0].used = false;
    return ERR_OK;
}

enum err dwt_take_hit(struct dwt *dwt, bool *hit, uint32_t *addr, enum dwt_access *access)
{
    *hit = dwt->comparator[0].used;
    *addr = dwt->comparator[0].addr;
    *access = dwt_kind(dwt->comparator[0].access);
    return ERR_OK;
}

enum err dwt_restore(struct dwt *dwt)
{
    return reach(world_of(dwt->mem->probe));
}

static const char *world_status_text(uint8_t status)
{
    return status == 0x09 ? "no valid answer on SWD" : "ok";
}

static const struct debug_probe_ops probe_ops = {
    .status_text = world_status_text,
    .get_vtref = world_get_vtref,
    .set_swclk = world_set_swclk,
    .enter_swd = world_enter_swd,
    .leave = world_leave,
    .drive_nrst = world_drive_nrst,
    .read_dpidr = world_read_dpidr,
    .read_dap = world_read_dap,
    .read_core_reg = world_read_core_reg,
    SCRIPTED_PROBE_OPS,
};

void world_make(struct world *w)
{
    memset(w, 0, sizeof *w);
    scripted_probe_make(&w->p, &probe_ops);
    w->p.read = world_read;
    w->p.write = world_write;
    w->vtref_mv = 3270;
    w->csw = 0x03000040;
    w->idcode = 0x10006444;
    memcpy(w->uid, (uint8_t[12]){1, 2, 3}, sizeof w->uid);
    w->size_word = 0xffff0020;
    w->comparators = 4;
    w->running = true;
    w->reg[CORTEXM_PC] = 0x08000100;
    w->reg[CORTEXM_XPSR] = 1u << 24;
    w->dbgmcu_cr = 1;
}

enum err world_connect(struct world *w, struct target *t, enum target_connect how)
{
    struct target_options o = {.connect = how};
    return target_connect(t, &w->p.probe, &o, &w->p.log);
}

void world_attach(struct world *w, struct target *t)
{
    world_make(w);
    assert_int_equal(world_connect(w, t, TARGET_CONNECT_AUTO), ERR_OK);
}

void world_attach_halted(struct world *w, struct target *t)
{
    world_attach(w, t);
    assert_int_equal(target_halt(t), ERR_OK);
}

struct target_stop world_poll_stopped(struct target *t)
{
    struct target_stop stop = {0};
    bool stopped = false;
    for (unsigned i = 0; i < 4 && !stopped; i++)
        assert_int_equal(target_poll(t, &stopped, &stop), ERR_OK);
    assert_true(stopped);
    return stop;
}

void world_assert_says(const struct world *w, const char *part)
{
    if (!strstr(w->p.log.sentence, part))
        fail_msg("\"%s\" does not say \"%s\"", w->p.log.sentence, part);
}
