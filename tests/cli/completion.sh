#!/bin/sh
# SPDX-License-Identifier: MIT
# What the shells complete: the program's own answers, and each shell's way to them.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

swdlink=$top_builddir/swdlink
scripts=$top_srcdir/contrib/completions

offers() { # EXPECTED WORD...: the candidates, without their descriptions, in one line
    wanted=$1
    shift
    "$swdlink" __complete "$@" >"$out" 2>"$err" || return 1
    is "$(cut -f1 "$out" | xargs)" "$wanted"
}

offers_some() { # EXPECTED WORD...: this one is among them
    wanted=$1
    shift
    "$swdlink" __complete "$@" >"$out" 2>"$err" || return 1
    cut -f1 "$out" | grep -qxF -e "$wanted" || {
        sed 's/^/# got: /' "$out"
        return 1
    }
}

check "commands by their beginning" offers "read reset" re
check "help is one" offers "help" he
check "commands of help" offers "flash" help fl
check "help has the words of monitor" offers_some "reset" help monitor re
check "help has those of other servers" offers_some "soft_reset_halt" help monitor soft
check "options by their beginning" offers "--halt" reset --ha
check "options before any command are those of serve" offers "--stdio" --st
check "files for a FILE operand" offers ":files" flash ""
check "no files where none are wanted" offers "" erase ""
check "files for an option" offers ":files" run x.elf --junit ""
check "files behind =" offers ":files" run x.elf --junit=
check "folders for an option" offers ":dirs" run --semihosting-dir ""
check "files for a letter" offers ":files" read -o ""
check "values of --connect" offers "auto normal under-reset hotplug" info --connect ""
check "values of --connect by their beginning" offers "under-reset" info --connect u
check "values behind =" offers "--connect=under-reset" info --connect=u
check "values of --erase" offers "auto pages mass none" flash --erase ""
check "values of --color" offers "always" info --color al
check "values of --semihosting-console" offers "gdb stdio" serve --semihosting-console ""
check "speeds" offers "4M 480k" info --speed 4
check "verdicts" offers_some "no-answer" doctor --explain no
check "the virtual probe" offers_some "virtual" info --probe v
check "a record" offers ":files" info --probe replay:
check "an option's value is no operand" offers "" info --color x
check "what stands behind -- is the program's" offers ":files" run x.elf -- --ju
check "an unknown command has nothing" offers "" dance --
if [ -x "$top_builddir/swdlink-sim" ]; then
    check "virtual chips" offers "virtual:stm32f031k6" info --probe virtual:stm32f031k
    check "keys of a virtual board" offers "virtual:stm32f031k6,swdio=" info --probe virtual:stm32f031k6,swd
    check "keys behind others" offers "virtual:stm32f031k6,gnd=cut,swclk=" info --probe virtual:stm32f031k6,gnd=cut,swc
else
    skip "virtual boards" "this build has no virtual board"
fi

