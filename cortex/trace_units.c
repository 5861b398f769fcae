// SPDX-License-Identifier: MIT
#include "cortex/trace_units.h"

#include "cortex/itm.h"
#include "cortex/scs.h"

#define DEMCR_TRCENA (1u << 24)

#define ITM_TER          0xe0000e00u
#define ITM_TPR          0xe0000e40u
#define ITM_TCR          0xe0000e80u
#define ITM_LAR          0xe0000fb0u
#define ITM_LAR_KEY      0xc5acce55u
#define TCR_ITMENA       (1u << 0)
#define TCR_TSENA        (1u << 1)
#define TCR_SYNCENA      (1u << 2)
#define TCR_TXENA        (1u << 3) // packets of the DWT
#define TCR_GTSFREQ_MASK (3u << 10)
#define TCR_BUSY         (1u << 23)
#define TCR_SOURCE(tcr)  ((tcr) >> 16 & 0x7f)
#define TCR_SOURCE_1     (1u << 16)
#define ALL_PORTS        0xffffffffu

#define DWT_CTRL            0xe0001000u
#define DWT_CYCCNT          0xe0001004u
#define CTRL_CYCCNTENA      (1u << 0)
#define CTRL_POSTPRESET     (15u << 1)
#define CTRL_CYCTAP         (1u << 9) // PC samples by 1024 cycles and not by 64
#define CTRL_SYNCTAP_MASK   (3u << 10)
#define CTRL_SYNCTAP_24     (1u << 10) // a synchronization every 2^24 cycles
#define CTRL_PCSAMPLENA     (1u << 12)
#define CTRL_EXCTRCENA      (1u << 16)
#define CTRL_EVENTS_MASK    (0x7fu << 16 | CTRL_PCSAMPLENA)
#define CTRL_NOCYCCNT       (1u << 25)
#define CTRL_COMPARATORS(c) ((c) >> 28)
#define DWT_FUNCTION(n)     (0xe0001028u + 16 * (n))
// Functions that send packets: 1 to 3, and from 12 on (DDI 0403, table C1-14).
#define FUNCTION_OF(f)      ((f)&0xf)

#define TPIU_CSPSR         0xe0040004u
#define TPIU_ACPR          0xe0040010u
#define TPIU_SPPR          0xe00400f0u
#define TPIU_FFCR          0xe0040304u
#define SPPR_UART          2u // NRZ
#define FFCR_FORMATTER_OFF 0x100u
#define FFCR_ENFCONT       (1u << 1)
#define ACPR_MASK          (TRACE_UNITS_DIVISOR_MAX - 1)

struct word {
    uint32_t addr, value;
};

static enum err write_words(const struct mem_ap *mem, const struct word *w, unsigned count)
{
    enum err e = ERR_OK;
    for (unsigned i = 0; i < count && !e; i++)
        e = mem_ap_write32(mem, w[i].addr, w[i].value);
    return e;
}
#define WRITE_WORDS(mem, words) write_words(mem, words, sizeof(words) / sizeof *(words))

static enum err switch_on(const struct mem_ap *mem)
{
    uint32_t demcr;
    enum err e = mem_ap_read32(mem, SCS_DEMCR, &demcr);
    return e || (demcr & DEMCR_TRCENA) ? e : mem_ap_write32(mem, SCS_DEMCR, demcr | DEMCR_TRCENA);
}

enum err trace_units_find(const struct mem_ap *mem, struct trace_units_found *f)
{
    const struct {
        uint32_t addr;
        uint32_t *value;
    } rows[] = {
        {DWT_CTRL, &f->dwt_ctrl}, {ITM_TCR, &f->tcr},      {ITM_TER, &f->ter},
        {ITM_TPR, &f->tpr},       {TPIU_CSPSR, &f->cspsr}, {TPIU_ACPR, &f->acpr},
        {TPIU_SPPR, &f->sppr},    {TPIU_FFCR, &f->ffcr},
    };
    enum err e = mem_ap_read32(mem, SCS_DEMCR, &f->demcr);
    if (!e)
        e = switch_on(mem);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0] && !e; i++)
        e = mem_ap_read32(mem, rows[i].addr, rows[i].value);
    return e;
}

enum err trace_units_set_sink(const struct mem_ap *mem, uint32_t divisor)
{
    const struct word words[] = {
        {TPIU_CSPSR, 1},
        {TPIU_ACPR, divisor - 1},
        {TPIU_SPPR, SPPR_UART},
        {TPIU_FFCR, FFCR_FORMATTER_OFF},
    };
    return WRITE_WORDS(mem, words);
}

