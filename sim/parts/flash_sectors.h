// SPDX-License-Identifier: MIT
// The inside of the flash controller with sectors of several sizes and a choice of parallelism
// (STM32F2, F4 and F7): flash_sectors.c (registers and locks), flash_sectors_erase.c,
// flash_sectors_cells.c (what the bus sees, programming, cuts), flash_sectors_cache.c and
// flash_sectors_options.c are one part. Nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_FLASH_SECTORS_H
#define SWDLINK_SIM_PARTS_FLASH_SECTORS_H

#include "sim/chip/part.h"
#include "sim/parts/key_lock.h"
#include "sim/parts/parts.h"
#include "sim/parts/read_protection.h"

// What the flash is doing. It happens at the end of its time, so that a cut in between leaves a
// mess.
enum sim_sectors_job {
    SIM_SECTORS_IDLE,
    SIM_SECTORS_PROGRAM,
    SIM_SECTORS_ERASE,
    SIM_SECTORS_OPTIONS,
    SIM_SECTORS_UNPROTECT, // erases everything, then programs the options
};

#define SIM_SECTORS_CACHE 1024u // bytes of the instruction cache
#define SECTORS_OPTCRS    3u

struct sim_flash_sectors {
    struct sim_part *part;
    const struct sim_flash_sectors_config *config;
    struct sim_memory *flash, *options, *otp;
    uint32_t acr, cr, sr;
    // OPTCR, OPTCR1 and OPTCR2 as written last, without the lock and the start bit.
    uint32_t optcr[SECTORS_OPTCRS];
    struct sim_key_lock lock, option_lock;

    // The job under way: bytes of a memory.
    enum sim_sectors_job job;
    struct sim_memory *in;
    uint32_t offset, length;
    uint32_t value;
    bool is_weak;          // the supply is too low for the parallelism: what it leaves is chance
    uint64_t erase_end_ns; // of SIM_SECTORS_UNPROTECT: when the erase gives way
    uint64_t done_ns;
    struct sim_timer done;

    // What the instruction cache holds of the flash; stale: and the cells no longer do.
    uint8_t cache[SIM_SECTORS_CACHE];
    uint32_t cache_at, cache_line; // where that is; the line that was fetched last elsewhere
    unsigned cache_lines;          // that nothing has replaced
    bool cache_is_stale;

    // The option bytes as programmed last, which is what protects sectors, and as the last reset
    // loaded them.
    uint32_t programmed[SECTORS_OPTCRS], loaded[SECTORS_OPTCRS];
    unsigned rdp_level;
};

#define SECTORS_SR_EOP    (1u << 0)
#define SECTORS_SR_OPERR  (1u << 1)
#define SECTORS_SR_WRPERR (1u << 4)
#define SECTORS_SR_PGPERR (1u << 6)
#define SECTORS_SR_PGSERR (1u << 7)
#define SECTORS_SR_RDERR  (1u << 8)
#define SECTORS_SR_BSY    (1u << 16)
#define SECTORS_ACR_ICEN  (1u << 9)
#define SECTORS_CR_PG     (1u << 0)
#define SECTORS_CR_SER    (1u << 1)
#define SECTORS_CR_MER    (1u << 2)
#define SECTORS_CR_MER1   (1u << 15)
#define SECTORS_CR_STRT   (1u << 16)

#define SECTORS_BOR        0x0000000cu // of OPTCR
#define SECTORS_BFB2       (1u << 4)
#define SECTORS_WDG_SW     (1u << 5)
#define SECTORS_NRST_STOP  (1u << 6)
#define SECTORS_NRST_STDBY (1u << 7)
#define SECTORS_DB1M       (1u << 30)
#define SECTORS_SPRMOD     (1u << 31)
#define SECTORS_WWDG_SW    (1u << 4) // of an STM32F7, where these two are, too
#define SECTORS_NDBANK     (1u << 29)
#define SECTORS_IWDG_STDBY (1u << 30)
#define SECTORS_IWDG_STOP  (1u << 31)
#define SECTORS_PCROP_RDP  (1u << 31) // of OPTCR2

// flash_sectors.c
void sim_sectors_flag(struct sim_flash_sectors *f, uint32_t sr_bits);
// An operation is refused: its flag, and OPERR for those who want interrupts.
void sim_sectors_fail(struct sim_flash_sectors *f, uint32_t sr_bits);
unsigned sim_sectors_psize(const struct sim_flash_sectors *f); // 0 to 3: bytes as a power of two

// flash_sectors_erase.c
struct sim_sector {
    unsigned number; // as the protection bits count: 12 is the first one of the second bank
    uint32_t offset, size;
};
uint32_t sim_sectors_small(const struct sim_flash_sectors *f); // the size of the smallest ones
bool sim_sectors_has_two_banks(const struct sim_flash_sectors *f);
unsigned sim_sectors_bank_of(const struct sim_flash_sectors *f, uint32_t offset);
struct sim_sector sim_sectors_at(const struct sim_flash_sectors *f, uint32_t offset);
void sim_sectors_start_erase(struct sim_flash_sectors *f);
uint64_t sim_sectors_mass_ns(const struct sim_flash_sectors *f);
uint64_t sim_sectors_erase_ns(const struct sim_flash_sectors *f, uint32_t size);
void sim_sectors_count_erase(struct sim_flash_sectors *f, uint32_t offset, uint32_t length);

// flash_sectors_cells.c
void sim_sectors_create_cells(struct sim_flash_sectors *f);
static inline bool sim_sectors_is_busy(const struct sim_flash_sectors *f)
{
    return f->job != SIM_SECTORS_IDLE;
}
bool sim_sectors_is_blocked(const struct sim_flash_sectors *f); // by read protection
void sim_sectors_begin(struct sim_flash_sectors *f, enum sim_sectors_job job, struct sim_memory *in,
                       uint32_t offset, uint32_t length, uint64_t ns);
enum sim_bus_status sim_sectors_stall(struct sim_flash_sectors *f);
sim_signal_level_fn sim_sectors_level_busy, sim_sectors_level_closed;
// Reset or the loss of power in the middle of a job; what it worked on is then undefined.
sim_signal_heard_fn sim_sectors_hear_cut;

// flash_sectors_cache.c
void sim_sectors_keep_cache(struct sim_flash_sectors *f);    // before the flash changes
void sim_sectors_compare_cache(struct sim_flash_sectors *f); // and when it has
void sim_sectors_forget_cache(struct sim_flash_sectors *f);
// A fetch of the core; false: the cells have it.
bool sim_sectors_fetch_cached(struct sim_flash_sectors *f, uint32_t cell, unsigned size,
                              uint32_t *value);

// flash_sectors_options.c
void sim_sectors_create_options(struct sim_flash_sectors *f);
bool sim_sectors_is_write_protected(const struct sim_flash_sectors *f, unsigned sector);
bool sim_sectors_is_execute_only(const struct sim_flash_sectors *f, unsigned sector);
bool sim_sectors_has_execute_only(const struct sim_flash_sectors *f);
// The way from level 1 to level 0 leaves this sector as it is (PCROP_RDP of an STM32F7).
bool sim_sectors_outlives_unprotecting(const struct sim_flash_sectors *f, unsigned sector);
void sim_sectors_start_options(struct sim_flash_sectors *f); // OPTSTRT
void sim_sectors_program_options(struct sim_flash_sectors *f);
sim_signal_level_fn sim_sectors_level_rdp, sim_sectors_level_option, sim_sectors_level_boots_bank2,
    sim_sectors_level_boot_address;
sim_signal_heard_fn sim_sectors_hear_reload, sim_sectors_hear_rdp;

#endif
