// SPDX-License-Identifier: MIT
// The inside of the flash controller for double words (RM0444, 3; RM0490, 4; RM0503, 3):
// flash_dw.c has the registers and locks, flash_dw_erase.c what STRT starts, flash_dw_program.c the
// writes to flash, flash_dw_row.c those of a row, flash_dw_cells.c the jobs and the reads,
// flash_dw_guard.c what is protected, flash_dw_options.c the options. They are one part; nobody
// else includes this. Sections in comments are those of RM0490 where nothing else is said.
#ifndef SWDLINK_SIM_PARTS_FLASH_DW_H
#define SWDLINK_SIM_PARTS_FLASH_DW_H

#include "sim/chip/part.h"
#include "sim/parts/key_lock.h"
#include "sim/parts/parts.h"

#define SIM_DW_SIZE 8u

enum sim_dw_job {
    SIM_DW_IDLE,
    SIM_DW_PROGRAM,
    SIM_DW_ERASE,     // a page, a bank or all: offset and length
    SIM_DW_OPTIONS,   // erases and programs all option words
    SIM_DW_UNPROTECT, // erases what the fall to level 0 erases, then as SIM_DW_OPTIONS
    SIM_DW_ROW,       // one double word of a row
};

struct sim_flash_dw {
    struct sim_part *part;
    const struct sim_flash_dw_config *config;
    struct sim_memory *flash, *options;
    struct sim_memory *otp, *sram2; // NULL: there is none, or nothing guards it
    uint32_t acr, cr, sr, eccr;
    struct sim_key_lock lock, option_lock;

    // The first word of a double word, and that it is there. Of a write that nothing will come of,
    // too: CFGBSY stays up until the second one.
    struct sim_memory *first_in;
    uint32_t first_offset, first_word;
    bool has_first;

    enum sim_dw_job job;
    struct sim_memory *in;   // what is programmed: flash or otp
    uint32_t offset, length; // in it
    uint32_t word[2];        // SIM_DW_PROGRAM and SIM_DW_ROW
    uint64_t erase_end_ns;   // of SIM_DW_UNPROTECT
    uint64_t done_ns;
    struct sim_timer done;

    // Rows. row_next is behind the last double word that came, row_left how many are still to come.
    bool row_open[2];     // of each bank: erased so that rows may be programmed
    uint32_t row_last[2]; // and behind the last double word of a row since; 0: none
    uint32_t row_next, row_left;
    bool row_waits; // the next double word is complete
    uint32_t next_word[2];

    unsigned spoilt; // units whose check bits do not fit
    // Options: as loaded, and as written to the registers since.
    uint32_t loaded[SIM_OPTION_WORDS], written[SIM_OPTION_WORDS];
    bool mismatch, rdp_mismatch, was_loaded;
    bool secured[2]; // SEC_PROT of each bank
    bool empty;
};

#define DW_SR_EOP     (1u << 0)
#define DW_SR_OPERR   (1u << 1)
#define DW_SR_PROGERR (1u << 3)
#define DW_SR_WRPERR  (1u << 4)
#define DW_SR_PGAERR  (1u << 5)
#define DW_SR_SIZERR  (1u << 6)
#define DW_SR_PGSERR  (1u << 7)
#define DW_SR_MISSERR (1u << 8)
#define DW_SR_FASTERR (1u << 9)
#define DW_SR_RDERR   (1u << 14)
#define DW_SR_OPTVERR (1u << 15)
#define DW_SR_BSY1    (1u << 16)
#define DW_SR_BSY2    (1u << 17) // or PEMPTY
#define DW_SR_CFGBSY  (1u << 18)
#define DW_SR_FAILED                                                                               \
    (DW_SR_PROGERR | DW_SR_WRPERR | DW_SR_PGAERR | DW_SR_SIZERR | DW_SR_PGSERR | DW_SR_MISSERR |   \
     DW_SR_FASTERR)

#define DW_CR_PG        (1u << 0)
#define DW_CR_PER       (1u << 1)
#define DW_CR_MER1      (1u << 2)
#define DW_CR_STRT      (1u << 16)
#define DW_CR_OPTSTRT   (1u << 17)
#define DW_CR_FSTPG     (1u << 18)
#define DW_CR_EOPIE     (1u << 24)
#define DW_CR_ERRIE     (1u << 25)
#define DW_CR_RDERRIE   (1u << 26)
#define DW_CR_OBL       (1u << 27)
#define DW_CR_SEC_PROT  (1u << 28)
#define DW_CR_SEC_PROT2 (1u << 29)
#define DW_CR_OPTLOCK   (1u << 30)
#define DW_CR_LOCK      (1u << 31)

