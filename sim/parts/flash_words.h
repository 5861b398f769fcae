// SPDX-License-Identifier: MIT
// The inside of the flash controller of the STM32H7 (RM0433, 4; RM0399, 4; RM0468, 4; RM0455, 5):
// flash words of 32 or 16 bytes with check bits, and up to two banks that work at the same time,
// each with registers of its own. flash_words.c has the registers and locks, flash_words_bank.c a
// bank's queue and what jobs leave, flash_words_program.c the write buffer, flash_words_erase.c
// what START starts, flash_words_cells.c what the bus sees, flash_words_guard.c what is protected,
// flash_words_options.c the options, flash_words_crc.c the CRC unit. They are one part; nobody else
// includes this. Sections in comments are those of RM0433 where nothing else is said.
#ifndef SWDLINK_SIM_PARTS_FLASH_WORDS_H
#define SWDLINK_SIM_PARTS_FLASH_WORDS_H

#include "sim/chip/part.h"
#include "sim/parts/key_lock.h"
#include "sim/parts/parts_h7.h"

#define SIM_WORDS_UNIT        32u         // bytes of the largest flash word
#define SIM_WORDS_BANK2       0x00100000u // from the start of the flash on, whatever its size is
#define SIM_WORDS_BANK_REGS   0x100u
#define SIM_WORDS_CRC_SECTORS 128u

enum sim_words_kind {
    SIM_WORDS_IDLE,
    SIM_WORDS_PROGRAM,   // a flash word
    SIM_WORDS_ERASE,     // a sector or the bank
    SIM_WORDS_UNPROTECT, // a bank erase that takes the bank's protection away with it
};

// An operation of a bank: what happens to its cells happens at the end of its time, so that a cut
// in between leaves a mess.
struct sim_words_job {
    enum sim_words_kind kind;
    struct sim_memory *in;   // the flash, or what can be programmed once
    uint32_t offset, length; // in it
    uint8_t data[SIM_WORDS_UNIT];
};

struct sim_flash_words;

struct sim_words_bank {
    struct sim_flash_words *f;
    unsigned number; // in silicon: the addresses may be exchanged
    uint32_t cr, sr, ecc_addr;
    struct sim_key_lock lock;

    // The write buffer: which bytes of which flash word have come, and from whom.
    struct sim_memory *buffer_in;
    uint32_t buffer_offset, strobes;
    uint8_t buffer[SIM_WORDS_UNIT];
    enum sim_master buffer_master;

    // What is being done, and what waits behind it.
    struct sim_words_job job, next;
    uint64_t done_ns;
    struct sim_timer done;

    uint32_t crc_cr, crc_start, crc_end;
    uint8_t crc_sector[SIM_WORDS_CRC_SECTORS]; // is in the list
    bool crc_busy;
    struct sim_timer crc_done;
};

struct sim_flash_words {
    struct sim_part *part;
    const struct sim_flash_words_config *config;
    struct sim_memory *flash, *options;
    struct sim_memory *otp; // NULL: there is none
    uint32_t acr, optcr, crc_data;
    struct sim_key_lock option_lock;
    struct sim_words_bank bank[2];

    // Options: as loaded, and as written to the registers since.
    uint32_t current[SIM_WORDS_OPTIONS], written[SIM_WORDS_OPTIONS];
    bool was_loaded, change_failed;
    bool swapped;        // SWAP_BANK, as the last reset loaded it
    bool changes;        // an option change is under way
    bool erases_first;   // and first all of the flash
    uint64_t erased_ns;  // when that is over
    uint64_t changed_ns; // and all of it
    struct sim_timer change_done;

    unsigned spoilt; // units whose check bits do not fit
};

#define WORDS_SR_BSY      (1u << 0)
#define WORDS_SR_WBNE     (1u << 1)
#define WORDS_SR_QW       (1u << 2)
#define WORDS_SR_CRC_BUSY (1u << 3)
#define WORDS_SR_EOP      (1u << 16)
#define WORDS_SR_WRPERR   (1u << 17)
#define WORDS_SR_PGSERR   (1u << 18)
#define WORDS_SR_STRBERR  (1u << 19)
#define WORDS_SR_INCERR   (1u << 21)
#define WORDS_SR_OPERR    (1u << 22)
#define WORDS_SR_RDPERR   (1u << 23)
#define WORDS_SR_RDSERR   (1u << 24)
#define WORDS_SR_SNECCERR (1u << 25)
#define WORDS_SR_DBECCERR (1u << 26)
#define WORDS_SR_CRCEND   (1u << 27)
#define WORDS_SR_CRCRDERR (1u << 28)

#define WORDS_CR_LOCK   (1u << 0)
#define WORDS_CR_PG     (1u << 1)
#define WORDS_CR_SER    (1u << 2)
#define WORDS_CR_BER    (1u << 3)
#define WORDS_CR_CRC_EN (1u << 15)

#define WORDS_OPTCR_LOCK    (1u << 0)
#define WORDS_OPTCR_START   (1u << 1)
#define WORDS_OPTCR_MER     (1u << 4)
#define WORDS_OPTCR_PG_OTP  (1u << 5)
#define WORDS_OPTCR_ERRIE   (1u << 30)
#define WORDS_OPTCR_SWAPPED (1u << 31)

