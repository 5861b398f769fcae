// SPDX-License-Identifier: MIT
#include "tests/unit/fake_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "targets/options.h"

struct flash_job {
    struct fake_target *f;
    bool erased[FAKE_FLASH_SIZE / FAKE_PAGE_SIZE];
    bool done[FAKE_FLASH_SIZE / FAKE_PAGE_SIZE];
    uint32_t filled[FAKE_FLASH_SIZE / FAKE_PAGE_SIZE];
    uint8_t image[FAKE_FLASH_SIZE];
    bool closed;
    struct flash_stats stats;
};

static struct fake_target *fake(struct target *t)
{
    return (struct fake_target *)t;
}

static enum err take_failure(struct fake_target *f, enum err *place, const char *what)
{
    enum err e = *place;
    *place = ERR_OK;
    return e ? log_fail(f->t.log, e, "%s was made to fail", what) : ERR_OK;
}

void fake_target_init(struct fake_target *f, struct log *log)
{
    memset(f, 0, sizeof *f);
    f->t.log = log;
    f->t.state = TARGET_HALTED;
    f->t.core.cpuid = 0x410cc200u;
    f->t.core.bpu.count = FAKE_COMPARATORS;
    f->t.core.dwt.count = 2;
    f->t.region[0] = (struct target_region){TARGET_REGION_ROM, 0, FAKE_FLASH_SIZE, 0};
    f->t.region[1] = (struct target_region){TARGET_REGION_FLASH, FAKE_FLASH_BASE, FAKE_FLASH_SIZE,
                                            FAKE_PAGE_SIZE};
    f->t.region[2] = (struct target_region){TARGET_REGION_RAM, FAKE_RAM_BASE, FAKE_RAM_SIZE, 0};
    f->t.region_count = 3;
    memset(f->flash, 0xff, sizeof f->flash);
    for (unsigned i = 0; i < CORTEXM_REG_COUNT; i++)
        f->regs[i] = 0x01020300u + i;
    f->regs[CORTEXM_PC] = FAKE_FLASH_BASE + 0x100;
}

static uint8_t *place(struct fake_target *f, uint32_t addr)
{
    if (addr - FAKE_FLASH_BASE < FAKE_FLASH_SIZE)
        return &f->flash[addr - FAKE_FLASH_BASE];
    if (addr - FAKE_RAM_BASE < FAKE_RAM_SIZE)
        return &f->ram[addr - FAKE_RAM_BASE];
    return NULL;
}

static enum err present(struct target *t)
{
    if (t->state == TARGET_LOST)
        return log_fail(t->log, ERR_NO_TARGET, "the target is lost");
    return ERR_OK;
}

static enum err halted(struct target *t)
{
    enum err e = present(t);
    if (!e && t->state != TARGET_HALTED)
        e = log_fail(t->log, ERR_STATE, "the target is running");
    return e;
}

enum err target_read_mem(struct target *t, uint32_t addr, void *data, size_t len, size_t *done)
{
    enum err e = present(t);
    uint8_t *out = data;
    if (done)
        *done = 0;
    for (size_t i = 0; !e && i < len; i++) {
        const uint8_t *p = place(fake(t), addr + (uint32_t)i);
        if (!p)
            return log_fail(t->log, ERR_FAULT, "nothing at 0x%08x", addr + (uint32_t)i);
        out[i] = *p;
        if (done)
            *done = i + 1;
    }
    return e;
}

enum err target_write_mem(struct target *t, uint32_t addr, const void *data, size_t len)
{
    const uint8_t *in = data;
    enum err e = present(t);
    for (size_t i = 0; !e && i < len; i++) {
        uint8_t *p = place(fake(t), addr + (uint32_t)i);
        if (!p || addr + i < FAKE_RAM_BASE)
            return log_fail(t->log, p ? ERR_USAGE : ERR_FAULT, "0x%08x cannot be written",
                            addr + (uint32_t)i);
        *p = in[i];
    }
    return e;
}

enum err target_read_reg64(struct target *t, enum cortexm_reg reg, uint64_t *value)
{
    enum err e = halted(t);
    *value = e ? 0 : fake(t)->regs[reg];
    return e;
}

enum err target_read_reg(struct target *t, enum cortexm_reg reg, uint32_t *value)
{
    uint64_t wide;
    enum err e = target_read_reg64(t, reg, &wide);
    *value = (uint32_t)wide;
    return e;
}

enum err target_write_reg64(struct target *t, enum cortexm_reg reg, uint64_t value)
{
    enum err e = halted(t);
    if (!e)
        fake(t)->regs[reg] = value;
    return e;
}

enum err target_write_reg(struct target *t, enum cortexm_reg reg, uint32_t value)
{
    return target_write_reg64(t, reg, value);
}

