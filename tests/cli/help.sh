#!/bin/sh
# SPDX-License-Identifier: MIT
# What swdlink says about itself: --help, --version, wrong usage, the man pages.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

swdlink=$top_builddir/swdlink
swdlink_sim=$top_builddir/swdlink-sim
manual=$top_srcdir/doc/swdlink.1

names_command_and_help() {
    has "$err" "swdlink: " && has "$err" "try swdlink $1--help"
}

# Every long option of the help on standard input is in the manual.
options_are_in_manual() {
    missing=0
    # shellcheck disable=SC2013 # options have no spaces
    for option in $(sed -n 's/^ *\(-., \)\{0,1\}--\([a-z_-]*\).*/\2/p' "$out" | sort -u); do
        # mdoc writes "--json" as "Fl -json"
        grep -q -e "Fl -$option\( \|\$\)" "$manual" || {
            echo "# not in the manual: --$option"
            missing=1
        }
    done
    return $missing
}

# The names in the message on standard error are those of the manual's table.
# "stm32l051: c6, c8" stands for stm32l051c6 and stm32l051c8, also when the letters go on in the next line.
chips_of_manual() {
    sed -n 's/^\.It \(0x[0-9a-f]* \)\{0,1\}Ta //p' "$manual" | tr ',' '\n' | while read -r first second; do
        case $first in
        stm32*:) line=${first%:} && echo "$line$second" ;;
        stm32*) line='' && echo "$first" ;;
        ?*) [ "$line" ] && echo "$line$first" ;;
        esac
    done
}
chips_are_in_manual() {
    is "$("$swdlink" __complete info --probe virtual: | sed -n 's/^virtual:\(stm32[a-z0-9-]*\).*/\1/p' | sort -u | xargs)" \
        "$(chips_of_manual | sort -u | xargs)"
}

run "$swdlink" --help
check "--help ends with status 0" is "$status" 0
check "--help says nothing on standard error" is_empty "$err"
check "--help is about swdlink" has "$out" "Usage: swdlink"
check "every option of --help is in the manual" options_are_in_manual
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' "$out")
check "--help lists every command" is "$(echo "$commands" | xargs)" \
    "serve doctor list list-chips info flash run erase read verify reset options unlock"

for command in $commands; do
    run "$swdlink" "$command" --help
    check "$command --help ends with status 0" is "$status" 0
    check "$command --help says nothing on standard error" is_empty "$err"
    check "$command --help shows how to call it" has "$out" "Usage: swdlink $command"
    check "every option of $command --help is in the manual" options_are_in_manual
    check "$command is in the manual" grep -q "^\.It Cm $command" "$manual"

    run "$swdlink" "$command" --no-such-option
    wanted=2
    [ "$command" = run ] && wanted=125 # 2 may be the status of the target's program
    check "$command with an unknown option ends with status $wanted" is "$status" $wanted
    check "$command with an unknown option says what to try" names_command_and_help "$command "
    check "$command with an unknown option prints no result" is_empty "$out"
done

run "$swdlink" --version
check "--version ends with status 0" is "$status" 0
check "--version prints the name and a number" grep -q '^swdlink [0-9]' "$out"
tells_commit() {
    commit=$(git -C "$top_srcdir" rev-parse --short=10 HEAD)
    grep -qE "^swdlink [0-9.]+ \(commit $commit\+?\)\$" "$out" ||
        { # a build of an older commit
            sed -n 's/.*(commit \([0-9a-f]*\).*/\1/p' "$out" | grep . | xargs git -C "$top_srcdir" rev-parse -q --verify
        }
}
if [ -e "$top_srcdir/.git" ] && command -v git >/dev/null; then
    check "--version tells the commit" tells_commit
else
    skip "--version tells the commit" "these sources are not in git"
fi

run "$swdlink" dance
check "an unknown command ends with status 2" is "$status" 2
check "an unknown command is named" has "$err" "there is no command 'dance'"
check "an unknown command prints no result" is_empty "$out"

