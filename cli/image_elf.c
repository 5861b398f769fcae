// SPDX-License-Identifier: MIT
// What a loader takes of an ELF executable: the sections that the program needs at run time and
// that have bytes, each at its load address, which for initialised data is the flash that the
// program copies it from. Nothing else of a segment is programmed: neither the file's own headers,
// with which linkers like to begin the first one, nor the gaps between sections. GDB's `load` (BFD)
// takes the same. A file without sections is taken by its segments.
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/image.h"

struct elf_reader {
    Elf *elf;
    GElf_Ehdr header;
    size_t segments, sections;
    struct image *image;
    const char *path;
    const uint8_t *file;
    size_t len;
    struct log *log;
};

static const struct {
    uint16_t machine;
    const char *name;
} machines[] = {
    {EM_386, "a 32-bit PC"},  {EM_X86_64, "a 64-bit PC"}, {EM_AARCH64, "a 64-bit ARM"},
    {EM_RISCV, "a RISC-V"},   {EM_XTENSA, "an Xtensa"},   {EM_AVR, "an AVR"},
    {EM_MIPS, "a MIPS"},      {EM_PPC, "a PowerPC"},      {EM_PPC64, "a 64-bit PowerPC"},
    {EM_MSP430, "an MSP430"}, {EM_68K, "a 68000"},        {EM_SPARC, "a SPARC"},
};

static const char *machine_name(uint16_t machine)
{
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        if (machines[i].machine == machine)
            return machines[i].name;
    return NULL;
}

static enum err fail_machine(const struct elf_reader *r)
{
    char what[64];
    const char *name = machine_name(r->header.e_machine);
    if (name)
        snprintf(what, sizeof what, "it is for %s", name);
    else
        snprintf(what, sizeof what, "its ELF machine number is %u", (unsigned)r->header.e_machine);
    return log_fail(r->log, ERR_FILE,
                    "%s is not for a 32-bit ARM chip: %s. Was it made by the compiler of this "
                    "computer, or for another board?",
                    r->path, what);
}

static enum err check_header(const struct elf_reader *r)
{
    const unsigned char *ident = r->header.e_ident;
    if (ident[EI_CLASS] != ELFCLASS32 || r->header.e_machine != EM_ARM)
        return fail_machine(r);
    if (ident[EI_DATA] != ELFDATA2LSB)
        return log_fail(r->log, ERR_FILE, "%s is big-endian, and STM32 chips are little-endian",
                        r->path);
    if (r->header.e_type == ET_EXEC)
        return ERR_OK;
    return log_fail(r->log, ERR_FILE, "%s is no linked program: it is %s", r->path,
                    r->header.e_type == ET_REL    ? "an object file, which has to be linked first"
                    : r->header.e_type == ET_DYN  ? "a shared library or a position-independent "
                                                    "program of an operating system"
                    : r->header.e_type == ET_CORE ? "the memory of a program that crashed"
                                                  : "of an unusual type");
}

static enum err get_segment(const struct elf_reader *r, size_t i, GElf_Phdr *p)
{
    if (gelf_getphdr(r->elf, (int)i, p))
        return ERR_OK;
    return log_fail(r->log, ERR_FILE, "%s is cut off in its table of segments", r->path);
}

// A program with an interpreter is started by Linux or the like.
static enum err check_segments(struct elf_reader *r)
{
    bool any_physical = false, any_virtual = false;
    for (size_t i = 0; i < r->segments; i++) {
        GElf_Phdr p;
        enum err e = get_segment(r, i, &p);
        if (e)
            return e;
        if (p.p_type == PT_INTERP)
            return log_fail(r->log, ERR_FILE,
                            "%s is a program for an operating system such as Linux, and no "
                            "firmware",
                            r->path);
        any_physical |= p.p_type == PT_LOAD && p.p_paddr != 0;
        any_virtual |= p.p_type == PT_LOAD && p.p_vaddr != 0;
    }
    r->image->without_load_addresses = !any_physical && any_virtual;
    return ERR_OK;
}

static uint64_t load_address(const struct elf_reader *r, const GElf_Phdr *p)
{
    return r->image->without_load_addresses ? p->p_vaddr : p->p_paddr;
}

static enum err add_bytes(struct elf_reader *r, uint64_t addr, uint64_t offset, uint64_t size)
{
    if (offset > r->len || size > r->len - offset)
        return log_fail(r->log, ERR_FILE, "%s is cut off: its part for 0x%08x lies beyond its end",
                        r->path, (unsigned)addr);
    return image_add(r->image, (uint32_t)addr, r->file + offset, (size_t)size, r->log);
}

// ---- by sections, as GDB's `load` does it -------------------------------------------------------

static bool holds(const GElf_Phdr *p, const GElf_Shdr *s)
{
    return p->p_type == PT_LOAD && s->sh_offset >= p->p_offset && s->sh_size <= p->p_filesz &&
           s->sh_offset - p->p_offset <= p->p_filesz - s->sh_size;
}

