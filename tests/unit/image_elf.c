// SPDX-License-Identifier: MIT
// cli/image_elf.c: what is taken of an ELF file, and what is refused.
#include <elf.h>

#include "tests/unit/choose.h"
#include "tests/unit/image_desk.h"

struct small_elf {
    Elf32_Ehdr header;
    Elf32_Phdr segment[2];
    uint8_t bytes[8];
};

static struct small_elf make_elf(void)
{
    struct small_elf e = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB,
                               EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = EM_ARM,
                   .e_version = EV_CURRENT,
                   .e_phoff = offsetof(struct small_elf, segment),
                   .e_ehsize = sizeof(Elf32_Ehdr),
                   .e_phentsize = sizeof(Elf32_Phdr),
                   .e_phnum = 2},
        .segment =
            {{.p_type = PT_LOAD,
              .p_offset = offsetof(struct small_elf, bytes),
              .p_vaddr = 0x20000000,
              .p_paddr = 0x08000100,
              .p_filesz = 8,
              .p_memsz = 16},
             {.p_type = PT_LOAD, .p_vaddr = 0x20000100, .p_paddr = 0x20000100, .p_memsz = 64}},
        .bytes = {1, 2, 3, 4, 5, 6, 7, 8},
    };
    return e;
}

static void segments_go_to_their_physical_addresses(void **state)
{
    (void)state;
    struct desk d;
    struct small_elf e = make_elf();
    assert_int_equal(load(&d, "", &e, sizeof e), ERR_OK);
    assert_string_equal(d.image.format, "ELF");
    assert_int_equal(d.image.count, 1);
    assert_segment(&d, 0, 0x08000100, e.bytes, 8);
    image_free(&d.image);
}

// ---- sections, as a linker writes them: two with bytes and a gap between, one without bytes, and
// one that is not loaded

enum { VECTORS = 1, CODE, BSS, COMMENT, SECTIONS };

struct linked_elf {
    Elf32_Ehdr header;
    Elf32_Phdr segment[2];
    uint8_t vectors[8], gap[8], code[4], comment[4];
    Elf32_Shdr section[SECTIONS];
};

#define AT(member) offsetof(struct linked_elf, member)

// The first segment begins with the file's own headers, as GNU ld likes it.
static struct linked_elf make_linked(void)
{
    struct linked_elf e = {
        .header = make_elf().header,
        .segment = {{.p_type = PT_LOAD,
                     .p_vaddr = 0x08000400 - AT(vectors),
                     .p_paddr = 0x08000400 - AT(vectors),
                     .p_filesz = AT(comment),
                     .p_memsz = AT(comment)},
                    {.p_type = PT_LOAD,
                     .p_offset = AT(comment),
                     .p_vaddr = 0x20000000,
                     .p_paddr = 0x20000000,
                     .p_memsz = 64}},
        .vectors = {0, 1, 2, 3, 4, 5, 6, 7},
        .code = {8, 9, 10, 11},
        .section = {[VECTORS] = {.sh_type = SHT_PROGBITS,
                                 .sh_flags = SHF_ALLOC,
                                 .sh_addr = 0x08000400,
                                 .sh_offset = AT(vectors),
                                 .sh_size = 8},
                    [CODE] = {.sh_type = SHT_PROGBITS,
                              .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                              .sh_addr = 0x08000410,
                              .sh_offset = AT(code),
                              .sh_size = 4},
                    [BSS] = {.sh_type = SHT_NOBITS,
                             .sh_flags = SHF_ALLOC | SHF_WRITE,
                             .sh_addr = 0x20000000,
                             .sh_offset = AT(comment),
                             .sh_size = 64},
                    [COMMENT] = {.sh_type = SHT_PROGBITS, .sh_offset = AT(comment), .sh_size = 4}},
    };
    e.header.e_phoff = AT(segment);
    e.header.e_shoff = AT(section);
    e.header.e_shentsize = sizeof(Elf32_Shdr);
    e.header.e_shnum = SECTIONS;
    return e;
}

static void only_sections_are_taken_of_a_linked_file(void **state)
{
    (void)state;
    struct desk d;
    struct linked_elf e = make_linked();
    assert_int_equal(load(&d, "", &e, sizeof e), ERR_OK);
    assert_int_equal(d.image.count, 2);
    assert_segment(&d, 0, 0x08000400, e.vectors, 8);
    assert_segment(&d, 1, 0x08000410, e.code, 4);
    image_free(&d.image);
}

// Initialised data: it runs in SRAM and is loaded into flash.
static void a_section_is_loaded_where_its_segment_is(void **state)
{
    (void)state;
    struct desk d;
    struct linked_elf e = make_linked();
    e.segment[0].p_filesz = e.segment[0].p_memsz = AT(code);
    e.segment[1] = (Elf32_Phdr){.p_type = PT_LOAD,
                                .p_offset = AT(code),
                                .p_vaddr = 0x20000000,
                                .p_paddr = 0x08000408,
                                .p_filesz = 4,
                                .p_memsz = 64};
    e.section[CODE].sh_addr = 0x20000000;
    assert_int_equal(load(&d, "", &e, sizeof e), ERR_OK);
    assert_int_equal(d.image.count, 1);
    assert_segment(&d, 0, 0x08000400, "\0\1\2\3\4\5\6\7\10\11\12\13", 12);
    image_free(&d.image);
}

