// SPDX-License-Identifier: MIT
#include "sim/wire/swdp.h"

#include <limits.h>

#define LINE_RESET_ONES 50u
enum { ACK_OK = 1, ACK_WAIT = 2, ACK_FAULT = 4 };

#define CTRL_POWER_REQ (1u << 30 | 1u << 28)
#define CTRL_WDATAERR  (1u << 7)
#define CTRL_READOK    (1u << 6)
#define CTRL_STICKYERR (1u << 5)
#define CTRL_STICKYCMP (1u << 4)
#define CTRL_ORUN      (1u << 1)
#define CTRL_DETECT    (1u << 0) // of overruns: ORUNDETECT
#define CTRL_STICKY    (CTRL_WDATAERR | CTRL_STICKYERR | CTRL_STICKYCMP | CTRL_ORUN)

enum { BANK_CTRL_STAT = 0, BANK_DLCR = 1 }; // of address 4 (SELECT.DPBANKSEL)

// Request bits after the start bit: APnDP, RnW, A[3:2], parity, stop, park.
#define REQ_AP(r)   ((r) >> 1 & 1)
#define REQ_READ(r) ((r) >> 2 & 1)
#define REQ_ADDR(r) ((r) >> 1 & 0xcu)

static unsigned ap_count(const struct sim_swdp *dp)
{
    return dp->aps ? dp->aps : 1;
}

static struct sim_memap *used_ap(const struct sim_swdp *dp)
{
    return &dp->ap[dp->used];
}

// The AP that SELECT says, for an access. False: there is none.
static bool use_selected_ap(struct sim_swdp *dp)
{
    unsigned n = dp->select >> 24;
    if (n >= ap_count(dp))
        return false;
    dp->used = n;
    return true;
}

void sim_swdp_power_on(struct sim_swdp *dp)
{
    dp->phase = SWDP_LOCKED;
    dp->ones = 0;
    dp->fresh = false;
    dp->select = dp->ctrl_stat = dp->last_read = 0;
    dp->turnaround = 1;
    dp->since_write = UINT_MAX;
    for (unsigned i = 0; i < ap_count(dp); i++)
        sim_memap_reset(&dp->ap[i]);
    dp->used = 0;
}

static bool parity(uint32_t v)
{
    return __builtin_parity(v);
}

// ---- registers ----------------------------------------------------------------------------------

static uint32_t read_ctrl_stat(const struct sim_swdp *dp)
{
    // The power-up requests are acknowledged at once: bits 31 and 29 follow 30 and 28.
    return dp->ctrl_stat | (dp->ctrl_stat & CTRL_POWER_REQ) << 1;
}

static bool powered_up(const struct sim_swdp *dp)
{
    return (dp->ctrl_stat & CTRL_POWER_REQ) == CTRL_POWER_REQ;
}

static void collect_fault(struct sim_swdp *dp)
{
    if (!used_ap(dp)->fault)
        return;
    used_ap(dp)->fault = false;
    dp->ctrl_stat |= CTRL_STICKYERR;
}

// DPIDR, CTRL/STAT and ABORT answer always (B4.2.4).
static bool always_answers(uint8_t request)
{
    if (REQ_AP(request))
        return false;
    return REQ_ADDR(request) == 0 || (REQ_READ(request) && REQ_ADDR(request) == 4);
}

static bool reads_result(uint8_t request)
{
    return REQ_READ(request) && (REQ_AP(request) || REQ_ADDR(request) == 0xc);
}

static bool is_ap_write(uint8_t request)
{
    return REQ_AP(request) && !REQ_READ(request);
}

static bool is_select_write(uint8_t request)
{
    return !REQ_AP(request) && !REQ_READ(request) && REQ_ADDR(request) == 8;
}

// Behind an access that the bus stalls, whatever needs the AP waits, and SELECT, which would lead
// it elsewhere. Some ports also need a while behind each AP write; the next write is taken
// meanwhile. That RDBUFF waits there, too, is not in any capture: nobody reads it behind a write.
static bool must_wait(struct sim_swdp *dp)
{
    uint8_t r = dp->request;
    if (!reads_result(r) && !is_ap_write(r) && !is_select_write(r))
        return false;
    if (!is_ap_write(r) && dp->since_write < sim_memap_kind(used_ap(dp))->write_cycles)
        return true;
    return !sim_memap_ready(used_ap(dp));
}

