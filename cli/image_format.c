// SPDX-License-Identifier: MIT
#include "cli/image_format.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"

enum { HEX_PREFIX = 11, SREC_PREFIX = 10 }; // the shortest line of each

static size_t text_start(const uint8_t *file, size_t len)
{
    size_t at = len >= 3 && memcmp(file, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < len && (file[at] == ' ' || (file[at] >= '\t' && file[at] <= '\r')))
        at++;
    return at;
}

static bool are_hex_digits(const uint8_t *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isxdigit(text[i]))
            return false;
    return true;
}

static bool is_elf(const uint8_t *file, size_t len)
{
    return len >= 4 && memcmp(file, "\177ELF", 4) == 0;
}

// A binary may begin with any byte, so a colon alone makes no Intel HEX.
static bool is_hex(const uint8_t *file, size_t len)
{
    size_t at = text_start(file, len);
    return len - at >= HEX_PREFIX && file[at] == ':' &&
           are_hex_digits(file + at + 1, HEX_PREFIX - 1);
}

static bool is_srec(const uint8_t *file, size_t len)
{
    size_t at = text_start(file, len);
    return len - at >= SREC_PREFIX && (file[at] == 'S' || file[at] == 's') &&
           isdigit(file[at + 1]) && are_hex_digits(file + at + 2, SREC_PREFIX - 2);
}

static bool is_dfuse(const uint8_t *file, size_t len)
{
    return len >= 5 && memcmp(file, "DfuSe", 5) == 0;
}

static bool is_uf2(const uint8_t *file, size_t len)
{
    return len >= 8 && memcmp(file, "UF2\nWQ]\x9e", 8) == 0;
}

static const struct {
    struct image_format format;
    bool (*is)(const uint8_t *file, size_t len);
    const char *suffixes[9];
} formats[] = {
    {{"ELF", image_read_elf}, is_elf, {NULL}},
    {{"DfuSe", image_read_dfuse}, is_dfuse, {NULL}},
    {{"UF2", image_read_uf2}, is_uf2, {".uf2"}},
    {{"Intel HEX", image_read_hex}, is_hex, {".hex", ".ihex", ".ihx"}},
    {{"S-record", image_read_srec},
     is_srec,
     {".s19", ".s28", ".s37", ".srec", ".srecord", ".mot", ".mhx", ".s1", ".s3"}},
};

static const struct image_format binary = {"binary", NULL};

enum { FORMATS = sizeof formats / sizeof formats[0] };

static bool ends_in(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return n > m && strcasecmp(path + n - m, suffix) == 0;
}

const struct image_format *image_format_of(const char *path, const uint8_t *file, size_t len)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (formats[i].is(file, len))
            return &formats[i].format;
    for (size_t i = 0; i < FORMATS; i++)
        for (size_t k = 0; k < sizeof formats[i].suffixes / sizeof *formats[i].suffixes; k++)
            if (formats[i].suffixes[k] && ends_in(path, formats[i].suffixes[k]))
                return &formats[i].format;
    return &binary;
}

// ---- what is no firmware ------------------------------------------------------------------------

static const struct {
    size_t offset, len;
    const char *magic, *what;
} foreign[] = {
    {0, 8, "!<arch>\n", "a library (.a), which has to be linked into a program first"},
    {0, 8, "!<thin>\n", "a library (.a), which has to be linked into a program first"},
    {0, 3, "\xff\xd8\xff", "a JPEG picture"},
    {0, 8, "\x89PNG\r\n\x1a\n", "a PNG picture"},
    {0, 4, "GIF8", "a GIF picture"},
    {0, 4, "RIFF", "a sound or a picture"},
    {0, 4, "OggS", "a sound"},
    {0, 5, "%PDF-", "a PDF document"},
    {0, 4, "PK\3\4", "a ZIP archive, which has to be unpacked first"},
    {0, 3, "\x1f\x8b\x08", "compressed by gzip and has to be unpacked first"},
    {0, 3, "BZh", "compressed by bzip2 and has to be unpacked first"},
    {0, 6,
     "\xfd"
     "7zXZ\0",
     "compressed by xz and has to be unpacked first"},
    {0, 4, "\x28\xb5\x2f\xfd", "compressed by zstd and has to be unpacked first"},
    {0, 6, "7z\xbc\xaf\x27\x1c", "a 7z archive, which has to be unpacked first"},
    {0, 4, "Rar!", "a RAR archive, which has to be unpacked first"},
    {257, 5, "ustar", "a tar archive, which has to be unpacked first"},
    {0, 4, "\xcf\xfa\xed\xfe", "a program for macOS"},
    {0, 4, "\xce\xfa\xed\xfe", "a program for macOS"},
    {0, 4, "\xca\xfe\xba\xbe", "a program for macOS or Java"},
    {0, 4, "\0asm", "a WebAssembly program"},
    {0, 15, "SQLite format 3", "a database"},
    {0, 4, "BC\xc0\xde", "LLVM's intermediate code, which has to be compiled first"},
};

static bool is_windows_program(const uint8_t *file, size_t len)
{
    if (len < 0x40 || memcmp(file, "MZ", 2) != 0)
        return false;
    uint32_t at = get_le32(file + 0x3c);
    return at <= len - 4 && memcmp(file + at, "PE\0\0", 4) == 0;
}

// The length of the UTF-8 character at text, 0 when there is none (RFC 3629).
static size_t utf8_length(const uint8_t *text, size_t len)
{
    size_t n = text[0] < 0x80   ? 1
               : text[0] < 0xc2 ? 0
               : text[0] < 0xe0 ? 2
               : text[0] < 0xf0 ? 3
                                : 4;
    if (text[0] > 0xf4 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

// Printable characters and white space only.
static bool is_text(const uint8_t *file, size_t len)
{
    for (size_t at = 0, n; at < len; at += n) {
        uint8_t c = file[at];
        n = utf8_length(file + at, len - at);
        if (n == 0 || (n == 1 && !isprint(c) && !(c >= '\t' && c <= '\r') && c != '\033'))
            return false;
    }
    return true;
}

static const char *foreign_kind(const uint8_t *file, size_t len)
{
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        if (len >= foreign[i].offset + foreign[i].len &&
            memcmp(file + foreign[i].offset, foreign[i].magic, foreign[i].len) == 0)
            return foreign[i].what;
    if (is_windows_program(file, len))
        return "a program for Windows";
    return is_text(file, len) ? "text" : NULL;
}

enum err image_refuse_foreign(const char *path, const uint8_t *file, size_t len, struct log *log)
{
    const char *kind = foreign_kind(file, len);
    if (!kind)
        return ERR_OK;
    return log_fail(log, ERR_FILE,
                    "%s is no program for a chip: it is %s. The formats are ELF, Intel HEX, "
                    "S-records, DfuSe, UF2 and the bytes themselves; data for the flash wants "
                    "--address, and --force takes the bytes as they are",
                    path, kind);
}
