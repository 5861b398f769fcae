// SPDX-License-Identifier: MIT
// The inside of the virtual chip, shared by the files that make it up: chip.c, map.c, reset.c,
// slot.c and one file per peripheral. Nobody else includes this. A peripheral's struct is its own:
// others call its functions, below, in the order of the files.
#ifndef SWDLINK_SIM_CHIP_CHIP_STATE_H
#define SWDLINK_SIM_CHIP_CHIP_STATE_H

#include "sim/chip/chip.h"
#include "sim/families/chips.h"
#include "sim/parts/key_lock.h"
#include "sim/time/ticker.h"

#define SIM_FLASH_BASE  0x08000000u
#define SIM_SRAM_BASE   0x20000000u
#define SIM_OPTION_BASE 0x1ffff800u
#define SIM_OPTION_SIZE 16u
#define SIM_MAX_PAGES   256u
#define SIM_USART_ROOM  65536u
#define SIM_GPIO_PORTS  6u
#define SIM_USARTS      2u

#define SIM_HSI_HZ 8000000u
#define SIM_LSI_HZ 40000u // DS9773, 6.3.8: typical; 30 to 50 kHz

// Where a chip's interrupts go (RM0091, 11.1.3).
enum sim_irq {
    SIM_IRQ_WWDG = 0,
    SIM_IRQ_FLASH = 3,
    SIM_IRQ_RCC = 4,
    SIM_IRQ_EXTI0_1 = 5,
    SIM_IRQ_EXTI2_3 = 6,
    SIM_IRQ_EXTI4_15 = 7,
    SIM_IRQ_ADC = 12,
    SIM_IRQ_TIM1_UP = 13,
    SIM_IRQ_TIM1_CC = 14,
    SIM_IRQ_TIM2 = 15,
    SIM_IRQ_TIM3 = 16,
    SIM_IRQ_TIM6 = 17,
    SIM_IRQ_TIM7 = 18,
    SIM_IRQ_TIM14 = 19,
    SIM_IRQ_TIM15 = 20,
    SIM_IRQ_TIM16 = 21,
    SIM_IRQ_TIM17 = 22,
    SIM_IRQ_USART1 = 27,
    SIM_IRQ_USART2 = 28,
};

// What the flash is doing. It happens at the end of its time, so that a cut in between leaves a
// mess.
enum sim_flash_job {
    SIM_FLASH_IDLE,
    SIM_FLASH_PROGRAM,
    SIM_FLASH_ERASE_PAGE,
    SIM_FLASH_ERASE_ALL,
    SIM_FLASH_PROGRAM_OPTION,
    SIM_FLASH_ERASE_OPTIONS,
    SIM_FLASH_UNPROTECT, // erases everything, then programs RDP with level 0
};

struct sim_flash {
    enum sim_flash_job job;
    uint32_t addr;
    uint16_t value;
    uint64_t mass_end_ns; // of SIM_FLASH_UNPROTECT: when the erase gives way to the programming
    uint64_t done_ns;
    struct sim_timer done;
    enum sim_flash_time time;
    uint8_t *bytes;
    unsigned erase_count[SIM_MAX_PAGES];
};

struct sim_fpec {
    struct sim_chip *chip;
    uint32_t acr, cr, sr, ar;
    struct sim_key_lock lock, option_lock; // of FLASH_CR, and of its OPTWRE
};

struct sim_options {
    uint8_t bytes[SIM_OPTION_SIZE];
    // As loaded last (RM0091, 3.3.1 and 4): what counts.
    unsigned rdp_level;
    uint8_t user;
    uint32_t obr, wrpr;
    bool flash_empty; // the empty check flag (2.5)
};

enum sim_clock_source {
    SIM_LSI, // in the order of the bits of RCC_CIR
    SIM_LSE,
    SIM_HSI,
    SIM_HSE,
    SIM_PLL,
    SIM_HSI14,
    SIM_HSI48,
    SIM_CLOCK_SOURCES,
};

enum sim_rcc_bus { SIM_ON_AHB, SIM_ON_APB2, SIM_ON_APB1, SIM_RCC_BUSES };

