// SPDX-License-Identifier: MIT
#include "cli/image_place.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define USUAL_FLASH_BASE 0x08000000u // for a chip that is not known
#define VECTORS_SIZE     8u // the initial stack pointer and the address of the first instruction
#define THUMB            1u

static bool range_within(uint32_t base, uint32_t size, uint32_t addr, uint32_t len)
{
    return addr >= base && addr - base < size && len <= size - (addr - base);
}

// ---- placing ------------------------------------------------------------------------------------

static bool is_option_bytes(const struct target *t, const struct image_segment *s)
{
    const struct chip *chip = target_identity(t)->chip;
    return chip && range_within(chip->option_base, chip->option_size, s->addr, s->len);
}

static void leave_option_bytes_out(struct image *image, const struct target *t, struct log *log)
{
    size_t kept = 0;
    for (size_t i = 0; i < image->count; i++) {
        struct image_segment *s = &image->segment[i];
        if (is_option_bytes(t, s)) {
            log_line(log, LOG_WARN,
                     "%u bytes of the file, for 0x%08x, are option bytes and are left out: "
                     "`swdlink options NAME=VALUE` writes those",
                     s->len, s->addr);
            image->size -= s->len;
            free(s->data);
            continue;
        }
        image->segment[kept++] = *s;
    }
    image->count = kept;
}

static bool is_for_zero(const struct target *t, const struct image_segment *s)
{
    return target_flash(t)->base != 0 && range_within(0, target_flash(t)->size, s->addr, s->len) &&
           !target_is_ram(t, s->addr, s->len);
}

void image_place(struct image *image, const struct target *t, const struct image_request *request,
                 struct log *log)
{
    for (size_t i = 0; i < image->count; i++) {
        struct image_segment *s = &image->segment[i];
        if (image->floating)
            s->addr += target_flash(t)->size ? target_flash(t)->base : USUAL_FLASH_BASE;
        else if (request->force && is_for_zero(t, s))
            s->addr += target_flash(t)->base;
        else
            s->addr = flash_bank_addr(target_flash(t), s->addr);
    }
    image->floating = false;
    leave_option_bytes_out(image, t, log);
}

// ---- checking -----------------------------------------------------------------------------------

// One byte of it is enough: nobody wants to burn the rest.
static bool reaches_otp(const struct chip *chip, const struct image_segment *s)
{
    return chip && s->addr < chip->factory_base + chip->otp_size &&
           (uint64_t)s->addr + s->len > chip->factory_base;
}

static enum err fail_place(const struct target *t, const struct image_segment *s, struct log *log)
{
    const struct flash_bank *b = target_flash(t);
    if (is_for_zero(t, s))
        return log_fail(log, ERR_FILE,
                        "the file is linked to address 0x%08x, and this chip's flash begins at "
                        "0x%08x: set the origin of FLASH in the linker script (memory.x with Rust) "
                        "to that; --force programs it there as it is",
                        s->addr, b->base);
    if (reaches_otp(target_identity(t)->chip, s))
        return log_fail(
            log, ERR_FILE,
            "the file has bytes for 0x%08x to 0x%08x, where the chip has memory that can "
            "be programmed once (OTP) and never be erased: swdlink does not write it; "
            "leave that section out of the file",
            s->addr, s->addr + s->len - 1);
    if (b->taken && s->addr - b->base < b->size + b->taken)
        return log_fail(log, ERR_PROTECTED,
                        "the file has bytes for 0x%08x to 0x%08x, and the flash from 0x%08x on "
                        "belongs to %s",
                        s->addr, s->addr + s->len - 1, b->base + b->size, b->taken_by);
    char text[FLASH_LAYOUT_TEXT];
    return log_fail(log, ERR_FILE,
                    "the file has bytes for 0x%08x to 0x%08x, and this chip's flash is %s: is the "
                    "file for another chip?",
                    s->addr, s->addr + s->len - 1,
                    flash_layout_text(&b->layout, text, sizeof text));
}

static enum err check_places(const struct image *image, const struct target *t,
                             uint32_t *flash_bytes, uint32_t *ram_bytes, struct log *log)
{
    const struct flash_bank *b = target_flash(t), *eeprom = target_eeprom(t);
    *flash_bytes = *ram_bytes = 0;
    for (size_t i = 0; i < image->count; i++) {
        const struct image_segment *s = &image->segment[i];
        if ((b->size > 0 && flash_layout_contains(&b->layout, s->addr, s->len)) ||
            range_within(eeprom->base, eeprom->size, s->addr, s->len))
            *flash_bytes += s->len;
        else if (target_is_ram(t, s->addr, s->len))
            *ram_bytes += s->len;
        else if (b->size == 0)
            return target_fail_unknown_flash(t, "program the flash of");
        else
            return fail_place(t, s, log);
    }
    if (image->count > 0)
        return ERR_OK;
    return log_fail(log, ERR_FILE, "there is nothing in the file but option bytes");
}