static uint8_t choose_ack(struct sim_swdp *dp)
{
    collect_fault(dp);
    if (always_answers(dp->request))
        return ACK_OK;
    if (must_wait(dp)) {
        dp->account->swd_waits++;
        if (dp->ctrl_stat & CTRL_DETECT)
            dp->ctrl_stat |= CTRL_ORUN;
        return ACK_WAIT;
    }
    collect_fault(dp);
    if (dp->ctrl_stat & CTRL_STICKY)
        return ACK_FAULT;
    if (REQ_AP(dp->request) && !powered_up(dp)) {
        sim_account_violation(dp->account, "access port used before CSYSPWRUPACK and CDBGPWRUPACK");
        dp->ctrl_stat |= CTRL_STICKYERR;
        return ACK_FAULT;
    }
    return ACK_OK;
}

static uint8_t ap_register(const struct sim_swdp *dp)
{
    return (uint8_t)((dp->select & 0xf0) | REQ_ADDR(dp->request));
}

// What stands where the result stood: zero, and behind a write to BD2 or BD3 the identification
// register that has the same place in its bank. An nRF51822 showed BASE and IDR so, in the two
// reads of its captures that follow such a write.
static void forget_result(struct sim_swdp *dp)
{
    if (!sim_memap_kind(used_ap(dp))->forgets_result)
        return;
    bool write = is_ap_write(dp->request);
    used_ap(dp)->result = write && ap_register(dp) == 0x18   ? sim_memap_base(used_ap(dp))
                          : write && ap_register(dp) == 0x1c ? sim_memap_idr(used_ap(dp))
                                                             : 0;
}

static uint32_t take_result(struct sim_swdp *dp)
{
    uint32_t result = used_ap(dp)->result;
    forget_result(dp);
    return result;
}

static uint32_t read_dp(struct sim_swdp *dp)
{
    switch (REQ_ADDR(dp->request)) {
    case 0x0:
        dp->fresh = false;
        return sim_chip_identity(dp->ap->chip)->dpidr;
    case 0x4:
        switch (dp->select & 15) {
        case BANK_CTRL_STAT:
            return read_ctrl_stat(dp);
        case BANK_DLCR:
            return (dp->turnaround - 1) << 8;
        default:
            return 0;
        }
    case 0x8: // RESEND
        return dp->last_read;
    default:
        return take_result(dp);
    }
}

// An AP read delivers the result of the one before it (B2.2.7).
static uint32_t read_ap(struct sim_swdp *dp)
{
    uint32_t before = used_ap(dp)->result;
    if (use_selected_ap(dp))
        sim_memap_read(used_ap(dp), ap_register(dp));
    else
        used_ap(dp)->result = 0; // there is no such AP
    return before;
}

static void write_abort(struct sim_swdp *dp, uint32_t v)
{
    if (v & 1) { // DAPABORT
        used_ap(dp)->busy = false;
        used_ap(dp)->ready_ns = 0;
        used_ap(dp)->fault = false;
    }
    if (v & 2)
        dp->ctrl_stat &= ~CTRL_STICKYCMP;
    if (v & 4)
        dp->ctrl_stat &= ~CTRL_STICKYERR;
    if (v & 8)
        dp->ctrl_stat &= ~CTRL_WDATAERR;
    if (v & 16)
        dp->ctrl_stat &= ~CTRL_ORUN;
}

static void write_register(struct sim_swdp *dp, uint32_t v)
{
    if (REQ_AP(dp->request)) {
        forget_result(dp);
        dp->since_write = 0;
        if (use_selected_ap(dp))
            sim_memap_write(used_ap(dp), ap_register(dp), v);
        return;
    }
    switch (REQ_ADDR(dp->request)) {
    case 0x0:
        write_abort(dp, v);
        break;
    case 0x4:
        if ((dp->select & 15) == BANK_CTRL_STAT)
            dp->ctrl_stat = (dp->ctrl_stat & (CTRL_STICKY | CTRL_READOK)) |
                            (v & (CTRL_POWER_REQ | CTRL_DETECT));
        else if ((dp->select & 15) == BANK_DLCR)
            dp->turnaround = (v >> 8 & 3) + 1;
        break;
    case 0x8:
        dp->select = v;
        break;
    default:
        break;
    }
}

// ---- wire ---------------------------------------------------------------------------------------

bool sim_swdp_drives(const struct sim_swdp *dp, bool *level)
{
    if (dp->phase == SWDP_ACK) {
        *level = dp->ack >> dp->bit & 1;
        return true;
    }
    if (dp->phase == SWDP_DATA_OUT) {
        *level = dp->shift >> dp->bit & 1;
        return true;
    }
    return false;
}

