#!/bin/sh
# SPDX-License-Identifier: MIT
# Files as they come: what flash takes of them, what it leaves out, what it refuses before anything is
# erased; and verify agrees with it and with GDB's `load`.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink
sample=$top_builddir/tests/firmware/sample.elf

run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ]; then
    skip "files at the virtual board" "this build has none"
    plan
    exit 0
fi

board=virtual:stm32f031k6,store=$tap_dir/store,account=$tap_dir/account
at() {
    command=$1
    shift
    run "$swdlink" "$command" --probe "$board" "$@"
}
account() {
    grep -o "\"$1\": [0-9]*" "$tap_dir/account" | grep -o '[0-9]*$'
}
untouched() {
    is "$(account units_programmed) $(account mass_erases) $(account pages_erased)" "0 0 0"
}
refused() { # refused NAME SENTENCE FILE [OPTION…]
    name=$1 sentence=$2
    shift 2
    at flash "$@"
    check "$name is refused" is "$status" 1
    check "$name: the sentence" has "$err" "$sentence"
    [ ! -f "$tap_dir/account" ] || check "$name: nothing was erased or programmed" untouched
    rm -f "$tap_dir/account"
}
read_back() { # read_back ADDR LEN: in hexadecimal digits
    "$swdlink" read "$1" "$2" --quiet --json --probe "$board" | grep -o '"hex": "[0-9a-f]*"' | cut -d'"' -f4
}

# ---- what is no program
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$tap_dir/text"
refused "text" "it is text" "$tap_dir/text"
printf '\377\330\377\340\000\020JFIF\000' >"$tap_dir/photo.jpg"
refused "a picture" "a JPEG picture" "$tap_dir/photo.jpg"
printf '!<arch>\n' >"$tap_dir/libx.a"
refused "a library" "a library (.a)" "$tap_dir/libx.a"
refused "a program for this computer" "not for a 32-bit ARM chip" "$swdlink"
printf '\001\002\003\004\005\006\007\010noise\000' >"$tap_dir/noise.bin"
refused "noise" "no program for this chip" "$tap_dir/noise.bin"
at flash "$tap_dir/noise.bin" --address 0x08004000
check "data with an address is programmed" is "$status" 0
check "and is there" is "$(read_back 0x08004000 4)" 01020304
at flash "$tap_dir/text" --force
check "--force programs anything" is "$status" 0
check "and it is there" is "$(read_back 0x08000000 4)" 726f6f74
at erase
printf '\000\020\000\040\301\040\000\010\376\347\376\347' >"$tap_dir/elsewhere.bin"
refused "a binary for another address" "Then give that as --address" "$tap_dir/elsewhere.bin"
at run "$tap_dir/noise.bin"
check "run refuses what is no program, too" is "$status" 125
check "and says why" has "$err" "no program for this chip"
at run "$tap_dir/noise.bin" --force --timeout 1
check "and takes --force" has "$err" "lockup"
at erase

# ---- a few lines of text
cat >"$tap_dir/options.hex" <<'END'
:020000040800F2
:0C0000000010002009000008FEE7FEE7E9
:020000041FFFDC
:10F80000AA55FF00FF00FF00FF00FF00FF00FF0000
:00000001FF
END
at flash "$tap_dir/options.hex"
check "a file with option bytes is programmed without them" is "$status" 0
check "and that is told" has "$err" "option bytes and are left out"
at options --json
check "the option bytes stay" has "$out" '"RDP": 0'
at verify "$tap_dir/options.hex"
check "verify leaves them out, too" is "$status" 0
cat >"$tap_dir/app.s37" <<'END'
S00600004844521B
S3110800200000100020092000
S9030000FC
END
refused "a damaged S-record" "line 2: the line is cut off" "$tap_dir/app.s37"
at erase
printf ':020000040800F2\n:0C0000000010002009000008FEE7FEE7E9\n:00000001FF\n:020000040800F2\n:04200000010203' >"$tap_dir/two.hex"
printf '04D2\n:00000001FF\n' >>"$tap_dir/two.hex"
at flash "$tap_dir/two.hex"
check "two HEX files joined into one are programmed" is "$status" 0
check "which is told" has "$err" "holds 2 images"
check "the second one is there" is "$(read_back 0x08002000 4)" 01020304

# ---- what compilers make
if ! command -v arm-none-eabi-gcc >/dev/null || [ ! -f "$sample" ]; then
    skip "S-records are programmed" "there is no compiler for ARM"
    plan
    exit 0
fi
arm-none-eabi-objcopy -O srec "$sample" "$tap_dir/sample.srec"
at flash "$tap_dir/sample.srec"
check "S-records are programmed" is "$status" 0
at verify "$sample"
check "and are the same program as the ELF file" is "$status" 0
arm-none-eabi-objcopy -O srec --srec-forceS3 "$sample" "$tap_dir/plain"
at verify "$tap_dir/plain"
check "S-records are known without their suffix" is "$status" 0