// Where physical addresses are all 0, nobody knows where in the flash the initial values of
// variables belong.
static enum err check_data(const struct image *image, uint32_t ram_bytes, struct log *log)
{
    if (!image->without_load_addresses || ram_bytes == 0)
        return ERR_OK;
    return log_fail(log, ERR_FILE,
                    "all physical addresses in the file are 0, so that nothing tells where in the "
                    "flash the initial values of its variables (%u bytes) go, and the program "
                    "would start without them: link it with load addresses (AT> in the linker "
                    "script); --force leaves them out",
                    ram_bytes);
}

static const struct image_segment *first_in_flash(const struct image *image, const struct target *t)
{
    for (size_t i = 0; i < image->count; i++)
        if (image->segment[i].addr == target_flash(t)->base &&
            image->segment[i].len >= VECTORS_SIZE)
            return &image->segment[i];
    return NULL;
}

static enum err fail_stack(const struct target *t, uint32_t sp, struct log *log)
{
    const struct flash_bank *b = target_flash(t);
    return log_fail(log, ERR_FILE,
                    "this is no program for this chip: its first word, 0x%08x, should be the end "
                    "of the stack, and the SRAM is 0x%08x to 0x%08x. Data, and a program for "
                    "another place, want --address; --force programs it all the same",
                    sp, b->ram_base, b->ram_base + b->ram_size - 1);
}

static enum err fail_entry(const struct target *t, uint32_t entry, struct log *log)
{
    const struct flash_bank *b = target_flash(t);
    if (range_within(0, b->size, entry, 1))
        return log_fail(log, ERR_FILE,
                        "the program is linked to address 0 (its first instruction is at 0x%08x), "
                        "and this chip's flash begins at 0x%08x: set the origin of FLASH in the "
                        "linker script (memory.x with Rust) to that; --force programs it as it is",
                        entry & ~THUMB, b->base);
    if (range_within(b->base, b->size, entry, 1) && (entry & THUMB))
        return log_fail(
            log, ERR_FILE,
            "the program's first instruction is at 0x%08x, and the file, put at 0x%08x, "
            "does not reach there: is it for another place? Then give that as "
            "--address; --force programs it here all the same",
            entry & ~THUMB, b->base);
    return log_fail(log, ERR_FILE,
                    "this is no program for this chip: its second word, 0x%08x, should be the "
                    "address of its first instruction plus 1, and the flash is 0x%08x to 0x%08x. "
                    "Data, and a program for another place, want --address; --force programs it "
                    "all the same",
                    entry, b->base, b->base + b->size - 1);
}

// The first two words (DDI 0403, B1.5.3): a stack pointer at the end of a piece of SRAM, and an odd
// address in the flash. An empty start is none of a program, but may be meant so.
static enum err check_start(const struct image *image, const struct target *t, struct log *log)
{
    const struct flash_bank *b = target_flash(t);
    const struct image_segment *s = first_in_flash(image, t);
    if (!s && image->is_binary)
        return log_fail(log, ERR_FILE,
                        "%zu bytes are too few for a program: data wants --address; --force "
                        "programs them at 0x%08x",
                        image->size, b->base);
    if (!s)
        return ERR_OK;
    uint32_t sp = get_le32(s->data), entry = get_le32(s->data + 4);
    if (flash_layout_is_erased(&b->layout, s->data, VECTORS_SIZE)) {
        log_line(log, LOG_WARN, "the file leaves the start of the flash empty: no program starts");
        return ERR_OK;
    }
    // In any RAM of the chip: ST's linker scripts for an STM32H7 put it into the AXI SRAM.
    bool in_first = sp > b->ram_base && sp - b->ram_base <= b->ram_size;
    if (sp % 4 || (!in_first && !target_is_ram(t, sp - 4, 4)))
        return fail_stack(t, sp, log);
    const uint32_t code = flash_bank_addr(b, entry);
    bool in_flash = range_within(b->base, b->size, code, 1);
    bool in_file = range_within(s->addr, s->len, code, 1);
    if (!(entry & THUMB) || !in_flash || (image->is_binary && !in_file))
        return fail_entry(t, entry, log);
    return ERR_OK;
}

enum err image_check(const struct image *image, const struct target *t,
                     const struct image_request *request, uint32_t *flash_bytes,
                     uint32_t *ram_bytes, struct log *log)
{
    enum err e = check_places(image, t, flash_bytes, ram_bytes, log);
    if (e || request->force || !*flash_bytes)
        return e;
    e = check_data(image, *ram_bytes, log);
    // Who gives an address for a binary knows what he puts where.
    if (!e && !(image->is_binary && request->has_address))
        e = check_start(image, t, log);
    return e;
}