# The help and the completion are made of one table; this holds them together.
options_agree() {
    "$swdlink" "$1" --help | sed -n 's/^ *\(-., \)\{0,1\}\(--[a-z_-]*\).*/\2/p' | sort -u >"$out"
    "$swdlink" __complete "$1" -- | cut -f1 | sort -u >"$err"
    is "$(cat "$err")" "$(cat "$out")"
}
commands=$("$swdlink" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
for command in $commands; do
    check "completion offers the options of $command --help" options_agree "$command"
done
check "completion offers the commands of --help" offers "$(echo "$commands" | xargs) help" ""

# A program that offers what would do harm if a shell looked at it.
mkdir "$tap_dir/bin" "$tap_dir/files"
cat >"$tap_dir/bin/swdlink" <<'END'
#!/bin/sh
printf '%s\n' '$(touch pwned)' '`touch pwned`' 'a;touch pwned' '"$(touch pwned)"' 'plain'
END
chmod +x "$tap_dir/bin/swdlink"
touch "$tap_dir/files/a file.elf" "$tap_dir/files/b.elf"
mkdir "$tap_dir/files/folder"

in_bash() { # LINE: what bash would insert, one a line
    bash --norc -c '
        PATH=$1:$PATH
        cd "$2" && . "$3" || exit 1
        COMP_LINE=$4 COMP_POINT=${#4}
        _swdlink
        [ ${#COMPREPLY[@]} = 0 ] || printf "%s\n" "${COMPREPLY[@]}"' \
        bash "${2:-$top_builddir}" "$tap_dir/files" "$scripts/swdlink.bash" "$1" >"$out" 2>"$err"
}
bash_offers() { # LINE EXPECTED
    in_bash "$1" && is "$(xargs -d '\n' <"$out")" "$2"
}
no_harm() {
    [ ! -e "$tap_dir/files/pwned" ]
}
bash_quotes() {
    in_bash "swdlink info --probe " "$tap_dir/bin" && no_harm || return 1
    # What is inserted, when it is typed, is a word and nothing else.
    while IFS= read -r word; do
        (cd "$tap_dir/files" && bash -c "printf '%s\n' $word" >/dev/null) && no_harm || return 1
    done <"$out"
    has "$out" plain
}
if command -v bash >/dev/null; then
    check "bash completes commands" bash_offers "swdlink re" "read reset"
    check "bash completes options" bash_offers "swdlink reset --ha" "--halt"
    check "bash completes files" bash_offers "swdlink flash b" "b.elf"
    check "bash completes files with blanks" bash_offers "swdlink flash a" "a file.elf"
    check "bash completes files of options" bash_offers "swdlink run x.elf --junit b" "b.elf"
    check "bash completes files behind =" bash_offers "swdlink run x.elf --junit=b" "b.elf"
    check "bash completes folders" bash_offers "swdlink run --semihosting-dir " "folder"
    check "bash completes values behind =" bash_offers "swdlink info --connect=u" "under-reset"
    check "bash completes in the middle of a board" bash_offers "swdlink info --probe virtual" "virtual virtual:"
    check "bash evaluates nothing and quotes what is no plain word" bash_quotes
else
    skip "completion in bash" "bash is not installed"
fi

in_zsh() { # LINE-WORDS...: the function, with zsh's own helpers replaced by printing ones
    dir=$1
    shift
    zsh -f -c '
        path=($1 $path); cd $2; file=$3; shift 3
        compadd() { local -a all; all=("${(@P)${@[-1]}}"); [[ -n $all ]] && print -rl -- $all }
        compset() { }
        _files() { print -r -- files "$@" }
        words=("$@"); CURRENT=$#
        source $file; true' zsh "$dir" "$tap_dir/files" "$scripts/_swdlink" "$@" >"$out" 2>"$err"
}
zsh_offers() { # EXPECTED WORD...
    wanted=$1
    shift
    in_zsh "$top_builddir" "$@" && is "$(xargs -d '\n' <"$out")" "$wanted"
}
zsh_is_safe() {
    in_zsh "$tap_dir/bin" swdlink info --probe "" && no_harm && has "$out" plain
}
if command -v zsh >/dev/null; then
    check "zsh completes commands" zsh_offers "read reset" swdlink re
    check "zsh completes options" zsh_offers "--halt" swdlink reset --ha
    check "zsh completes files" zsh_offers "files" swdlink flash ""
    check "zsh completes folders" zsh_offers "files -/" swdlink run --semihosting-dir ""
    check "zsh completes values behind =" zsh_offers "--connect=under-reset" swdlink info --connect=u
    check "zsh evaluates nothing" zsh_is_safe
else
    skip "completion in zsh" "zsh is not installed"
fi

fish_offers() { # LINE EXPECTED [FOLDER]
    (cd "$tap_dir/files" && HOME=$tap_dir fish --no-config -c '
        set -x PATH $argv[1] $PATH; source $argv[2]; complete -C $argv[3]' \
        "${3:-$top_builddir}" "$scripts/swdlink.fish" "$1") >"$out" 2>"$err"
    is "$(cut -f1 "$out" | xargs -d '\n')" "$2"
}
fish_is_safe() {
    fish_offers "swdlink info --probe p" plain "$tap_dir/bin" && no_harm
}
if command -v fish >/dev/null; then
    check "fish completes commands" fish_offers "swdlink re" "read reset"
    check "fish completes options" fish_offers "swdlink reset --ha" "--halt"
    check "fish completes files" fish_offers "swdlink flash b" "b.elf"
    check "fish completes folders" fish_offers "swdlink run --semihosting-dir fo" "folder/"
    check "fish completes values behind =" fish_offers "swdlink info --connect=u" "--connect=under-reset"
    check "fish evaluates nothing" fish_is_safe
else
    skip "completion in fish" "fish is not installed"
fi
plan
