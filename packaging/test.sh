#!/bin/sh
# Installs what is missing and runs every check and test: sh packaging/test.sh [--all]
# Goes through all steps whatever fails, and ends with one line that says how it went.
# --all: also what stamps vouch for (docs/tests.md), and notes how long each file's tests take.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=packaging/setup.sh
. "$root/packaging/setup.sh"

case $* in
    '') all='' ;;
    --all) all='--all --note-seconds' ;;
    *) stop 'sh packaging/test.sh [--all]' ;;
esac
most_workers=12 # each takes half a gigabyte, with the programs that it starts

started=$(date +%s)
lists=$root/packaging/linux
set_up dev "$lists/packages-window.txt" "$lists/packages-make.txt" "$lists/packages-set-up.txt" "$lists/packages-test.txt"
cd "$root"
exec </dev/null

export PATH="$venv/bin:$PATH"
export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-offscreen}"
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}" no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"
unset PYTHONDONTWRITEBYTECODE # without it each worker and each child compiles everything anew
scratch=$(mktemp -d "${TMPDIR:-/tmp}/llmgw-test.XXXXXX")
checking=''
memory=''
trap '[ -z "$checking" ] || kill "$checking" 2>/dev/null || :; rm -rf "$scratch" ${memory:+"$memory"}' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-$scratch}" # Qt warns without one, and warnings fail tests

# Each test makes files and databases of its own, and on a disk it waits for each of these. They lie
# in memory where there is room and programs may be started from there.
base=''
memory_of_tests() {
    for old in /dev/shm/t.*; do # of a run that was killed; it would keep its memory for good
        owner=$(cat "$old/run" 2>/dev/null) && ! kill -0 "$owner" 2>/dev/null && rm -rf "$old"
    done
    room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }' 2>/dev/null) || return 0
    free=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo 2>/dev/null) || return 0
    [ "${room:-0}" -ge 6000000 ] && [ "${free:-0}" -ge 12000000 ] || return 0
    memory=$(mktemp -d /dev/shm/t.XXXXXX) || return 0 # short: paths of sockets are below it
    printf '%s\n' "$$" >"$memory/run"
    printf '#!/bin/sh\n' >"$memory/program" && chmod 700 "$memory/program"
    if "$memory/program" 2>/dev/null; then
        base="--basetemp=$memory/t"
    fi
}
memory_of_tests

failed=''
step() {
    name=$1
    shift
    printf '\n== %s (%s s)\n' "$name" $(($(date +%s) - started))
    "$@" || failed="$failed${failed:+, }$name"
}

checks() {
    step format ruff format --check llmgw_desktop tests
    step lint ruff check llmgw_desktop tests
    step types mypy
    step types-of-windows mypy --platform win32 --cache-dir .mypy_cache/win32
    step types-of-macos mypy --platform darwin --cache-dir .mypy_cache/darwin
    step imports lint-imports
    printf '%s' "$failed" >"$scratch/failed"
}

# All of everything forgives nothing; a run of a day tells of what fails on a busy machine alone.
tests() {
    # shellcheck disable=SC2086 # lists of words
    pytest -n "$workers" --dist worksteal -m 'not bench' -p tests.support.again \
        --failed-to "$scratch/failed-tests" $base $all && return
    [ -z "$all" ] && python -m tests.support.again "$scratch/failed-tests"
}

# The checks go on beside the tests and are told after them. The tests often wait, for a timer, the
# disk or a child, so there are five workers for two processors. A shell has what it runs in the
# background ignore Ctrl+C, so the tests stay in front.
checks >"$scratch/checks" 2>&1 &
checking=$!
workers=$(($(nproc 2>/dev/null || echo 2) * 5 / 2))
[ "$workers" -le "$most_workers" ] || workers=$most_workers
: >"$scratch/begun"
step tests tests
wait "$checking" || :
checking=''
cat "$scratch/checks"
unfit=$(cat "$scratch/failed") || unfit=checks
failed=$unfit${unfit:+${failed:+, }}$failed

seconds=$(($(date +%s) - started))
if [ -n "$failed" ]; then
    printf '\n' && stop "FAILED after $seconds s: $failed. What is wrong stands above, under those headings; mend it and run this again."
fi
stamps=$(python -m tests.support.stamps)
new=$(find tests/stamps -newer "$scratch/begun" -name '*.toml' 2>/dev/null | sort | tr '\n' ' ')
printf '\nllmgw: PASSED in %s s: tests, format, lint, types, imports. %s%s\n' "$seconds" "$stamps" \
    "${new:+ New stamps, to be committed: $new}"
