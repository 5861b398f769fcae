# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of swdlink in bash. Source it, or put it as "swdlink" into
# /usr/share/bash-completion/completions/. The program itself says what there is; nothing of that is evaluated by the
# shell, and what is no plain word (a serial number may be anything) is quoted before it gets onto the command line.

_swdlink() {
    local line=${COMP_LINE:0:COMP_POINT} words current before='' candidate breaks=${COMP_WORDBREAKS//[!=:]/}
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=('')
    current=${words[${#words[@]} - 1]}
    # readline replaces only what stands behind the last of these characters.
    [[ $breaks ]] && before=${current%"${current##*["$breaks"]}"}
    COMPREPLY=()
    while IFS=$'\t' read -r candidate _; do
        case $candidate in
        :files | :dirs)
            compopt -o filenames 2>/dev/null
            [[ $candidate == :files ]] && candidate=-f || candidate=-d
            while IFS= read -r candidate; do
                COMPREPLY+=("$candidate")
            done < <(compgen "$candidate" -- "${current#"$before"}")
            ;;
        *)
            candidate=${candidate#"$before"}
            [[ $candidate == *[!A-Za-z0-9_.,:=/@%+-]* ]] && printf -v candidate %q "$candidate"
            [[ $candidate == *[:=] ]] && compopt -o nospace 2>/dev/null
            COMPREPLY+=("$candidate")
            ;;
        esac
    done < <("${words[0]/#\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null)
}

complete -F _swdlink swdlink
