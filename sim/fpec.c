// SPDX-License-Identifier: MIT
// The flash program and erase controller and what it does to flash and option bytes (RM0091, 3.2 to 3.5).
// Two devices: the registers, and the flash and option memory itself, which is reached through it whenever
// the direct window is closed (busy, read-protected) and for every write.
#include <string.h>

#include "base/bytes.h"
#include "sim/chip_state.h"

#define KEY1 0x45670123u
#define KEY2 0xcdef89abu

#define SR_BSY      (1u << 0)
#define SR_PGERR    (1u << 2)
#define SR_WRPRTERR (1u << 4)
#define SR_EOP      (1u << 5)

#define CR_PG         (1u << 0)
#define CR_PER        (1u << 1)
#define CR_MER        (1u << 2)
#define CR_OPTPG      (1u << 4)
#define CR_OPTER      (1u << 5)
#define CR_STRT       (1u << 6)
#define CR_LOCK       (1u << 7)
#define CR_OPTWRE     (1u << 9)
#define CR_OBL_LAUNCH (1u << 13)
#define CR_WRITABLE   0x1677u

#define RDP_LEVEL0 0xaau
#define RDP_LEVEL2 0xccu

bool fpec_is_busy(const struct sim_fpec *fpec)
{
    return fpec->job != FPEC_IDLE;
}

static void violation(struct sim_fpec *fpec, const char *what, uint32_t addr)
{
    sim_account_violation(fpec->chip->account, "flash: %s (0x%08x)", what, addr);
}

static void start(struct sim_fpec *fpec, int job, uint32_t addr, uint64_t ns)
{
    fpec->job = job;
    fpec->job_addr = addr;
    fpec->sr |= SR_BSY;
    fpec->busy_until = fpec->chip->clock->now_ns + ns;
    sim_clock_arm(fpec->chip->clock, &fpec->done, fpec->busy_until);
    chip_update_windows(fpec->chip);
}

static void job_done(void *arg)
{
    struct sim_fpec *fpec = arg;
    fpec->job = FPEC_IDLE;
    fpec->sr = (fpec->sr & ~SR_BSY) | SR_EOP;
    chip_update_windows(fpec->chip);
}

static enum sim_bus_status stall(struct sim_fpec *fpec)
{
    fpec->chip->bus.stall_until_ns = fpec->busy_until;
    return SIM_BUS_STALL;
}

static unsigned page_of(const struct sim_chip *chip, uint32_t addr)
{
    return (addr - SIM_FLASH_BASE) / chip->row->page_size;
}

// One WRPR bit per 4 KiB, the last one for all that follows (3.3.2).
static bool write_protected(const struct sim_fpec *fpec, uint32_t addr)
{
    uint32_t block = (addr - SIM_FLASH_BASE) / 4096;
    return !(fpec->wrpr >> (block > 31 ? 31 : block) & 1);
}

// HSI must be on whatever clocks the core (3.2.2).
static bool refuse_without_hsi(struct sim_fpec *fpec, uint32_t addr)
{
    if (rcc_hsi_is_on(&fpec->chip->rcc))
        return false;
    violation(fpec, "programming or erasing while HSI is off", addr);
    return true;
}

// ---- flash memory ---------------------------------------------------------------------------------------

static enum sim_bus_status program_flash(struct sim_fpec *fpec, uint32_t addr, uint16_t value)
{
    struct sim_chip *chip = fpec->chip;
    uint8_t *cell = chip->flash + (addr - SIM_FLASH_BASE);
    if (refuse_without_hsi(fpec, addr))
        return SIM_BUS_OK;
    if (chip_flash_is_protected(chip) || write_protected(fpec, addr)) {
        fpec->sr |= SR_WRPRTERR;
        return SIM_BUS_OK;
    }
    if (get_le16(cell) != 0xffff && value != 0) {
        fpec->sr |= SR_PGERR;
        violation(fpec, "programming a halfword that is not erased", addr);
        return SIM_BUS_OK;
    }
    put_le16(cell, get_le16(cell) & value);
    chip->account->units_programmed++;
    start(fpec, FPEC_HALFWORD, addr, fpec->times.halfword);
    return SIM_BUS_OK;
}

