// SPDX-License-Identifier: MIT
// S-records, DfuSe, UF2, and the files that are no firmware at all.
#include "base/bytes.h"
#include "cli/image_format.h"
#include "tests/unit/choose.h"
#include "tests/unit/image_desk.h"

// ---- S-records ----------------------------------------------------------------------------------

static enum err load_srec(struct desk *d, const char *text)
{
    return load(d, ".s19", text, strlen(text));
}

static void s_records_of_every_width_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t addr;
    } good[] = {
        {"S00600004844521B\nS1051000AABB85\nS5030001FB\nS9030000FC\n", 0x1000},
        {"S206081000AABB7C\r\nS5030001FB\r\nS804000000FB\r\n", 0x081000},
        {"S30708001000AABB7B\rS6040000"
         "01FA\rS70500000000FA\r",
         0x08001000},
        {"s30708001000aabb7b\ns705080000"
         "00f2",
         0x08001000},
        {"\xef\xbb\xbf \nS1051000AABB85\n\nS9030000FC\n\x1a", 0x1000},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct desk d;
        assert_int_equal(load(&d, i % 2 ? "" : ".mot", good[i].text, strlen(good[i].text)), ERR_OK);
        assert_string_equal(d.image.format, "S-record");
        assert_int_equal(d.image.count, 1);
        assert_segment(&d, 0, good[i].addr, "\xaa\xbb", 2);
        image_free(&d.image);
    }
}

static void broken_s_records_are_refused_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } broken[] = {
        {"S1051000AABB86\nS9030000FC\n", "line 1: the checksum is wrong"},
        {"S1051000AABB85\n", "without an end record"},
        {"S1051000AABB85\nS5030002FA\nS9030000FC\n",
         "2 lines of data came before, and there were 1"},
        {"S1061000AABB85\nS9030000FC\n", "cut off, or longer"},
        {"S1051000AABB\nS9030000FC\n", "cut off, or longer"},
        {"S1051000AABB8500\nS9030000FC\n", "cut off, or longer"},
        {"S10210ED\nS9030000FC\n", "cut off, or longer"},
        {"S1\nS9030000FC\n", "cut off, or longer"},
        {"S1051000AAxx85\nS9030000FC\n", "something else than hexadecimal"},
        {"S4030000FC\nS9030000FC\n", "no such type"},
        {"\nhello\n", "line 2: an S-record begins with S"},
        {"S1051000AABB85\nS9030000FC\n:00000001FF\n", "line 3: what follows the end record"},
        {"S9030000FC\n", "holds no bytes"},
        {"S1051000AABB85\nS1051001AABB84\nS9030000FC\n", "two contents for 0x00001001"},
        {"S307FFFFFFFFAABB97\nS70500000000FA\n", "end of the address space"},
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct desk d;
        assert_refused(&d, load_srec(&d, broken[i].text), broken[i].part);
    }
}

static void joined_s_record_files_are_all_taken(void **state)
{
    (void)state;
    struct desk d;
    assert_int_equal(load_srec(&d, "S1051000AABB85\nS5030001FB\nS9030000FC\n"
                                   "S1052000AABB75\nS5030001FB\nS9030000FC\n"),
                     ERR_OK);
    assert_int_equal(d.image.count, 2);
    assert_segment(&d, 1, 0x2000, "\xaa\xbb", 2);
    image_free(&d.image);
}

// An S5 counts to 65535.
static void a_count_that_was_cut_off_is_understood(void **state)
{
    enum { RECORDS = 65537 };
    (void)state;
    struct desk d;
    char *text = malloc(RECORDS * 20 + 64), *at = text;
    assert_non_null(text);
    for (uint32_t i = 0; i < RECORDS; i++) {
        uint32_t addr = 0x08000000 + i;
        uint8_t sum = (uint8_t) ~(6 + (addr >> 24) + (addr >> 16) + (addr >> 8) + addr + 0x55);
        at += sprintf(at, "S306%08X55%02X\n", addr, sum);
    }
    strcpy(at, "S5030001FB\nS70500000000FA\n");
    assert_int_equal(load_srec(&d, text), ERR_OK);
    assert_int_equal(d.image.count, 1);
    assert_int_equal(d.image.size, RECORDS);
    image_free(&d.image);
    free(text);
}

