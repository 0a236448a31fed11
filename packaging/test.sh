#!/bin/sh
# Installs what is missing and runs every check and test: sh packaging/test.sh
# Goes through all steps whatever fails, and ends with one line that says how it went.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=packaging/setup.sh
. "$root/packaging/setup.sh"

started=$(date +%s)
set_up dev "$root/packaging/linux/packages-window.txt" "$root/packaging/linux/packages-test.txt"
cd "$root"
exec </dev/null

export PATH="$venv/bin:$PATH"
export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-offscreen}"
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}" no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/llmgw-test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-$scratch}" # Qt warns without one, and warnings fail tests

failed=''
step() {
    name=$1
    shift
    printf '\n== %s (%s s)\n' "$name" $(($(date +%s) - started))
    "$@" || failed="$failed${failed:+, }$name"
}

step format ruff format --check llmgw_desktop tests
step lint ruff check llmgw_desktop tests
step types mypy
step imports lint-imports
step tests pytest -n 2 --dist worksteal -m 'not e2e and not bench'
step end-to-end pytest -n 2 --dist worksteal -m 'e2e and not bench'

seconds=$(($(date +%s) - started))
if [ -n "$failed" ]; then
    printf '\n' && stop "FAILED after $seconds s: $failed. What is wrong stands above, under those headings; mend it and run this again."
fi
printf '\nllmgw: PASSED in %s s: format, lint, types, imports, tests, end-to-end.\n' "$seconds"
