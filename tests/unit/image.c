// SPDX-License-Identifier: MIT
// cli/image*.c: files that say what shall be in the target's memory, good ones and broken ones.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <elf.h>

#include "base/bytes.h"
#include "cli/image.h"

struct desk {
    struct log log;
    struct image image;
    char path[64];
};

static enum err load(struct desk *d, const char *suffix, const void *bytes, size_t len)
{
    d->log = log_silent();
    snprintf(d->path, sizeof d->path, "/tmp/swdlink-image-XXXXXX%s", suffix);
    int fd = mkstemps(d->path, (int)strlen(suffix));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
    enum err e = image_load(&d->image, d->path, false, 0x08000000, &d->log);
    unlink(d->path);
    return e;
}

static enum err load_hex(struct desk *d, const char *text)
{
    return load(d, ".hex", text, strlen(text));
}

static void assert_segment(const struct desk *d, size_t n, uint32_t addr, const void *bytes,
                           uint32_t len)
{
    assert_true(n < d->image.count);
    assert_int_equal(d->image.segment[n].addr, addr);
    assert_int_equal(d->image.segment[n].len, len);
    assert_memory_equal(d->image.segment[n].data, bytes, len);
}

static void assert_refused(struct desk *d, enum err e, const char *part)
{
    assert_int_equal(e, ERR_FILE);
    assert_int_equal(d->image.count, 0);
    if (!strstr(d->log.sentence, part))
        fail_msg("'%s' does not say '%s'", d->log.sentence, part);
}

// ---- Intel HEX
// ------------------------------------------------------------------------------------------

static void lines_that_follow_each_other_are_one_segment(void **state)
{
    (void)state;
    struct desk d;
    assert_int_equal(load_hex(&d, ":020000040800F2\r\n"
                                  ":0400000001020304F2\r\n"
                                  ":02000400AABB95\r\n"
                                  ":0101000055A9\r\n"
                                  ":04000005080000C12E\r\n"
                                  ":00000001FF\r\n"),
                     ERR_OK);
    assert_int_equal(d.image.count, 2);
    assert_segment(&d, 0, 0x08000000, "\1\2\3\4\xaa\xbb", 6);
    assert_segment(&d, 1, 0x08000100, "\x55", 1);
    image_free(&d.image);
}

static void segments_come_in_ascending_order(void **state)
{
    (void)state;
    struct desk d;
    assert_int_equal(load_hex(&d, ":0101000055A9\n:0100000077"
                                  "88\n:00000001FF\n"),
                     ERR_OK);
    assert_segment(&d, 0, 0, "\x77", 1);
    assert_segment(&d, 1, 0x100, "\x55", 1);
    image_free(&d.image);
}

static void an_8086_segment_address_counts_by_sixteen(void **state)
{
    (void)state;
    struct desk d;
    assert_int_equal(load_hex(&d, ":020000021000EC\n:01001000559A\n:00000001FF\n"), ERR_OK);
    assert_segment(&d, 0, 0x10010, "\x55", 1);
    image_free(&d.image);
}

static void broken_hex_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } broken[] = {
        {":0400000001020304F3\n:00000001FF\n", "line 1: the checksum is wrong"},
        {":0400000001020304F2\n", "without an end record"},
        {":04000000010203\n:00000001FF\n", "line 1: the line is cut off"},
        {":0400000001020304\n", "cut off"},
        {":04000000010203040506E7\n", "longer than it says"},
        {"\n\nhello\n", "line 3: a line of Intel HEX begins with a colon"},
        {":04000000010203zzF2\n", "something else than hexadecimal"},
        {":0000000600FA\n", "longer than it says"},
        {":00000007F9\n:00000001FF\n", "no such type"},
        {":0100000408F3\n:00000001FF\n", "holds two bytes"},
        {":00000001FF\n", "holds no bytes"},
        {":0200000011"
         "22CB\n:0100010033CB\n:00000001FF\n",
         "overlap"},
        {":02000004FFFFFC\n:02FFFF00112"
         "2CD\n:00000001FF\n",
         "end of the address space"},
        {":020000021000EC\n:02FFFF001122CD\n:00000001FF\n", "end of its segment"},
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct desk d;
        assert_refused(&d, load_hex(&d, broken[i].text), broken[i].part);
    }
}

