// SPDX-License-Identifier: MIT
// cli/image.c, cli/image_hex.c: files that say what shall be in the target's memory, good ones and
// broken ones.
#include "tests/unit/choose.h"
#include "tests/unit/image_desk.h"

static enum err load_hex(struct desk *d, const char *text)
{
    return load(d, ".hex", text, strlen(text));
}

// ---- Intel HEX ----------------------------------------------------------------------------------

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
    static const char hex[] = "\xef\xbb\xbf \r\n:0101000055a9\n:00000001ff\n\x1a",
                      binary[] = ":-\0 is no hex file";
    assert_int_equal(load(&d, "", hex, strlen(hex)), ERR_OK);
    assert_string_equal(d.image.format, "Intel HEX");
    image_free(&d.image);
    assert_int_equal(load(&d, "", binary, sizeof binary), ERR_OK);
    assert_string_equal(d.image.format, "binary");
    assert_true(d.image.is_binary && d.image.floating);
    assert_segment(&d, 0, 0, binary, sizeof binary);
    image_free(&d.image);
}

// As `cat boot.hex app.hex` makes it: the second one has a base of its own.
static void files_joined_into_one_are_all_taken(void **state)
{
    (void)state;
    struct desk d;
    assert_int_equal(load_hex(&d, ":020000040800F2\n:0101000055A9\n:00000001FF\n"
                                  ":010200007786\n:00000001FF\n\0\n"),
                     ERR_OK);
    assert_int_equal(d.image.count, 2);
    assert_segment(&d, 0, 0x200, "\x77", 1);
    assert_segment(&d, 1, 0x08000100, "\x55", 1);
    image_free(&d.image);
    assert_refused(&d, load_hex(&d, ":0101000055A9\n:00000001FF\n:010200007786\n"),
                   "without an end record");
    assert_refused(&d, load_hex(&d, ":0101000055A9\n:00000001FF\nand so on\n"),
                   "line 3: what follows the end record");
    assert_refused(&d, load_hex(&d, ":0101000055A9\n:00000001FF\nS9030000FC\n"),
                   "line 3: what follows the end record");
}

static void the_same_bytes_twice_are_no_contradiction(void **state)
{
    (void)state;
    struct desk d;
    assert_int_equal(load_hex(&d, ":0400000001020304F2\n:0400020003040506E8\n"
                                  ":010001000"
                                  "2FC\n:00000001FF\n"),
                     ERR_OK);
    assert_int_equal(d.image.count, 1);
    assert_int_equal(d.image.size, 6);
    assert_segment(&d, 0, 0, "\1\2\3\4\5\6", 6);
    image_free(&d.image);
    assert_refused(&d, load_hex(&d, ":0400000001020304F2\n:0400020003050506E7\n:00000001FF\n"),
                   "two contents for 0x00000003");
}

// Whatever the bytes: a segment list or a sentence, and no access beyond them (sanitizers and
// valgrind see).
static void random_damage_to_hex_does_no_harm(void **state)
{
    (void)state;
    uint32_t x = 12345;
    static const char hex[] =
        ":020000040800F2\n:0400000001020304F2\n:02000400AABB95\n:00000001FF\n";
    for (unsigned round = 0; round < 1500; round++) {
        uint8_t copy[sizeof hex];
        memcpy(copy, hex, sizeof hex);
        for (unsigned i = 0; i < 1 + round % 4; i++) {
            x = x * 1664525u + 1013904223u;
            copy[(x >> 8) % (sizeof hex - 1)] = (uint8_t)(x >> 24);
        }
        struct desk d = {.log = log_silent()};
        enum err err = image_read_hex(&d.image, "x", copy, sizeof hex - 1, &d.log);
        assert_true(err == ERR_OK || d.log.sentence[0]);
        image_free(&d.image);
    }
}

static void files_that_cannot_be_read_are_named(void **state)
{
    (void)state;
    struct desk d;
    assert_refused(&d, load(&d, "", "", 0), "is empty");
    const struct image_request request = {.has_address = false};
    assert_int_equal(image_load(&d.image, "/nowhere/at all", &request, &d.log), ERR_FILE);
    assert_non_null(strstr(d.log.sentence, "/nowhere/at all cannot be opened"));
    assert_int_equal(image_load(&d.image, "/tmp", &request, &d.log), ERR_FILE);
    assert_non_null(strstr(d.log.sentence, "/tmp cannot be read"));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_follow_each_other_are_one_segment),
        cmocka_unit_test(segments_come_in_ascending_order),
        cmocka_unit_test(an_8086_segment_address_counts_by_sixteen),
        cmocka_unit_test(broken_hex_is_refused_with_its_line),
        cmocka_unit_test(hex_is_recognised_without_its_suffix_and_a_colon_alone_is_none),
        cmocka_unit_test(files_joined_into_one_are_all_taken),
        cmocka_unit_test(the_same_bytes_twice_are_no_contradiction),
        cmocka_unit_test(files_that_cannot_be_read_are_named),
        cmocka_unit_test(random_damage_to_hex_does_no_harm),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