enum err target_halt(struct target *t)
{
    struct fake_target *f = fake(t);
    enum err e = present(t);
    if (e || (e = take_failure(f, &f->fail_halt, "halt")))
        return e;
    f->halts++;
    t->state = TARGET_HALTED;
    f->stop = (struct target_stop){.cause = TARGET_STOP_REQUEST, .pc = f->regs[CORTEXM_PC]};
    return ERR_OK;
}

enum err target_resume(struct target *t)
{
    struct fake_target *f = fake(t);
    enum err e = halted(t);
    if (e || (e = take_failure(f, &f->fail_resume, "resume")))
        return e;
    f->resumes++;
    t->state = TARGET_RUNNING;
    return ERR_OK;
}

enum err target_pass_bkpt(struct target *t, uint32_t r0, struct target_stop *stop)
{
    struct fake_target *f = fake(t);
    enum err e = halted(t);
    if (e)
        return e;
    f->regs[CORTEXM_R0] = r0;
    f->regs[CORTEXM_PC] += 2;
    *stop = (struct target_stop){.cause = f->break_behind ? TARGET_STOP_HWBREAK : TARGET_STOP_STEP,
                                 .pc = f->regs[CORTEXM_PC]};
    f->stop = t->last_stop = *stop;
    return ERR_OK;
}

enum err target_stop_at_break(struct target *t, bool *stopped)
{
    struct fake_target *f = fake(t);
    enum err e = halted(t);
    *stopped = !e && f->break_here;
    if (*stopped)
        f->stop = t->last_stop =
            (struct target_stop){.cause = TARGET_STOP_HWBREAK, .pc = f->regs[CORTEXM_PC]};
    return e;
}

enum err target_step(struct target *t, uint32_t start, uint32_t end)
{
    struct fake_target *f = fake(t);
    enum err e = halted(t);
    if (e)
        return e;
    f->steps++;
    f->step_from = start;
    f->step_to = end;
    t->state = TARGET_RUNNING;
    f->stops_after_polls = 1;
    f->regs[CORTEXM_PC] += 2;
    f->stop = (struct target_stop){.cause = TARGET_STOP_STEP, .pc = f->regs[CORTEXM_PC]};
    return ERR_OK;
}

enum err target_poll(struct target *t, bool *stopped, struct target_stop *stop)
{
    struct fake_target *f = fake(t);
    enum err e = present(t);
    if (e || (e = take_failure(f, &f->fail_poll, "poll")))
        return e;
    f->polls++;
    if (f->lose_at_poll && t->state == TARGET_RUNNING) {
        t->state = TARGET_LOST;
        return log_fail(t->log, ERR_PROBE_LOST, "the ST-LINK was unplugged");
    }
    if (t->state == TARGET_RUNNING && f->stops_after_polls > 0 && --f->stops_after_polls == 0)
        t->state = TARGET_HALTED;
    *stopped = t->state == TARGET_HALTED;
    *stop = t->last_stop = f->stop;
    if (!*stopped) {
        *stop = (struct target_stop){.was_reset = f->resets_of_its_own > 0};
        f->resets_of_its_own -= stop->was_reset;
    }
    return ERR_OK;
}

enum err target_reset(struct target *t, bool halt)
{
    struct fake_target *f = fake(t);
    enum err e = present(t);
    if (e || (e = take_failure(f, &f->fail_reset, "reset")))
        return e;
    f->resets++;
    f->reset_halts += halt;
    t->state = halt ? TARGET_HALTED : TARGET_RUNNING;
    f->stop = (struct target_stop){.cause = TARGET_STOP_RESET, .pc = FAKE_FLASH_BASE + 0x100};
    f->regs[CORTEXM_PC] = f->stop.pc;
    return ERR_OK;
}

const char *target_loss(const struct target *t)
{
    return t->loss[0] ? t->loss : "nobody knows why";
}

void target_set_loss(struct target *t, const char *why)
{
    snprintf(t->loss, sizeof t->loss, "%s", why);
}

enum err target_reconnect(struct target *t)
{
    struct fake_target *f = fake(t);
    f->reconnects++;
    enum err e = take_failure(f, &f->fail_reconnect, "reconnect");
    if (!e) {
        t->state = TARGET_RUNNING;
        f->lose_at_poll = false;
    }
    return e;
}

enum err target_release(struct target *t)
{
    struct fake_target *f = fake(t);
    f->releases += !t->released;
    t->released = true;
    return ERR_OK;
}

enum err target_hold(struct target *t)
{
    struct fake_target *f = fake(t);
    enum err e = present(t);
    if (!e)
        e = take_failure(f, &f->fail_hold, "hold");
    t->released = t->released && e;
    return e;
}