// ---- DfuSe --------------------------------------------------------------------------------------

static uint32_t slow_crc(const uint8_t *data, size_t len)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < 8 * len; i++)
        crc = crc >> 1 ^ (((crc ^ data[i / 8] >> i % 8) & 1) ? 0xedb88320 : 0);
    return crc;
}

static size_t put_suffix(uint8_t *file, size_t len)
{
    static const uint8_t suffix[12] = {0xff, 0xff, 0x11, 0xdf, 0x83, 0x04,
                                       0x1a, 0x01, 'U',  'F',  'D',  16};
    memcpy(file + len, suffix, sizeof suffix);
    put_le32(file + len + 12, slow_crc(file, len + 12));
    return len + 16;
}

static size_t put_element(uint8_t *at, uint32_t addr, const char *bytes, uint32_t len)
{
    put_le32(at, addr);
    put_le32(at + 4, len);
    memcpy(at + 8, bytes, len);
    return 8 + len;
}

// One target of two elements.
static size_t make_dfuse(uint8_t file[512])
{
    size_t n = 11;
    memset(file, 0, 512);
    memcpy(file, "DfuSe\1", 6);
    file[10] = 1;
    memcpy(file + n, "Target", 6);
    put_le32(file + n + 270, 2);
    n += 274;
    n += put_element(file + n, 0x08000000, "\1\2\3\4", 4);
    n += put_element(file + n, 0x08000100, "\5", 1);
    put_le32(file + 6, (uint32_t)n);
    return put_suffix(file, n);
}

static void dfuse_elements_go_where_they_say(void **state)
{
    (void)state;
    struct desk d;
    uint8_t file[512];
    size_t len = make_dfuse(file);
    assert_int_equal(load(&d, ".dfu", file, len), ERR_OK);
    assert_string_equal(d.image.format, "DfuSe");
    assert_int_equal(d.image.count, 2);
    assert_segment(&d, 0, 0x08000000, "\1\2\3\4", 4);
    assert_segment(&d, 1, 0x08000100, "\5", 1);
    image_free(&d.image);
}

static void damaged_dfuse_files_are_refused(void **state)
{
    (void)state;
    struct desk d;
    uint8_t file[512];
    size_t len = make_dfuse(file);
    for (size_t i = 0; i < len; i++) { // every single byte
        if (i < 5)
            continue; // no DfuSe file any more
        file[i] ^= 1;
        assert_refused(&d, load(&d, ".dfu", file, len), "DfuSe");
        file[i] ^= 1;
    }
    for (size_t n = 5; n < len; n++)
        assert_refused(&d, load(&d, ".dfu", file, n), "DfuSe");
    put_le32(file + 11 + 274 + 4, 0xffffffff);
    len = put_suffix(file, len - 16);
    assert_refused(&d, load(&d, ".dfu", file, len), "it ends in an element");
    make_dfuse(file);
    put_le32(file + 11 + 270, 0xffffffff);
    len = put_suffix(file, len - 16);
    assert_refused(&d, load(&d, ".dfu", file, len), "it ends in an element");
    make_dfuse(file);
    put_le32(file + 11 + 270, 1);
    len = put_suffix(file, len - 16);
    assert_refused(&d, load(&d, ".dfu", file, len), "bytes in no element");
}