static void erase_page(struct sim_fpec *fpec)
{
    struct sim_chip *chip = fpec->chip;
    uint32_t addr = fpec->ar & ~(chip->row->page_size - 1);
    if (addr - SIM_FLASH_BASE >= chip->row->flash_size) {
        violation(fpec, "page erase outside of the flash", fpec->ar);
        return;
    }
    if (refuse_without_hsi(fpec, addr))
        return;
    if (chip_flash_is_protected(chip) || write_protected(fpec, addr)) {
        fpec->sr |= SR_WRPRTERR;
        return;
    }
    memset(chip->flash + (addr - SIM_FLASH_BASE), 0xff, chip->row->page_size);
    chip->erase_count[page_of(chip, addr)]++;
    chip->account->pages_erased++;
    start(fpec, FPEC_PAGE, addr, fpec->times.page);
}

static void wipe(struct sim_fpec *fpec)
{
    struct sim_chip *chip = fpec->chip;
    memset(chip->flash, 0xff, chip->row->flash_size);
    for (unsigned i = 0; i < chip->row->flash_size / chip->row->page_size; i++)
        chip->erase_count[i]++;
    chip->account->mass_erases++;
}

static void erase_all(struct sim_fpec *fpec)
{
    bool any_protected = false;
    for (uint32_t at = 0; at < fpec->chip->row->flash_size; at += 4096)
        any_protected |= write_protected(fpec, SIM_FLASH_BASE + at);
    if (refuse_without_hsi(fpec, SIM_FLASH_BASE))
        return;
    if (any_protected || chip_flash_is_protected(fpec->chip)) {
        fpec->sr |= SR_WRPRTERR;
        return;
    }
    wipe(fpec);
    start(fpec, FPEC_MASS, SIM_FLASH_BASE, fpec->times.mass);
}

// ---- option bytes (3.2.5, 4) ----------------------------------------------------------------------------

static unsigned rdp_level_of(const uint8_t *option)
{
    bool intact = (option[0] ^ option[1]) == 0xff;
    if (intact && option[0] == RDP_LEVEL0)
        return 0;
    return intact && option[0] == RDP_LEVEL2 ? 2 : 1;
}

void fpec_load_options(struct sim_fpec *fpec)
{
    struct sim_chip *chip = fpec->chip;
    const uint8_t *o = chip->option;
    bool broken = false;
    for (unsigned i = 0; i < SIM_OPTION_SIZE; i += 2)
        broken |= (o[i] ^ o[i + 1]) != 0xff;
    chip->rdp_level = rdp_level_of(o);
    uint32_t level_bits = chip->rdp_level == 2 ? 3 : chip->rdp_level;
    uint32_t user = (o[2] ^ o[3]) == 0xff ? o[2] : 0xff;
    fpec->obr = (broken ? 1u : 0) | level_bits << 1 | user << 8 | (uint32_t)o[4] << 16 |
                (uint32_t)o[6] << 24;
    fpec->wrpr = o[8] | (uint32_t)o[10] << 8 | (uint32_t)o[12] << 16 | (uint32_t)o[14] << 24;
    chip_update_windows(chip);
}

static void erase_options(struct sim_fpec *fpec)
{
    memset(fpec->chip->option, 0xff, SIM_OPTION_SIZE);
    start(fpec, FPEC_OPTIONS, SIM_OPTION_BASE, fpec->times.page);
}

static enum sim_bus_status program_option(struct sim_fpec *fpec, uint32_t addr, uint16_t value)
{
    uint8_t *cell = fpec->chip->option + (addr - SIM_OPTION_BASE);
    uint64_t ns = fpec->times.halfword;
    if (get_le16(cell) != 0xffff) {
        fpec->sr |= SR_PGERR;
        violation(fpec, "programming an option byte that is not erased", addr);
        return SIM_BUS_OK;
    }
    cell[0] = (uint8_t)value; // the hardware stores the complement by itself
    cell[1] = (uint8_t)~value;
    fpec->chip->account->units_programmed++;
    // Leaving level 1 erases the flash first (3.3.1).
    if (addr == SIM_OPTION_BASE && (uint8_t)value == RDP_LEVEL0 && fpec->chip->rdp_level == 1) {
        wipe(fpec);
        ns += fpec->times.mass;
    }
    start(fpec, FPEC_OPTIONS, addr, ns);
    return SIM_BUS_OK;
}

