// SPDX-License-Identifier: MIT
// What ARMv7-M has beyond order.c, told by semihosting: each fault with its status and its frame,
// escalation, BASEPRI, FAULTMASK, PRIGROUP, the MPU and unprivileged threads, bad returns and
// stacks, IT blocks, with an FPU a scheduler whose threads calculate in floating point, and a long
// pseudo-random mixture. Nothing depends on how long anything takes, so every true processor of one
// architecture prints the same.
#include "order.h"

// A log entry is two words: what happened, and a value.
enum event {
    ENTER = 1,
    LEAVE,
    RETURN_TO,
    PC,
    XPSR,
    STATUS,
    HARD_STATUS,
    ADDRESS,
    ACTIVE,
    PENDING,
    SECTION,
    STEP,
    VALUE,
};

enum { NOWHERE = 0x70000000, ALL_FAULTS = 0x00070000 };
enum { UNALIGN_TRP = 1 << 3, DIV_0_TRP = 1 << 4, BFHFNMIGN = 1 << 8 };
enum {
    MMARVALID = 1 << 7,
    UNSTKERR = 1 << 11,
    STKERR = 1 << 12,
    BFARVALID = 1 << 15,
    INVPC = 1 << 18
};

static volatile uint32_t go_on_at;            // after a fault whose PC cannot be gone on from
static volatile uint32_t fault_again;         // the handler faults itself
static volatile uint32_t mixing, depth, seed; // the mixture at the end
static uint32_t thread_stack[2][96];
static volatile uint32_t thread_sp[2], thread_now;

static void note(enum event what, uint32_t value)
{
    note_word(what);
    note_word(value);
}

static void section(uint32_t n)
{
    note(SECTION, n);
}

static uint32_t basepri(void)
{
    uint32_t value;
    __asm volatile("mrs %0, basepri" : "=r"(value));
    return value;
}

static void set_basepri(uint32_t value)
{
    __asm volatile("msr basepri, %0\n isb" ::"r"(value) : "memory");
}

static uint32_t faultmask(void)
{
    uint32_t value;
    __asm volatile("mrs %0, faultmask" : "=r"(value));
    return value;
}

static uint32_t control(void)
{
    uint32_t value;
    __asm volatile("mrs %0, control" : "=r"(value));
    return value;
}

static void set_control(uint32_t value)
{
    __asm volatile("msr control, %0\n isb" ::"r"(value) : "memory");
}

static uint32_t next_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

// One action of the mixture, from the thread or from a handler. What is pended comes at once, or
// waits.
static void act(void)
{
    uint32_t x = next_random(), value = x >> 8;
    switch (x & 15) {
    case 0:
    case 1:
    case 2:
    case 3:
        STIR = value % 5;
        break;
    case 4:
        ISPR = value & 0x1f; // several at once
        break;
    case 5:
        ICPR = value & 0x1f;
        break;
    case 6:
        ICSR = ICSR_PENDSTSET;
        break;
    case 7:
    case 8:
        set_basepri(value & 0xf0);
        break;
    case 9:
        SHCSR ^= 1u << (16 + value % 3); // which faults are enabled
        break;
    case 10:
        __asm volatile("udf #11");
        break;
    case 11:
        __asm volatile("ldr r0, =0x20000002\n ldmia r0, {r1, r2}" ::: "r0", "r1", "r2");
        break;
    case 12:
        __asm volatile("ldr r0, =0x70000000\n ldr r1, [r0, #12]" ::: "r0", "r1");
        break;
    case 13:
        if (ipsr() == 0 && basepri() == 0) // elsewhere an SVC may be a HardFault
            svc(20);
        break;
    case 14:
        IPR(0) = value << 8 & 0xf0f0f0f0;
        break;
    default:
        AIRCR = 0x05fa0000 | (3 + value % 5) << 8;
        break;
    }
    barrier();
}

// A handler of the mixture acts as well; a HardFault's, in which a fault locks up, does not.
static void mix(void)
{
    if (mixing == 0 || depth > 4 || ipsr() == 3)
        return;
    depth++;
    mixing--;
    act();
    depth--;
}

