#!/bin/sh
# Makes a package: sh packaging/make.sh deb|portable|windows|macos [--folder FOLDER] [--out FOLDER]
# More: docs/packaging.md
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=packaging/setup.sh
. "$root/packaging/setup.sh"

set_up dev "$root/packaging/linux/packages-window.txt" "$root/packaging/linux/packages-test.txt"
exec "$venv/bin/python" "$root/packaging/release/make.py" "$@"
