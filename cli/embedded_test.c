// SPDX-License-Identifier: MIT
#include "cli/embedded_test.h"

#include <fcntl.h>
#include <gelf.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

#define SECTION           ".embedded_test"
#define DEFAULT_TIMEOUT_S 60u // as embedded-test has it

enum { ENTRY = 0, PATH = 4, PATH_LEN = 8, DESCRIPTOR_SIZE = 12, LONGEST_PATH = 512 };

struct file {
    const char *path;
    Elf *elf;
    size_t names; // the section with the names of sections
    Elf_Scn *tests;
    struct log *log;
};

static enum err broken(const struct file *f, const char *what)
{
    return log_fail(f->log, ERR_FILE, "%s has a section " SECTION ", but %s", f->path, what);
}

static enum err add_test(struct embedded_tests *t, const json_t *o, const char *module,
                         const uint32_t *entry, struct log *log)
{
    const char *name = json_string_value(json_object_get(o, "name"));
    const json_t *panics = json_object_get(o, "should_panic"),
                 *timeout = json_object_get(o, "timeout");
    if (!name)
        return log_fail(log, ERR_FILE, "a test of embedded-test has no name");
    if (!panics)
        panics = json_object_get(o, "should_error");
    struct embedded_test *grown = realloc(t->test, (t->count + 1) * sizeof *grown);
    if (!grown)
        return ERR_MEMORY;
    t->test = grown;
    struct embedded_test *test = &grown[t->count];
    *test = (struct embedded_test){.ignored = json_is_true(json_object_get(o, "ignored")),
                                   .should_panic = json_is_true(panics),
                                   .timeout_s = json_is_integer(timeout)
                                                    ? (uint32_t)json_integer_value(timeout)
                                                    : DEFAULT_TIMEOUT_S};
    size_t size = strlen(module) + strlen(name) + sizeof "run_addr 4294967295";
    test->name = malloc(size);
    test->command = malloc(size);
    t->count++;
    if (!test->name || !test->command)
        return ERR_MEMORY;
    snprintf(test->name, size, "%s%s%s", module, module[0] ? "::" : "", name);
    if (entry)
        snprintf(test->command, size, "run_addr %u", *entry);
    else
        snprintf(test->command, size, "run %s", name);
    return ERR_OK;
}

// ---- the section of the ELF file
// -------------------------------------------------------------------------

// Bytes at an address, in whichever section holds it; NULL: none does.
static const uint8_t *bytes_at(const struct file *f, Elf_Scn *only, uint64_t addr, uint64_t len)
{
    for (Elf_Scn *s = NULL; (s = elf_nextscn(f->elf, s));) {
        GElf_Shdr h;
        if ((only && s != only) || !gelf_getshdr(s, &h) || h.sh_type != SHT_PROGBITS)
            continue;
        Elf_Data *d = elf_rawdata(s, NULL);
        if (d && d->d_buf && addr >= h.sh_addr && len <= d->d_size &&
            addr - h.sh_addr <= d->d_size - len)
            return (const uint8_t *)d->d_buf + (addr - h.sh_addr);
    }
    return NULL;
}

// Symbols of the section: a descriptor's name is a JSON object, its value three words: the entry
// point, and address and length of the module's path, whose first part is the crate.
static enum err take_symbol(struct embedded_tests *t, const struct file *f, const char *name,
                            uint64_t value)
{
    char module[LONGEST_PATH] = "";
    json_error_t why;
    const uint8_t *d = bytes_at(f, f->tests, value, DESCRIPTOR_SIZE);
    if (!d)
        return broken(f, "a test lies outside of it");
    uint32_t entry = get_le32(d + ENTRY), len = get_le32(d + PATH_LEN);
    const char *path =
        len < sizeof module ? (const char *)bytes_at(f, NULL, get_le32(d + PATH), len) : NULL;
    if (!path)
        return broken(f, "the module of a test is not in the file");
    snprintf(module, sizeof module, "%.*s", (int)len, path);
    const char *colons = strstr(module, "::");
    json_t *o = json_loads(name, 0, &why);
    enum err e = o ? add_test(t, o, colons ? colons + 2 : "", &entry, f->log)
                   : broken(f, "the name of a test in it is no JSON");
    json_decref(o);
    return e;
}

