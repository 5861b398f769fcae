// SPDX-License-Identifier: MIT
// The `monitor` words that erase and program: the work is done in steps, as that of GDB's load.
#include <stdio.h>
#include <string.h>

#include "server/monitor.h"
#include "server/packets.h"
#include "server/reply.h"
#include "targets/options.h"

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
    if (pad) // what does not lie in the flash is refused below
        (void)flash_layout_widen(&target_flash(s->t)->layout, addr, len, &addr, &len);
    return erase(s, addr, len);
}

// BANK FIRST LAST|last, in pages.
enum err monitor_erase_sectors(struct session *s, const char *args)
{
    const struct flash_bank *b = target_flash(s->t);
    unsigned count = flash_layout_count(&b->layout);
    uint32_t bank, first, last = count - 1;
    if (!b->size)
        return log_fail(s->log, ERR_UNSUPPORTED, "there is no flash that can be erased");
    if (!monitor_take_number(&args, &bank) || !monitor_take_number(&args, &first) ||
        (!monitor_take_word(&args, "last") && !monitor_take_number(&args, &last)) || *args)
        return log_fail(s->log, ERR_USAGE, "wanted: 0, the first and the last page");
    if (bank != 0 || first > last || last >= count)
        return log_fail(s->log, ERR_USAGE, "there is bank 0 with the pages 0 to %u", count - 1);
    struct flash_sector from = flash_layout_sector(&b->layout, first),
                        to = flash_layout_sector(&b->layout, last);
    return erase(s, from.addr, to.addr + to.size - from.addr);
}

// pyOCD's: everything; or from ADDR on COUNT pages.
enum err monitor_erase(struct session *s, const char *args)
{
    uint32_t addr, count = 1;
    if (!*args)
        return monitor_erase_all(s, args);
    if (!monitor_take_number(&args, &addr) || (*args && !monitor_take_number(&args, &count)) ||
        *args || count == 0)
        return log_fail(s->log, ERR_USAGE, "wanted: nothing, or an address and a count of pages");
    const struct flash_layout *layout = &target_flash(s->t)->layout;
    unsigned first;
    if (!flash_layout_find(layout, addr, &first) || count > flash_layout_count(layout) - first)
        return log_fail(s->log, ERR_USAGE,
                        "the count of %u pages from 0x%08x on goes beyond the flash", count, addr);
    struct flash_sector last = flash_layout_sector(layout, first + count - 1);
    return erase(s, addr, last.addr + last.size - addr);
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
    const struct flash_bank *b = target_flash(s->t);
    (void)args;
    if (!b->size)
        reply_console(s, "swdlink has no flash support for this chip: nothing can be written.\n");
    for (unsigned i = 0; b->size && i < FLASH_RUNS && b->layout.run[i].count; i++) {
        const struct flash_run *run = &b->layout.run[i];
        reply_console(s, "#0: flash at 0x%08x, size 0x%x, %u pages of %u bytes\n", run->base,
                      run->count * run->size, run->count, run->size);
    }
    return ERR_OK;
}

enum err monitor_unlock(struct session *s, const char *args)
{
    (void)args;
    enum err e = target_require_rdp(s->t);
    if (e)
        return e;
    if (target_identity(s->t)->rdp_level)
        return log_fail(s->log, ERR_PROTECTED,
                        "read protection level %u is active: `swdlink unlock` erases the chip and "
                        "removes it, which this session would not survive",
                        target_identity(s->t)->rdp_level);
    reply_console(s, "The chip is not read-protected: nothing was changed.\n");
    return ERR_OK;
}
