#!/bin/sh
# SPDX-License-Identifier: MIT
# Includes point one way (cli, server, doctor, targets, flash, cortex, swd, base), sim/ shares only base/ with the rest,
# libusb.h and ev.h are included where they belong, and nothing at file scope can change.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

product="base swd cortex flash targets doctor server cli"
layers="base swd cortex flash targets doctor server cli sim"

# The layers that a file of a layer may include from.
allowed_layers() {
    case $1 in
    base) echo base ;;
    swd) echo base swd ;;
    cortex) echo base swd cortex ;;
    flash) echo base swd cortex flash ;;
    targets) echo base swd cortex flash targets ;;
    doctor) echo base swd cortex flash targets doctor ;;
    server) echo base swd cortex flash targets doctor server ;;
    cli) echo base swd cortex flash targets doctor server cli ;;
    sim) echo base sim ;;
    esac
}

# The single files that may look further than their layer.
allowed_file() {
    case "$1 $2" in
    "sim/board/link.c swd/usb_link.h" | "sim/board/link.h swd/usb_link.h") return 0 ;;
    "cli/virtual_sim.c sim/"*) return 0 ;;
    *" config.h" | "base/version.c commit.h") return 0 ;;
    esac
    return 1
}

# includes_of FILE: the paths between quotes, one per line.
includes_of() {
    sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$1"
}

# wrong_includes LAYER: prints each include of that layer under the current directory that points the wrong way.
wrong_includes() {
    find "$1" -name '*.[chS]' 2>/dev/null | sort | while read -r file; do
        includes_of "$file" | while read -r header; do
            allowed_file "$file" "$header" && continue
            case " $(allowed_layers "$1") " in
            *" ${header%%/*} "*) ;;
            *) echo "# $file includes $header" ;;
            esac
        done
    done
}

layer_is_in_order() {
    wrong_includes "$1" >"$out"
    cat "$out"
    [ ! -s "$out" ]
}

# only_in HEADER PATTERN: the system header is included only by files that match.
only_in() {
    # shellcheck disable=SC2086 # one word per layer
    grep -l "^ *# *include *<\($1\)>" -r $layers 2>/dev/null | grep -v "^\($2\)" >"$out"
    sed 's/^/# included by /' "$out"
    [ ! -s "$out" ]
}

cd "$top_srcdir" || exit 99
for layer in $layers; do
    [ -d "$layer" ] || continue
    check "$layer/ includes only what it may" layer_is_in_order "$layer"