static enum err take_symbols(struct embedded_tests *t, const struct file *f, bool *has_version)
{
    enum err e = ERR_OK;
    for (Elf_Scn *s = NULL; !e && (s = elf_nextscn(f->elf, s));) {
        GElf_Shdr h;
        GElf_Sym symbol;
        if (!gelf_getshdr(s, &h) || h.sh_type != SHT_SYMTAB)
            continue;
        Elf_Data *data = elf_getdata(s, NULL);
        for (int i = 0; !e && data && gelf_getsym(data, i, &symbol); i++) {
            const char *name = elf_strptr(f->elf, h.sh_link, symbol.st_name);
            if (!name || symbol.st_shndx != elf_ndxscn(f->tests))
                continue;
            const uint8_t *version = strcmp(name, "EMBEDDED_TEST_VERSION") == 0
                                         ? bytes_at(f, f->tests, symbol.st_value, 4)
                                         : NULL;
            *has_version |= version != NULL;
            if (version)
                t->protocol = get_le32(version);
            else if (name[0] == '{')
                e = take_symbol(t, f, name, symbol.st_value);
        }
    }
    return e;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct embedded_test *)a)->name, ((const struct embedded_test *)b)->name);
}

static Elf_Scn *find_section(const struct file *f)
{
    for (Elf_Scn *s = NULL; (s = elf_nextscn(f->elf, s));) {
        GElf_Shdr h;
        const char *name = gelf_getshdr(s, &h) ? elf_strptr(f->elf, f->names, h.sh_name) : NULL;
        if (name && strcmp(name, SECTION) == 0)
            return s;
    }
    return NULL;
}

static enum err read_elf(struct embedded_tests *t, struct file *f)
{
    bool has_version = false;
    if (elf_getshdrstrndx(f->elf, &f->names) != 0 || !(f->tests = find_section(f)))
        return ERR_OK;
    t->is_used = true;
    enum err e = take_symbols(t, f, &has_version);
    if (!e && !has_version)
        return broken(f, "no symbol EMBEDDED_TEST_VERSION");
    if (!e && t->protocol > 1)
        return log_fail(f->log, ERR_UNSUPPORTED,
                        "%s talks to its runner by embedded-test's protocol %u; 0 and 1 are known",
                        f->path, t->protocol);
    if (t->count)
        qsort(t->test, t->count, sizeof *t->test, by_name);
    return e;
}

enum err embedded_tests_read(struct embedded_tests *t, const char *path, struct log *log)
{
    *t = (struct embedded_tests){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_OK; // who reads the program's image says so
    struct file f = {.path = path, .log = log};
    if (elf_version(EV_CURRENT) != EV_NONE)
        f.elf = elf_begin(fd, ELF_C_READ, NULL);
    enum err e = f.elf && elf_kind(f.elf) == ELF_K_ELF ? read_elf(t, &f) : ERR_OK;
    elf_end(f.elf);
    close(fd);
    return e;
}

// ---- the list of a program
// --------------------------------------------------------------------------------

enum err embedded_tests_parse(struct embedded_tests *t, const char *json, size_t len,
                              struct log *log)
{
    json_error_t why;
    size_t i;
    json_t *list = json_loadb(json, len, 0, &why), *o;
    enum err e = json_is_array(list)
                     ? ERR_OK
                     : log_fail(log, ERR_FILE, "the program's list of its tests is no JSON array");
    json_array_foreach(list, i, o) if (!e) e = add_test(t, o, "", NULL, log);
    json_decref(list);
    if (t->count)
        qsort(t->test, t->count, sizeof *t->test, by_name);
    return e;
}

void embedded_tests_free(struct embedded_tests *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->test[i].name);
        free(t->test[i].command);
    }
    free(t->test);
    *t = (struct embedded_tests){0};
}