// ---- memory device: offset 0 is SIM_FLASH_BASE; option bytes have their own mapping ---------------------

static enum sim_bus_status memory_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_fpec *fpec = self;
    struct sim_chip *chip = fpec->chip;
    if (fpec_is_busy(fpec))
        return stall(fpec);
    if (chip_flash_is_protected(chip))
        return SIM_BUS_FAULT;
    const uint8_t *p = chip->flash + offset;
    *value = size == 4 ? get_le32(p) : size == 2 ? get_le16(p) : *p;
    return SIM_BUS_OK;
}

static enum sim_bus_status memory_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_fpec *fpec = self;
    uint32_t addr = SIM_FLASH_BASE + offset;
    if (fpec_is_busy(fpec))
        return stall(fpec);
    if (!(fpec->cr & CR_PG)) {
        violation(fpec, "write to flash without PG", addr);
        fpec->sr |= SR_PGERR;
        return SIM_BUS_FAULT;
    }
    if (size != 2) {
        violation(fpec, "flash is programmed by halfwords only", addr);
        return SIM_BUS_FAULT;
    }
    return program_flash(fpec, addr, (uint16_t)value);
}

static void memory_reset(void *self, enum sim_reset kind)
{
    (void)self;
    (void)kind;
}

const struct sim_device fpec_flash_device = {memory_reset, memory_read, memory_write};

static enum sim_bus_status option_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_fpec *fpec = self;
    if (fpec_is_busy(fpec))
        return stall(fpec);
    const uint8_t *p = fpec->chip->option + offset;
    *value = size == 4 ? get_le32(p) : size == 2 ? get_le16(p) : *p;
    return SIM_BUS_OK;
}

static enum sim_bus_status option_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_fpec *fpec = self;
    uint32_t addr = SIM_OPTION_BASE + offset;
    if (fpec_is_busy(fpec))
        return stall(fpec);
    if (size != 2 || !(fpec->cr & CR_OPTPG) || !fpec->options_unlocked) {
        violation(fpec, "write to option bytes that are locked, or of a wrong width", addr);
        return SIM_BUS_FAULT;
    }
    return program_option(fpec, addr, (uint16_t)value);
}

const struct sim_device fpec_option_device = {memory_reset, option_read, option_write};

// ---- registers ------------------------------------------------------------------------------------------

static enum sim_bus_status write_key(uint32_t value, unsigned *step, bool *locked_out, bool *unlocked)
{
    static const uint32_t keys[2] = {KEY1, KEY2};
    if (*locked_out || *unlocked || value != keys[*step]) {
        *locked_out = true; // a wrong sequence locks until the next reset, with a bus error (3.2.2)
        *step = 0;
        return SIM_BUS_FAULT;
    }
    if (++*step == 2) {
        *step = 0;
        *unlocked = true;
    }
    return SIM_BUS_OK;
}

static void begin_operation(struct sim_fpec *fpec)
{
    switch (fpec->cr & (CR_PER | CR_MER | CR_OPTER)) {
    case CR_PER:
        erase_page(fpec);
        break;
    case CR_MER:
        erase_all(fpec);
        break;
    case CR_OPTER:
        if (fpec->options_unlocked)
            erase_options(fpec);
        else
            violation(fpec, "option erase while OPTWRE is 0", SIM_OPTION_BASE);
        break;
    default:
        violation(fpec, "STRT without exactly one of PER, MER, OPTER", 0);
        break;
    }
}

static enum sim_bus_status write_cr(struct sim_fpec *fpec, uint32_t value)
{
    if (value & CR_OBL_LAUNCH) { // not locked (3.5.5)
        fpec_load_options(fpec);
        chip_reset_from_inside(fpec->chip, RCC_CSR_OBLRSTF);
        return SIM_BUS_OK;
    }
    if (!fpec->unlocked) {
        if (!(value & CR_LOCK)) // locking twice is harmless
            violation(fpec, "FLASH_CR written while locked", value);
        return SIM_BUS_OK;
    }
    if (fpec_is_busy(fpec)) {
        violation(fpec, "FLASH_CR written while BSY", value);
        return SIM_BUS_OK;
    }
    if (value & CR_LOCK) {
        fpec->unlocked = fpec->options_unlocked = false;
        fpec->cr = 0;
        return SIM_BUS_OK;
    }
    if (!(value & CR_OPTWRE))
        fpec->options_unlocked = false;
    fpec->cr = value & CR_WRITABLE & ~(CR_STRT | CR_OPTWRE);
    if (value & CR_STRT)
        begin_operation(fpec);
    return SIM_BUS_OK;
}

