// SPDX-License-Identifier: MIT
// Files into the player of records: `--probe replay:FILE`, which somebody else has sent.
#include "config.h" // _GNU_SOURCE

#include <sys/mman.h>
#include <unistd.h>

#include "swd/player.h"
#include "swd/stlink.h"
#include "targets/target.h"
#include "tests/fuzz/fuzz.h"

static void play(struct player *player, bool patient, struct log *log)
{
    struct usb_link link;
    struct stlink st;
    struct target t;
    bool is_virtual;
    if (player_open_link(player, patient, &link, &is_virtual, log) || stlink_open(&st, link, log))
        return;
    const struct target_options options = {.connect = TARGET_CONNECT_NORMAL};
    if (!target_connect(&t, &st.probe, &options, log))
        target_disconnect(&t, false);
    stlink_close(&st);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct log log = log_silent();
    struct player *player;
    char path[64];
    const int fd = memfd_create("record", 0);
    FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!player_create(&player, path, &log)) {
        play(player, size & 1, &log);
        (void)!player_end(player, &log);
    }
    close(fd);
    return 0;
}
