#!/bin/sh
# Installs what is missing and starts the app: sh packaging/run.sh [command] [options]
# With no command: the window where there is a display, the headless gateway where there is none.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=packaging/setup.sh
. "$root/packaging/setup.sh"

has_display() {
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]
}

window_packages=$root/packaging/linux/packages-window.txt
if ! has_display && ! acts_as_root_unasked; then
    window_packages=/dev/null # serving draws nothing, so nobody has to be asked for them
fi
set_up run "$window_packages"

# -I: no file of the caller's folder, PYTHONPATH or user site ever stands in for a module.
start() { exec "$venv/bin/python" -I -m llmgw_desktop "$@"; }

case ${1:-} in
    --help | -h | --version) start "$@" ;;
    '' | -*) ;;
    *) start "$@" ;;
esac
if has_display; then
    start desktop "$@"
fi
say 'no display here: serving headless'
for argument; do # all but what only a window understands
    shift
    [ "$argument" = --hidden ] || set -- "$@" "$argument"
done
start serve "$@"
