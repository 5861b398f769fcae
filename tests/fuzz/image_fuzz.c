// SPDX-License-Identifier: MIT
// Damaged files of every format, and noise, into the readers of files. Each ends in a list of
// segments that is in order, or in a sentence; no access beyond the bytes (run it with
// --enable-sanitizers). Usage: image_fuzz [ROUNDS [SEED]]; without arguments, a short run that is
// the same every time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>

#include "base/bytes.h"
#include "cli/image.h"

enum { SIZE = 2048, GOOD = 6, ELF_SECTIONS = 4 };

struct fuzz {
    unsigned long rounds, taken, refused;
    uint32_t seed;
    uint8_t good[GOOD][SIZE];
    size_t len[GOOD];
};

static uint32_t next(struct fuzz *z)
{
    z->seed ^= z->seed << 13;
    z->seed ^= z->seed >> 17;
    z->seed ^= z->seed << 5;
    return z->seed;
}

// ---- files that are good ------------------------------------------------------------------------

static size_t make_elf(uint8_t *file, bool sections)
{
    Elf32_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_ARM,
        .e_version = EV_CURRENT,
        .e_phoff = sizeof header,
        .e_shoff = sections ? 512 : 0,
        .e_ehsize = sizeof header,
        .e_phentsize = sizeof(Elf32_Phdr),
        .e_phnum = 2,
        .e_shentsize = sections ? sizeof(Elf32_Shdr) : 0,
        .e_shnum = sections ? ELF_SECTIONS : 0};
    Elf32_Phdr p[2] = {{.p_type = PT_LOAD,
                        .p_vaddr = 0x08000000,
                        .p_paddr = 0x08000000,
                        .p_filesz = 400,
                        .p_memsz = 400},
                       {.p_type = PT_LOAD,
                        .p_offset = 400,
                        .p_vaddr = 0x20000000,
                        .p_paddr = 0x08000190,
                        .p_filesz = 16,
                        .p_memsz = 64}};
    Elf32_Shdr s[ELF_SECTIONS] = {{.sh_type = SHT_NULL},
                                  {.sh_type = SHT_PROGBITS,
                                   .sh_flags = SHF_ALLOC,
                                   .sh_addr = 0x08000100,
                                   .sh_offset = 256,
                                   .sh_size = 100},
                                  {.sh_type = SHT_PROGBITS,
                                   .sh_flags = SHF_ALLOC | SHF_WRITE,
                                   .sh_addr = 0x20000000,
                                   .sh_offset = 400,
                                   .sh_size = 16},
                                  {.sh_type = SHT_NOBITS,
                                   .sh_flags = SHF_ALLOC | SHF_WRITE,
                                   .sh_addr = 0x20000010,
                                   .sh_offset = 416,
                                   .sh_size = 48}};
    memcpy(file, &header, sizeof header);
    memcpy(file + sizeof header, p, sizeof p);
    memset(file + 256, 0x5a, 160);
    memcpy(file + 512, s, sizeof s);
    return sections ? 512 + sizeof s : 416;
}

static size_t make_dfuse(uint8_t *file)
{
    memcpy(file, "DfuSe\1", 6);
    file[10] = 1;
    memcpy(file + 11, "Target", 6);
    put_le32(file + 11 + 270, 1);
    put_le32(file + 285, 0x08000000);
    put_le32(file + 289, 4);
    memcpy(file + 293 + 4 + 8, "UFD\20", 4);
    return 293 + 4 + 16;
}

static size_t make_uf2(uint8_t *file)
{
    for (uint32_t i = 0; i < 2; i++) {
        uint8_t *b = file + 512 * i;
        put_le32(b, 0x0a324655);
        put_le32(b + 4, 0x9e5d5157);
        put_le32(b + 12, 0x08000000 + 0x100 * i);
        put_le32(b + 16, 0x100);
        put_le32(b + 20, i);
        put_le32(b + 24, 2);
        put_le32(b + 508, 0x0ab16f30);
    }
    return 1024;
}