// ---- handlers -----------------------------------------------------------------------------------

static void note_status(void)
{
    uint32_t cfsr = CFSR;
    note(STATUS, cfsr);
    note(HARD_STATUS, HFSR);
    if (cfsr & MMARVALID)
        note(ADDRESS, MMFAR);
    if (cfsr & BFARVALID)
        note(ADDRESS, BFAR);
    note(ACTIVE, SHCSR);
    CFSR = cfsr;
    HFSR = HFSR;
}

static uint32_t size_of(uint32_t pc)
{
    return *(volatile uint16_t *)pc >= 0xe800 ? 4 : 2;
}

// An instruction of an IT block that is skipped moves ITSTATE on as well.
static uint32_t without_it(uint32_t xpsr)
{
    return xpsr & ~0x0600fc00u;
}

// A stack is nowhere: the thread goes on with a frame that is made here.
static void replace_stack(void)
{
    uint32_t *frame = &thread_stack[1][64];
    for (uint32_t i = 0; i < 6; i++)
        frame[i] = i;
    frame[6] = go_on_at;
    frame[7] = 1u << 24;
    go_on_at = 0;
    __asm volatile("msr psp, %0" ::"r"(frame) : "memory");
}

// Gives the EXC_RETURN to leave with: the one of entry, if it is one.
__attribute__((used)) static uint32_t fault_c(uint32_t *frame, uint32_t exc_return)
{
    uint32_t cfsr = CFSR;
    note(ENTER, ipsr());
    note(RETURN_TO, exc_return);
    if (cfsr & (STKERR | UNSTKERR)) {
        note_status();
        replace_stack();
        return exc_return;
    }
    if (cfsr & ~INVPC) // else it was pended, and how soon it comes is the processor's affair
        note(PC, frame[6]);
    note(XPSR, frame[7]);
    note(PENDING, ICSR & ICSR_COMPARED);
    note_status();
    if (fault_again) {
        fault_again = 0;
        __asm volatile("udf #9");
    }
    if (!(cfsr & INVPC)) // that one has the frame of the interrupt
        frame[6] = go_on_at ? go_on_at : frame[6] + size_of(frame[6]);
    frame[7] = without_it(frame[7]) | 1u << 24;
    go_on_at = 0;
    mix();
    note(LEAVE, ipsr());
    return cfsr & INVPC ? 0xfffffff9 : exc_return;
}

__attribute__((naked)) static void fault_handler(void)
{
    __asm volatile("tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n mov r1, lr\n"
                   "push {r4, lr}\n bl fault_c\n pop {r4, lr}\n bx r0");
}

// SVC by its argument, which is also what it returns.
__attribute__((used)) static void svc_c(uint32_t *frame, uint32_t exc_return)
{
    note(ENTER, ipsr());
    note(RETURN_TO, exc_return);
    note(VALUE, frame[0]);
    if (frame[0] == 1) // back to privileged thread mode
        set_control(control() & ~1u);
    if (frame[0] == 2) // and there is no way back
        __asm volatile("msr psp, %0" ::"r"(NOWHERE + 0x100) : "memory");
    else
        frame[0] += 1000;
}

FRAME_HANDLER(svc_handler, svc_c)

static void interrupt(void)
{
    uint32_t n = ipsr() - 16;
    note(ENTER, ipsr());
    note(PENDING, ICSR & (ICSR_COMPARED | 0x800));
    note(ACTIVE, IABR);
    if (mixing) {
        mix();
        note(LEAVE, basepri());
        return;
    }
    if (n == 0) { // the ones below 4 are more and less urgent, or only in their subpriority
        for (uint32_t i = 1; i < 4; i++) {
            STIR = i;
            barrier();
        }
        note(PENDING, ICSR & ICSR_COMPARED);
    }
    if (n == 4) { // FAULTMASK ends with the handler
        __asm volatile("cpsid f");
        STIR = 1;
        barrier();
        note(VALUE, faultmask());
    }
    note(LEAVE, ipsr());
}

