// SPDX-License-Identifier: MIT
// Files into the readers of programs: ELF, Intel HEX, S-records, DfuSe, UF2, binaries; and the
// look-up of a symbol. What is taken lies within the address space, in order.
#include "config.h" // _GNU_SOURCE

#include <sys/mman.h>
#include <unistd.h>

#include "cli/image.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct log log = log_silent();
    struct image image;
    uint32_t addr;
    char path[64];
    const struct image_request request = {
        .has_address = size & 1, .address = 0x08000000, .force = size & 2};
    const int fd = memfd_create("image", 0);
    FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!image_load(&image, path, &request, &log)) {
        for (size_t i = 0; i < image.count; i++) {
            const struct image_segment *s = &image.segment[i];
            FUZZ_CHECK((uint64_t)s->addr + s->len <= (uint64_t)1 << 32);
            FUZZ_CHECK(!i || s->addr >= image.segment[i - 1].addr + image.segment[i - 1].len);
        }
        image_free(&image);
    }
    if (!image_find_symbol(path, "main", &addr, &log))
        FUZZ_CHECK(size > 52);
    close(fd);
    return 0;
}
