// SPDX-License-Identifier: MIT
// Priorities and the registers of the Nested Vectored Interrupt Controller (DDI 0419, B3.4). A line
// is a level: it pends when it goes active, when its handler returns while it is still active, and
// when software clears the pending bit of an active line.
#include "sim/core/nvic.h"

enum { NVIC_ISER = 0x100, NVIC_ICER = 0x180, NVIC_ISPR = 0x200, NVIC_ICPR = 0x280 };
enum { NVIC_IABR = 0x300, NVIC_IPR0 = 0x400, BANK_SIZE = 0x80 };

#define BIT(n)        (1ull << (n))
#define SYSTEM_WORD   (BIT(SIM_EXC_IRQ0) - 1) // the exceptions that are always enabled
#define WORD_BITS     64u
#define REGISTER_BITS 32u

void sim_nvic_create(struct sim_nvic *nvic, unsigned interrupts)
{
    if (interrupts > SIM_MAX_INTERRUPTS)
        interrupts = SIM_MAX_INTERRUPTS;
    *nvic = (struct sim_nvic){.interrupts = interrupts,
                              .priority_mask = 0xc0,
                              .shows_active = interrupts > REGISTER_BITS,
                              .words = (SIM_EXC_IRQ0 + interrupts + WORD_BITS - 1) / WORD_BITS};
}

void sim_nvic_reset(struct sim_nvic *nvic)
{
    *nvic = (struct sim_nvic){.interrupts = nvic->interrupts,
                              .words = nvic->words,
                              .level = nvic->level,
                              .priority_mask = nvic->priority_mask,
                              .shows_active = nvic->shows_active,
                              .system_off = nvic->system_off_at_reset,
                              .system_off_at_reset = nvic->system_off_at_reset};
}

void sim_nvic_set_priority_bits(struct sim_nvic *nvic, unsigned bits)
{
    nvic->priority_mask = (uint8_t)(0xff00u >> bits);
}

bool sim_exc_differs(const struct sim_nvic *nvic, const struct sim_exc_set *a,
                     const struct sim_exc_set *b)
{
    uint64_t more = 0;
    for (unsigned w = 0; w < nvic->words; w++)
        more |= a->word[w] & ~b->word[w];
    return more != 0;
}

int sim_nvic_priority(const struct sim_nvic *nvic, unsigned n)
{
    if (n == SIM_EXC_NMI)
        return SIM_PRIORITY_NMI;
    if (n == SIM_EXC_HARDFAULT)
        return SIM_PRIORITY_HARDFAULT;
    return nvic->priority[n];
}

int sim_nvic_group(const struct sim_nvic *nvic, int priority)
{
    return priority < 0 ? priority : priority & -(2 << nvic->prigroup);
}

// The more urgent one of best and of a word of a set: the lowest number of equals (B1.5.4).
static unsigned more_urgent(const struct sim_nvic *nvic, unsigned best, unsigned w, uint64_t word)
{
    for (; word; word &= word - 1) {
        unsigned n = w * WORD_BITS + (unsigned)__builtin_ctzll(word);
        if (best == SIM_EXC_NONE || sim_nvic_priority(nvic, n) < sim_nvic_priority(nvic, best))
            best = n;
    }
    return best;
}

int sim_nvic_execution_priority(const struct sim_nvic *nvic, bool primask)
{
    unsigned n = SIM_EXC_NONE;
    for (unsigned w = 0; w < nvic->words; w++)
        n = more_urgent(nvic, n, w, nvic->active.word[w]);
    int priority = n ? sim_nvic_group(nvic, sim_nvic_priority(nvic, n)) : SIM_PRIORITY_NONE;
    return primask && priority > SIM_PRIORITY_MASKED ? SIM_PRIORITY_MASKED : priority;
}

unsigned sim_nvic_first(const struct sim_nvic *nvic, bool interrupts_masked)
{
    uint64_t system = interrupts_masked ? BIT(SIM_EXC_PENDSV) - 1 : SYSTEM_WORD;
    system &= ~(uint64_t)nvic->system_off;
    unsigned n = SIM_EXC_NONE;
    for (unsigned w = 0; w < nvic->words; w++) {
        uint64_t enabled = interrupts_masked ? 0 : nvic->enabled.word[w];
        n = more_urgent(nvic, n, w, nvic->pending.word[w] & (enabled | (w ? 0 : system)));
    }
    return n;
}

void sim_nvic_activate(struct sim_nvic *nvic, unsigned n)
{
    sim_exc_remove(&nvic->pending, n);
    sim_exc_add(&nvic->active, n);
}

void sim_nvic_deactivate(struct sim_nvic *nvic, unsigned n)
{
    sim_exc_remove(&nvic->active, n);
    sim_nvic_sample_levels(nvic);
}

bool sim_nvic_set_level(struct sim_nvic *nvic, unsigned n, bool active)
{
    unsigned exception = SIM_EXC_IRQ0 + n;
    if (n >= nvic->interrupts)
        return false;
    bool rises = active && !sim_exc_has(&nvic->level, exception);
    if (active)
        sim_exc_add(&nvic->level, exception);
    else
        sim_exc_remove(&nvic->level, exception);
    if (!rises || sim_exc_has(&nvic->pending, exception))
        return false;
    sim_exc_add(&nvic->pending, exception);
    return true;
}

