// SPDX-License-Identifier: MIT
// The inside of the flash controller: fpec.c (registers and locks), fpec_cells.c (the main flash)
// and fpec_options.c (the option bytes) are one part. Nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_FPEC_H
#define SWDLINK_SIM_PARTS_FPEC_H

#include "sim/chip/part.h"
#include "sim/parts/key_lock.h"
#include "sim/parts/parts.h"

// What the flash is doing. It happens at the end of its time, so that a cut in between leaves a
// mess.
enum sim_flash_job {
    SIM_FLASH_IDLE,
    SIM_FLASH_PROGRAM,
    SIM_FLASH_ERASE_PAGE,
    SIM_FLASH_ERASE_ALL,
    SIM_FLASH_PROGRAM_OPTION,
    SIM_FLASH_ERASE_OPTIONS,
    SIM_FLASH_UNPROTECT, // erases everything, then programs RDP with level 0
};

struct sim_fpec {
    struct sim_part *part;
    struct sim_memory *flash, *options;
    uint32_t first, size; // of the flash, what this controller is for
    uint32_t acr, cr, sr, ar;
    struct sim_key_lock lock, option_lock; // of FLASH_CR, and of its OPTWRE

    // The job under way.
    enum sim_flash_job job;
    uint32_t addr;
    uint16_t value;
    uint64_t mass_end_ns; // of SIM_FLASH_UNPROTECT: when the erase gives way to the programming
    uint64_t done_ns;
    struct sim_timer done;

    // The option bytes as loaded last (RM0091, 3.3.1 and 4): what counts.
    unsigned rdp_level;
    uint8_t user;
    uint32_t obr, wrpr;
    bool flash_empty; // the empty check flag (2.5)
};

#define FLASH_SR_BSY      (1u << 0)
#define FLASH_SR_PGERR    (1u << 2)
#define FLASH_SR_WRPRTERR (1u << 4)
#define FLASH_SR_EOP      (1u << 5)

// fpec.c
bool sim_fpec_is_second(const struct sim_fpec *f); // of two controllers: it has no option bytes
bool sim_fpec_is_f1(const struct sim_fpec *f);
bool sim_fpec_may_program(const struct sim_fpec *f);         // PG, unlocked
bool sim_fpec_may_program_options(const struct sim_fpec *f); // OPTPG, OPTWRE, unlocked
void sim_fpec_flag(struct sim_fpec *f, uint32_t sr_bits);
void sim_fpec_done(struct sim_fpec *f); // a job has ended

// fpec_cells.c
void sim_flash_create(struct sim_fpec *f);
bool sim_flash_is_busy(const struct sim_fpec *f);
// Read protection keeps flash out of reach, for every master.
bool sim_flash_is_blocked(const struct sim_fpec *f);
bool sim_flash_is_write_protected(const struct sim_fpec *f, uint32_t addr);
void sim_flash_begin(struct sim_fpec *f, enum sim_flash_job job, uint32_t addr, uint16_t value);
enum sim_bus_status sim_flash_stall(struct sim_fpec *f);
sim_signal_level_fn sim_flash_level_busy, sim_flash_level_closed;
// Reset or the loss of power in the middle of a job; what it worked on is then undefined.
sim_signal_heard_fn sim_flash_hear_cut;

// fpec_options.c
void sim_options_create(struct sim_fpec *f);
void sim_options_erase(struct sim_fpec *f); // OPTER and STRT
sim_signal_level_fn sim_options_level_empty, sim_options_level_rdp, sim_options_level_option,
    sim_options_level_wrp;
sim_signal_heard_fn sim_options_hear_reload, sim_options_hear_rdp;

#endif