struct sim_rcc {
    struct sim_chip *chip;
    uint32_t cr, cfgr, cir_flags, cir_enables, bdcr, csr, cfgr2, cfgr3, cr2;
    uint32_t rstr[SIM_RCC_BUSES], enr[SIM_RCC_BUSES];
    unsigned sws;
    bool on[SIM_CLOCK_SOURCES], ready[SIM_CLOCK_SOURCES];
    uint64_t ready_ns[SIM_CLOCK_SOURCES]; // SIM_NEVER: not on its way
    uint32_t hse_hz;                      // of the crystal; 0: none, or dead
    struct sim_timer timer;
};

struct sim_dbgmcu {
    struct sim_chip *chip;
    uint32_t cr, fz[2]; // APB1_FZ, APB2_FZ
};

enum sim_boot { SIM_BOOT_FLASH, SIM_BOOT_SYSTEM, SIM_BOOT_SRAM };

struct sim_syscfg {
    struct sim_chip *chip;
    uint32_t cfgr1, cfgr2, exticr[4];
};

struct sim_gpio {
    struct sim_chip *chip;
    unsigned port;
    uint32_t moder, otyper, ospeedr, pupdr, odr, afr[2];
    uint32_t lckr;
    unsigned lock_step;     // of the key sequence
    uint16_t driven, level; // what the outside does to the pins
};

enum sim_power_mode { SIM_POWER_RUN, SIM_POWER_STOP, SIM_POWER_STANDBY };

struct sim_pwr {
    struct sim_chip *chip;
    uint32_t cr, csr;
    enum sim_power_mode mode;
};

struct sim_exti {
    struct sim_chip *chip;
    uint32_t imr, emr, rtsr, ftsr, pr;
};

struct sim_usart {
    struct sim_chip *chip;
    unsigned index; // 0: USART1
    uint32_t cr1, cr2, cr3, brr, gtpr, rtor, isr;
    uint16_t tdr, shift;
    bool shifting;
    struct sim_timer sent;
};

struct sim_iwdg {
    struct sim_chip *chip;
    bool running, unlocked, frozen;
    uint32_t pr, rlr, winr;
    uint32_t counter;
    uint64_t divided;      // LSI periods towards the next count
    uint64_t update_ns[3]; // until when PVU, RVU and WVU are set
    struct sim_ticker lsi;
    struct sim_timer expire;
};

struct sim_wwdg {
    struct sim_chip *chip;
    uint32_t cfr;
    bool active, early, frozen;
    uint32_t counter;
    uint64_t divided; // PCLK periods towards the next count
    struct sim_ticker pclk;
    struct sim_timer timer;
};

struct sim_crc {
    struct sim_chip *chip;
    uint32_t dr, cr, init, pol;
    uint8_t idr;
};

enum sim_adc_job {
    SIM_ADC_IDLE,
    SIM_ADC_CALIBRATES,
    SIM_ADC_ENABLES,
    SIM_ADC_CONVERTS,
    SIM_ADC_WAITS, // for DR to be read
};

struct sim_adc {
    struct sim_chip *chip;
    uint32_t isr, ier, cr, cfgr1, cfgr2, smpr, tr, chselr, dr, ccr;
    bool calibrated, ready;
    enum sim_adc_job job;
    unsigned channel;      // under conversion
    uint32_t left;         // channels of the sequence that are still to come
    uint64_t enable_ns;    // not earlier
    uint64_t reference_ns; // when the internal channels were switched on
    struct sim_timer timer;
};

enum sim_tim_has { SIM_TIM_DOWN = 1, SIM_TIM_REPEATS = 2, SIM_TIM_REMAPS = 4 };

struct sim_tim_kind {
    const char *name;
    unsigned irq, irq_cc;
    unsigned bits, channels;
    unsigned has; // of enum sim_tim_has
    unsigned freeze_register;
    uint32_t freeze_bit; // in DBGMCU_APB1_FZ or APB2_FZ
};

struct sim_tim {
    struct sim_chip *chip;
    const struct sim_tim_kind *kind;
    uint32_t cr1, cr2, smcr, dier, sr, ccmr[2], ccer, or, bdtr;
    uint32_t cnt, psc, arr, ccr[4], rcr;
    uint32_t psc_used, arr_used, repeats_left; // the preloaded values at work
    uint64_t divided;                          // timer clocks towards the next count
    bool frozen;
    struct sim_ticker clock;
    struct sim_ticker signal; // what is captured, twice
    uint64_t signal_ticks;    // of it since the last capture
    unsigned capture_divider;
    struct sim_timer timer;
};
#define SIM_TIMS 9u

