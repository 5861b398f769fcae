// SPDX-License-Identifier: MIT
// The segments of an ELF executable at their physical addresses: where a loader puts them, which
// for initialised data is the flash that the program copies them from.
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "cli/image.h"

static enum err check_header(Elf *elf, const char *path, struct log *log)
{
    GElf_Ehdr header;
    if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
        return log_fail(log, ERR_FILE, "%s is a broken ELF file: %s", path, elf_errmsg(-1));
    if (header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_machine != EM_ARM)
        return log_fail(
            log, ERR_FILE,
            "%s is not for a 32-bit ARM chip (ELF machine %u): was it made by the compiler of "
            "this computer?",
            path, (unsigned)header.e_machine);
    if (header.e_ident[EI_DATA] != ELFDATA2LSB)
        return log_fail(log, ERR_FILE, "%s is big-endian, and STM32 chips are little-endian", path);
    if (header.e_type != ET_EXEC)
        return log_fail(log, ERR_FILE, "%s is no linked program (an object file, or a library?)",
                        path);
    return ERR_OK;
}

static enum err add_segment(struct image *image, const char *path, const GElf_Phdr *p,
                            const uint8_t *file, size_t len, struct log *log)
{
    if (p->p_type != PT_LOAD || p->p_filesz == 0)
        return ERR_OK;
    if (p->p_offset > len || p->p_filesz > len - p->p_offset)
        return log_fail(log, ERR_FILE, "%s is cut off: its part for 0x%08x lies beyond its end",
                        path, (unsigned)p->p_paddr);
    return image_add(image, (uint32_t)p->p_paddr, file + p->p_offset, (size_t)p->p_filesz, log);
}

static enum err read_segments(struct image *image, Elf *elf, const char *path, const uint8_t *file,
                              size_t len, struct log *log)
{
    size_t count;
    enum err e = check_header(elf, path, log);
    if (!e && elf_getphdrnum(elf, &count) != 0)
        e = log_fail(log, ERR_FILE, "%s is a broken ELF file: %s", path, elf_errmsg(-1));
    for (size_t i = 0; !e && i < count; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(elf, (int)i, &header))
            e = log_fail(log, ERR_FILE, "%s is cut off in its table of segments", path);
        else
            e = add_segment(image, path, &header, file, len, log);
    }
    return e;
}

enum err image_read_elf(struct image *image, const char *path, const uint8_t *file, size_t len,
                        struct log *log)
{
    if (elf_version(EV_CURRENT) == EV_NONE)
        return log_fail(log, ERR_FILE, "libelf is too old for this program");
    Elf *elf = elf_memory((char *)(uintptr_t)file, len);
    if (!elf)
        return log_fail(log, ERR_FILE, "%s is a broken ELF file: %s", path, elf_errmsg(-1));
    enum err e = read_segments(image, elf, path, file, len, log);
    elf_end(elf);
    return e;
}

static bool find_in_section(Elf *elf, Elf_Scn *section, const char *name, uint32_t *addr)
{
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB || header.sh_entsize == 0)
        return false;
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Sym symbol;
    for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
        const char *found = elf_strptr(elf, header.sh_link, symbol.st_name);
        if (found && strcmp(found, name) == 0 && symbol.st_shndx != SHN_UNDEF) {
            *addr = (uint32_t)symbol.st_value & ~1u; // bit 0 only says Thumb
            return true;
        }
    }
    return false;
}

enum err image_find_symbol(const char *path, const char *name, uint32_t *addr, struct log *log)
{
    int fd = open(path, O_RDONLY);
    bool known = elf_version(EV_CURRENT) != EV_NONE;
    Elf *elf = fd >= 0 && known ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
    bool found = false;
    for (Elf_Scn *s = NULL; elf && !found && (s = elf_nextscn(elf, s));)
        found = find_in_section(elf, s, name, addr);
    elf_end(elf);
    if (fd >= 0)
        close(fd);
    return found ? ERR_OK : log_fail(log, ERR_USAGE, "%s has no symbol '%s'", path, name);
}