link() { # link OUT ORIGIN OPTION…: vectors, a gap, code, initialised data
    out_elf=$1 origin=$2
    shift 2
    cat >"$tap_dir/x.c" <<'END'
extern unsigned _estack;
volatile unsigned n = 0x12345678;
const unsigned long long table[3] __attribute__((aligned(16))) = {1, 2, 3};
void reset(void) { for (;;) n += (unsigned)table[n % 3]; }
__attribute__((section(".vectors"), used)) void *const vectors[47] = {&_estack, reset};
unsigned __aeabi_uidivmod(unsigned a, unsigned b) { return a - b; }
END
    cat >"$tap_dir/x.ld" <<END
MEMORY { FLASH (rx) : ORIGIN = $origin, LENGTH = 16K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 4K }
_estack = ORIGIN(RAM) + LENGTH(RAM); ENTRY(reset)
SECTIONS { .vectors : { KEEP(*(.vectors)) } > FLASH
  .text : ALIGN(64) { *(.text*) *(.rodata*) } > FLASH
  .data : { *(.data*) } > RAM ${data_at-AT> FLASH} }
END
    arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb -O1 -nostdlib -ffreestanding "$@" -T "$tap_dir/x.ld" "$tap_dir/x.c" -o "$out_elf"
}

# The linker's segment for the application begins with the ELF header, at the boot loader's address.
at erase
printf '\000\020\000\040\011\000\000\010\376\347\376\347' >"$tap_dir/boot.bin"
link "$tap_dir/app.elf" 0x08000400 -Wl,-z,max-page-size=0x1000
check "the linker put the header into the segment" sh -c "arm-none-eabi-readelf -lW '$tap_dir/app.elf' | grep -q 'LOAD *0x000000 0x08000000'"
at flash "$tap_dir/boot.bin"
at flash "$tap_dir/app.elf"
check "an application behind a boot loader is programmed" is "$status" 0
check "and its ELF header is not" is "$(read_back 0x08000000 16)" 0010002009000008fee7fee7ffffffff
at verify "$tap_dir/app.elf"
check "verify agrees" is "$status" 0
python3 - "$tap_dir/app.elf" "$tap_dir/bare.elf" <<'END'
import struct, sys
b = bytearray(open(sys.argv[1], "rb").read())
struct.pack_into("<I", b, 0x20, 0)  # e_shoff
struct.pack_into("<HHH", b, 0x2e, 0, 0, 0)  # e_shentsize, e_shnum, e_shstrndx
open(sys.argv[2], "wb").write(b)
END
at flash "$tap_dir/boot.bin"
at flash "$tap_dir/bare.elf"
check "without a table of sections it is programmed, too" is "$status" 0
check "and its ELF header is not" is "$(read_back 0x08000000 16)" 0010002009000008fee7fee7ffffffff

link "$tap_dir/zero.elf" 0
refused "a program linked to address 0" "linked to address 0x00000000" "$tap_dir/zero.elf"
check "and what to do is told" has "$err" "linker script"
at flash "$tap_dir/zero.elf" --force
check "--force puts it at the start of the flash" is "$(read_back 0x08000000 4)" 00100020
arm-none-eabi-objcopy -O binary -j .vectors -j .text "$tap_dir/zero.elf" "$tap_dir/zero.bin"
refused "a binary linked to address 0" "linked to address 0" "$tap_dir/zero.bin"

link "$tap_dir/app.elf" 0x08000000
clear_paddr() { # clear_paddr IN OUT
    python3 - "$1" "$2" <<'END'
import struct, sys
b = bytearray(open(sys.argv[1], "rb").read())
at, size, count = struct.unpack_from("<I", b, 0x1c)[0], *struct.unpack_from("<HH", b, 0x2a)
for i in range(count):
    struct.pack_into("<I", b, at + i * size + 12, 0)
open(sys.argv[2], "wb").write(b)
END
}
clear_paddr "$tap_dir/app.elf" "$tap_dir/p0.elf"
refused "initialised data without a load address" "all physical addresses in the file are 0" "$tap_dir/p0.elf"
at erase
at flash "$tap_dir/p0.elf" --force
check "--force programs the rest" is "$(read_back 0x08000000 4)" 00100020
arm-none-eabi-objcopy -R .data "$tap_dir/app.elf" "$tap_dir/nodata.elf"
clear_paddr "$tap_dir/nodata.elf" "$tap_dir/p0.elf"
at erase
at flash "$tap_dir/p0.elf"
check "without physical addresses the virtual ones count" is "$status $(read_back 0x08000000 4)" "0 00100020"

if command -v gdb-multiarch >/dev/null; then
    at erase
    run timeout 60 gdb-multiarch -nx -q -batch -ex 'set confirm off' \
        -ex "target extended-remote | $swdlink serve --stdio -q --probe $board" -ex load "$tap_dir/app.elf"
    at verify "$tap_dir/app.elf"
    check "verify agrees with GDB's load about the gaps between sections" is "$status" 0
    at flash "$tap_dir/app.elf"
    check "and flash finds nothing to do" has "$err" "0 bytes erased, 0 programmed"
else
    skip "verify agrees with GDB's load about the gaps between sections" "gdb-multiarch is not installed"
fi
plan
