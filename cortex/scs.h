// SPDX-License-Identifier: MIT
// Addresses in the System Control Space that more than one file needs (DDI 0419, B3.2 and C1.6).
#ifndef SWDLINK_CORTEX_SCS_H
#define SWDLINK_CORTEX_SCS_H

#define PPB_BASE 0xe0000000u // the private peripheral bus: B3.1.1
#define PPB_SIZE 0x00100000u

// Set-enable to clear-pending: ones act, zeros do nothing.
#define NVIC_ACTS_BASE  0xe000e100u
#define NVIC_ACTS_SIZE  0x300u
// CFSR, HFSR, DFSR (DDI 0403, B3.2): ones clear.
#define SCS_FAULTS_BASE 0xe000ed28u
#define SCS_FAULTS_SIZE 0xcu

#define SCS_CPUID   0xe000ed00u
#define SCS_ICSR    0xe000ed04u
#define SCS_VTOR    0xe000ed08u // reads as zero where there is none (DDI 0419, B3.2.5)
#define SCS_AIRCR   0xe000ed0cu
#define SCS_SCR     0xe000ed10u
#define SCS_CCR     0xe000ed14u
#define SCS_DFSR    0xe000ed30u
#define SCS_DHCSR   0xe000edf0u
#define SCS_DCRSR   0xe000edf4u
#define SCS_DCRDR   0xe000edf8u
#define SCS_DEMCR   0xe000edfcu
// Of mainline cores (DDI 0403, B3.2, B4.1 and B4.8).
#define SCS_CFSR    0xe000ed28u
#define SCS_HFSR    0xe000ed2cu
#define SCS_MMFAR   0xe000ed34u
#define SCS_BFAR    0xe000ed38u
#define SCS_ID_PFR1 0xe000ed44u
#define SCS_CLIDR   0xe000ed78u
#define SCS_MVFR0   0xe000ef40u
#define SCS_ICIALLU 0xe000ef50u

#define CCR_BFHFNMIGN (1u << 8) // at priorities -1 and -2 bus errors of data are ignored

#define ICSR_VECTPENDING_MASK (0x1ffu << 12) // the most urgent that is pending and enabled

#define AIRCR_VECTKEY     0x05fa0000u
#define AIRCR_SYSRESETREQ (1u << 2)

#define DHCSR_DBGKEY 0xa05f0000u

#endif