static void without_physical_addresses_the_virtual_ones_count(void **state)
{
    (void)state;
    struct desk d;
    struct linked_elf e = make_linked();
    e.segment[0].p_paddr = e.segment[1].p_paddr = 0;
    assert_int_equal(load(&d, "", &e, sizeof e), ERR_OK);
    assert_true(d.image.without_load_addresses);
    assert_segment(&d, 0, 0x08000400, e.vectors, 8);
    image_free(&d.image);
    e.header.e_shnum = 0;
    e.header.e_shoff = 0;
    assert_int_equal(load(&d, "", &e, sizeof e), ERR_OK);
    assert_segment(&d, 0, 0x08000400, "\0\1\2\3\4\5\6\7\0\0\0\0\0\0\0\0\10\11\12\13", 20);
    image_free(&d.image);
}

// strip --strip-section-headers, and linkers that write none.
static void headers_are_left_out_of_a_file_without_sections(void **state)
{
    (void)state;
    struct desk d;
    struct linked_elf e = make_linked();
    e.header.e_shnum = 0;
    e.header.e_shoff = 0;
    assert_int_equal(load(&d, "", &e, sizeof e), ERR_OK);
    assert_int_equal(d.image.count, 1);
    assert_int_equal(d.image.segment[0].addr, 0x08000400);
    assert_int_equal(d.image.segment[0].len, 20);
    image_free(&d.image);
    e.segment[0].p_filesz = e.segment[0].p_memsz = AT(vectors); // nothing but headers
    assert_refused(&d, load(&d, "", &e, sizeof e), "holds no bytes");
}

static void sections_that_lie_are_refused(void **state)
{
    (void)state;
    struct desk d;
    struct linked_elf e = make_linked();
    e.section[CODE].sh_size = 0x10000000;
    assert_refused(&d, load(&d, "", &e, sizeof e), "is cut off: its part for 0x08000410");
    e = make_linked();
    e.section[CODE].sh_offset = 0xfffffff0;
    assert_refused(&d, load(&d, "", &e, sizeof e), "is cut off");
    e = make_linked();
    e.section[CODE].sh_offset = AT(vectors);
    e.section[CODE].sh_size = 12;
    assert_int_equal(load(&d, "", &e, sizeof e), ERR_OK); // the same bytes twice
    image_free(&d.image);
    for (size_t len = 4; len < sizeof e; len++) {
        enum err err = load(&d, "", &e, len);
        assert_true(err == ERR_FILE || len < sizeof(Elf32_Ehdr));
        image_free(&d.image);
    }
}

static void elf_files_for_something_else_are_refused(void **state)
{
    (void)state;
    struct desk d;
    struct small_elf e = make_elf();
    e.header.e_machine = EM_X86_64;
    assert_refused(&d, load(&d, "", &e, sizeof e), "not for a 32-bit ARM chip");
    e = make_elf();
    e.header.e_machine = EM_AARCH64;
    assert_refused(&d, load(&d, "", &e, sizeof e), "it is for a 64-bit ARM");
    e.header.e_machine = 0x1234;
    assert_refused(&d, load(&d, "", &e, sizeof e), "its ELF machine number is 4660");
    e = make_elf();
    e.header.e_type = ET_REL;
    assert_refused(&d, load(&d, "", &e, sizeof e), "no linked program: it is an object file");
    e.header.e_type = ET_DYN;
    assert_refused(&d, load(&d, "", &e, sizeof e), "a shared library");
    e = make_elf();
    e.segment[1].p_type = PT_INTERP;
    assert_refused(&d, load(&d, "", &e, sizeof e), "an operating system such as Linux");
    e = make_elf();
    e.header.e_ident[EI_DATA] = ELFDATA2MSB;
    assert_refused(&d, load(&d, "", &e, sizeof e), "");
    e = make_elf();
    e.segment[0].p_type = PT_NOTE;
    assert_refused(&d, load(&d, "", &e, sizeof e), "holds no bytes");
}

static void elf_files_that_lie_about_their_size_are_refused(void **state)
{
    (void)state;
    struct desk d;
    struct small_elf e = make_elf();
    e.segment[0].p_filesz = 9;
    assert_refused(&d, load(&d, "", &e, sizeof e), "is cut off: its part for 0x08000100");
    e.segment[0].p_filesz = 0xffffffff;
    assert_refused(&d, load(&d, "", &e, sizeof e), "cut off");
    e = make_elf();
    e.segment[0].p_offset = 0xfffffff0;
    assert_refused(&d, load(&d, "", &e, sizeof e), "cut off");
    e = make_elf();
    e.segment[0].p_paddr = 0xfffffffc;
    assert_refused(&d, load(&d, "", &e, sizeof e), "end of the address space");
    e = make_elf();
    e.segment[1] = e.segment[0];
    e.segment[1].p_paddr += 4;
    e.segment[1].p_offset -= 1;
    assert_refused(&d, load(&d, "", &e, sizeof e), "overlap");
    e = make_elf();
    for (size_t len = 4; len < sizeof e; len++) {
        enum err err = load(&d, "", &e, len);
        assert_true(err == ERR_FILE || len < sizeof(Elf32_Ehdr));
        image_free(&d.image);
    }
}

