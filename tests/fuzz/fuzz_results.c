// SPDX-License-Identifier: MIT
// What a program prints, into the readers of test results, and out again as JUnit and TAP. The
// report never holds a byte that XML does not allow.
#include "config.h" // _GNU_SOURCE

#include <sys/mman.h>
#include <unistd.h>

#include "cli/results/junit.h"
#include "cli/results/results.h"
#include "tests/fuzz/fuzz.h"

// Characters of XML 1.0, section 2.2, in UTF-8: no control characters, no U+FFFE and U+FFFF.
static void check_characters(const uint8_t *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        FUZZ_CHECK(text[i] >= ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r');
        FUZZ_CHECK(i + 2 >= len || text[i] != 0xef || text[i + 1] != 0xbf || text[i + 2] < 0xbe);
    }
}

static void write_report(const struct results *r, struct log *log)
{
    struct junit junit;
    char path[64];
    const int fd = memfd_create("junit", 0);
    FUZZ_CHECK(fd >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    FUZZ_CHECK(!junit_open(&junit, path, log) && !junit_write(&junit, r, "tests.elf", 1.0, log));
    const off_t len = lseek(fd, 0, SEEK_END);
    uint8_t *text = malloc((size_t)len + 1);
    FUZZ_CHECK(text && pread(fd, text, (size_t)len, 0) == len);
    check_characters(text, (size_t)len);
    free(text);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, data + size};
    struct log log = log_silent();
    struct results r;
    const uint8_t flags = fuzz_byte(&in);
    results_init(&r);
    r.wanted = r.keep_output = true;
    while (fuzz_left(&in)) {
        size_t len;
        const uint8_t *text = fuzz_bytes(&in, 1 + flags % 97, &len);
        results_feed(&r, flags & 1 ? RESULTS_CONSOLE : RESULTS_RTT, (const char *)text, len);
    }
    results_end(&r, flags & 2 ? "the end <&\x01\xff" : NULL);
    write_report(&r, &log);
    results_free(&r);
    return 0;
}
