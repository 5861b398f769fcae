# SPDX-License-Identifier: MIT
# Completion of swdlink in fish: put it into a folder of $fish_complete_path, such as
# /usr/share/fish/vendor_completions.d. The program itself says what there is; fish quotes what goes onto the command
# line.

function __swdlink_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l program $typed[1]
    set -e typed[1]
    set -l before (string match -r '^--[^=]*=' -- $current; or echo)
    set -l rest (string replace -r '^--[^=]*=' '' -- $current)
    for line in ($program __complete $typed $current 2>/dev/null)
        switch $line
            case ':files'
                for file in (__fish_complete_path $rest)
                    echo -- $before$file
                end
            case ':dirs'
                for folder in (__fish_complete_directories $rest)
                    echo -- $before$folder
                end
            case '*'
                echo -- $line
        end
    end
end

complete -c swdlink -f -a '(__swdlink_complete)'
