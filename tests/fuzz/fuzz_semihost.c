// SPDX-License-Identifier: MIT
// Calls of a program that may have been written by anybody, with a directory for its files. Nothing
// beside the directory is read, changed or made, and no file descriptor is left.
#include "config.h" // _GNU_SOURCE

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "server/semihost.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/fake_target.h"

enum {
    CALLS = 48,
    STEPS = 4000,
    WAITS = 20,
    FIRST_NAME = 0x200,
    SECOND_NAME = 0x400,
    BLOCK = 0x100
};

#define SECRET "what nobody shall read"

static const char *const names[] = {
    "a",           "sub/b",
    "../secret",   "link",
    "up/secret",   "sub/../../secret",
    "/etc/passwd", "./a",
    "sub//b",      "fifo",
    "sub",         ".",
    "..",          "",
    "new",         "sub/n",
    ":tt",         "dangling",
    "self/a",      ":semihosting-features",
    "../m",        "up/m",
    "a/",          "sub/..",
    "a/b",         "self/self/../../m",
};

enum { NAMES = sizeof names / sizeof *names };

static void write_file(int dir, const char *name, const char *text)
{
    const int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    FUZZ_CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

// The folder with the secret, and in it the program's.
static void make_folders(char root[64])
{
    snprintf(root, 64, "/tmp/fuzz-semihost-XXXXXX");
    FUZZ_CHECK(mkdtemp(root));
    const int dir = open(root, O_RDONLY | O_DIRECTORY);
    FUZZ_CHECK(dir >= 0 && !mkdirat(dir, "box", 0700) && !mkdirat(dir, "box/sub", 0700));
    write_file(dir, "secret", SECRET);
    write_file(dir, "box/a", "hello");
    write_file(dir, "box/sub/b", "world");
    FUZZ_CHECK(!symlinkat("../secret", dir, "box/link") && !symlinkat("..", dir, "box/up") &&
               !symlinkat("../m", dir, "box/dangling") && !symlinkat(".", dir, "box/self") &&
               !mkfifoat(dir, "box/fifo", 0600));
    close(dir);
}

static void check_outside(const char *root)
{
    char text[64] = "";
    unsigned count = 0;
    DIR *d = opendir(root);
    FUZZ_CHECK(d);
    while (readdir(d))
        count++;
    const int fd = openat(dirfd(d), "secret", O_RDONLY);
    FUZZ_CHECK(fd >= 0 && read(fd, text, sizeof text - 1) > 0 && strcmp(text, SECRET) == 0);
    FUZZ_CHECK(count == 4);
    close(fd);
    closedir(d);
}

static void remove_folders(const char *path)
{
    DIR *d = opendir(path);
    FUZZ_CHECK(d);
    for (struct dirent *e; (e = readdir(d));) {
        char inner[512];
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        if (e->d_type == DT_DIR)
            remove_folders(inner);
        else
            unlink(inner);
    }
    closedir(d);
    rmdir(path);
}

static void print_nothing(void *user, const char *text, size_t len)
{
    (void)user;
    (void)text;
    (void)len;
}

static void put_name(struct fake_target *f, uint32_t at, const char *name)
{
    memset(&f->ram[at], 0, 0x100);
    memcpy(&f->ram[at], name, strlen(name));
}

// The argument block of a call that is nearly right.
static void make_call(struct fake_target *f, struct fuzz_input *in)
{
    static const uint8_t usual[] = {1,    2,    5,    6,    9,    0x0a, 0x0c,
                                    0x0d, 0x0e, 0x0f, 0x13, 0x15, 0x16, 1};
    const uint8_t how = fuzz_byte(in), op = fuzz_byte(in);
    const char *first = names[fuzz_byte(in) % NAMES], *second = names[fuzz_byte(in) % NAMES];
    const uint32_t name = FAKE_RAM_BASE + FIRST_NAME, other = FAKE_RAM_BASE + SECOND_NAME;
    uint32_t word[4] = {name, (uint32_t)strlen(first), other, (uint32_t)strlen(second)};
    put_name(f, FIRST_NAME, first);
    put_name(f, SECOND_NAME, second);
    const uint32_t number = how & 1 ? usual[op % sizeof usual] : op % 0x34u;
    if (number == 1) {
        word[1] = fuzz_byte(in) % 13;
        word[2] = (uint32_t)strlen(first);
    } else if (number != 0x0e && number != 0x0f) {
        word[0] = how & 2 ? fuzz_byte(in) % 34u : other;
        word[1] = how & 4 ? FAKE_RAM_BASE + fuzz_half(in) % 0x1100u : fuzz_byte(in);
        word[2] = fuzz_half(in) % 0x1200u;
    }
    if (how & 8)
        word[fuzz_byte(in) & 3] = fuzz_half(in) * 65537u;
    for (unsigned i = 0; i < 4; i++)
        put_le32(&f->ram[BLOCK + 4 * i], word[i]);
    f->t.state = TARGET_HALTED;
    f->regs[CORTEXM_R0] = number;
    f->regs[CORTEXM_R0 + 1] = number == 3 || number == 4 ? name : FAKE_RAM_BASE + BLOCK;
}

static void serve_call(struct semihost *sh, struct fuzz_input *in)
{
    enum semihost_wait wait = SEMIHOST_DONE;
    unsigned waited = 0, steps = 0;
    enum err e = semihost_begin(sh, &wait);
    while (!e && wait != SEMIHOST_DONE && wait != SEMIHOST_EXIT && waited < WAITS) {
        FUZZ_CHECK(++steps < STEPS);
        waited += wait == SEMIHOST_INPUT;
        e = wait == SEMIHOST_GDB ? semihost_answer(sh, (int16_t)fuzz_half(in), fuzz_byte(in), &wait)
                                 : semihost_step(sh, &wait);
    }
    if (!e && wait == SEMIHOST_EXIT)
        semihost_restart(sh);
    semihost_abort(sh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, data + size};
    struct log log = log_silent();
    struct fake_target *f = calloc(1, sizeof *f);
    struct semihost *sh = calloc(1, sizeof *sh);
    char root[64], box[80];
    FUZZ_CHECK(f && sh);
    fake_target_init(f, &log);
    make_folders(root);
    snprintf(box, sizeof box, "%s/box", root);
    semihost_init(sh, &f->t, &log);
    sh->console = SEMIHOST_CONSOLE_OWNER;
    sh->print = print_nothing;
    sh->enabled = true;
    FUZZ_CHECK(!semihost_open_dir(sh, box));
    const int before = dup(0);
    for (unsigned i = 0; i < CALLS && fuzz_left(&in); i++) {
        make_call(f, &in);
        serve_call(sh, &in);
    }
    semihost_close(sh);
    check_outside(root);
    remove_folders(root);
    close(before);
    const int after = dup(0);
    FUZZ_CHECK(after <= before);
    close(after);
    free(sh);
    free(f);
    return 0;
}
