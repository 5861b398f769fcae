# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # $status is for the caller
# TAP for shell tests: source this, then call check, skip and, at the end, plan.

tap_count=0

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
    echo "1..$tap_count"
}

# run COMMAND...: keeps its $status and its output in the files $out and $err.
run() {
    status=0
    "$@" >"$out" 2>"$err" </dev/null || status=$?
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