static void hex_is_recognised_without_its_suffix_and_a_colon_alone_is_none(void **state)
{
    (void)state;
    struct desk d;
    static const char hex[] = ":0101000055A9\n:00000001FF\n", binary[] = ":-) is no hex file";
    assert_int_equal(load(&d, "", hex, strlen(hex)), ERR_OK);
    assert_string_equal(d.image.format, "Intel HEX");
    image_free(&d.image);
    assert_int_equal(load(&d, "", binary, strlen(binary)), ERR_OK);
    assert_string_equal(d.image.format, "binary");
    assert_segment(&d, 0, 0x08000000, binary, (uint32_t)strlen(binary));
    image_free(&d.image);
}

// ---- ELF
// ------------------------------------------------------------------------------------------------

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

static void elf_files_for_something_else_are_refused(void **state)
{
    (void)state;
    struct desk d;
    struct small_elf e = make_elf();
    e.header.e_machine = EM_X86_64;
    assert_refused(&d, load(&d, "", &e, sizeof e), "not for a 32-bit ARM chip");
    e = make_elf();
    e.header.e_type = ET_REL;
    assert_refused(&d, load(&d, "", &e, sizeof e), "no linked program");
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
static void random_damage_never_does_harm(void **state)
{
    (void)state;
    uint32_t x = 12345;
    static const char hex[] =
        ":020000040800F2\n:0400000001020304F2\n:02000400AABB95\n:00000001FF\n";
    for (unsigned round = 0; round < 3000; round++) {
        struct small_elf e = make_elf();
        uint8_t copy[sizeof e > sizeof hex ? sizeof e : sizeof hex];
        size_t len = round % 2 ? sizeof e : sizeof hex - 1;
        memcpy(copy, round % 2 ? (const void *)&e : hex, len);
        for (unsigned i = 0; i < 1 + round % 4; i++) {
            x = x * 1664525u + 1013904223u;
            copy[(x >> 8) % len] = (uint8_t)(x >> 24);
        }
        struct desk d = {.log = log_silent()};
        enum err err = round % 2 ? image_read_elf(&d.image, "x", copy, len, &d.log)
                                 : image_read_hex(&d.image, "x", copy, len, &d.log);
        assert_true(err == ERR_OK || d.log.sentence[0]);
        image_free(&d.image);
    }
}

static void files_that_cannot_be_read_are_named(void **state)
{
    (void)state;
    struct desk d;
    assert_refused(&d, load(&d, "", "", 0), "is empty");
    assert_int_equal(image_load(&d.image, "/nowhere/at all", false, 0, &d.log), ERR_FILE);
    assert_non_null(strstr(d.log.sentence, "/nowhere/at all cannot be opened"));
    assert_int_equal(image_load(&d.image, "/tmp", false, 0, &d.log), ERR_FILE);
    assert_non_null(strstr(d.log.sentence, "/tmp cannot be read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_follow_each_other_are_one_segment),
        cmocka_unit_test(segments_come_in_ascending_order),
        cmocka_unit_test(an_8086_segment_address_counts_by_sixteen),
        cmocka_unit_test(broken_hex_is_refused_with_its_line),
        cmocka_unit_test(hex_is_recognised_without_its_suffix_and_a_colon_alone_is_none),
        cmocka_unit_test(segments_go_to_their_physical_addresses),
        cmocka_unit_test(elf_files_for_something_else_are_refused),
        cmocka_unit_test(elf_files_that_lie_about_their_size_are_refused),
        cmocka_unit_test(a_file_that_asks_for_more_than_any_chip_has_is_refused),
        cmocka_unit_test(damaged_symbol_tables_do_no_harm),
        cmocka_unit_test(random_damage_never_does_harm),
        cmocka_unit_test(files_that_cannot_be_read_are_named),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