void sim_nvic_sample_levels(struct sim_nvic *nvic)
{
    for (unsigned w = 0; w < nvic->words; w++)
        nvic->pending.word[w] |= nvic->level.word[w] & ~nvic->active.word[w];
}

unsigned sim_nvic_active_count(const struct sim_nvic *nvic)
{
    unsigned count = 0;
    for (unsigned w = 0; w < nvic->words; w++)
        count += (unsigned)__builtin_popcountll(nvic->active.word[w]);
    return count;
}

bool sim_nvic_any_interrupt_pending(const struct sim_nvic *nvic)
{
    uint64_t any = nvic->pending.word[0] & ~SYSTEM_WORD;
    for (unsigned w = 1; w < nvic->words; w++)
        any |= nvic->pending.word[w];
    return any != 0;
}

// ---- registers ----------------------------------------------------------------------------------

static bool is_priority(const struct sim_nvic *nvic, uint32_t offset)
{
    return offset >= NVIC_IPR0 && offset < NVIC_IPR0 + nvic->interrupts;
}

// Which interrupts the register of a bank stands for: the first of them. False: beyond the last.
static bool register_interrupts(const struct sim_nvic *nvic, uint32_t offset, unsigned *first)
{
    *first = (offset % BANK_SIZE) / 4 * REGISTER_BITS;
    return *first < nvic->interrupts;
}

// Interrupts that exist; on ARMv7-M the last register may be half empty.
static uint32_t implemented(const struct sim_nvic *nvic, unsigned first)
{
    unsigned left = nvic->interrupts - first;
    return left >= REGISTER_BITS ? UINT32_MAX : (1u << left) - 1;
}

// 32 bits of a set, from interrupt first on.
static uint32_t get_interrupts(const struct sim_exc_set *set, unsigned first)
{
    unsigned n = SIM_EXC_IRQ0 + first, w = n / WORD_BITS, shift = n % WORD_BITS;
    uint64_t bits = set->word[w] >> shift;
    if (shift > REGISTER_BITS && w + 1 < SIM_EXC_WORDS)
        bits |= set->word[w + 1] << (WORD_BITS - shift);
    return (uint32_t)bits;
}

static void change_interrupts(struct sim_exc_set *set, unsigned first, uint32_t bits, bool add)
{
    unsigned n = SIM_EXC_IRQ0 + first, w = n / WORD_BITS, shift = n % WORD_BITS;
    uint64_t low = (uint64_t)bits << shift;
    uint64_t high = shift > REGISTER_BITS ? (uint64_t)bits >> (WORD_BITS - shift) : 0;
    set->word[w] = add ? set->word[w] | low : set->word[w] & ~low;
    if (high)
        set->word[w + 1] = add ? set->word[w + 1] | high : set->word[w + 1] & ~high;
}

static uint32_t read_priorities(const struct sim_nvic *nvic, uint32_t offset)
{
    const uint8_t *p = &nvic->priority[SIM_EXC_IRQ0 + offset - NVIC_IPR0];
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

uint32_t sim_nvic_read(const struct sim_nvic *nvic, uint32_t offset)
{
    unsigned first;
    if (is_priority(nvic, offset))
        return read_priorities(nvic, offset);
    if (!register_interrupts(nvic, offset, &first))
        return 0;
    switch (offset - offset % BANK_SIZE) {
    case NVIC_ISER:
    case NVIC_ICER:
        return get_interrupts(&nvic->enabled, first);
    case NVIC_ISPR:
    case NVIC_ICPR:
        return get_interrupts(&nvic->pending, first);
    case NVIC_IABR: // ARMv6-M, with its 32 interrupts, has none
        return nvic->shows_active ? get_interrupts(&nvic->active, first) : 0;
    default:
        return 0;
    }
}

static void write_priorities(struct sim_nvic *nvic, uint32_t offset, uint32_t value)
{
    unsigned first = offset - NVIC_IPR0;
    for (unsigned i = 0; i < 4 && first + i < nvic->interrupts; i++)
        nvic->priority[SIM_EXC_IRQ0 + first + i] = value >> 8 * i & nvic->priority_mask;
}

void sim_nvic_write(struct sim_nvic *nvic, uint32_t offset, uint32_t value)
{
    unsigned first;
    if (is_priority(nvic, offset)) {
        write_priorities(nvic, offset, value);
        return;
    }
    if (!register_interrupts(nvic, offset, &first))
        return;
    value &= implemented(nvic, first);
    switch (offset - offset % BANK_SIZE) {
    case NVIC_ISER:
    case NVIC_ICER:
        change_interrupts(&nvic->enabled, first, value, offset < NVIC_ICER);
        break;
    case NVIC_ISPR:
        change_interrupts(&nvic->pending, first, value, true);
        break;
    case NVIC_ICPR:
        change_interrupts(&nvic->pending, first, value, false);
        sim_nvic_sample_levels(nvic);
        break;
    default:
        break;
    }
}