// dfu-suffix puts it behind a binary.
static void the_suffix_of_a_binary_is_left_out(void **state)
{
    (void)state;
    struct desk d;
    uint8_t file[64] = {0, 0x10, 0, 0x20, 9, 0, 0, 8, 0xfe, 0xe7, 0xfe, 0xe7};
    size_t len = put_suffix(file, 12);
    assert_int_equal(load(&d, ".bin", file, len), ERR_OK);
    assert_segment(&d, 0, 0, file, 12);
    image_free(&d.image);
    file[20] ^= 1; // only looks like one
    assert_int_equal(load(&d, ".bin", file, len), ERR_OK);
    assert_segment(&d, 0, 0, file, (uint32_t)len);
    image_free(&d.image);
}

// ---- UF2 ----------------------------------------------------------------------------------------

static void put_block(uint8_t *b, uint32_t addr, uint32_t number, uint32_t count, uint32_t family)
{
    memset(b, 0, 512);
    put_le32(b, 0x0a324655);
    put_le32(b + 4, 0x9e5d5157);
    put_le32(b + 8, family ? 0x2000 : 0);
    put_le32(b + 12, addr);
    put_le32(b + 16, 4);
    put_le32(b + 20, number);
    put_le32(b + 24, count);
    put_le32(b + 28, family);
    memset(b + 32, (int)number + 1, 4);
    put_le32(b + 508, 0x0ab16f30);
}

static void uf2_blocks_go_where_they_say(void **state)
{
    (void)state;
    struct desk d;
    uint8_t file[4 * 512];
    put_block(file, 0x08000100, 1, 2, 0x647824b6);
    put_block(file + 512, 0x08000000, 0, 2, 0x647824b6);
    put_block(file + 1024, 0x08000200, 0, 2, 0x647824b6); // a second file behind it
    put_block(file + 1536, 0x08000300, 1, 2, 0x647824b6);
    put_le32(file + 1536 + 8, 0x2001); // a comment
    assert_int_equal(load(&d, "", file, sizeof file), ERR_OK);
    assert_string_equal(d.image.format, "UF2");
    assert_int_equal(d.image.count, 3);
    assert_segment(&d, 0, 0x08000000, "\1\1\1\1", 4);
    assert_segment(&d, 1, 0x08000100, "\2\2\2\2", 4);
    assert_segment(&d, 2, 0x08000200, "\1\1\1\1", 4);
    image_free(&d.image);
}

static void damaged_and_foreign_uf2_files_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint32_t value;
        const char *part;
    } damage[] = {
        {512, 0, "block 1 does not begin"},
        {508, 0, "block 0 does not begin and end"},
        {16, 477, "longer than it can be"},
        {24, 3, "more blocks than there are"},
        {24, 0, "more blocks than there are"},
        {512 + 24, 1, "missing or twice"},
        {512 + 20, 0, "missing or twice"},
        {512 + 20, 2, "missing or twice"},
        {512 + 28, 0x57755a57, "several kinds of chips"},
        {28, 0xe48bff56, "an RP2040, which is no STM32"},
        {8, 0x1000, "files for a disk"},
    };
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        struct desk d;
        uint8_t file[1024];
        put_block(file, 0x08000100, 0, 2, 0x647824b6);
        put_block(file + 512, 0x08000000, 1, 2, 0x647824b6);
        put_le32(file + damage[i].offset, damage[i].value);
        assert_refused(&d, load(&d, "", file, sizeof file), damage[i].part);
        assert_refused(&d, load(&d, ".uf2", file, sizeof file - 1), "cut off");
    }
}

// ---- what is no firmware ------------------------------------------------------------------------