#define WORDS_OPTSR_BUSY     (1u << 0)
#define WORDS_OPTSR_SECURITY (1u << 21)
#define WORDS_OPTSR_BCM4     (1u << 22)
#define WORDS_OPTSR_BCM7     (1u << 23)
#define WORDS_OPTSR_FAILED   (1u << 30)
#define WORDS_OPTSR_SWAP     (1u << 31)
#define WORDS_AREA_ERASED    (1u << 31) // DMEP, DMES

// flash_words.c
void sim_words_flag(struct sim_words_bank *b, uint32_t sr_bits);
void sim_words_update_irq(struct sim_flash_words *f);
static inline bool sim_words_has_two_banks(const struct sim_flash_words *f)
{
    return f->config->has_second_bank && f->flash->row.size > 128 * 1024u;
}
static inline uint32_t sim_words_bank_size(const struct sim_flash_words *f)
{
    return f->flash->row.size / (sim_words_has_two_banks(f) ? 2 : 1);
}
static inline struct sim_words_bank *sim_words_bank_of(struct sim_flash_words *f, uint32_t offset)
{
    return &f->bank[offset >= sim_words_bank_size(f)];
}
static inline bool sim_words_is_busy(const struct sim_words_bank *b)
{
    return b->job.kind != SIM_WORDS_IDLE;
}
const struct sim_flash_words_time *sim_words_time(const struct sim_flash_words *f);
unsigned sim_words_speed(const struct sim_words_bank *b); // of the times, by PSIZE

// flash_words_bank.c
void sim_words_create_bank(struct sim_words_bank *b);
// Begins, or waits behind what is under way. Only where sim_words_is_full() says no.
void sim_words_enqueue(struct sim_words_bank *b, const struct sim_words_job *job);
bool sim_words_is_full(const struct sim_words_bank *b);
enum sim_bus_status sim_words_stall(struct sim_words_bank *b); // until a job is over
void sim_words_erase_cells(struct sim_flash_words *f, uint32_t offset, uint32_t length);
void sim_words_half_erase(struct sim_flash_words *f, uint32_t offset, uint32_t length);
void sim_words_cut_bank(struct sim_words_bank *b, bool by_reset);
uint32_t sim_words_address(const struct sim_flash_words *f, const struct sim_memory *in,
                           uint32_t offset); // while the banks are not exchanged

// flash_words_program.c
enum sim_bus_status sim_words_write(struct sim_words_bank *b, struct sim_memory *in,
                                    uint32_t offset, unsigned size, uint32_t value);
enum sim_bus_status sim_words_force(struct sim_words_bank *b); // FW
static inline void sim_words_empty_buffer(struct sim_words_bank *b)
{
    b->strobes = 0;
}

// flash_words_erase.c
enum sim_bus_status sim_words_start(struct sim_words_bank *b);       // START
enum sim_bus_status sim_words_mass_erase(struct sim_flash_words *f); // MER
void sim_words_count_erase(struct sim_flash_words *f, uint32_t offset, uint32_t length);

// flash_words_cells.c
void sim_words_create_cells(struct sim_flash_words *f);
sim_signal_level_fn sim_words_level_busy, sim_words_level_closed;

// flash_words_guard.c
unsigned sim_words_rdp_level(const struct sim_flash_words *f);
bool sim_words_is_blocked(const struct sim_flash_words *f); // by read protection
bool sim_words_is_execute_only(const struct sim_flash_words *f, uint32_t offset);
bool sim_words_is_secure(const struct sim_flash_words *f, uint32_t offset);
bool sim_words_has_areas(const struct sim_flash_words *f); // of either kind
bool sim_words_area_exists(uint32_t area);
// Something of it is write-protected, may only be executed, or is secure.
bool sim_words_is_protected(const struct sim_flash_words *f, uint32_t offset, uint32_t length);
// What FLASH_xx_PRG asks of a bank's erase: to take its protection away.
bool sim_words_asks_to_unprotect(const struct sim_words_bank *b);

// flash_words_options.c
void sim_words_create_options(struct sim_flash_words *f);
enum sim_bus_status sim_words_start_options(struct sim_flash_words *f); // OPTSTART
void sim_words_cut_options(struct sim_flash_words *f);
void sim_words_drop_protection(struct sim_words_bank *b); // after SIM_WORDS_UNPROTECT
// A register of options by its offset; negative: there is none. to_write: it is a _PRG.
int sim_words_option_at(const struct sim_flash_words *f, uint32_t reg, bool *to_write);
sim_signal_level_fn sim_words_level_rdp, sim_words_level_option, sim_words_level_swapped,
    sim_words_level_boot;
sim_signal_heard_fn sim_words_hear_reload, sim_words_hear_rdp;

// flash_words_crc.c
void sim_words_create_crc(struct sim_words_bank *b);
void sim_words_reset_crc(struct sim_words_bank *b);
void sim_words_write_crc(struct sim_words_bank *b, uint32_t value);

#endif
