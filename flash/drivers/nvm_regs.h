// SPDX-License-Identifier: MIT
// The registers of the NVM controller (RM0367, 3.7; RM0038, 3), and what the files of its drivers
// share: nvm.c for the flash, nvm_data.c for the EEPROM, nvm_options.c for the option bytes.
#ifndef SWDLINK_FLASH_DRIVERS_NVM_REGS_H
#define SWDLINK_FLASH_DRIVERS_NVM_REGS_H

#include "flash/drivers/nvm.h"
#include "flash/flash.h"

// Offsets from the bank's `regs`.
#define ACR     0x00u
#define PECR    0x04u
#define PEKEYR  0x0cu
#define PRGKEYR 0x10u
#define OPTKEYR 0x14u
#define SR      0x18u
#define OPTR    0x1cu

#define PECR_PELOCK     (1u << 0)
#define PECR_PRGLOCK    (1u << 1)
#define PECR_OPTLOCK    (1u << 2)
#define PECR_LOCKS      (PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK)
#define PECR_PROG       (1u << 3)
#define PECR_ERASE      (1u << 9)
#define PECR_FPRG       (1u << 10)
#define PECR_OBL_LAUNCH (1u << 18)

// RDERR is bit 13 (ST's stm32l053xx.h and stm32l152xc.h); NOTZEROERR and FWWERR are of an L0 only.
// OPTVERR belongs to the loading of the option bytes and is set for no reason on the first
// STM32L031: it is no error of a job.
#define SR_BSY        (1u << 0)
#define SR_EOP        (1u << 1)
#define SR_WRPERR     (1u << 8)
#define SR_PGAERR     (1u << 9)
#define SR_SIZERR     (1u << 10)
#define SR_OPTVERR    (1u << 11)
#define SR_RDERR      (1u << 13)
#define SR_NOTZEROERR (1u << 16)
#define SR_FWWERR     (1u << 17)
#define SR_ERRORS     (SR_WRPERR | SR_PGAERR | SR_SIZERR | SR_RDERR | SR_NOTZEROERR | SR_FWWERR)

#define OPTR_RDPROT 0xffu
#define OPTR_LEVEL0 0xaau
// The bits of WRPROT protect code from being read, too, and are inverted: WPRMOD, on an L1 SPRMOD.
#define OPTR_PCROP  (1u << 8)

// One operation takes 3.28 ms typically and 3.94 ms at most (DS10152 and DS6876, memory
// characteristics); worn cells in the cold get ten times that. Leaving read protection erases
// everything.
#define NVM_SHORTEST_US 3200u
#define NVM_TYPICAL_US  3280u
#define NVM_LIMIT_US    50000u
#define NVM_UNLOCK_US   3000000u

// What survey() leaves in flash_access.saved.
enum { NVM_SAVED_ACR, NVM_SAVED_PCROP, NVM_SAVED_PROTECTED };

const struct nvm_params *nvm_params(const struct flash_access *fa);
enum err nvm_read(struct flash_access *fa, uint32_t offset, uint32_t *value) MUST_CHECK;
enum err nvm_write(struct flash_access *fa, uint32_t offset, uint32_t value) MUST_CHECK;
// Clears the flags of the operation before, then sets PECR, whose locks are open.
enum err nvm_prepare(struct flash_access *fa, uint32_t pecr) MUST_CHECK;
// Waits until the controller is idle, for first_us without asking; *sr is what it said then.
enum err nvm_wait_idle(struct flash_access *fa, uint32_t first_us, uint32_t limit_us,
                       uint32_t *sr) MUST_CHECK;
// Opens the locks, one of PECR_LOCKS or several, PELOCK always. A key written to an open lock, or a
// wrong one, is a bus error and closes it until the next reset (RM0367, 3.3.4): therefore PECR is
// read first.
enum err nvm_unlock(struct flash_access *fa, uint32_t locks) MUST_CHECK;
// For survey(): refuses a read-protected chip, waits for an operation of the program's own, notes
// ACR and what is write-protected, and begins enter and leave for these locks.
enum err nvm_survey(struct flash_access *fa, uint32_t locks) MUST_CHECK;
// The driver's find_hidden(): the sectors that PCROP keeps from being read.
enum err nvm_find_hidden(struct flash_access *fa, uint32_t addr, uint32_t len,
                         struct flash_hidden *hidden) MUST_CHECK;
// The drivers' plan_latency() and plan_latency_back().
void nvm_plan_latency(struct flash_access *fa);
void nvm_plan_latency_back(struct flash_access *fa);
// The driver's begin() for these locks, and end().
enum err nvm_begin(struct flash_access *fa, uint32_t locks) MUST_CHECK;
enum err nvm_end(struct flash_access *fa) MUST_CHECK;
// The driver's erase_poll().
enum err nvm_erase_poll(struct flash_access *fa, const char *what, uint32_t addr,
                        bool *busy) MUST_CHECK;
// The sentence for an operation at the address that ended with these bits of SR.
enum err nvm_fail(struct flash_access *fa, const char *what, uint32_t addr, uint32_t sr) MUST_CHECK;
// The bits of SR that a loader reports in a byte: WRPERR to RDERR, NOTZEROERR, FWWERR.
uint32_t nvm_loader_errors(uint32_t status);
// Whether code in some sector is protected from being read (PCROP), after nvm_survey(): then
// nothing may look at the whole flash.
bool nvm_hides_code(const struct flash_access *fa);
// Whether the option bytes protect the page.
bool nvm_is_protected(const struct flash_access *fa, uint32_t addr);
enum err nvm_fail_protected(struct flash_access *fa, uint32_t addr) MUST_CHECK;

// nvm.c: the code of both drivers.
extern const struct flash_loader_code nvm_loader_code;

// nvm_options.c: the driver's functions for the option bytes.
enum err nvm_unlock_options(struct flash_access *fa) MUST_CHECK;
enum err nvm_read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                          uint32_t *intact) MUST_CHECK;
enum err nvm_loaded_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                            uint32_t mask[FLASH_OPTION_WORDS]) MUST_CHECK;
enum err nvm_write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                           uint32_t which) MUST_CHECK;

#endif
