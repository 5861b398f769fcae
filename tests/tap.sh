# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154 # $status is for the caller, top_srcdir comes from the Makefile
# TAP for shell tests: source this, then call check, skip and, at the end, plan.

tap_count=0
tap_json=0

# check NAME COMMAND...: a test that passes when the command succeeds.
check() {
    tap_count=$((tap_count + 1))
    tap_name=$1
    shift
    if "$@"; then
        echo "ok $tap_count - $tap_name"
    else
        echo "not ok $tap_count - $tap_name"
        echo "# failed: $*"
    fi
}

# skip NAME WHY: a test that could not run here.
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

plan() {
    [ ! -d "$tap_dir/json" ] || check_json_documents
    echo "1..$tap_count"
}

# run COMMAND...: keeps its $status and its output in the files $out and $err.
run() {
    status=0
    "$@" >"$out" 2>"$err" </dev/null || status=$?
    case " $* " in
    *" --json "*) keep_json_document "$@" ;;
    esac
}

# What swdlink COMMAND --json printed is kept for plan(), which compares all of it with the schema.
keep_json_document() {
    while [ $# -gt 0 ] && [ "${1##*/}" != swdlink ]; do
        shift
    done
    tap_command=${2:-none}
    case " $* " in
    *" --trace-loss "*) tap_command=trace_loss ;;
    esac
    mkdir -p "$tap_dir/json"
    tap_json=$((tap_json + 1))
    cp "$out" "$tap_dir/json/$tap_json.$tap_command"
}

check_json_documents() {
    tap_label="each of the $tap_json documents of --json is as doc/swdlink.schema.json says"
    tap_status=0
    if command -v python3 >/dev/null; then
        "$top_srcdir/tests/json_documents.py" "$tap_dir/json" || tap_status=$?
    else
        tap_status=77
    fi
    if [ $tap_status -eq 77 ]; then
        skip "$tap_label" "python3 or jsonschema (Debian: python3-jsonschema) is not installed"
    else
        check "$tap_label" [ $tap_status -eq 0 ]
    fi
}

tap_dir=$(mktemp -d)
trap 'rm -rf "$tap_dir"' EXIT
out=$tap_dir/out
err=$tap_dir/err

is() {
    [ "$1" = "$2" ] || {
        echo "# wanted: $2"
        echo "# got:    $1"
        return 1
    }
}

# has FILE TEXT: the file holds the text, literally.
has() {
    grep -qF -e "$2" "$1" || {
        echo "# wanted: $2"
        sed 's/^/# got:    /' "$1"
        return 1
    }
}

lacks() {
    ! grep -qF -e "$2" "$1"
}

is_empty() {
    [ ! -s "$1" ] || {
        sed 's/^/# got: /' "$1"
        return 1
    }
}