static void what_is_no_firmware_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *part;
    } foreign[] = {
        {"root:x:0:0:root:/root:/bin/bash\n", 32, "it is text"},
        {"Gr\xc3\xbc\xc3\x9f"
         "e\n",
         8, "it is text"},
        {"@08000000 00 10 00 20\n", 22, "it is text"},
        {"\xff\xd8\xff\xe0\0\x10JFIF\0", 11, "a JPEG picture"},
        {"\x89PNG\r\n\x1a\n\0\0\0", 11, "a PNG picture"},
        {"!<arch>\nx.o/", 12, "a library (.a)"},
        {"PK\3\4\0\0\0\0", 8, "a ZIP archive"},
        {"\x1f\x8b\x08\0\0", 5, "compressed by gzip"},
        {"%PDF-1.7\n\x80", 10, "a PDF document"},
    };
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        struct desk d;
        assert_refused(&d, load(&d, ".bin", foreign[i].bytes, foreign[i].len), foreign[i].part);
    }
    uint8_t windows[0x84] = "MZ\x90";
    windows[0x3c] = 0x80;
    memcpy(windows + 0x80, "PE\0\0", 4);
    struct desk d;
    assert_refused(&d, load(&d, "", windows, sizeof windows), "a program for Windows");
    windows[0x3c] = 0xff; // not within the file
    assert_int_equal(load(&d, "", windows, sizeof windows), ERR_OK);
    image_free(&d.image);
}

static void an_address_or_force_takes_any_bytes(void **state)
{
    (void)state;
    struct log log = log_silent();
    static const struct image_request requests[] = {{.has_address = true, .address = 0x08004000},
                                                    {.force = true}};
    for (size_t i = 0; i < 2; i++) {
        struct image image;
        assert_int_equal(image_load(&image, "/etc/passwd", &requests[i], &log), ERR_OK);
        assert_int_equal(image.segment[0].addr, requests[i].address);
        assert_int_equal(image.floating, i == 1);
        image_free(&image);
    }
}

// Whatever the bytes: a segment list or a sentence, and no access beyond them.
static void random_damage_does_no_harm(void **state)
{
    (void)state;
    uint32_t x = 777;
    uint8_t good[3][1024], copy[1024];
    size_t len[3] = {make_dfuse(good[0]), 1024,
                     (size_t)sprintf((char *)good[2], "S1051000AABB85\nS5030001FB\nS9030000FC\n")};
    put_block(good[1], 0x08000100, 0, 2, 0x647824b6);
    put_block(good[1] + 512, 0x08000000, 1, 2, 0x647824b6);
    for (unsigned round = 0; round < 3000; round++) {
        unsigned kind = round % 3;
        memcpy(copy, good[kind], len[kind]);
        for (unsigned i = 0; i < 1 + round % 5; i++) {
            x = x * 1664525u + 1013904223u;
            copy[(x >> 8) % len[kind]] = (uint8_t)(x >> 24);
        }
        if (kind == 0)
            put_suffix(copy, len[0] - 16);
        struct desk d = {.log = log_silent()};
        enum err e = kind == 0   ? image_read_dfuse(&d.image, "x", copy, len[0], &d.log)
                     : kind == 1 ? image_read_uf2(&d.image, "x", copy, len[1], &d.log)
                                 : image_read_srec(&d.image, "x", copy, len[2], &d.log);
        assert_true(e == ERR_OK || d.log.sentence[0]);
        image_free(&d.image);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_records_of_every_width_are_read),
        cmocka_unit_test(broken_s_records_are_refused_with_their_line),
        cmocka_unit_test(joined_s_record_files_are_all_taken),
        cmocka_unit_test(a_count_that_was_cut_off_is_understood),
        cmocka_unit_test(dfuse_elements_go_where_they_say),
        cmocka_unit_test(damaged_dfuse_files_are_refused),
        cmocka_unit_test(the_suffix_of_a_binary_is_left_out),
        cmocka_unit_test(uf2_blocks_go_where_they_say),
        cmocka_unit_test(damaged_and_foreign_uf2_files_are_refused),
        cmocka_unit_test(what_is_no_firmware_is_named),
        cmocka_unit_test(an_address_or_force_takes_any_bytes),
        cmocka_unit_test(random_damage_does_no_harm),
    };
    return cmocka_run_group_tests_name("image_formats", tests, NULL, NULL);
}