// A peripheral on its bus: its clock gate and its reset line (slot.c).
struct sim_slot {
    struct sim_chip *chip;
    const struct sim_peripheral *kind;
    bool told; // that its clock is off
};
#define SIM_MAX_SLOTS 32u

struct sim_chip {
    const struct sim_chip_row *row;
    struct sim_clock *clock;
    struct sim_account *account;
    struct log *log;
    struct sim_bus bus;
    struct sim_core *core;
    uint64_t random;

    // Supply, pins, reset.
    bool powered, dead, nrst_low, boot0;
    uint32_t vdda_mv;
    struct sim_identity identity;
    bool in_reset;        // the reset line inside is low
    bool power_on_reset;  // and it is the one of power-on
    uint64_t release_ns;  // when the chip itself lets go of it
    uint32_t reset_flags; // of a reset that was asked for and has not come yet, 0: none
    bool reload_options;  // with it
    struct sim_timer reset_timer;
    bool pulls_nrst; // the pulse of a reset is under way
    void (*nrst_pulled)(void *arg, bool low);
    void *nrst_arg;
    unsigned power_resets; // so far
    bool intruded;         // a debugger has used the system bus since power-on
    enum sim_boot boot;    // what the last reset decided
    bool halted;           // the core, when the chip looked last

    struct sim_slot slot[SIM_MAX_SLOTS];
    unsigned slot_count;
    uint8_t *sram, *system;
    struct sim_flash flash;
    struct sim_fpec fpec;
    struct sim_options options;
    struct sim_rcc rcc;
    struct sim_dbgmcu dbgmcu;
    struct sim_syscfg syscfg;
    struct sim_gpio gpio[SIM_GPIO_PORTS];
    struct sim_pwr pwr;
    struct sim_exti exti;
    struct sim_usart usart[SIM_USARTS];
    struct sim_iwdg iwdg;
    struct sim_wwdg wwdg;
    struct sim_crc crc;
    struct sim_adc adc;
    struct sim_tim tim[SIM_TIMS];

    uint8_t *usart_out; // a ring: the oldest bytes go first
    size_t usart_start, usart_len;
};

