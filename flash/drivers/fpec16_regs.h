// SPDX-License-Identifier: MIT
// The registers of the FPEC (RM0091, 3.5), and what the files of its driver share: fpec16.c for the
// flash, fpec16_options.c for the option bytes.
#ifndef SWDLINK_FLASH_DRIVERS_FPEC16_REGS_H
#define SWDLINK_FLASH_DRIVERS_FPEC16_REGS_H

#include "flash/drivers/fpec16.h"
#include "flash/flash.h"

// Offsets from the bank's `regs`. SR, CR and AR follow each other: one block write sets them in
// order.
#define ACR     0x00u
#define KEYR    0x04u
#define OPTKEYR 0x08u
#define SR      0x0cu
#define CR      0x10u
#define OBR     0x1cu
#define WRPR    0x20u

#define KEY1 0x45670123u
#define KEY2 0xcdef89abu

#define SR_EOP      (1u << 5)
#define SR_WRPRTERR (1u << 4)
#define SR_PGERR    (1u << 2)
#define SR_BSY      (1u << 0)
#define SR_FLAGS    (SR_EOP | SR_WRPRTERR | SR_PGERR) // cleared by writing ones

#define CR_OBL_LAUNCH (1u << 13)
#define CR_OPTWRE     (1u << 9)
#define CR_LOCK       (1u << 7)
#define CR_STRT       (1u << 6)
#define CR_OPTER      (1u << 5)
#define CR_OPTPG      (1u << 4)
#define CR_MER        (1u << 2)
#define CR_PER        (1u << 1)
#define CR_PG         (1u << 0)

// Set at every protection level above 0: RDPRT of F1, RDPRT[0] of F0 and F3 (level 2 has no debug
// port).
#define OBR_RDPRT  (1u << 1)
#define OBR_OPTERR (1u << 0) // an option byte had the wrong complement when they were loaded

#define ACR_LATENCY 7u // 1: up to 48 MHz (RM0091, 3.5.1)

// Longest times of the data sheets are 40 ms for an erase and 70 µs for a halfword; worn cells in
// the cold get ten times that.
#define ERASE_LIMIT_US   400000u
#define PROGRAM_LIMIT_US 50000u

// The second controller of an STM32F1 with two banks has its registers so much further up (PM0068).
#define SECOND_OFFSET 0x40u

// What survey() leaves in flash_access.saved; and which controller the functions below speak to.
enum { SAVED_WRITE_PROTECTED, SAVED_ACR, SAVED_OFFSET };

// Of how many controllers the flash of this chip is in charge: 1 or 2.
unsigned fpec16_count(const struct flash_access *fa);
// Those of the controller in charge of the address are spoken to from now on.
void fpec16_choose(struct flash_access *fa, uint32_t addr);
// The first address of controller n.
uint32_t fpec16_first(const struct flash_access *fa, unsigned n);
const struct fpec16_params *fpec16_params(const struct flash_access *fa);
enum err fpec16_read(struct flash_access *fa, uint32_t offset, uint32_t *value) MUST_CHECK;
enum err fpec16_write(struct flash_access *fa, uint32_t offset, uint32_t value) MUST_CHECK;
// Clears the flags of the operation before, then sets CR and, for a page, AR.
enum err fpec16_prepare(struct flash_access *fa, uint32_t cr, const uint32_t *page) MUST_CHECK;
// Waits until the controller is idle; *sr is what it said then.
enum err fpec16_wait_idle(struct flash_access *fa, uint32_t limit_us, uint32_t *sr) MUST_CHECK;
// A key written to an open controller, or a wrong one, locks it until the next reset
// (RM0091, 3.5.2): therefore LOCK is read first.
enum err fpec16_unlock(struct flash_access *fa) MUST_CHECK;

// fpec16_options.c: the driver's functions for the option bytes.
enum err fpec16_read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                             uint32_t *intact) MUST_CHECK;
enum err fpec16_loaded_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                               uint32_t mask[FLASH_OPTION_WORDS]) MUST_CHECK;
enum err fpec16_write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which) MUST_CHECK;

#endif