// A return that does not fit, with the frame of the interrupt.
__attribute__((naked)) static void bad_return(void)
{
    __asm volatile("mvn r0, #15\n bx r0");
}

// ---- sections -----------------------------------------------------------------------------------

#define TRY(n, ...)                                                                                \
    do {                                                                                           \
        note(STEP, n);                                                                             \
        __asm volatile(__VA_ARGS__);                                                               \
    } while (0)

// A branch to where no instruction can be executed; the handler comes back behind it.
#define TRY_BRANCH(n, target)                                                                      \
    TRY(n, "adr.w r1, 1f\n str r1, [%0]\n ldr r0, =" #target "\n bx r0\n1:"                        \
        :                                                                                          \
        : "r"(&go_on_at)                                                                           \
        : "r0", "r1", "memory")

static void __attribute__((noinline)) faults_of_all_kinds(void)
{
    uint32_t ccr = CCR;
    TRY(1, "udf #1");
    TRY(2, "udf.w #1");
    TRY(3, "ldr r0, =0x20000002\n ldmia r0, {r1, r2}" ::: "r0", "r1", "r2");
    TRY(4, "ldr r0, =0x20000002\n ldrd r1, r2, [r0]" ::: "r0", "r1", "r2");
    TRY(5, "ldr r0, =0x20000001\n ldr r1, [r0]\n ldrh r1, [r0]" ::: "r0", "r1"); // allowed
    CCR = ccr | UNALIGN_TRP | DIV_0_TRP;
    // No flags are set just before: QEMU 7.2 stacks those from before that then.
    TRY(6, "ldr r0, =0x20000001\n ldr r1, [r0]\n ldrh r1, [r0]" ::: "r0", "r1");
    TRY(7, "mov r0, #5\n mov r1, #0\n sdiv r0, r0, r1\n udiv r0, r0, r1" ::: "r0", "r1");
    CCR = ccr;
    TRY(8, "movs r0, #5\n movs r1, #0\n sdiv r0, r0, r1" ::: "r0", "r1");
    TRY(9, "ldr r0, =0x70000000\n ldr r1, [r0, #8]" ::: "r0", "r1");
#if !(__ARM_FP & 8) // a Cortex-M7 buffers its stores, which QEMU's does not
    TRY(10, "ldr r0, =0x70000000\n strb r0, [r0, #3]" ::: "r0");
#endif
    TRY(11, "ldr r0, =0x70000000\n ldr r1, [r0], #4" ::: "r0", "r1");
    TRY_BRANCH(12, 0x70000001);
    TRY_BRANCH(13, 0xa0000001);
    TRY_BRANCH(14, 0x00000100);
    TRY(15, "cmp r0, r0\n itett eq\n moveq r1, r1\n movne r1, r1\n udfeq #3\n moveq r1, r1" ::
            : "cc");
    TRY(16, ".short 0xee00, 0x0a10"); // VMOV s0, r0: there is no unit, or it is off
    TRY(17, ".short 0xee00, 0x0110"); // coprocessor 1
}

static void escalation(void)
{
    section(2);
    SHCSR = 0;
    faults_of_all_kinds();
    section(3);
    SHCSR = ALL_FAULTS;
    fault_again = 1; // in UsageFault: HardFault
    __asm volatile("udf #1");
    set_basepri(0x40);
    __asm volatile("udf #2"); // UsageFault is at 0x40
    set_basepri(0x50);
    __asm volatile("udf #3");
    set_basepri(0);
    __asm volatile("cpsid i\n udf #4\n cpsie i");
    __asm volatile("cpsid f\n cpsie f");
    svc(7);
}