static uint32_t read_cr(const struct sim_fpec *fpec)
{
    uint32_t v = fpec->cr;
    v |= fpec->unlocked ? 0 : CR_LOCK;
    v |= fpec->options_unlocked ? CR_OPTWRE : 0;
    if (fpec->job == FPEC_PAGE || fpec->job == FPEC_MASS)
        v |= CR_STRT;
    return v;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_fpec *fpec = self;
    fpec->acr = fpec->cr = fpec->ar = 0;
    fpec->sr &= SR_BSY;
    fpec->key_step = fpec->optkey_step = 0;
    fpec->locked_out = fpec->option_locked_out = fpec->unlocked = fpec->options_unlocked = false;
    if (!fpec->done.fire)
        sim_clock_add(fpec->chip->clock, &fpec->done, job_done, fpec);
    if (kind == SIM_RESET_POWER) {
        fpec->job = FPEC_IDLE;
        fpec->sr = 0;
        sim_clock_arm(fpec->chip->clock, &fpec->done, SIM_NEVER);
    }
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_fpec *fpec = self;
    (void)size;
    switch (offset) {
    case 0x00:
        *value = fpec->acr | (fpec->acr & 16 ? 32 : 0);
        break;
    case 0x0c:
        *value = fpec->sr;
        break;
    case 0x10:
        *value = read_cr(fpec);
        break;
    case 0x1c:
        *value = fpec->obr;
        break;
    case 0x20:
        *value = fpec->wrpr;
        break;
    default:
        *value = 0; // KEYR, OPTKEYR and AR are write-only
        break;
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_fpec *fpec = self;
    enum sim_bus_status status;
    if (size != 4) {
        violation(fpec, "register access that is not a word", 0x40022000 + offset);
        return SIM_BUS_FAULT;
    }
    switch (offset) {
    case 0x00:
        fpec->acr = value & 0x17;
        return SIM_BUS_OK;
    case 0x04:
        status = write_key(value, &fpec->key_step, &fpec->locked_out, &fpec->unlocked);
        if (status != SIM_BUS_OK)
            violation(fpec, "wrong key, or a key while unlocked", value);
        return status;
    case 0x08:
        if (!fpec->unlocked) {
            violation(fpec, "OPTKEYR written while LOCK is set", value);
            return SIM_BUS_FAULT;
        }
        status = write_key(value, &fpec->optkey_step, &fpec->option_locked_out, &fpec->options_unlocked);
        if (status != SIM_BUS_OK)
            violation(fpec, "wrong option key, or a key while unlocked", value);
        return status;
    case 0x0c:
        fpec->sr &= ~(value & (SR_EOP | SR_WRPRTERR | SR_PGERR));
        return SIM_BUS_OK;
    case 0x10:
        return write_cr(fpec, value);
    case 0x14:
        fpec->ar = value;
        return SIM_BUS_OK;
    default:
        return SIM_BUS_OK;
    }
}

// What was under way is left undefined.
void fpec_power_cut(struct sim_fpec *fpec)
{
    struct sim_chip *chip = fpec->chip;
    uint32_t offset = fpec->job_addr - SIM_FLASH_BASE, len = 0;
    if (fpec->job == FPEC_HALFWORD)
        len = 2;
    else if (fpec->job == FPEC_PAGE)
        len = chip->row->page_size;
    else if (fpec->job == FPEC_MASS)
        len = chip->row->flash_size;
    for (uint32_t i = 0; i < len; i++)
        chip->flash[offset + i] |= (uint8_t)chip_random(chip);
    fpec->job = FPEC_IDLE;
    sim_clock_arm(chip->clock, &fpec->done, SIM_NEVER);
}

const struct sim_device fpec_device = {reset, read, write};
