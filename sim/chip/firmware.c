// SPDX-License-Identifier: MIT
// A program file into the virtual flash, as if it had been programmed before: the loadable segments
// of an ELF file at their load addresses, or a raw binary at the start of the flash. And the store=
// file, which keeps flash, option bytes and erase counts from run to run.
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/chip/chip_state.h"

#define STORE_MAGIC "swdlink virtual chip 1\n"

static bool is_for_sram(const struct sim_chip *chip, uint64_t addr)
{
    return addr - sim_chip_memory(chip, SIM_MEMORY_SRAM)->row.base < 0x10000000u;
}

// Where a program is loaded: into the data EEPROM, if the address is there, else into the flash.
static const struct sim_memory *memory_at(const struct sim_chip *chip, uint32_t addr)
{
    const struct sim_memory *eeprom = sim_chip_memory(chip, SIM_MEMORY_EEPROM);
    if (eeprom && addr - eeprom->row.base < eeprom->row.size)
        return eeprom;
    return sim_chip_memory(chip, SIM_MEMORY_FLASH);
}

static enum err load_segment(struct sim_chip *chip, int fd, const GElf_Phdr *ph, const char *path)
{
    if (ph->p_type != PT_LOAD || ph->p_filesz == 0 || is_for_sram(chip, ph->p_paddr))
        return ERR_OK; // what lives in SRAM only is lost at power-on anyway
    const struct sim_memory *memory = memory_at(chip, (uint32_t)ph->p_paddr);
    uint32_t offset = (uint32_t)ph->p_paddr - memory->row.base;
    if (offset >= memory->row.size || ph->p_filesz > memory->row.size - offset)
        return log_fail(chip->log, ERR_FILE,
                        "%s does not fit the virtual chip's flash (0x%08x, %llu bytes)", path,
                        (uint32_t)ph->p_paddr, (unsigned long long)ph->p_filesz);
    ssize_t n = pread(fd, memory->bytes + offset, ph->p_filesz, (off_t)ph->p_offset);
    if (n != (ssize_t)ph->p_filesz)
        return log_fail(chip->log, ERR_FILE, "%s is truncated", path);
    return ERR_OK;
}

static enum err load_elf(struct sim_chip *chip, int fd, const char *path)
{
    if (elf_version(EV_CURRENT) == EV_NONE)
        return log_fail(chip->log, ERR_FILE, "libelf is of a wrong version");
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    size_t count = 0;
    enum err e = ERR_OK;
    if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getphdrnum(elf, &count) != 0)
        e = log_fail(chip->log, ERR_FILE, "%s is no ELF file: %s", path, elf_errmsg(-1));
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        GElf_Phdr ph;
        if (gelf_getphdr(elf, (int)i, &ph))
            e = load_segment(chip, fd, &ph, path);
    }
    elf_end(elf);
    return e;
}

static enum err load_binary(struct sim_chip *chip, int fd, const char *path)
{
    const struct sim_memory *flash = sim_chip_memory(chip, SIM_MEMORY_FLASH);
    ssize_t n = pread(fd, flash->bytes, flash->row.size, 0);
    char more;
    if (n <= 0)
        return log_fail(chip->log, ERR_FILE, "%s is empty or unreadable", path);
    if (pread(fd, &more, 1, n) == 1)
        return log_fail(chip->log, ERR_FILE, "%s does not fit the virtual chip's flash", path);
    return ERR_OK;
}

static void forget_units(const struct sim_memory *m)
{
    if (m->unit_state)
        memset(m->unit_state, SIM_UNIT_FITS, m->row.size / m->row.unit);
}

void sim_chip_erase(struct sim_chip *chip)
{
    sim_map_fill_factory(chip, sim_chip_memory(chip, SIM_MEMORY_FLASH));
    forget_units(sim_chip_memory(chip, SIM_MEMORY_FLASH));
}

enum err sim_chip_load_firmware(struct sim_chip *chip, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return log_fail(chip->log, ERR_FILE, "%s: %s", path, strerror(errno));
    char magic[4] = "";
    bool is_elf = pread(fd, magic, 4, 0) == 4 && memcmp(magic, ELFMAG, 4) == 0;
    enum err e = is_elf ? load_elf(chip, fd, path) : load_binary(chip, fd, path);
    close(fd);
    forget_units(sim_chip_memory(chip, SIM_MEMORY_FLASH));
    return e;
}

typedef size_t move_fn(FILE *f, void *data, size_t len);

static bool transfer_units(const struct sim_memory *m, FILE *f, move_fn *move)
{
    size_t units = m->unit_state ? m->row.size / m->row.unit : 0;
    return !units || move(f, m->unit_state, units) == units;
}

static bool transfer_otp(const struct sim_memory *otp, FILE *f, move_fn *move)
{
    return !otp ||
           (move(f, otp->bytes, otp->row.size) == otp->row.size && transfer_units(otp, f, move));
}

// The pieces of the store file in their order; the last ones are of chips that have them.
static bool transfer_store(const struct sim_chip *chip, FILE *f, move_fn *move)
{
    const struct sim_memory *flash = sim_chip_memory(chip, SIM_MEMORY_FLASH);
    const struct sim_memory *options = sim_chip_memory(chip, SIM_MEMORY_OPTIONS);
    const struct sim_memory *eeprom = sim_chip_memory(chip, SIM_MEMORY_EEPROM);
    size_t pages = flash->row.size / flash->row.page_size;
    size_t counts = (pages > SIM_STORE_PAGES ? pages : SIM_STORE_PAGES) * sizeof(unsigned);
    return move(f, flash->bytes, flash->row.size) == flash->row.size &&
           move(f, options->bytes, options->row.size) == options->row.size &&
           move(f, flash->erase_count, counts) == counts &&
           (!eeprom || move(f, eeprom->bytes, eeprom->row.size) == eeprom->row.size) &&
           transfer_units(flash, f, move) &&
           transfer_otp(sim_chip_memory(chip, SIM_MEMORY_OTP), f, move);
}

static size_t read_piece(FILE *f, void *data, size_t len)
{
    return fread(data, 1, len, f);
}

static size_t write_piece(FILE *f, void *data, size_t len)
{
    return fwrite(data, 1, len, f);
}

enum err sim_chip_store_read(struct sim_chip *chip, const char *path)
{
    char head[96] = "", wanted[96];
    FILE *f = fopen(path, "rb");
    if (!f && errno == ENOENT)
        return ERR_OK; // a factory-new chip; the file is made at the end
    if (!f)
        return log_fail(chip->log, ERR_FILE, "%s: %s", path, strerror(errno));
    snprintf(wanted, sizeof wanted, "%s%s\n", STORE_MAGIC, chip->row->name);
    bool ok = fread(head, 1, strlen(wanted), f) == strlen(wanted) && strcmp(head, wanted) == 0 &&
              transfer_store(chip, f, read_piece);
    fclose(f);
    if (ok)
        return ERR_OK;
    return log_fail(chip->log, ERR_FILE, "%s does not hold a virtual %s", path, chip->row->name);
}

enum err sim_chip_store_write(const struct sim_chip *chip, const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return log_fail(chip->log, ERR_FILE, "%s: %s", path, strerror(errno));
    bool ok = fprintf(f, "%s%s\n", STORE_MAGIC, chip->row->name) > 0 &&
              transfer_store(chip, f, write_piece);
    ok &= fclose(f) == 0;
    if (ok)
        return ERR_OK;
    return log_fail(chip->log, ERR_FILE, "%s could not be written: %s", path, strerror(errno));
}
