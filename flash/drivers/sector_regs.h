// SPDX-License-Identifier: MIT
// What the files of the driver for large sectors share: the registers of the controller (RM0090,
// 3.9; RM0033, 2.9; RM0385, embedded flash memory) and the ways to read, write, unlock and wait for
// them.
#ifndef SWDLINK_FLASH_DRIVERS_SECTOR_REGS_H
#define SWDLINK_FLASH_DRIVERS_SECTOR_REGS_H

#include "flash/drivers/sector.h"
#include "flash/flash.h"

// Offsets from the bank's `regs`.
#define ACR     0x00u
#define KEYR    0x04u
#define OPTKEYR 0x08u
#define SR      0x0cu
#define CR      0x10u
#define OPTCR   0x14u
#define OPTCR1  0x18u
#define OPTCR2  0x1cu

#define KEY1    0x45670123u
#define KEY2    0xcdef89abu
#define OPTKEY1 0x08192a3bu
#define OPTKEY2 0x4c5d6e7fu

#define SR_OPERR  (1u << 1)
#define SR_WRPERR (1u << 4)
#define SR_PGAERR (1u << 5)
#define SR_PGPERR (1u << 6)
#define SR_PGSERR (1u << 7)
#define SR_RDERR  (1u << 8)
#define SR_BSY    (1u << 16)
#define SR_ERRORS (SR_OPERR | SR_WRPERR | SR_PGAERR | SR_PGPERR | SR_PGSERR | SR_RDERR)
#define SR_FLAGS  (SR_ERRORS | 1u) // and EOP

#define CR_PG          (1u << 0)
#define CR_SER         (1u << 1)
#define CR_MER         (1u << 2)
#define CR_SNB_SHIFT   3
#define CR_PSIZE_SHIFT 8
#define CR_MER1        (1u << 15)
#define CR_STRT        (1u << 16)
#define CR_LOCK        (1u << 31)

#define OPTCR_OPTLOCK (1u << 0)
#define OPTCR_OPTSTRT (1u << 1)
#define OPTCR_RDP     0xff00u
#define OPTCR_LEVEL0  0xaa00u
#define NWRP_SHIFT    16 // in OPTCR and in OPTCR1
#define OPTCR2_PCROP  0xffu

// How long a whole flash of 2 MiB may take by bytes, which is what an operation that was begun
// before, or the end of read protection, can be at (DS9405, flash memory characteristics).
#define ERASE_LIMIT_US   40000000u
// A word by bytes takes 400 us at most.
#define PROGRAM_LIMIT_US 100000u

// What survey() leaves in flash_access.saved.
enum { SAVED_ACR, SAVED_OPTCR, SAVED_OPTCR1, SAVED_OPTCR2, SAVED_SWAPPED, SAVED_WIDTH };

static inline const struct sector_params *sector_params(const struct flash_access *fa)
{
    return fa->bank->params;
}

// The flags that this chip has: cleared by writing ones.
static inline uint32_t sector_flags(const struct flash_access *fa)
{
    return sector_params(fa)->rderr ? SR_FLAGS : SR_FLAGS & ~SR_RDERR;
}

enum err sector_read(struct flash_access *fa, uint32_t offset, uint32_t *value) MUST_CHECK;
enum err sector_write(struct flash_access *fa, uint32_t offset, uint32_t value) MUST_CHECK;
// Until nothing is going on, for at most limit_us; *sr is what it said then.
enum err sector_wait_idle(struct flash_access *fa, uint32_t limit_us, uint32_t *sr) MUST_CHECK;
// A key for an open lock is a bus error that closes it until the next reset: CR is read first.
enum err sector_unlock(struct flash_access *fa) MUST_CHECK;
// Chooses, once in a job, how many bytes the supply allows to be programmed at once, and tells the
// user when it is not a word. Then: that width, and PSIZE as it stands in CR.
void sector_choose_width(struct flash_access *fa);
unsigned sector_width(const struct flash_access *fa);
uint32_t sector_psize(const struct flash_access *fa);
// The sentence for what was tried ("erasing the flash page") at the address, and for these errors.
enum err sector_fail(struct flash_access *fa, const char *what, uint32_t addr,
                     uint32_t sr) MUST_CHECK;

// sector_protection.c, after the survey or sector_note_options(). Where a sector is: the number in
// its bank, and the bank (0, 1) whose cells are there.
unsigned sector_find(const struct flash_access *fa, uint32_t addr, unsigned *bank);
// Notes the options and where the banks are.
enum err sector_note_options(struct flash_access *fa) MUST_CHECK;
enum err sector_check(struct flash_access *fa, uint32_t addr) MUST_CHECK;
enum err sector_find_hidden(struct flash_access *fa, uint32_t addr, uint32_t len,
                            struct flash_hidden *hidden) MUST_CHECK;
// Whether options keep sectors from being read: then nothing may look at the whole flash.
bool sector_hides_code(const struct flash_access *fa);

// sector_options.c: the driver's functions for the options.
enum err sector_read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                             uint32_t *intact) MUST_CHECK;
enum err sector_write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which) MUST_CHECK;

#endif
