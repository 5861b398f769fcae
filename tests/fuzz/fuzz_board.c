// SPDX-License-Identifier: MIT
// The text of a virtual board, and what comes later on the control socket: a line of KEY VALUE
// each. Keys that name files are left out.
#include "sim/board/board.h"
#include "tests/fuzz/fuzz.h"

enum { TEXT = 512, LINES = 40 };

static bool names_a_file(const char *text)
{
    static const char *const keys[] = {"account", "store", "vcd", "firmware", "/"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strstr(text, keys[i]))
            return true;
    return false;
}

// False at the end.
static bool take_line(struct fuzz_input *in, char text[TEXT])
{
    size_t len = 0;
    if (!fuzz_left(in))
        return false;
    for (uint8_t c; fuzz_left(in) && (c = fuzz_byte(in)) != '\n';)
        if (len < TEXT - 1)
            text[len++] = (char)c;
    text[len] = '\0';
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, data + size};
    struct log log = log_silent();
    struct sim_board *board;
    char text[TEXT] = "";
    if (!take_line(&in, text) || names_a_file(text) || sim_board_open(&board, text, &log))
        return 0;
    for (unsigned i = 0; i < LINES && take_line(&in, text); i++) {
        char *value = strchr(text, ' ');
        if (!value || names_a_file(text))
            continue;
        *value = '\0';
        (void)!sim_board_set(board, text, value + 1);
        sim_board_wait_ns(board, 100000);
    }
    FUZZ_CHECK(!sim_board_close(board));
    return 0;
}
