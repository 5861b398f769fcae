// SPDX-License-Identifier: MIT
// The registers of the double-word controller (RM0444, 3.7), and what the files of its driver
// share: dword.c for the flash, dword_protection.c for what its options protect, dword_options.c
// for the options themselves.
#ifndef SWDLINK_FLASH_DRIVERS_DWORD_REGS_H
#define SWDLINK_FLASH_DRIVERS_DWORD_REGS_H

#include "flash/drivers/dword.h"
#include "flash/flash.h"

// Offsets from the bank's `regs`.
#define ACR     0x00u
#define KEYR    0x08u
#define OPTKEYR 0x0cu
#define SR      0x10u
#define CR      0x14u
#define OPTR    0x20u

#define KEY1    0x45670123u
#define KEY2    0xcdef89abu
#define OPTKEY1 0x08192a3bu
#define OPTKEY2 0x4c5d6e7fu

#define ACR_LATENCY 15u
#define ACR_PRFTEN  (1u << 8)
#define ACR_ICEN    (1u << 9)
#define ACR_DCEN    (1u << 10)
#define ACR_ICRST   (1u << 11)
#define ACR_DCRST   (1u << 12)
#define ACR_PES     (1u << 15)
#define ACR_EMPTY   (1u << 16)

#define SR_CFGBSY  (1u << 18)
#define SR_PEMPTY  (1u << 17)
#define SR_OPTVERR (1u << 15)
#define SR_RDERR   (1u << 14)
#define SR_FASTERR (1u << 9)
#define SR_MISERR  (1u << 8)
#define SR_PGSERR  (1u << 7)
#define SR_SIZERR  (1u << 6)
#define SR_PGAERR  (1u << 5)
#define SR_WRPERR  (1u << 4)
#define SR_PROGERR (1u << 3)
#define SR_OPERR   (1u << 1)
#define SR_EOP     (1u << 0)
// Errors of programming and erasing; and all flags, which are cleared by writing ones.
#define SR_ERRORS                                                                                  \
    (SR_FASTERR | SR_MISERR | SR_PGSERR | SR_SIZERR | SR_PGAERR | SR_WRPERR | SR_PROGERR | SR_OPERR)
#define SR_FLAGS (SR_ERRORS | SR_RDERR | SR_OPTVERR | SR_EOP)

#define CR_LOCK       (1u << 31)
#define CR_OPTLOCK    (1u << 30)
#define CR_OBL_LAUNCH (1u << 27)
#define CR_OPTSTRT    (1u << 17)
#define CR_STRT       (1u << 16)
#define CR_PNB_SHIFT  3u
#define CR_MER1       (1u << 2)
#define CR_PER        (1u << 1)
#define CR_PG         (1u << 0)

#define OPTR_RDP      0xffu
#define OPTR_RDP_NONE 0xaau

// 40.1 ms for an erase and 125 µs for a double word at most (DS12232, memory characteristics); worn
// cells in the cold get ten times that.
#define ERASE_LIMIT_US   400000u
#define PROGRAM_LIMIT_US 50000u

// What survey() leaves in flash_access.saved: ACR and CR as they were, whether the banks have
// exchanged their addresses, and the options.
enum {
    SAVED_ACR,
    SAVED_CR,
    SAVED_SWAPPED,
    SAVED_OPTIONS,
    SAVED_COUNT = SAVED_OPTIONS + DWORD_OPTIONS
};

const struct dword_params *dword_params(const struct flash_access *fa);
enum err dword_read(struct flash_access *fa, uint32_t offset, uint32_t *value) MUST_CHECK;
enum err dword_write(struct flash_access *fa, uint32_t offset, uint32_t value) MUST_CHECK;
// Waits until the controller is idle and takes writes to CR; *sr is what it said then.
enum err dword_wait_idle(struct flash_access *fa, uint32_t limit_us, uint32_t *sr) MUST_CHECK;
// Keys that are written to an open controller are a bus error, and lock it until the next reset
// (RM0444, 3.3): therefore LOCK is read first.
enum err dword_unlock(struct flash_access *fa) MUST_CHECK;

// dword_protection.c. From what survey() saved: which bank (0, 1) is at an address, and the bytes
// from its start.
unsigned dword_bank_of(const struct flash_access *fa, uint32_t addr, uint32_t *offset);
// ERR_PROTECTED: the page can be neither erased nor programmed; the sentence says why.
enum err dword_check_page(struct flash_access *fa, uint32_t addr) MUST_CHECK;
// The lowest stretch of a range that can only be executed; it stays as it is when there is none.
void dword_find_execute_only(const struct flash_access *fa, uint32_t addr, uint32_t len,
                             struct flash_hidden *hidden);

// dword_options.c: the driver's functions for the options.
enum err dword_read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                            uint32_t *intact) MUST_CHECK;
enum err dword_write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                             uint32_t which) MUST_CHECK;

#endif