// flash_dw.c
void sim_dw_fail(struct sim_flash_dw *f,
                 uint32_t sr_bits); // an operation that was refused or failed
void sim_dw_flag(struct sim_flash_dw *f, uint32_t sr_bits);
static inline bool sim_dw_is_busy(const struct sim_flash_dw *f)
{
    return f->job != SIM_DW_IDLE;
}

// flash_dw_erase.c: FLASH_CR.STRT. A fault where the secured area is meant.
enum sim_bus_status sim_dw_start_erase(struct sim_flash_dw *f);

// flash_dw_program.c: a write to the flash or what can be programmed once.
enum sim_bus_status sim_dw_write(struct sim_flash_dw *f, struct sim_memory *in, uint32_t offset,
                                 unsigned size, uint32_t value);
// What forbids programming there, or 0: of FLASH_SR, noted as a violation.
uint32_t sim_dw_refusal(struct sim_flash_dw *f, const struct sim_memory *in, uint32_t offset,
                        unsigned size);

// flash_dw_row.c
enum sim_bus_status sim_dw_write_row(struct sim_flash_dw *f, uint32_t offset, unsigned size,
                                     uint32_t value);
void sim_dw_end_row(struct sim_flash_dw *f, uint32_t sr_bits); // with errors, or 0
void sim_dw_row_word_done(struct sim_flash_dw *f);

// flash_dw_cells.c
void sim_dw_create_cells(struct sim_flash_dw *f);
void sim_dw_begin(struct sim_flash_dw *f, enum sim_dw_job job, struct sim_memory *in,
                  uint32_t offset, uint32_t length, uint64_t ns);
void sim_dw_end(struct sim_flash_dw *f);
void sim_dw_count_mass_erase(struct sim_flash_dw *f, uint32_t offset, uint32_t length);
enum sim_bus_status sim_dw_stall(struct sim_flash_dw *f);
// As the program sees it while the banks are not swapped.
uint32_t sim_dw_address(const struct sim_flash_dw *f, const struct sim_memory *in, uint32_t offset);
sim_signal_level_fn sim_dw_level_busy, sim_dw_level_closed;
sim_signal_heard_fn sim_dw_hear_cut;

// flash_dw_guard.c
bool sim_dw_has_two_banks(const struct sim_flash_dw *f);
unsigned sim_dw_bank_of(const struct sim_flash_dw *f, uint32_t offset); // of a cell: 0 or 1
uint32_t sim_dw_bank_size(const struct sim_flash_dw *f);
uint32_t sim_dw_page_size(const struct sim_flash_dw *f);
uint32_t sim_dw_pcrop_unit(const struct sim_flash_dw *f);
bool sim_dw_has_hole(const struct sim_flash_dw *f); // between the banks
bool sim_dw_is_swapped(const struct sim_flash_dw *f);
unsigned sim_dw_rdp_level(const struct sim_flash_dw *f);
bool sim_dw_is_blocked(const struct sim_flash_dw *f); // by read protection
// Of the securable area of a bank, in bytes from its start on.
uint32_t sim_dw_secure_size(const struct sim_flash_dw *f, unsigned bank);
bool sim_dw_is_secret(const struct sim_flash_dw *f, uint32_t offset); // in the secured area
bool sim_dw_is_execute_only(const struct sim_flash_dw *f, uint32_t offset);
bool sim_dw_has_execute_only(const struct sim_flash_dw *f);
// Pages that are the second core's alone.
bool sim_dw_has_cpu2_pages(const struct sim_flash_dw *f);
bool sim_dw_is_of_cpu2(const struct sim_flash_dw *f, uint32_t offset);
// A page of which some part is protected against writing.
bool sim_dw_is_write_protected(const struct sim_flash_dw *f, uint32_t offset);
sim_signal_level_fn sim_dw_level_swapped, sim_dw_level_boots_bank2;

// flash_dw_options.c
void sim_dw_create_options(struct sim_flash_dw *f);
void sim_dw_start_options(struct sim_flash_dw *f); // OPTSTRT
void sim_dw_program_options(struct sim_flash_dw *f);
uint32_t sim_dw_unused_bits(const struct sim_flash_dw *f, unsigned word); // as ST delivers them
int sim_dw_option_word(const struct sim_flash_dw *f, uint32_t reg); // negative: no such register
sim_signal_level_fn sim_dw_level_empty, sim_dw_level_rdp, sim_dw_level_option,
    sim_dw_level_nrst_mode, sim_dw_level_debug_closed;
sim_signal_heard_fn sim_dw_hear_reload, sim_dw_hear_rdp;

#endif
