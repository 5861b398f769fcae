// SPDX-License-Identifier: MIT
// The `monitor` words that erase and program: the work is done in steps, as that of GDB's load.
#include <stdio.h>
#include <string.h>

#include "server/monitor.h"
#include "server/packets.h"
#include "server/reply.h"

#define PATH_SIZE 400u

enum err monitor_erase_all(struct session *s, const char *args)
{
    (void)args; // OpenOCD's has the number of a bank: there is one
    enum err e = monitor_require_halted(s);
    return e ? e : packet_flash_erase_all(s);
}

static enum err erase(struct session *s, uint32_t addr, uint32_t len)
{
    enum err e = monitor_require_halted(s);
    return e ? e : packet_flash_erase_range(s, addr, len);
}

// [pad] [unlock] ADDR LEN
enum err monitor_erase_range(struct session *s, const char *args)
{
    uint32_t addr, len;
    bool pad = monitor_take_word(&args, "pad");
    (void)monitor_take_word(&args, "unlock");
    if (!monitor_take_number(&args, &addr) || !monitor_take_number(&args, &len) || *args)
        return log_fail(s->log, ERR_USAGE, "wanted: an address and a length");
    uint32_t page = s->t->bank.page_size;
    if (pad && page) {
        uint32_t more = (addr - s->t->bank.base) % page;
        addr -= more;
        len = (len + more + page - 1) / page * page;
    }
    return erase(s, addr, len);
}

// BANK FIRST LAST|last, in pages.
enum err monitor_erase_sectors(struct session *s, const char *args)
{
    const struct flash_bank *b = &s->t->bank;
    uint32_t bank, first, last = b->page_size ? b->size / b->page_size - 1 : 0;
    if (!b->size)
        return log_fail(s->log, ERR_UNSUPPORTED, "there is no flash that can be erased");
    if (!monitor_take_number(&args, &bank) || !monitor_take_number(&args, &first) ||
        (!monitor_take_word(&args, "last") && !monitor_take_number(&args, &last)) || *args)
        return log_fail(s->log, ERR_USAGE, "wanted: 0, the first and the last page");
    if (bank != 0 || first > last || last >= b->size / b->page_size)
        return log_fail(s->log, ERR_USAGE, "there is bank 0 with the pages 0 to %u",
                        b->size / b->page_size - 1);
    return erase(s, b->base + first * b->page_size, (last - first + 1) * b->page_size);
}

// pyOCD's: everything; or from ADDR on COUNT pages.
enum err monitor_erase(struct session *s, const char *args)
{
    uint32_t addr, count = 1;
    if (!*args)
        return monitor_erase_all(s, args);
    if (!monitor_take_number(&args, &addr) || (*args && !monitor_take_number(&args, &count)) ||
        *args || (s->t->bank.page_size && count > s->t->bank.size / s->t->bank.page_size))
        return log_fail(s->log, ERR_USAGE, "wanted: nothing, or an address and a count of pages");
    return erase(s, addr, count * s->t->bank.page_size);
}

// A path ends at a blank, unless it stands in quotes or braces.
static bool take_path(const char **args, char path[PATH_SIZE])
{
    const char *p = *args;
    char end = *p == '"' || *p == '\'' ? *p : *p == '{' ? '}' : ' ';
    p += end != ' ';
    size_t len = strcspn(p, end == ' ' ? " " : (char[]){end, '\0'});
    if (len == 0 || len >= PATH_SIZE || (end != ' ' && p[len] != end))
        return false;
    memcpy(path, p, len);
    path[len] = '\0';
    p += len + (p[len] != '\0');
    *args = p + strspn(p, " ");
    return true;
}

// What stands before and behind the file at OpenOCD and does not change what is done here: pages
// are always erased as needed, and compared.
static bool take_manner(const char **args)
{
    static const char *const words[] = {"erase", "unlock", "verify", "preverify", "bin",
                                        "ihex",  "elf",    "s19",    "exit"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (monitor_take_word(args, words[i]))
            return true;
    return false;
}

// [erase] [unlock] FILE [ADDR] [TYPE] [verify] [reset]
enum err monitor_program(struct session *s, const char *args)
{
    char path[PATH_SIZE];
    uint32_t addr = 0;
    bool has_address = false, resets = false;
    enum err e = monitor_require_halted(s);
    if (e)
        return e;
    while (take_manner(&args))
        ;
    if (!take_path(&args, path))
        return log_fail(s->log, ERR_USAGE, "which file? `monitor program FILE [ADDR]`");
    while (*args) {
        if (monitor_take_word(&args, "reset"))
            resets = true;
        else if (!has_address && monitor_take_number(&args, &addr))
            has_address = true;
        else if (!take_manner(&args))
            return log_fail(s->log, ERR_USAGE, "nobody knows what \"%s\" means here", args);
    }
    // OpenOCD's offset of a file that says itself where it goes.
    has_address &= addr != 0;
    return packet_flash_program(s, path, has_address ? &addr : NULL, resets);
}

enum err monitor_banks(struct session *s, const char *args)
{
    const struct flash_bank *b = &s->t->bank;
    (void)args;
    if (b->size)
        reply_console(s, "#0: flash at 0x%08x, size 0x%x, %u pages of %u bytes\n", b->base, b->size,
                      b->size / b->page_size, b->page_size);
    else
        reply_console(s, "There is no flash that can be written.\n");
    return ERR_OK;
}

enum err monitor_unlock(struct session *s, const char *args)
{
    (void)args;
    if (!s->t->id.chip)
        return log_fail(s->log, ERR_UNSUPPORTED,
                        "this chip is not known, so nobody knows whether it is protected");
    if (s->t->id.rdp_level)
        return log_fail(s->log, ERR_PROTECTED,
                        "read protection level %u is active: `swdlink unlock` erases the chip and "
                        "removes it, which this session would not survive",
                        s->t->id.rdp_level);
    reply_console(s, "The chip is not read-protected: nothing was changed.\n");
    return ERR_OK;
}