static void priorities(void)
{
    static const uint8_t groups[] = {0, 4, 6, 7};
    section(4);
    for (uint32_t i = 0; i < 4; i++) {
        AIRCR = 0x05fa0000 | (uint32_t)groups[i] << 8;
        barrier();
        note(VALUE, AIRCR);
        IPR(0) = 0x60105070; // interrupts 3, 2, 1, 0
        IPR(1) = 0x00000080;
        STIR = 0;
        barrier();
        STIR = 4;
        barrier();
    }
    AIRCR = 0x05fa0000;
    section(5);
    for (uint32_t level = 0; level < 0x90; level += 0x10) {
        set_basepri(level);
        ISPR = 0x1f;
        barrier();
        note(VALUE, basepri());
        note(PENDING, ICSR & ICSR_COMPARED);
        ICPR = 0x1f;
    }
    set_basepri(0x30);
    __asm volatile("msr basepri_max, %0" ::"r"(0x50) : "memory");
    note(VALUE, basepri());
    __asm volatile("msr basepri_max, %0" ::"r"(0x20) : "memory");
    note(VALUE, basepri());
    set_basepri(0);
    SHCSR = ALL_FAULTS | 1u << 13 | 1u << 15; // MemManage and SVCall, pended by software
    barrier();
}

// Threads without privileges, and regions.
static void __attribute__((noinline)) unprivileged(void)
{
    section(6);
    __asm volatile("msr psp, %0" ::"r"(&thread_stack[0][96]) : "memory");
    set_control(3);
    __asm volatile("ldr r0, =0xe000e100\n ldr r1, [r0]" ::: "r0", "r1");
    __asm volatile("ldr r0, =0xe000e010\n str r0, [r0, #4]" ::: "r0");
    __asm volatile("cpsid i\n cpsid f\n mrs r0, msp\n msr basepri, r0" ::: "r0", "memory");
    note(VALUE, control());
    svc(1);
    note(VALUE, control());
    note(VALUE, basepri());
    set_control(0);
    section(7);
    MPU_RBAR = 0x20003000 | 1 << 4 | 2; // the last KiB of RAM but the stacks, normal memory:
    MPU_RASR = 6u << 24 | 3 << 16 | 7 << 1 | 1;             // 256 bytes that can only be read,
    MPU_RBAR = 0x20003000 | 1 << 4 | 3;                     // and above them two subregions
    MPU_RASR = 3u << 24 | 3 << 16 | 0xf3 << 8 | 7 << 1 | 1; // that can be written
    MPU_CTRL = 5;
    barrier();
    // No access goes from one region into another: QEMU 7.2 looks at its first byte only.
    __asm volatile(
        "ldr r0, =0x20003040\n str r0, [r0]\n str r0, [r0, #0x20]\n ldr r1, [r0, #0x3c]\n"
        "strb r0, [r0, #0x40]\n strh r0, [r0, #-1]" ::
            : "r0", "r1");
    MPU_CTRL = 0;
    barrier();
}

// On the process stack; whatever becomes of that, it comes back behind the SVC.
#define TRY_SVC(n)                                                                                 \
    TRY(n, "adr.w r1, 1f\n str r1, [%0]\n movs r0, #" #n "\n mov r1, #2\n msr control, r1\n isb\n" \
           "svc #1\n1:"                                                                            \
        :                                                                                          \
        : "r"(&go_on_at)                                                                           \
        : "r0", "r1", "r2", "r3", "r12", "lr", "memory")

static void bad_frames(void)
{
    section(8);
    STIR = 5; // bad_return()
    barrier();
    note(VALUE, IABR);
    section(9);
    SHPR2 = 0xa0000000;
    __asm volatile("msr psp, %0" ::"r"(NOWHERE + 0x100) : "memory");
    TRY_SVC(1);
    TRY_SVC(2);
    set_control(0);
    note(VALUE, control());
}

#if defined __ARM_FP
// ---- a scheduler whose threads calculate --------------------------------------------------------

__attribute__((used)) static uint32_t switch_threads(uint32_t sp, uint32_t exc_return)
{
    note(ENTER, ipsr());
    note(RETURN_TO, exc_return);
    note(VALUE, control());
    thread_sp[thread_now] = sp;
    thread_now ^= 1;
    return thread_sp[thread_now];
}