enum err target_set_break(struct target *t, bool hardware, uint32_t addr)
{
    struct fake_target *f = fake(t);
    enum err e = present(t);
    if (e)
        return e;
    if (!place(f, addr))
        return log_fail(t->log, ERR_FAULT, "no breakpoint can be set at 0x%08x", addr);
    if (hardware && f->breaks == FAKE_COMPARATORS)
        return log_fail(t->log, ERR_RESOURCE, "all %u comparators are in use", FAKE_COMPARATORS);
    f->breaks++;
    return ERR_OK;
}

enum err target_clear_break(struct target *t, bool hardware, uint32_t addr)
{
    (void)hardware;
    (void)addr;
    fake(t)->breaks--;
    return present(t);
}

enum err target_set_watch(struct target *t, uint32_t addr, uint32_t len, enum dwt_access access)
{
    (void)addr;
    (void)len;
    (void)access;
    if (fake(t)->watches == 2)
        return log_fail(t->log, ERR_RESOURCE, "both watchpoint comparators are in use");
    fake(t)->watches++;
    return present(t);
}

enum err target_clear_watch(struct target *t, uint32_t addr, uint32_t len, enum dwt_access access)
{
    (void)addr;
    (void)len;
    (void)access;
    fake(t)->watches--;
    return present(t);
}

enum err target_clear_all_breaks(struct target *t)
{
    struct fake_target *f = fake(t);
    f->clears++;
    f->breaks = f->watches = 0;
    return present(t);
}

enum err target_note_error(struct target *t, enum err e)
{
    if (e == ERR_PROBE_LOST)
        t->state = TARGET_LOST;
    return e;
}

enum err target_flash_open(struct target *t, struct flash_job **job)
{
    enum err e = halted(t);
    if (e)
        return e;
    if (t->id.rdp_level > 0)
        return log_fail(t->log, ERR_PROTECTED, "read protection is active: `swdlink unlock`");
    *job = calloc(1, sizeof **job);
    if (!*job)
        return log_fail(t->log, ERR_MEMORY, "out of memory");
    (*job)->f = fake(t);
    fake(t)->flash_jobs++;
    memset((*job)->image, 0xff, FAKE_FLASH_SIZE);
    return ERR_OK;
}

// It has none.
enum err target_eeprom_write(struct target *t, uint32_t addr, const void *data, size_t len,
                             struct flash_job **job)
{
    (void)data;
    (void)len;
    *job = NULL;
    return log_fail(t->log, ERR_USAGE, "0x%08x is no EEPROM", addr);
}

enum err flash_job_erase(struct flash_job *job, uint32_t addr, uint32_t len)
{
    uint32_t offset = addr - FAKE_FLASH_BASE;
    if (offset >= FAKE_FLASH_SIZE || len > FAKE_FLASH_SIZE - offset)
        return log_fail(job->f->t.log, ERR_USAGE, "outside of the flash");
    for (uint32_t i = 0; i < len; i += FAKE_PAGE_SIZE)
        job->erased[(offset + i) / FAKE_PAGE_SIZE] = true;
    return ERR_OK;
}

void flash_job_set_erase(struct flash_job *job, enum flash_erase erase)
{
    (void)erase;
    (void)job; // the scenarios on the virtual board tell one way from the other
}

enum err flash_job_write(struct flash_job *job, uint32_t addr, const void *data, size_t len)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i++) {
        uint32_t offset = addr + (uint32_t)i - FAKE_FLASH_BASE;
        if (offset >= FAKE_FLASH_SIZE || !job->erased[offset / FAKE_PAGE_SIZE])
            return log_fail(job->f->t.log, ERR_USAGE, "0x%08x was not erased before", addr);
        job->image[offset] = p[i];
        job->filled[offset / FAKE_PAGE_SIZE]++;
    }
    return ERR_OK;
}

static int due_page(const struct flash_job *job)
{
    for (unsigned i = 0; i < FAKE_FLASH_SIZE / FAKE_PAGE_SIZE; i++)
        if (job->erased[i] && !job->done[i] && (job->closed || job->filled[i] >= FAKE_PAGE_SIZE))
            return (int)i;
    return -1;
}

enum err flash_job_step(struct flash_job *job, bool *more)
{
    job->f->flash_steps++;
    enum err e = take_failure(job->f, &job->f->fail_flash_step, "flash");
    if (e)
        return e;
    int page = due_page(job);
    if (page >= 0) {
        uint32_t offset = (uint32_t)page * FAKE_PAGE_SIZE;
        memcpy(job->f->flash + offset, job->image + offset, FAKE_PAGE_SIZE);
        job->done[page] = true;
        job->stats.erased += FAKE_PAGE_SIZE;
        job->stats.programmed += job->filled[page];
    }
    *more = due_page(job) >= 0;
    return ERR_OK;
}

void flash_job_close_input(struct flash_job *job)
{
    job->closed = true;
}

const struct flash_stats *flash_job_stats(const struct flash_job *job)
{
    return &job->stats;
}