// A small file can ask for any amount of memory by naming the same bytes again and again.
static void a_file_that_asks_for_more_than_any_chip_has_is_refused(void **state)
{
    enum { SEGMENTS = 100, BYTES = 1 << 20 };
    (void)state;
    struct desk d;
    struct small_elf small = make_elf();
    size_t len = sizeof small.header + SEGMENTS * sizeof(Elf32_Phdr) + BYTES;
    uint8_t *file = calloc(1, len);
    assert_non_null(file);
    small.header.e_phoff = sizeof small.header;
    small.header.e_phnum = SEGMENTS;
    memcpy(file, &small.header, sizeof small.header);
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        Elf32_Phdr p = small.segment[0];
        p.p_offset = (uint32_t)(len - BYTES);
        p.p_filesz = p.p_memsz = BYTES;
        p.p_paddr = 0x08000000 + 2 * i * BYTES;
        memcpy(file + sizeof small.header + i * sizeof p, &p, sizeof p);
    }
    assert_refused(&d, load(&d, "", file, len), "more than any microcontroller");
    free(file);
}

static void damaged_symbol_tables_do_no_harm(void **state)
{
    (void)state;
    uint32_t x = 54321;
    const char *built = getenv("top_builddir");
    char path[512];
    static uint8_t good[256 * 1024], copy[sizeof good];
    snprintf(path, sizeof path, "%s/tests/firmware/ci.elf", built ? built : ".");
    FILE *f = fopen(path, "rb");
    if (!f)
        skip(); // there is no compiler for ARM
    size_t len = fread(good, 1, sizeof good, f);
    fclose(f);
    struct desk d = {.log = log_silent()};
    uint32_t addr = 0;
    assert_int_equal(image_find_symbol(path, "main", &addr, &d.log), ERR_OK);
    assert_in_range(addr, 0x08000000, 0x08008000);
    for (unsigned round = 0; round < 300; round++) {
        memcpy(copy, good, len);
        for (unsigned i = 0; i < 20; i++) {
            x = x * 1664525u + 1013904223u;
            // Mostly in what describes the file: its beginning and its end.
            size_t span = round % 3 == 0 ? len : round % 3 == 1 ? 64 : 2048;
            copy[round % 3 == 2 ? len - 1 - (x >> 8) % span : (x >> 8) % span] = (uint8_t)(x >> 24);
        }
        snprintf(d.path, sizeof d.path, "/tmp/swdlink-image-XXXXXX");
        int fd = mkstemp(d.path);
        assert_true(fd >= 0);
        size_t n = round % 5 ? len : (x >> 4) % len;
        assert_int_equal(write(fd, copy, n), (ssize_t)n);
        close(fd);
        enum err e = image_find_symbol(d.path, "main", &addr, &d.log);
        unlink(d.path);
        assert_true(e == ERR_OK || e == ERR_USAGE);
    }
}

// Whatever the bytes: a segment list or a sentence, and no access beyond them (sanitizers and
// valgrind see).
static void random_damage_to_elf_does_no_harm(void **state)
{
    (void)state;
    uint32_t x = 54321;
    for (unsigned round = 0; round < 3000; round++) {
        struct linked_elf e = make_linked();
        uint8_t *bytes = (uint8_t *)&e;
        for (unsigned i = 0; i < 1 + round % 4; i++) {
            x = x * 1664525u + 1013904223u;
            bytes[(x >> 8) % sizeof e] = (uint8_t)(x >> 24);
        }
        struct desk d = {.log = log_silent()};
        enum err err = image_read_elf(&d.image, "x", bytes, sizeof e, &d.log);
        assert_true(err == ERR_OK || d.log.sentence[0]);
        image_free(&d.image);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_sections_are_taken_of_a_linked_file),
        cmocka_unit_test(a_section_is_loaded_where_its_segment_is),
        cmocka_unit_test(without_physical_addresses_the_virtual_ones_count),
        cmocka_unit_test(headers_are_left_out_of_a_file_without_sections),
        cmocka_unit_test(sections_that_lie_are_refused),
        cmocka_unit_test(segments_go_to_their_physical_addresses),
        cmocka_unit_test(elf_files_for_something_else_are_refused),
        cmocka_unit_test(elf_files_that_lie_about_their_size_are_refused),
        cmocka_unit_test(a_file_that_asks_for_more_than_any_chip_has_is_refused),
        cmocka_unit_test(damaged_symbol_tables_do_no_harm),
        cmocka_unit_test(random_damage_to_elf_does_no_harm),
    };
    return cmocka_run_group_tests_name("image_elf", tests, NULL, NULL);
}
