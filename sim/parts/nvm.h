// SPDX-License-Identifier: MIT
// The inside of the NVM controller: nvm.c (registers and locks), nvm_cells.c (what the bus sees of
// the program memory, the data EEPROM and the system memory), nvm_jobs.c (what happens to cells
// over time) and nvm_options.c (the option words) are one part. Nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_NVM_H
#define SWDLINK_SIM_PARTS_NVM_H

#include "sim/chip/part.h"
#include "sim/parts/key_lock.h"
#include "sim/parts/parts.h"

#define SIM_NVM_HALF_PAGE_WORDS 32u // at most
#define SIM_NVM_BANKS           2u
#define SIM_NVM_WRPRS           4u

// What is done to cells. It happens at the end of its time, so that a cut in between leaves a mess.
enum sim_nvm_job_kind {
    SIM_NVM_ERASE_PAGE,
    SIM_NVM_PROGRAM,   // words of the program memory
    SIM_NVM_WRITE,     // a word of the data EEPROM or an option word, erased before if need be
    SIM_NVM_UNPROTECT, // erases program memory and data EEPROM, then writes the option word RDP
};

struct sim_nvm_job {
    enum sim_nvm_job_kind kind;
    struct sim_memory *memory;
    uint32_t offset; // in the memory's cells, wherever the banks are mapped
    unsigned words;
    uint32_t word[SIM_NVM_HALF_PAGE_WORDS];
    unsigned bank;
};

struct sim_nvm {
    struct sim_part *part;
    struct sim_memory *flash, *eeprom, *options, *system, *factory;
    uint32_t acr, pecr, sr; // pecr: without the locks
    // Of FLASH_PECR and the data EEPROM, of the program memory, of the option words, of RUN_PD.
    struct sim_key_lock pe_lock, prg_lock, opt_lock, pd_lock;

    // The jobs under way: two in parallel where there are two banks (PARALLELBANK).
    struct sim_nvm_job job[SIM_NVM_BANKS];
    unsigned jobs;
    uint64_t done_ns;
    uint64_t mass_end_ns; // of SIM_NVM_UNPROTECT: when the erase gives way to the option word
    struct sim_timer done;

    // What has been written of half-pages, or of a pair of pages, that is not complete yet.
    struct sim_nvm_job load[SIM_NVM_BANKS];
    unsigned loads; // begun; 0: nothing is being loaded

    // The option words as loaded last: what counts.
    unsigned rdp_level;
    bool pcrop; // WPRMOD: the sectors' bits protect from reading, too
    uint32_t optr, wrprot[SIM_NVM_WRPRS];
    bool flash_empty; // the first word was erased
};

#define NVM_PECR_PROG     (1u << 3)
#define NVM_PECR_DATA     (1u << 4)
#define NVM_PECR_FIX      (1u << 8)
#define NVM_PECR_ERASE    (1u << 9)
#define NVM_PECR_FPRG     (1u << 10)
#define NVM_PECR_PARALLEL (1u << 15)
#define NVM_PECR_NZ_OFF   (1u << 23)
#define NVM_SR_BSY        (1u << 0)
#define NVM_SR_EOP        (1u << 1)
#define NVM_SR_WRPERR     (1u << 8)
#define NVM_SR_PGAERR     (1u << 9)
#define NVM_SR_SIZERR     (1u << 10)
#define NVM_SR_OPTVERR    (1u << 11)
#define NVM_SR_RDERR      (1u << 13)
#define NVM_SR_NOTZEROERR (1u << 16)
#define NVM_SR_FWWERR     (1u << 17)

// nvm.c
static inline const struct sim_nvm_config *sim_nvm_config_of(const struct sim_nvm *n)
{
    return n->part->config;
}
void sim_nvm_flag(struct sim_nvm *n, uint32_t sr_bits);

// nvm_cells.c
void sim_nvm_create_cells(struct sim_nvm *n);
bool sim_nvm_has_two_banks(const struct sim_nvm *n);
// Of a cell of program memory or data EEPROM; what else there is counts as the first one's.
uint32_t sim_nvm_second_bank(const struct sim_nvm *n, const struct sim_memory *m);
unsigned sim_nvm_bank_of(const struct sim_nvm *n, const struct sim_memory *m, uint32_t cell);
// Read protection keeps program memory and data EEPROM out of reach, for every master.
bool sim_nvm_is_blocked(const struct sim_nvm *n);
sim_signal_level_fn sim_nvm_level_closed;

// nvm_load.c: a write to the program memory, as FLASH_PECR says.
enum sim_bus_status sim_nvm_write_flash(struct sim_nvm *n, uint32_t offset, unsigned size,
                                        uint32_t value);
// A half-page that is being loaded is given up.
void sim_nvm_drop_loads(struct sim_nvm *n, uint32_t sr_bits, const char *reason);

// nvm_jobs.c
void sim_nvm_create_jobs(struct sim_nvm *n);
bool sim_nvm_is_busy(const struct sim_nvm *n);
bool sim_nvm_bank_is_busy(const struct sim_nvm *n, unsigned bank);
void sim_nvm_begin(struct sim_nvm *n, const struct sim_nvm_job *job, unsigned jobs);
enum sim_bus_status sim_nvm_stall(struct sim_nvm *n);
sim_signal_level_fn sim_nvm_level_busy;
// Reset or the loss of power in the middle of a job; what it worked on is then undefined.
sim_signal_heard_fn sim_nvm_hear_cut;

// nvm_options.c
void sim_nvm_create_options(struct sim_nvm *n);
bool sim_nvm_is_write_protected(const struct sim_nvm *n, uint32_t offset);
bool sim_nvm_is_pcrop(const struct sim_nvm *n, uint32_t offset);
sim_signal_level_fn sim_nvm_level_empty, sim_nvm_level_rdp, sim_nvm_level_option,
    sim_nvm_level_boots_bank2;
sim_signal_heard_fn sim_nvm_hear_reload, sim_nvm_hear_rdp;

#endif