// Below the frame: s16 to s31 if there is floating-point state, r4 to r11 and EXC_RETURN.
__attribute__((naked)) static void switch_handler(void)
{
    __asm volatile("mrs r0, psp\n tst lr, #16\n it eq\n vstmdbeq r0!, {s16-s31}\n"
                   "stmdb r0!, {r4-r11, lr}\n mov r1, lr\n push {r4, lr}\n bl switch_threads\n"
                   "pop {r4, lr}\n ldmia r0!, {r4-r11, lr}\n tst lr, #16\n it eq\n"
                   "vldmiaeq r0!, {s16-s31}\n msr psp, r0\n bx lr");
}

static uint32_t bits(float x)
{
    union {
        float f;
        uint32_t u;
    } both = {.f = x};
    return both.u;
}

static void yield(void)
{
    ICSR = ICSR_PENDSVSET;
    barrier();
}

static void second_thread(void)
{
    float x = 1.0f;
    for (uint32_t i = 0;; i++) {
        if (i & 1) // every other time without the unit
            x = x * 1.25f - 0.125f;
        note(VALUE, bits(x));
        yield();
    }
}

static void first_thread(void)
{
    float x = 0.5f, y = 3.0f;
    for (uint32_t i = 0; i < 12; i++) {
        x = x * y + 0.75f;
        yield();
        y = x / 7.0f;
        note(VALUE, bits(x));
        note(VALUE, bits(y));
        if (i % 3 == 0)
            svc(i + 10);
        if (i == 6)
            FPCCR &= ~(1u << 30); // from here on at once instead of lazily
    }
}

static void threads(void)
{
    uint32_t *frame = &thread_stack[1][96 - 8];
    section(10);
    CPACR = 0x00f00000;
    barrier();
    frame[6] = (uint32_t)second_thread & ~1u;
    frame[7] = 1u << 24;
    frame[-1] = 0xfffffffd;
    thread_sp[1] = (uint32_t)(frame - 9);
    __asm volatile("msr psp, %0" ::"r"(&thread_stack[0][96]) : "memory");
    set_control(2);
    first_thread();
    set_control(control() & 4);
    note(VALUE, control());
}
#else
static void switch_handler(void)
{
}

static void threads(void)
{
}
#endif

static void mixture(void)
{
    section(11);
    seed = 4711;
    for (uint32_t round = 0; round < 100; round++) {
        SHPR1 = next_random() & 0x00f0f0f0;
        IPR(0) = next_random() << 4 & 0xf0f0f0f0;
        IPR(1) = 0x3000 | (next_random() & 0xf0);
        SHCSR = ALL_FAULTS;
        note(SECTION, 100 + round);
        mixing = 14;
        for (uint32_t i = 0; i < 8; i++)
            act();
        mixing = 0;
        set_basepri(0);
        ICPR = 0x1f;
        barrier();
        print_log();
    }
}

__attribute__((used)) static void start(void)
{
    clear_bss();
    ACTLR = ACTLR_DISDEFWBUF;
    CCR |= CCR_STKALIGN;
    SHPR1 = 0x00402020; // MemManage and BusFault 0x20, UsageFault 0x40
    SHPR2 = 0x80000000;
    SHPR3 = 0xf0f00000;
    IPR(1) = 0x3000; // interrupt 5
    ISER = 0x3f;
    section(1);
    SHCSR = ALL_FAULTS;
    faults_of_all_kinds();
    escalation();
    priorities();
    unprivileged();
    bad_frames();
    threads();
    mixture();
    print_log_and_end();
}

__attribute__((naked)) static void reset(void)
{
    __asm volatile("bl start\n b .");
}

__attribute__((section(".vectors"), used)) static vector *const vectors[22] = {
    (vector *)&_stack,
    reset,
    fault_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    [11] = svc_handler,
    [14] = switch_handler,
    interrupt,
    interrupt,
    interrupt,
    interrupt,
    interrupt,
    interrupt,
    bad_return,
};
