// SPDX-License-Identifier: MIT
#include "cortex/fault_v7m.h"

#include <stdio.h>

#include "base/bytes.h"
#include "cortex/scs.h"

#define CFSR_MMARVALID (1u << 7)
#define CFSR_BFARVALID (1u << 15)

enum fault_address { ADDRESS_NONE, ADDRESS_MMFAR, ADDRESS_BFAR };

static const struct fault_cause {
    uint32_t hfsr_bit, cfsr_bit; // one of them
    enum fault_address address;
    const char *name;
    const char *meaning;
} causes[] = {
    {1u << 1, 0, ADDRESS_NONE, "HFSR.VECTTBL", "the vector could not be read from the table"},
    {1u << 31, 0, ADDRESS_NONE, "HFSR.DEBUGEVT", "a BKPT instruction while debugging was off"},
    {0, 1u << 0, ADDRESS_NONE, "MMFSR.IACCVIOL",
     "it jumped to where the MPU or the memory map forbids execution"},
    {0, 1u << 1, ADDRESS_MMFAR, "MMFSR.DACCVIOL", "the MPU forbids this access"},
    {0, 1u << 3, ADDRESS_NONE, "MMFSR.MUNSTKERR",
     "the MPU forbids the unstacking at the end of an exception"},
    {0, 1u << 4, ADDRESS_NONE, "MMFSR.MSTKERR",
     "the MPU forbids the stacking for an exception (stack overflow?)"},
    {0, 1u << 5, ADDRESS_NONE, "MMFSR.MLSPERR", "the MPU forbids the lazy saving of FPU registers"},
    {0, 1u << 8, ADDRESS_NONE, "BFSR.IBUSERR", "no code can be fetched from there"},
    {0, 1u << 9, ADDRESS_BFAR, "BFSR.PRECISERR", "nothing answers this access"},
    {0, 1u << 10, ADDRESS_NONE, "BFSR.IMPRECISERR",
     "a buffered write some instructions before had no answer"},
    {0, 1u << 11, ADDRESS_NONE, "BFSR.UNSTKERR",
     "the unstacking at the end of an exception failed"},
    {0, 1u << 12, ADDRESS_NONE, "BFSR.STKERR",
     "the stacking for an exception failed (is the stack pointer wrong?)"},
    {0, 1u << 13, ADDRESS_NONE, "BFSR.LSPERR", "the lazy saving of FPU registers failed"},
    {0, 1u << 16, ADDRESS_NONE, "UFSR.UNDEFINSTR", "it is no instruction of this core"},
    {0, 1u << 17, ADDRESS_NONE, "UFSR.INVSTATE",
     "a jump without the Thumb bit (bit 0 of the address)"},
    {0, 1u << 18, ADDRESS_NONE, "UFSR.INVPC", "a return from an exception with a wrong EXC_RETURN"},
    {0, 1u << 19, ADDRESS_NONE, "UFSR.NOCP",
     "an instruction of the FPU or a coprocessor that is off (CPACR) or missing"},
    {0, 1u << 20, ADDRESS_NONE, "UFSR.STKOF", "the stack went below its limit"},
    {0, 1u << 24, ADDRESS_NONE, "UFSR.UNALIGNED", "an access that is not aligned"},
    {0, 1u << 25, ADDRESS_NONE, "UFSR.DIVBYZERO", "a division by zero"},
};

enum err fault_status_read(struct fault_status *status, const struct mem_ap *mem)
{
    uint8_t bytes[SCS_BFAR + 4 - SCS_CFSR];
    enum err e = mem_ap_read(mem, SCS_CFSR, bytes, sizeof bytes, NULL);
    if (e != ERR_OK)
        return e;
    *status = (struct fault_status){.cfsr = get_le32(&bytes[0]),
                                    .hfsr = get_le32(&bytes[SCS_HFSR - SCS_CFSR]),
                                    .mmfar = get_le32(&bytes[SCS_MMFAR - SCS_CFSR]),
                                    .bfar = get_le32(&bytes[SCS_BFAR - SCS_CFSR])};
    return ERR_OK;
}

static int put_cause(const struct fault_status *s, const struct fault_cause *c, const char *joint,
                     char *text, size_t size)
{
    if (c->address == ADDRESS_MMFAR && s->cfsr & CFSR_MMARVALID)
        return snprintf(text, size, "%s%s at 0x%08x (%s)", joint, c->meaning, s->mmfar, c->name);
    if (c->address == ADDRESS_BFAR && s->cfsr & CFSR_BFARVALID)
        return snprintf(text, size, "%s%s at 0x%08x (%s)", joint, c->meaning, s->bfar, c->name);
    return snprintf(text, size, "%s%s (%s)", joint, c->meaning, c->name);
}

const char *fault_status_text(const struct fault_status *s, char *text, size_t size)
{
    size_t at = 0;
    snprintf(text, size, "no fault status bit tells why");
    for (size_t i = 0; i < sizeof causes / sizeof causes[0] && at < size; i++) {
        const struct fault_cause *c = &causes[i];
        if (!(s->hfsr & c->hfsr_bit) && !(s->cfsr & c->cfsr_bit))
            continue;
        int n = put_cause(s, c, at ? "; " : "", text + at, size - at);
        at += n > 0 ? (size_t)n : 0;
    }
    return text;
}

const char *fault_exception_name(unsigned exception)
{
    static const char *const names[] = {[3] = "HardFault",
                                        [4] = "MemManage",
                                        [5] = "BusFault",
                                        [6] = "UsageFault",
                                        [7] = "SecureFault"};
    return exception < sizeof names / sizeof names[0] ? names[exception] : NULL;
}
