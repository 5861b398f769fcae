// SPDX-License-Identifier: MIT
// The registers of the controller (RM0433, RM0399, RM0468 and RM0455, embedded flash memory), and
// what the files of its driver share: flashword.c for the flash, flashword_protection.c for what
// its options protect, flashword_options.c for the options themselves.
#ifndef SWDLINK_FLASH_DRIVERS_FLASHWORD_REGS_H
#define SWDLINK_FLASH_DRIVERS_FLASHWORD_REGS_H

#include "flash/drivers/flashword.h"
#include "flash/flash.h"

// Offsets from the bank's `regs`. Those of a bank stand a second time BANK2 further on, for the
// second half of the addresses: when the banks are swapped, their registers are as well (RM0433,
// flash bank and register swapping).
#define BANK2     0x100u
#define KEYR      0x04u // of a bank
#define CR        0x0cu // of a bank
#define SR        0x10u // of a bank
#define CCR       0x14u // of a bank
#define PRAR_CUR  0x28u // of a bank
#define SCAR_CUR  0x30u // of a bank
#define WPSN_CUR  0x38u // of a bank
#define OPTKEYR   0x08u
#define OPTCR     0x18u
#define OPTSR_CUR 0x1cu
#define OPTCCR    0x24u
#define BOOT_CUR  0x40u
#define BOOT4_CUR 0x48u
#define OPTSR2    0x70u
#define TO_PRG    0x04u // from a register with what is in force to that with what shall be

#define KEY1    0x45670123u
#define KEY2    0xcdef89abu
#define OPTKEY1 0x08192a3bu
#define OPTKEY2 0x4c5d6e7fu

#define CR_LOCK        (1u << 0)
#define CR_PG          (1u << 1)
#define CR_SER         (1u << 2)
#define CR_BER         (1u << 3)
#define CR_PSIZE_SHIFT 4u

#define SR_BSY          (1u << 0)
#define SR_WBNE         (1u << 1)
#define SR_QW           (1u << 2)
#define SR_BUSY         (SR_BSY | SR_WBNE | SR_QW)
#define SR_WRPERR       (1u << 17)
#define SR_PGSERR       (1u << 18)
#define SR_STRBERR      (1u << 19)
#define SR_INCERR       (1u << 21)
#define SR_OPERR        (1u << 22)
#define SR_RDPERR       (1u << 23)
#define SR_RDSERR       (1u << 24)
#define SR_SNECC        (1u << 25)
#define SR_DBECC        (1u << 26)
// Errors of programming, erasing and reading: eight bits, of which one is reserved.
#define SR_ERRORS_SHIFT 17u
#define SR_ERRORS                                                                                  \
    (SR_WRPERR | SR_PGSERR | SR_STRBERR | SR_INCERR | SR_OPERR | SR_RDPERR | SR_RDSERR)
// All flags; the same bits of CCR clear them.
#define SR_FLAGS (1u << 16 | SR_ERRORS | SR_SNECC | SR_DBECC | 1u << 27 | 1u << 28)

#define OPTCR_OPTLOCK  (1u << 0)
#define OPTCR_OPTSTART (1u << 1)
#define OPTCR_SWAP     (1u << 31)

#define OPTSR_BUSY      (1u << 0)
#define OPTSR_CHANGEERR (1u << 30)
#define OPTSR_RDP       0xff00u
#define OPTSR_LEVEL0    0xaa00u

// 26 s for a bank by bytes at most (DS12110, flash memory characteristics); worn cells take longer.
#define ERASE_LIMIT_US   40000000u
#define PROGRAM_LIMIT_US 50000u

// What survey() leaves in flash_access.saved: options as far as they protect something, OPTCR, and
// PSIZE as it stands in CR (with bit 31: it was chosen).
enum {
    SAVED_OPTCR,
    SAVED_PSIZE,
    SAVED_AREAS, // PRAR, SCAR and WPSN of the lower addresses, then of the upper ones
    SAVED_COUNT = SAVED_AREAS + 6
};
enum { AREA_EXECUTE_ONLY, AREA_SECURE, AREA_WRP, AREAS };

static inline const struct flashword_params *flashword_params(const struct flash_access *fa)
{
    return fa->bank->params;
}

// The offset of the registers of the bank at an address.
static inline uint32_t flashword_bank_offset(const struct flash_access *fa, uint32_t addr)
{
    return fa->bank->bank2 && addr >= fa->bank->bank2 ? BANK2 : 0;
}

enum err flashword_read(struct flash_access *fa, uint32_t offset, uint32_t *value) MUST_CHECK;
enum err flashword_write(struct flash_access *fa, uint32_t offset, uint32_t value) MUST_CHECK;
// Until the bank with that offset is idle, for at most limit_us; *sr is what it said then.
enum err flashword_wait_idle(struct flash_access *fa, uint32_t bank, uint32_t limit_us,
                             uint32_t *sr) MUST_CHECK;
// The same of all banks.
enum err flashword_wait_all(struct flash_access *fa, uint32_t limit_us) MUST_CHECK;
// A key for an open lock keeps it closed until the next reset: CR is read first. CR then is `cr`.
enum err flashword_unlock(struct flash_access *fa, uint32_t bank, uint32_t cr) MUST_CHECK;
// Chooses, once in a job, how many bits the supply allows to be programmed at once, and tells the
// user when it is not the most. Then: PSIZE, as it stands in CR.
void flashword_choose_width(struct flash_access *fa);
uint32_t flashword_psize(const struct flash_access *fa);
// The sentence for what was tried ("erasing the flash page") at the address, and for these errors.
enum err flashword_fail(struct flash_access *fa, const char *what, uint32_t addr,
                        uint32_t sr) MUST_CHECK;

// flashword_protection.c. Notes what options and bank swap are now.
enum err flashword_note_options(struct flash_access *fa) MUST_CHECK;
enum err flashword_check(struct flash_access *fa, uint32_t addr) MUST_CHECK;
enum err flashword_find_hidden(struct flash_access *fa, uint32_t addr, uint32_t len,
                               struct flash_hidden *hidden) MUST_CHECK;
// Whether an area may not be read: then nothing may look at the whole flash.
bool flashword_hides_code(const struct flash_access *fa);

// flashword_options.c: the driver's functions for the options.
enum err flashword_read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                                uint32_t *intact) MUST_CHECK;
enum err flashword_write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                                 uint32_t which) MUST_CHECK;

#endif
