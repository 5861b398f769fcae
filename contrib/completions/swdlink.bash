# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of swdlink's commands and options in bash. Source it, or put it as "swdlink" into
# /usr/share/bash-completion/completions/. It asks the program itself, so it is never behind it.

_swdlink() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=serve choices
    if [[ ${COMP_WORDS[1]-} != -* && $COMP_CWORD -gt 1 ]]; then
        command=${COMP_WORDS[1]}
    fi
    case $previous in
    --probe | --serial)
        choices="virtual replay: $("${COMP_WORDS[0]}" list 2>/dev/null | awk '{ print $2 }')"
        ;;
    --connect) choices="auto normal under-reset hotplug" ;;
    --color) choices="auto always never" ;;
    --semihosting-console) choices="gdb stdio" ;;
    --semihosting-dir)
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return
        ;;
    -o | --output | --record)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    *)
        if [[ $COMP_CWORD -eq 1 && $word != -* ]]; then
            choices=$("${COMP_WORDS[0]}" --help 2>/dev/null |
                sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
        else
            choices=$("${COMP_WORDS[0]}" "$command" --help 2>/dev/null |
                grep -o -e ' --[a-z][a-z_-]*')
        fi
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}

complete -F _swdlink swdlink
