// SPDX-License-Identifier: MIT
// The segments of an ELF executable at their physical addresses: where a loader puts them, which
// for initialised data is the flash that the program copies them from.
#include <gelf.h>

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