enum err flash_job_free(struct flash_job *job)
{
    struct fake_target *f = job->f;
    bool unfinished = false;
    for (unsigned i = 0; i < FAKE_FLASH_SIZE / FAKE_PAGE_SIZE; i++)
        unfinished |= job->filled[i] > 0 && !job->done[i];
    free(job);
    f->flash_jobs--;
    enum err e = take_failure(f, &f->fail_flash_end, "ending");
    if (!e && unfinished)
        e = log_fail(f->t.log, ERR_FLASH, "the flash is incomplete");
    return e;
}

enum err target_flash_close(struct target *t, struct flash_job *job)
{
    return target_note_error(t, flash_job_free(job));
}

enum err target_flash_finish(struct target *t, struct flash_job *job, bool *restarted)
{
    enum err e = target_flash_close(t, job);
    *restarted = !e && fake(t)->load_replaces;
    return *restarted ? target_reset(t, true) : e;
}

const char *chip_describe(const struct chip_identity *id, char *text, size_t size)
{
    (void)id;
    snprintf(text, size, "a chip that is not there");
    return text;
}

bool target_find_sram(const struct target *t, uint32_t *base, uint32_t *size)
{
    const struct chip *c = t->id.chip;
    *base = c ? c->sram_base : 0;
    *size = c ? c->sram_size : 0;
    return c != NULL;
}

bool target_is_ram(const struct target *t, uint32_t addr, uint32_t len)
{
    const struct chip *c = t->id.chip;
    return c && addr >= c->sram_base && addr - c->sram_base <= c->sram_size &&
           len <= c->sram_size - (addr - c->sram_base);
}

enum err target_require_rdp(const struct target *t)
{
    return t->id.chip ? ERR_OK
                      : log_fail(t->log, ERR_UNSUPPORTED,
                                 "swdlink cannot change the read protection of this chip");
}

const char *target_probe_version(const struct target *t, char *text, size_t size)
{
    (void)t;
    snprintf(text, size, "V2J37S7");
    return text;
}

uint32_t target_swclk_hz(const struct target *t)
{
    return ((const struct fake_target *)t)->swclk_hz;
}

enum err target_set_swclk(struct target *t, uint32_t hz)
{
    fake(t)->swclk_hz = hz;
    return present(t);
}

enum err target_get_vtref(struct target *t, unsigned *mv)
{
    (void)t;
    *mv = 3290;
    return ERR_OK;
}

enum err target_swo_start(struct target *t, const struct target_swo_options *options)
{
    enum err e = present(t);
    if (!e && options->baud > 2250000)
        e = log_fail(t->log, ERR_UNSUPPORTED, "not with %u baud", options->baud);
    if (!e)
        t->swo = (struct target_swo){.on = true,
                                     .receiving = true,
                                     .options = *options,
                                     .clock_kind = TARGET_SWO_CLOCK_GIVEN,
                                     .hz = 72000000,
                                     .divisor = 36,
                                     .baud = options->baud ? options->baud : 2000000};
    return e;
}

enum err target_swo_stop(struct target *t)
{
    t->swo.on = t->swo.receiving = false;
    return ERR_OK;
}

enum err target_swo_poll(struct target *t, struct target_swo_data *d)
{
    struct fake_target *f = fake(t);
    d->len = 0;
    d->begins = d->overrun = false;
    if (!t->swo.on)
        return ERR_OK;
    f->swo_polls++;
    d->len = f->swo_len;
    memcpy(d->data, f->swo, f->swo_len);
    d->overrun = f->swo_overrun;
    d->formatted = f->swo_formatted;
    d->source = 1;
    d->trust = f->swo_trust;
    d->sends = f->swo_sends;
    t->swo.bytes += d->len;
    t->swo.overruns += d->overrun;
    f->swo_len = 0;
    f->swo_overrun = false;
    return ERR_OK;
}

void target_swo_doubt(struct target *t)
{
    fake(t)->swo_doubts++;
}

uint64_t target_now_us(struct target *t)
{
    return fake(t)->now_us;
}

enum err target_set_vector_catch(struct target *t, uint32_t bits)
{
    t->core.vcatch = bits;
    return ERR_OK;
}

static const struct option_field fake_option = {.name = "nBOOT1", .bits = 1, .what = "boot mode"};

const struct option_field *target_option_at(const struct target *t, unsigned n)
{
    (void)t;
    return n == 0 ? &fake_option : NULL;
}

uint32_t target_option_get(const struct target *t, const struct option_field *field,
                           const struct target_options_image *image)
{
    (void)t;
    return image->value[field->word] >> field->shift & 1;
}

enum err target_read_options(struct target *t, struct target_options_image *image)
{
    *image = (struct target_options_image){.value = {1}, .intact = 0xff};
    return present(t);
}