// chip.c
uint32_t sim_chip_random(struct sim_chip *chip); // decided by the seed
// Notes a violation, with who did it: the program or the debugger.
void sim_chip_violation(struct sim_chip *chip, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// What stops while the core is halted, or no longer does; after anything that can change that.
void sim_chip_follow_debug(struct sim_chip *chip);
// A frequency has changed: everything that counts takes note.
void sim_chip_clocks_changed(struct sim_chip *chip);

// map.c
void sim_map_build(struct sim_chip *chip);
void sim_map_update(struct sim_chip *chip); // the windows, after anything that opens or shuts one
void sim_map_reset(struct sim_chip *chip, enum sim_reset kind); // every peripheral

// slot.c. How a bus treats accesses narrower than a register (RM0091, 2.1).
enum sim_lanes {
    SIM_LANES_APB, // the bridge duplicates what is written into all lanes
    SIM_LANES_AHB, // bytes go where they belong
    SIM_LANES_RAW, // the device sees the width
};
struct sim_peripheral {
    const char *name;
    uint32_t base;
    const struct sim_device *device;
    size_t self; // offset in struct sim_chip
    enum sim_lanes lanes;
    enum sim_rcc_bus bus;
    uint32_t gate;     // bit of the clock enable and reset registers of that bus, 0: always on
    unsigned features; // of the chip, without which it is not there
};
extern const struct sim_device sim_slot_device;
// Resets the peripherals whose bits in the reset registers are set.
void sim_slot_follow_resets(struct sim_chip *chip);
// The clock of the peripheral with that state is on.
bool sim_slot_is_clocked(const struct sim_chip *chip, const void *self);

// reset.c
void sim_reset_create(struct sim_chip *chip);
// A system reset from inside, at the next opportunity; flags of RCC_CSR. Safe in the middle of an
// access.
void sim_reset_request(struct sim_chip *chip, uint32_t csr_flags);
// At once.
void sim_reset_assert(struct sim_chip *chip, enum sim_reset kind, uint32_t csr_flags);
// Leaves Standby: everything but what survives it starts anew.
void sim_reset_from_standby(struct sim_chip *chip);

// identity.c
void sim_identity_create(struct sim_chip *chip);

// ids.c: fills the system memory with what the factory puts there.
void sim_ids_fill(struct sim_chip *chip);

// flash.c
extern const struct sim_device sim_flash_device, sim_flash_alias_device;
void sim_flash_create(struct sim_chip *chip);
bool sim_flash_is_busy(const struct sim_chip *chip);
// Read protection keeps flash out of reach, for every master.
bool sim_flash_is_blocked(const struct sim_chip *chip);
bool sim_flash_is_write_protected(const struct sim_chip *chip, uint32_t addr);
void sim_flash_begin(struct sim_chip *chip, enum sim_flash_job job, uint32_t addr, uint16_t value);
// Reset or the loss of power in the middle of a job; what it worked on is then undefined.
void sim_flash_abort(struct sim_chip *chip);
enum sim_bus_status sim_flash_stall(struct sim_chip *chip);

// fpec.c
#define FLASH_SR_BSY      (1u << 0)
#define FLASH_SR_PGERR    (1u << 2)
#define FLASH_SR_WRPRTERR (1u << 4)
#define FLASH_SR_EOP      (1u << 5)
extern const struct sim_device sim_fpec_device;
bool sim_fpec_may_program(const struct sim_chip *chip);         // PG, unlocked
bool sim_fpec_may_program_options(const struct sim_chip *chip); // OPTPG, OPTWRE, unlocked
void sim_fpec_flag(struct sim_chip *chip, uint32_t sr_bits);
void sim_fpec_done(struct sim_chip *chip); // a job has ended
unsigned sim_fpec_latency(const struct sim_chip *chip);

// options.c
extern const struct sim_device sim_options_device;
void sim_options_load(struct sim_chip *chip);
void sim_options_erase(struct sim_chip *chip); // OPTER and STRT
#define OPTION_WDG_SW       (1u << 0)          // of the user byte
#define OPTION_NRST_STOP    (1u << 1)
#define OPTION_NRST_STDBY   (1u << 2)
#define OPTION_NBOOT0       (1u << 3)
#define OPTION_NBOOT1       (1u << 4)
#define OPTION_VDDA_MONITOR (1u << 5)
#define OPTION_BOOT_SEL     (1u << 7)

// rcc.c
#define RCC_CSR_V18PWRRSTF (1u << 23)
#define RCC_CSR_OBLRSTF    (1u << 25)
#define RCC_CSR_PINRSTF    (1u << 26)
#define RCC_CSR_PORRSTF    (1u << 27)
#define RCC_CSR_SFTRSTF    (1u << 28)
#define RCC_CSR_IWDGRSTF   (1u << 29)
#define RCC_CSR_WWDGRSTF   (1u << 30)
#define RCC_CSR_LPWRRSTF   (1u << 31)
extern const struct sim_device sim_rcc_device;
void sim_rcc_create(struct sim_chip *chip);
void sim_rcc_flag_reset(struct sim_chip *chip, uint32_t csr_flags);
void sim_rcc_update_irq(struct sim_rcc *rcc);

// clocks.c
#define RCC_CFGR_SW      0x3u
#define RCC_CFGR2_PREDIV 0xfu
#define RCC_CR_CSSON     (1u << 19)
#define RCC_CIR_CSSF     (1u << 7)
#define RCC_CR2_HSI14DIS (1u << 2)
void sim_clocks_create(struct sim_chip *chip);
void sim_clocks_apply(struct sim_chip *chip); // after anything that changes a frequency
// Starts what is on and can start, stops what is off.
void sim_clocks_update(struct sim_rcc *rcc);
// On or off, unless the system runs from it.
void sim_clocks_switch(struct sim_rcc *rcc, enum sim_clock_source source, bool on);
void sim_clocks_follow_sw(struct sim_rcc *rcc); // to what SW asks for, if that is ready
void sim_clocks_leave_stop(struct sim_chip *chip);
void sim_clocks_force_lsi(struct sim_chip *chip);     // the watchdog needs it
void sim_clocks_request_hsi14(struct sim_chip *chip); // the ADC asks for its own oscillator
bool sim_clocks_is_ready(const struct sim_chip *chip, enum sim_clock_source source);
// How long until a source is ready: 0 when it is, SIM_NEVER when it is not on its way.
uint64_t sim_clocks_wait_ns(const struct sim_chip *chip, enum sim_clock_source source);
// The signal on TIM14's first input, by TIM14_OR.TI1_RMP: a frequency and by what it is divided.
uint32_t sim_clocks_signal_hz(const struct sim_chip *chip, unsigned remap, unsigned *divider);
uint32_t sim_clocks_hclk_hz(const struct sim_chip *chip); // 0: stopped
uint32_t sim_clocks_pclk_hz(const struct sim_chip *chip);
uint32_t sim_clocks_timer_hz(const struct sim_chip *chip);
uint32_t sim_clocks_usart_hz(const struct sim_chip *chip, unsigned index);

// dbgmcu.c
#define DBGMCU_CR_DBG_STOP    (1u << 1)
#define DBGMCU_CR_DBG_STANDBY (1u << 2)
#define DBGMCU_FZ1_WWDG       (1u << 11)
#define DBGMCU_FZ1_IWDG       (1u << 12)
#define SIM_DBGMCU_BASE       0x40015800u
extern const struct sim_device sim_dbgmcu_device;

// syscfg.c
extern const struct sim_device sim_syscfg_device;
enum sim_boot sim_syscfg_mapped(const struct sim_chip *chip); // what MEM_MODE shows at address 0
void sim_syscfg_map(struct sim_chip *chip, enum sim_boot boot);
unsigned sim_syscfg_exti_port(const struct sim_chip *chip, unsigned line);

// gpio.c
extern const struct sim_device sim_gpio_device;
uint16_t sim_gpio_levels(const struct sim_gpio *gpio); // as IDR shows them
bool sim_gpio_is_alternate(const struct sim_chip *chip, char port, unsigned pin, unsigned af);
// Something outside drives that pin, and how.
bool sim_gpio_is_driven(const struct sim_chip *chip, char port, unsigned pin, bool *high);
bool sim_gpio_swd_connected(const struct sim_chip *chip);

// pwr.c
extern const struct sim_device sim_pwr_device;
void sim_pwr_follow_core(struct sim_chip *chip); // into Stop or Standby, or out of Stop
void sim_pwr_wake(struct sim_chip *chip);        // something that ends Stop has happened
void sim_pwr_pin_changed(struct sim_chip *chip, char port, unsigned pin, bool high);
bool sim_pwr_backup_writable(const struct sim_chip *chip);

// exti.c
extern const struct sim_device sim_exti_device;
void sim_exti_pin_changed(struct sim_chip *chip, unsigned port, unsigned pin, bool high);

// usart.c
extern const struct sim_device sim_usart_device;
void sim_usart_create(struct sim_chip *chip);

// iwdg.c, wwdg.c
extern const struct sim_device sim_iwdg_device, sim_wwdg_device;
void sim_iwdg_create(struct sim_chip *chip);
void sim_iwdg_start(struct sim_chip *chip);
void sim_iwdg_freeze(struct sim_chip *chip, bool frozen);
void sim_wwdg_create(struct sim_chip *chip);
void sim_wwdg_clock_changed(struct sim_chip *chip);
void sim_wwdg_freeze(struct sim_chip *chip, bool frozen);

// crc.c, adc.c
extern const struct sim_device sim_crc_device, sim_adc_device;
void sim_adc_create(struct sim_chip *chip);
#define SIM_VREFINT_MV 1230u // DS9773, 6.3.4: 1.2 to 1.25 V
#define SIM_TS_30_MV   1430u // of the temperature sensor at 30 degrees (DS9773, 6.3.17)

// tim.c
extern const struct sim_device sim_tim_device;
void sim_tim_create(struct sim_chip *chip);
void sim_tim_clock_changed(struct sim_chip *chip);
void sim_tim_follow_debug(struct sim_chip *chip, bool halted);

// tim_count.c
#define SIM_TIM_CEN   (1u << 0) // of CR1
#define SIM_TIM_UDIS  (1u << 1)
#define SIM_TIM_URS   (1u << 2)
#define SIM_TIM_OPM   (1u << 3)
#define SIM_TIM_DIR   (1u << 4)
#define SIM_TIM_CMS   (3u << 5)
#define SIM_TIM_ARPE  (1u << 7)
#define SIM_TIM_UIF   (1u << 0) // of SR and DIER
#define SIM_TIM_CC1   (1u << 1)
#define SIM_TIM_CC1OF (1u << 9)
uint32_t sim_tim_mask(const struct sim_tim *t);
void sim_tim_restart(struct sim_tim *t);                // EGR.UG
void sim_tim_count_to(struct sim_tim *t, uint64_t ns);  // brings the counter to a time
uint64_t sim_tim_count_due_ns(const struct sim_tim *t); // of the next interrupt by counting

#endif