done
# The ST-LINK is one kind of debug probe: only who opens, lists or examines it knows what it is.
knows_the_stlink() {
    # shellcheck disable=SC2086 # one word per folder
    grep -lE '"swd/stlink[a-z_]*\.h"|struct stlink\b' -r $product 2>/dev/null |
        grep -vE '^(swd/|cli/probe\.[ch]$|cli/cmd_doctor\.c$|cli/doctor_guide\.[ch]$|doctor/measure)' >"$out"
    sed 's/^/# knows the ST-LINK: /' "$out"
    [ ! -s "$out" ]
}
# targets/target.h is the interface: the layers above it do not reach into struct target.
reaches_inside() {
    grep -nE '\b(t|target)(->|\.)(core|bank|id|working_area|job|code|swbreak|lifted|state|released|last_stop|region|region_count|eeprom|found_[a-z]+|hidden|swo|flash_[a-z_]+)\b' -r "$@" --include='*.c' >"$out"
    # Other structures are called t, too, and have a log or options: only in files that speak of no struct target.
    grep -lE 'struct target \*?(t|target)\b' -r "$@" --include='*.c' |
        while read -r file; do
            grep -nHE '\b(t|target)(->|\.)(mem|probe|log|options)\b' "$file"
        done >>"$out"
    sed 's/^/# reaches into struct target: /' "$out"
    [ -s "$out" ]
}
no_reach_inside() { ! reaches_inside server cli doctor; }
finds_a_reach() {
    mkdir -p "$tap_dir/core" "$tap_dir/log" &&
        printf 'int f(struct target *t) { return t->core.vcatch; }\n' >"$tap_dir/core/reach.c" &&
        printf 'void *f(struct target *t) { return t->log; }\n' >"$tap_dir/log/reach.c" &&
        reaches_inside "$tap_dir/core" >/dev/null && reaches_inside "$tap_dir/log" >/dev/null
}
check "server/, cli/ and doctor/ do not reach into struct target" no_reach_inside
# What a family of chips is stands in targets/families/, and a controller's own registers in flash/: no
# peripheral's address, pin, option byte or clock elsewhere. Comments may name them.
chip_facts() {
    find "$@" -name '*.[ch]' | grep -vE '(^|/)(targets/families/|flash/drivers/|targets/dies\.c)' |
        while read -r file; do
            sed 's,//.*,,' "$file" |
                grep -nE '0x(40[0-4][0-9a-fA-F]|48[0-9a-fA-F]{2}|50[0-9a-fA-F]{2}|5[28c]0[0-9a-fA-F]|1ff[0-9a-fA-F])_?[0-9a-fA-F]{4}u?\b|"[^"]*\bP[A-I][0-9]+\b|"(RDP|WRP[0-9]|WRPROT[0-9]*|WPRMOD|PCROP[0-9A-Z_]*|nRST_[A-Z]*|nBOOT[0-9]|BOOT_SEL)"|# *define +(RCC|GPIO[A-K]|PWR|IWDG|WWDG|SYSCFG|TIM[0-9]+|ADC)_' |
                grep -vE '0x40000000u|0x1ffffff' | sed "s,^,# $file:,"
        done >"$out"
    cat "$out"
    [ -s "$out" ]
}
no_chip_facts() {
    # shellcheck disable=SC2086 # one word per folder
    ! chip_facts $product
}
finds_chip_facts() {
    mkdir -p "$tap_dir/facts" && printf '#define RCC_CR 0x40021000u\n' >"$tap_dir/facts/a.c" &&
        printf 'const char *pin = "PA13";\n' >"$tap_dir/facts/b.c" &&
        printf '#define UID 0x1ffff7acu\n' >"$tap_dir/facts/c.c" && chip_facts "$tap_dir/facts" >/dev/null &&
        is "$(sed 's,.*/,,; s,:.*,,' "$out" | sort | tr '\n' ' ')" "a.c b.c c.c "
}
check "what a chip is stands in targets/families/ only" no_chip_facts
check "an address, a pin and a number of a chip are found" finds_chip_facts
check "a reach into struct target is found" finds_a_reach
check "struct stlink is known where a probe is opened, listed or examined only" knows_the_stlink
check "libusb.h is included where USB devices are listed and opened only" only_in "libusb.*" "swd/usb_\(enumerate\.h\|libusb\.c\)$"
check "ev.h is included in server/ and in the loop of sim/usb/ only" only_in "ev\.h" "server/\|sim/usb/loop\.h$"

# The virtual board has layers of its own, each including only itself and those behind it.
sim_layers="time core chip parts families wire probe board usb"