static void make_files(struct fuzz *z)
{
    z->len[0] = make_elf(z->good[0], true);
    z->len[1] = make_elf(z->good[1], false);
    z->len[2] = make_dfuse(z->good[2]);
    z->len[3] = make_uf2(z->good[3]);
    z->len[4] = (size_t)sprintf((char *)z->good[4],
                                ":020000040800F2\n:0400000001020304F2\n:02000400AABB95\n"
                                ":00000001FF\n:020000021000EC\n:01001000559A\n:00000001FF\n");
    z->len[5] =
        (size_t)sprintf((char *)z->good[5], "S00600004844521B\nS1051000AABB85\nS206081000AABB7C\n"
                                            "S30708001000AABB7B\nS5030003F9\nS9030000FC\n");
}

// ---- what becomes of them -----------------------------------------------------------------------

// The sum at the end of a DfuSe file, without which nothing behind it would be read.
static void mend_sum(uint8_t *file, size_t len)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < 8 * (len - 4); i++)
        crc = crc >> 1 ^ (((crc ^ file[i / 8] >> i % 8) & 1) ? 0xedb88320 : 0);
    put_le32(file + len - 4, crc);
}

static size_t damage(struct fuzz *z, unsigned kind, uint8_t *file)
{
    size_t len = z->len[kind];
    memcpy(file, z->good[kind], len);
    for (unsigned i = next(z) % 6; i > 0; i--) {
        size_t at = next(z) % len;
        switch (next(z) % 4) {
        case 0:
            file[at] = (uint8_t)next(z);
            break;
        case 1:
            file[at] ^= (uint8_t)(1u << next(z) % 8);
            break;
        case 2: // a field of all ones, or a large number
            memset(file + at, next(z) % 2 ? 0xff : 0x7f, len - at < 4 ? len - at : 4);
            break;
        default: // a piece of it once more
            memmove(file + at, file + next(z) % (at + 1), (len - at) / 2);
            break;
        }
    }
    if (next(z) % 4 == 0)
        len = 1 + next(z) % len;
    if (kind == 2 && len > 16)
        mend_sum(file, len);
    return len;
}

static void assert_in_order(const struct image *image)
{
    size_t size = 0;
    assert_true(image->count > 0);
    for (size_t i = 0; i < image->count; i++) {
        const struct image_segment *s = &image->segment[i];
        assert_true(s->len > 0 && s->len - 1 <= UINT32_MAX - s->addr);
        if (i > 0)
            assert_true(s->addr - s[-1].addr > s[-1].len);
        size += s->len;
    }
    assert_int_equal(image->size, size);
}

static void no_file_does_harm(void **state)
{
    struct fuzz *z = *state;
    static const char *const names[] = {"x", "x.hex", "x.s19", "x.uf2", "x.bin"};
    for (unsigned long round = 0; round < z->rounds; round++) {
        const struct image_request request = {.force = next(z) % 2};
        size_t len = 0;
        uint8_t file[SIZE];
        len = damage(z, next(z) % GOOD, file);
        // Of exactly that size, so that a sanitizer sees one byte too far.
        uint8_t *exact = malloc(len);
        assert_non_null(exact);
        memcpy(exact, file, len);
        struct log log = log_silent();
        struct image image;
        enum err e = image_read(&image, names[next(z) % 5], &request, exact, len, &log);
        free(exact);
        if (e == ERR_OK)
            assert_in_order(&image);
        else
            assert_true(log.sentence[0] && image.count == 0);
        z->taken += e == ERR_OK;
        z->refused += e != ERR_OK;
        image_free(&image);
    }
    // Neither all of them nor none: the damage is of the right size.
    assert_true(z->rounds < 100 || (z->taken > z->rounds / 20 && z->refused > z->rounds / 20));
}

int main(int argc, char **argv)
{
    struct fuzz z = {.rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : 20000,
                     .seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 20250101};
    z.seed += !z.seed;
    make_files(&z);
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(no_file_does_harm, &z)};
    int failed = cmocka_run_group_tests_name("image_fuzz", tests, NULL, NULL);
    fprintf(stderr, "# %lu taken, %lu refused\n", z.taken, z.refused);
    return failed;
}
