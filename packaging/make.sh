#!/bin/sh
# Makes a package: sh packaging/make.sh deb|portable|windows|macos [--folder FOLDER] [--out FOLDER]
# More: docs/packaging.md
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=packaging/setup.sh
. "$root/packaging/setup.sh"

lists=$root/packaging/linux
more=/dev/null
[ "${1:-}" != windows ] || more=$lists/packages-set-up.txt
set_up dev "$lists/packages-window.txt" "$lists/packages-make.txt" "$more"
exec "$venv/bin/python" "$root/packaging/release/make.py" "$@"