# wrong_sim_includes: prints each include in sim/ under the current directory that points to a layer above.
wrong_sim_includes() {
    allowed=""
    for layer in $sim_layers; do
        allowed="$allowed $layer"
        for file in "sim/$layer"/*.[ch]; do
            [ -f "$file" ] || continue
            includes_of "$file" | sed -n 's,^sim/\([^/]*\)/.*,\1 &,p' | while read -r other header; do
                case "$allowed " in
                *" $other "*) ;;
                *) echo "# $file includes $header" ;;
                esac
            done
        done
    done
}

sim_layers_are_in_order() {
    wrong_sim_includes >"$out"
    cat "$out"
    [ ! -s "$out" ]
}
check "sim/ is in layers: usb, board, probe, wire, families, parts, chip, core, time" sim_layers_are_in_order

# Every folder of sim/ is one of these layers, and no file stands beside them.
sim_has_these_layers_only() {
    find sim -mindepth 1 -maxdepth 1 | sed 's,^sim/,,' | sort >"$out"
    # shellcheck disable=SC2086 # one line per layer
    is "$(cat "$out")" "$(printf '%s\n' $sim_layers | sort)"
}
check "every folder of sim/ is a layer" sim_has_these_layers_only

# What is known of one family of chips: addresses of peripherals, memories and factory values, names of
# registers, pins and interrupts, features of a chip.
family_facts='0x(40[0-4][0-9a-f]|48[0-9a-f]{2}|50[0-9a-f]{2}|5[28c][0-9a-f]{2})[0-9a-f]{4}|0x0?8000000|0x2000[0-9a-f]{4}|0x1ff[0-9a-f]{5}'
family_facts="$family_facts"'|\b(RCC|GPIO[A-K]?|SYSCFG|DBGMCU|FLASH|PWR|EXTI|IWDG|WWDG|TIM[0-9]*|USART[0-9]*)_[A-Z]+[0-9]*\b'
family_facts="$family_facts"'|\bP[A-K][0-9]+\b|\bSIM_(HAS|IRQ)_|"sim/families/stm32'

# Not of a family: the names of the signals, the device region of every Cortex-M, bits of the debug port, the mask of a comparator's
# address, and the place of the id code at which the firmware of the ST-LINK itself looks.
not_of_a_family='^sim/chip/signals\.c:.*NAME|^sim/core/.*0x40000000u|^sim/wire/swd_host\.c:.* POWER_UP |^sim/core/bpu\.c:.*0x1ffffffcu|^sim/probe/stlink_dap\.c:.*0x40015800u'

# family_facts_outside: prints the lines of code (without comments) under sim/ that hold one.
family_facts_outside() {
    find sim -name '*.[ch]' ! -path 'sim/families/*' ! -path 'sim/parts/*' | sort | while read -r file; do
        sed 's,//.*,,' "$file" | grep -nE "$family_facts" | sed "s,^,$file:,"
    done | grep -vE "$not_of_a_family"
}

no_family_fact_outside() {
    family_facts_outside >"$out"
    sed 's/^/# /' "$out"
    [ ! -s "$out" ]
}
check "addresses, registers and pins of chips stand in sim/families/ and sim/parts/ only" no_family_fact_outside

finds_what_is_out_of_place_in_sim() {
    mkdir -p "$tap_dir/tree/sim/core" &&
        printf '#include "sim/chip/chip.h"\nuint32_t at = 0x40021000u; // 0x48000000\n' >"$tap_dir/tree/sim/core/bad.c" &&
        (cd "$tap_dir/tree" && wrong_sim_includes && family_facts_outside) >"$out" &&
        is "$(cat "$out")" '# sim/core/bad.c includes sim/chip/chip.h
sim/core/bad.c:2:uint32_t at = 0x40021000u; '
}
check "an include upward and an address in the wrong place are found in sim/" finds_what_is_out_of_place_in_sim

# The check itself can fail.
finds_a_wrong_include() {
    mkdir -p "$tap_dir/tree/swd" &&
        printf '#include "targets/target.h"\n' >"$tap_dir/tree/swd/bad.c" &&
        (cd "$tap_dir/tree" && wrong_includes swd) >"$out" &&
        is "$(cat "$out")" "# swd/bad.c includes targets/target.h"
}
check "an include that points upward is found" finds_a_wrong_include

# changeable FILE...: what objdump finds in sections that a program can write to after it has started.
# .data.rel.ro is not among them: the loader fills in addresses and then closes it.
changeable() {
    objdump -t "$@" 2>/dev/null | awk '
        $NF ~ /^\./ { next }
        / (\.data|\.bss|\.tdata|\.tbss|\*COM\*|\.data\.rel|\.data\.rel\.local)([.][A-Za-z_]+[.0-9]*)?\t/ &&
            !/ \.data\.rel\.ro/ { print "# can change: " $NF }'
}

nothing_can_change() {
    changeable "$@" >"$out"
    cat "$out"
    [ ! -s "$out" ]
}

# shellcheck disable=SC2086 # CC may be "ccache gcc"
finds_a_variable() {
    printf 'int counter; static char text[4] = "abc"; char *get(void) { return text + counter++; }\n' \
        >"$tap_dir/bad.c" &&
        ${CC:-cc} -c -o "$tap_dir/bad.o" "$tap_dir/bad.c" && changeable "$tap_dir/bad.o" >"$out" &&
        has "$out" "can change: counter" && has "$out" "can change: text"
}

cd "$top_builddir" || exit 99
if ! command -v objdump >/dev/null; then
    skip "no variable at file scope can change" "objdump is not installed"
elif nm libbase.a 2>/dev/null | grep -q __asan; then
    skip "no variable at file scope can change" "the sanitizers add their own"
else
    for archive in lib*.a; do
        check "no variable at file scope of $archive can change" nothing_can_change "$archive"
    done
    check "no variable at file scope of cli/ can change" nothing_can_change cli/*.o
    check "a variable at file scope is found" finds_a_variable
fi
plan