static uint32_t dwt_bits(uint32_t ctrl, bool events)
{
    uint32_t bits = (ctrl & ~CTRL_SYNCTAP_MASK) | CTRL_CYCCNTENA | CTRL_SYNCTAP_24;
    if (events)
        bits |= CTRL_EXCTRCENA | CTRL_PCSAMPLENA | CTRL_CYCTAP | CTRL_POSTPRESET;
    return bits;
}

static uint32_t tcr_bits(uint32_t tcr, bool events)
{
    uint32_t bits = (tcr & ~TCR_BUSY) | TCR_ITMENA | TCR_SYNCENA;
    if (!TCR_SOURCE(tcr))
        bits |= TCR_SOURCE_1;
    return bits | (events ? TCR_TSENA | TCR_TXENA : 0);
}

enum err trace_units_set(const struct mem_ap *mem, const struct trace_units_config *c)
{
    uint32_t ctrl, tcr, ter;
    enum err e = switch_on(mem);
    if (e || (e = mem_ap_read32(mem, DWT_CTRL, &ctrl)) || (e = mem_ap_read32(mem, ITM_TCR, &tcr)) ||
        (e = mem_ap_read32(mem, ITM_TER, &ter)) || (e = trace_units_set_sink(mem, c->divisor)))
        return e;
    // TCR and the privileges of ports may only change while the ITM is off.
    const struct word words[] = {
        {ITM_LAR, ITM_LAR_KEY},
        {ITM_TCR, tcr & ~(TCR_ITMENA | TCR_BUSY)},
        {ITM_TPR, 0},
        {ITM_TER, c->keep_ports && ter ? ter : ALL_PORTS},
        {DWT_CTRL, dwt_bits(ctrl, c->events)},
        {ITM_TCR, tcr_bits(tcr, c->events)},
    };
    return WRITE_WORDS(mem, words);
}

enum err trace_units_read_sink(const struct mem_ap *mem, struct trace_units_sink *s)
{
    uint32_t acpr, sppr, ffcr;
    enum err e = mem_ap_read32(mem, TPIU_ACPR, &acpr);
    if (e || (e = mem_ap_read32(mem, TPIU_SPPR, &sppr)) ||
        (e = mem_ap_read32(mem, TPIU_FFCR, &ffcr)))
        return e;
    s->divisor = (acpr & ACPR_MASK) + 1;
    s->uart = (sppr & 3) == SPPR_UART;
    s->formatted = ffcr & FFCR_ENFCONT;
    return ERR_OK;
}

enum err trace_units_put_back(const struct mem_ap *mem, const struct trace_units_found *f)
{
    const struct word words[] = {
        {ITM_LAR, ITM_LAR_KEY},  {ITM_TCR, f->tcr & ~(TCR_ITMENA | TCR_BUSY)},
        {ITM_TPR, f->tpr},       {ITM_TER, f->ter},
        {DWT_CTRL, f->dwt_ctrl}, {TPIU_CSPSR, f->cspsr},
        {TPIU_ACPR, f->acpr},    {TPIU_SPPR, f->sppr},
        {TPIU_FFCR, f->ffcr},    {ITM_TCR, f->tcr & ~TCR_BUSY},
    };
    return WRITE_WORDS(mem, words);
}

static bool sends_packets(uint32_t function)
{
    const uint32_t f = FUNCTION_OF(function);
    return (f >= 1 && f <= 3) || f >= 12;
}

enum err trace_units_read_sources(const struct mem_ap *mem, unsigned *sends, unsigned *source)
{
    uint32_t ctrl, tcr, function;
    enum err e = mem_ap_read32(mem, ITM_TCR, &tcr);
    if (e || (e = mem_ap_read32(mem, DWT_CTRL, &ctrl)))
        return e;
    bool hardware = ctrl & CTRL_EVENTS_MASK;
    for (unsigned i = 0; i < CTRL_COMPARATORS(ctrl) && !hardware && !e; i++) {
        e = mem_ap_read32(mem, DWT_FUNCTION(i), &function);
        hardware = !e && sends_packets(function);
    }
    *source = TCR_SOURCE(tcr);
    *sends = (tcr & TCR_TSENA ? ITM_SENDS_TIME : 0) |
             (tcr & TCR_GTSFREQ_MASK ? ITM_SENDS_GLOBAL : 0) |
             (tcr & TCR_TXENA && hardware ? ITM_SENDS_HARDWARE : 0);
    return e;
}

enum err trace_units_has_cycles(const struct mem_ap *mem, bool *there)
{
    uint32_t ctrl;
    enum err e = mem_ap_read32(mem, DWT_CTRL, &ctrl);
    *there = !e && !(ctrl & CTRL_NOCYCCNT);
    return e;
}

enum err trace_units_read_cycles(const struct mem_ap *mem, uint32_t *cycles)
{
    return mem_ap_read32(mem, DWT_CYCCNT, cycles);
}