static void enter_phase(struct sim_swdp *dp, enum sim_swdp_phase phase)
{
    dp->phase = phase;
    dp->bit = 0;
}

static void check_request(struct sim_swdp *dp)
{
    uint8_t r = dp->request;
    bool good = (r & 0xc1) == 0x81 && parity(r >> 1 & 15) == (r >> 5 & 1);
    // After a line reset DPIDR must be read first (B4.3.3).
    if (dp->fresh && !(!REQ_AP(r) && REQ_READ(r) && REQ_ADDR(r) == 0))
        good = false;
    enter_phase(dp, good ? SWDP_TURN_TO_TARGET : SWDP_LOCKED);
}

// With overrun detection the data phase comes whatever the acknowledge was (B1.2.3).
static bool has_data_phase(const struct sim_swdp *dp)
{
    return dp->ack == ACK_OK || dp->ctrl_stat & CTRL_DETECT;
}

static void after_ack(struct sim_swdp *dp)
{
    uint32_t v = 0;
    if (reads_result(dp->request))
        dp->ctrl_stat = (dp->ctrl_stat & ~CTRL_READOK) | (dp->ack == ACK_OK ? CTRL_READOK : 0);
    if (!has_data_phase(dp) || !REQ_READ(dp->request)) {
        enter_phase(dp, SWDP_TURN_TO_HOST);
        return;
    }
    if (dp->ack == ACK_OK)
        v = REQ_AP(dp->request) ? read_ap(dp) : read_dp(dp);
    if (dp->ack == ACK_OK && reads_result(dp->request))
        dp->last_read = v;
    dp->shift = v | (uint64_t)parity(v) << 32;
    enter_phase(dp, SWDP_DATA_OUT);
}

static void take_write(struct sim_swdp *dp)
{
    uint32_t v = (uint32_t)dp->shift;
    bool taken = dp->ack == ACK_OK; // or it is the data of a packet that was refused
    if (taken && (dp->shift >> 32 & 1) != parity(v))
        dp->ctrl_stat |= CTRL_WDATAERR;
    else if (taken)
        write_register(dp, v);
    enter_phase(dp, SWDP_IDLE);
}

static void count_ones(struct sim_swdp *dp, bool level)
{
    dp->ones = level ? dp->ones + 1 : 0;
    if (dp->ones < LINE_RESET_ONES)
        return;
    enter_phase(dp, SWDP_LOCKED); // becomes idle with the first low bit
    dp->fresh = true;
    dp->select = 0;
    dp->turnaround = 1;
}

void sim_swdp_cycle(struct sim_swdp *dp, bool level)
{
    bool was_reset = dp->ones >= LINE_RESET_ONES;
    bool ignored;
    dp->since_write += dp->since_write < UINT_MAX;
    if (!sim_swdp_drives(dp, &ignored))
        count_ones(dp, level);
    switch (dp->phase) {
    case SWDP_LOCKED:
        if (was_reset && !level)
            enter_phase(dp, SWDP_IDLE);
        break;
    case SWDP_IDLE:
        if (level) {
            enter_phase(dp, SWDP_REQUEST);
            dp->request = 1;
            dp->bit = 1;
        }
        break;
    case SWDP_REQUEST:
        dp->request |= (uint8_t)(level << dp->bit);
        if (++dp->bit == 8)
            check_request(dp);
        break;
    case SWDP_TURN_TO_TARGET:
        if (++dp->bit < dp->turnaround)
            break;
        dp->ack = choose_ack(dp);
        enter_phase(dp, SWDP_ACK);
        break;
    case SWDP_ACK:
        if (++dp->bit == 3)
            after_ack(dp);
        break;
    case SWDP_DATA_OUT:
        if (++dp->bit == 33)
            enter_phase(dp, SWDP_TURN_TO_HOST);
        break;
    case SWDP_TURN_TO_HOST:
        if (++dp->bit < dp->turnaround)
            break;
        enter_phase(dp, has_data_phase(dp) && !REQ_READ(dp->request) ? SWDP_DATA_IN : SWDP_IDLE);
        dp->shift = 0;
        break;
    case SWDP_DATA_IN:
        dp->shift |= (uint64_t)level << dp->bit;
        if (++dp->bit == 33)
            take_write(dp);
        break;
    }
}
