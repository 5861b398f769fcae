// SPDX-License-Identifier: MIT
// Runs a fuzz target over a corpus without libFuzzer, with any compiler. A corpus is a text file: a
// line per input, with \n, \\ and \xNN for other bytes; lines that begin with # are comments. Each
// input also runs cut off at each of its bytes. Usage: PROGRAM CORPUS, or PROGRAM CORPUS FOLDER,
// which writes each input into a file there instead (for libFuzzer).
#include "base/hex.h"
#include "tests/fuzz/fuzz.h"

enum { LINE_MAX_BYTES = 1 << 16, CUTS = 64 };

static size_t take_line(const char *line, uint8_t *out)
{
    size_t len = 0;
    for (const char *p = line; *p && *p != '\n'; p++) {
        if (*p != '\\') {
            out[len++] = (uint8_t)*p;
        } else if (p[1] == 'x' && hex_digit(p[2]) >= 0 && hex_digit(p[3]) >= 0) {
            out[len++] = (uint8_t)(hex_digit(p[2]) << 4 | hex_digit(p[3]));
            p += 3;
        } else {
            p++;
            out[len++] = *p == 'n' ? '\n' : (uint8_t)*p;
        }
    }
    return len;
}

static bool write_input(const char *folder, unsigned number, const uint8_t *data, size_t len)
{
    char path[512];
    snprintf(path, sizeof path, "%s/seed-%03u", folder, number);
    FILE *f = fopen(path, "wb");
    bool good = f && fwrite(data, 1, len, f) == len;
    return f && fclose(f) == 0 && good;
}

// Each in memory of its own length, so that the sanitizers see what is read behind it.
static void run_input(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    if (!copy)
        abort();
    memcpy(copy, data, len);
    (void)LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static unsigned run_with_cuts(const uint8_t *data, size_t len)
{
    const size_t step = len / CUTS + 1;
    unsigned count = 0;
    for (size_t cut = 0; cut < len; cut += step, count++)
        run_input(data, cut);
    run_input(data, len);
    return count + 1;
}

int main(int argc, char **argv)
{
    static char line[LINE_MAX_BYTES];
    static uint8_t data[LINE_MAX_BYTES];
    unsigned inputs = 0, runs = 0;
    FILE *f = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (!f) {
        fprintf(stderr, "usage: %s CORPUS [FOLDER]\n", argv[0]);
        return 2;
    }
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        const size_t len = take_line(line, data);
        inputs++;
        if (argc > 2 && !write_input(argv[2], inputs, data, len))
            return 1;
        if (argc == 2)
            runs += run_with_cuts(data, len);
    }
    fclose(f);
    printf("%u inputs, %u runs\n", inputs, runs);
    return inputs ? 0 : 1;
}