says() { # SENTENCE WORD...: a usage error with this sentence
    wanted=$1
    shift
    run "$swdlink" "$@"
    is "$status" 2 && has "$err" "$wanted"
}
check "a misspelt command gets the one that was meant" says "did you mean 'flash'?" flsh
check "so does an abbreviation" says "did you mean 'reset'?" rst
check "so do two neighbours that changed places" says "did you mean 'info'?" inof
check "what others call it is named" says "swdlink flash" write app.bin
check "halting is named" says "swdlink reset --halt" halt
check "a file in place of a command gets two" says "swdlink run FILE" "$top_srcdir/README.md"
check "a misspelt option gets the one that was meant" says "did you mean --probe?" info --porbe virtual
check "an option of another command is told with it" says "belongs to: run" info --junit x.xml
check "a misspelt option of another command, too" says "did you mean --junit, which belongs to run?" info --juint x
check "who typed no command is not told of serve" says "swdlink without a command has no option -x" -x
check "a short word gets no silly guess" says "there is no command 'go'" go
lacks_guess() {
    lacks "$err" "did you mean"
}
check "nor a long one that is like nothing" lacks_guess

run "$swdlink" help
check "help is --help" has "$out" "Commands:"
run "$swdlink" -h info
check "-h before a command is --help" has "$out" "Commands:"
run "$swdlink" help flash
check "help flash is flash --help" has "$out" "Usage: swdlink flash"
run "$swdlink" help monitor
check "help monitor lists the words of monitor" has "$out" "erase_mass"
run "$swdlink" help monitor clrbp
check "help monitor clrbp tells whose word it is" has "$out" "J-Link"
check "help of nothing is a usage error" says "did you mean 'flash'?" help flahs
check "help of no word of monitor is one" says "there is no \`monitor dance\`" help monitor dance
same_order() {
    run "$swdlink" doctor --explain list
    is "$(sed -n '/^\.Sh VERDICTS/,/^\.Sh OPTIONS/s/^\.It Cm //p' "$manual")" "$(awk '{ print $1 }' "$out")"
}
check "the verdicts of the manual are those of the program, in their order" same_order
run "$swdlink" version
check "version is --version" grep -q '^swdlink [0-9]' "$out"

check "--speed in kHz is questioned" says "was 4000k meant" info --speed 4000 --probe virtual
if [ -x "$swdlink_sim" ]; then
    run "$swdlink" info --speed 8000 --probe virtual
    check "--speed 8000 is warned of" has "$err" "for 8000 kHz say 8000k"
    run "$swdlink" info --speed 4000Hz --probe virtual
    check "--speed 4000Hz is meant so" is "$status" 0
    run "$swdlink" info --speed 480000 --probe virtual
    check "--speed 480000 needs no word" lacks "$err" "kHz say"
fi

run "$swdlink" --listen 0 info
check "a command behind options is a usage error" is "$status" 2
check "a command behind options: the sentence shows the right order" has "$err" "swdlink info"

run "$swdlink" read 0x08000000
check "a missing operand is a usage error" is "$status" 2
run "$swdlink" read 0xfffffff0 0x20 --probe virtual
check "a range beyond the address space is a usage error" is "$status" 2
run "$swdlink" info --speed fast
check "a speed that is none is a usage error" is "$status" 2
check "a speed that is none gets examples" has "$err" "4M, 950k"

run "$swdlink" info --speed fast --color=always
check "before the options are known nothing is coloured in a pipe" lacks "$err" "$(printf '\033')"

# Whether this computer has the pages that ours refer to is its own affair.
lint() {
    mandoc -Tlint -W style "$1" 2>&1 | grep -v -e 'referenced manual not found' -e 'outdated mandoc.db' >"$out"
    sed 's/^/# /' "$out"
    [ ! -s "$out" ]
}

if [ -x "$swdlink_sim" ]; then
    manual=$top_srcdir/doc/swdlink-sim.1
    run "$swdlink_sim" --help
    check "swdlink-sim --help ends with status 0" is "$status" 0
    check "every option of swdlink-sim --help is in its manual" options_are_in_manual
    check "every virtual chip is in the manual, and no other" chips_are_in_manual
else
    skip "every option of swdlink-sim --help is in its manual" "this build has no swdlink-sim"
fi

for page in "$top_srcdir"/doc/*.1; do
    name="mandoc finds nothing to criticize in ${page##*/}"
    if command -v mandoc >/dev/null; then
        check "$name" lint "$page"
    else
        skip "$name" "mandoc is not installed"
    fi
done
plan