// Where a section is loaded: as far behind the physical address of its segment as it stands behind
// the segment's start in the file. Of several segments the one counts whose virtual addresses fit,
// too.
static enum err section_address(const struct elf_reader *r, const GElf_Shdr *s, uint64_t *addr)
{
    *addr = s->sh_addr;
    for (size_t i = 0; i < r->segments && !r->image->without_load_addresses; i++) {
        GElf_Phdr p;
        enum err e = get_segment(r, i, &p);
        if (e)
            return e;
        if (!holds(&p, s))
            continue;
        *addr = p.p_paddr + (s->sh_offset - p.p_offset);
        if (s->sh_addr >= p.p_vaddr && s->sh_addr + s->sh_size <= p.p_vaddr + p.p_memsz)
            break;
    }
    return ERR_OK;
}

static enum err add_sections(struct elf_reader *r)
{
    enum err e = ERR_OK;
    for (Elf_Scn *scn = NULL; !e && (scn = elf_nextscn(r->elf, scn));) {
        GElf_Shdr s;
        uint64_t addr;
        if (!gelf_getshdr(scn, &s))
            return log_fail(r->log, ERR_FILE, "%s is cut off in its table of sections", r->path);
        if (!(s.sh_flags & SHF_ALLOC) || s.sh_type == SHT_NOBITS || s.sh_size == 0)
            continue;
        e = section_address(r, &s, &addr);
        if (!e)
            e = add_bytes(r, addr, s.sh_offset, s.sh_size);
    }
    return e;
}

// ---- by segments, of a file without sections ----------------------------------------------------

// The first bytes of a segment that are the file's own headers, and the zeros with which a linker
// filled up to the first section: no part of the program.
static uint64_t filler_size(const struct elf_reader *r, const GElf_Phdr *p)
{
    uint64_t headers = r->header.e_ehsize;
    uint64_t table = r->header.e_phoff + (uint64_t)r->segments * r->header.e_phentsize;
    if (r->header.e_phoff >= headers && r->header.e_phoff - headers < 16)
        headers = table;
    if (p->p_offset >= headers || p->p_offset > r->len || p->p_filesz > r->len - p->p_offset)
        return 0;
    uint64_t end = p->p_offset + p->p_filesz, at = headers < end ? headers : end;
    while (at < end && r->file[at] == 0)
        at++;
    at -= at < end ? (at - p->p_offset) % 4 : 0; // a word may begin with zeros
    return (at > headers ? at : headers < end ? headers : end) - p->p_offset;
}

static enum err add_segments(struct elf_reader *r)
{
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < r->segments; i++) {
        GElf_Phdr p;
        e = get_segment(r, i, &p);
        if (e || p.p_type != PT_LOAD || p.p_filesz == 0)
            continue;
        uint64_t filler = filler_size(r, &p);
        if (filler)
            log_line(r->log, LOG_WARN,
                     "%s has no table of sections: its headers at the start of the segment for "
                     "0x%08x, and the zeros behind them, are left out (%u bytes)",
                     r->path, (unsigned)load_address(r, &p), (unsigned)filler);
        e = add_bytes(r, load_address(r, &p) + filler, p.p_offset + filler, p.p_filesz - filler);
    }
    return e;
}

// libelf shows a file that was cut off before its table of sections as one that has none.
static enum err check_table(const struct elf_reader *r)
{
    uint64_t size = (uint64_t)r->header.e_shnum * r->header.e_shentsize;
    if (r->header.e_shoff == 0 ||
        (r->header.e_shoff <= r->len && size <= r->len - r->header.e_shoff))
        return ERR_OK;
    return log_fail(r->log, ERR_FILE, "%s is cut off before its table of sections", r->path);
}

static enum err read_program(struct elf_reader *r)
{
    if (elf_kind(r->elf) != ELF_K_ELF || !gelf_getehdr(r->elf, &r->header))
        return log_fail(r->log, ERR_FILE, "%s is a broken ELF file: %s", r->path, elf_errmsg(-1));
    enum err e = check_header(r);
    if (!e)
        e = check_table(r);
    if (!e && (elf_getphdrnum(r->elf, &r->segments) || elf_getshdrnum(r->elf, &r->sections)))
        e = log_fail(r->log, ERR_FILE, "%s is a broken ELF file: %s", r->path, elf_errmsg(-1));
    if (!e)
        e = check_segments(r);
    if (!e)
        e = add_sections(r);
    return e || r->image->count ? e : add_segments(r);
}

enum err image_read_elf(struct image *image, const char *path, const uint8_t *file, size_t len,
                        struct log *log)
{
    struct elf_reader r = {.image = image, .path = path, .file = file, .len = len, .log = log};
    if (elf_version(EV_CURRENT) == EV_NONE)
        return log_fail(log, ERR_FILE, "libelf is too old for this program");
    r.elf = elf_memory((char *)(uintptr_t)file, len);
    if (!r.elf)
        return log_fail(log, ERR_FILE, "%s is a broken ELF file: %s", path, elf_errmsg(-1));
    enum err e = read_program(&r);
    elf_end(r.elf);
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
