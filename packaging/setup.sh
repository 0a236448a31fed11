# shellcheck shell=sh
# Brings a checkout to the point where its programs run: a Python in range, a virtual environment,
# the package in it. Sourced by run.sh and test.sh, which set $root; linux/system_packages.sh knows
# the system's part. A stamp in the environment, written last, says that all of it is done.
# shellcheck disable=SC2154,SC2015 # $root is the caller's; "a && b || stop" means what it says

oldest_python=11 # 3.x, the same range as requires-python in pyproject.toml
newest_python=13

PATH=$PATH:/usr/sbin:/sbin # ldconfig, and what dpkg calls, are not on an ordinary user's path
log=$root/.cache/setup.log
lock=$root/.cache/setup.lock
# shellcheck source=packaging/linux/system_packages.sh
. "$root/packaging/linux/system_packages.sh"

say() { printf 'llmgw: %s\n' "$*" >&2; }

stop() {
    say "$*"
    exit 1
}

# Runs a command with its noise in the log; the lock (descriptor 9) is not for its children.
logged() { "$@" >>"$log" 2>&1 </dev/null 9>&-; }

# The last complaint in the log, in brackets, for the sentence that a failing step ends with.
why_it_failed() {
    if tail -n 40 "$log" | grep -aqE 'CERTIFICATE_VERIFY_FAILED|confirming the ssl certificate|certificate verify failed'; then
        complaint='the network between shows a certificate that is not trusted; name the one that signs it, as in PIP_CERT=/path/to/authority.pem'
    elif tail -n 40 "$log" | grep -aqE 'ame resolution|ailure resolving|NewConnectionError|etwork is unreachable'; then
        complaint='the package server cannot be reached'
    elif grep -aqE 'No space left|not enough free space' "$log"; then
        complaint='the disk is full'
    else
        complaint=$(grep -aE '^ *(E:|ERROR:|dpkg: error|sudo:|[A-Za-z.]*Error:)' "$log" | tail -n 1 | sed 's/^ *//' | cut -c 1-200)
    fi
    [ -z "$complaint" ] || printf ' (%s)' "$complaint"
}

# set_up run|dev LIST...: after it, "$venv/bin/python" can run the program (dev: and its tests).
set_up() {
    extra=$1
    shift
    place_home
    place_environment
    [ -n "$(missing_packages "$@")" ] || ! is_set_up || return 0
    take_lock
    is_set_up || find_python # the one we waited for may have done it
    wanted="$(missing_packages "$@")${python_packages:-}"
    # shellcheck disable=SC2086 # a list of words
    [ -z "$wanted" ] || install_packages $wanted
    still=$(missing_packages "$@")
    [ -z "$still" ] || stop "The system packages were installed and yet these do not show: $still; look in $log, then run this again."
    is_set_up || fill_environment
    exec 9>&-
}

# pip and npm keep things there; services and containers often start without one.
place_home() {
    [ ! -d "${HOME:-}" ] || return 0
    HOME=$(getent passwd "$(id -u)" | cut -d : -f 6) || :
    [ -d "$HOME" ] || HOME=$root/.cache/home
    mkdir -p "$HOME" 2>/dev/null || :
    export HOME
}

# Where the virtual environment lives, as one path however it was reached.
place_environment() {
    venv=${LLMGW_VENV:-$root/.venv}
    case $venv in /*) ;; *) venv=$PWD/$venv ;; esac
    venv=$(readlink -f -- "$venv" || printf '%s' "$venv")
    stamp=$venv/.llmgw-stamp
    unfinished=$venv/.llmgw-unfinished
}

take_lock() {
    mkdir -p "$root/.cache" 2>/dev/null && (echo >>"$log" && : >>"$lock") 2>/dev/null ||
        stop "Nothing can be written in $root/.cache: make room, or make the folder yours (sudo chown -R $(id -un) '$root'), then run this again."
    exec 9>"$lock"
    if command -v flock >/dev/null 2>&1 && ! flock -n 9; then
        say 'another set-up of this checkout is running; waiting for it to end'
        flock -w 1800 9 || stop "The other set-up holds $lock for half an hour now: end it, then run this again."
    fi
    : >"$log"
}

# Version, whether it can make environments, and path of a Python; nothing for what is not CPython.
python_facts() {
    "$1" -I -c '
import importlib.util, sys
if sys.implementation.name == "cpython":
    kind = "whole" if importlib.util.find_spec("ensurepip") else "bare"
    print("%d.%d" % sys.version_info[:2], kind, getattr(sys, "_base_executable", sys.executable))
' 2>/dev/null </dev/null 9>&-
}

in_range() {
    case $1 in 3.[0-9] | 3.[0-9][0-9]) ;; *) return 1 ;; esac
    [ "${1#3.}" -ge "$oldest_python" ] && [ "${1#3.}" -le "$newest_python" ]
}

# Sets $python; or $python_packages when the system has to bring something for it first.
find_python() {
    python='' python_packages='' bare=''
    set -- python3 python3.13 python3.12 python3.11
    [ -z "${LLMGW_PYTHON:-}" ] || set -- "$LLMGW_PYTHON"
    for candidate; do
        facts=$(python_facts "$candidate") && in_range "${facts%% *}" || continue
        case $facts in
            *' whole '*) python=${facts#* whole } && return ;;
            *' bare /usr/bin/'*) bare=${bare:-${facts%% *}} ;;
        esac
    done
    if [ -n "$bare" ]; then # Debian keeps this half of Python in a package of its own
        python_packages="python$bare-venv"
    elif [ -z "${LLMGW_PYTHON:-}" ] && ! command -v python3 >/dev/null 2>&1; then
        python_packages='python3 python3-venv'
    else
        no_python
    fi
}

no_python() {
    stop "Python 3.$oldest_python to 3.$newest_python with its venv module is needed and ${LLMGW_PYTHON:-python3} is none: install one (python3.12 and python3.12-venv, say), or name it as in LLMGW_PYTHON=/path/to/python3.12, then run this again."
}

# What the stamp says: change any of it and the environment is brought up to date or made anew.
fingerprint() {
    printf '%s\n' "$1" "$root" "$venv" "$venv_version"
    cksum <"$root/pyproject.toml"
}

is_set_up() {
    [ -f "$stamp" ] && environment_fits || return 1
    stamped=$(cat "$stamp")
    [ "$stamped" = "$(fingerprint dev)" ] || { [ "$extra" = run ] && [ "$stamped" = "$(fingerprint run)" ]; }
}

# An environment of a Python in range, and of the one that was asked for.
environment_fits() {
    facts=$(python_facts "$venv/bin/python") && venv_version=${facts%% *} && in_range "$venv_version" || return 1
    [ -z "${LLMGW_PYTHON:-}" ] && return
    facts=$(python_facts "$LLMGW_PYTHON") && [ "${facts%% *}" = "$venv_version" ]
}

# Whole, of the right Python, and neither it nor the checkout was moved since it was stamped.
environment_is_sound() {
    [ ! -e "$unfinished" ] && environment_fits && "$venv/bin/python" -I -m pip --version >/dev/null 2>&1 || return 1
    [ ! -f "$stamp" ] || [ "$(sed -n 2,3p "$stamp")" = "$(printf '%s\n' "$root" "$venv")" ]
}

fill_environment() {
    environment_is_sound || make_environment
    rm -f "$stamp"
    : >"$unfinished"
    say 'installing the Python packages (a minute or two)'
    target=.
    [ "$extra" = run ] || target=".[$extra]"
    (cd "$root" && logged env PIP_USER=0 "$venv/bin/python" -I -m pip install \
        --no-input --disable-pip-version-check --progress-bar off --editable "$target") ||
        stop "pip could not install the Python packages$(why_it_failed): see $log, mend that or the network, then run this again."
    environment_fits
    fingerprint "$extra" >"$stamp.new" && mv "$stamp.new" "$stamp" && rm -f "$unfinished"
}

make_environment() {
    [ ! -e "$venv" ] || [ -f "$venv/pyvenv.cfg" ] || [ -z "$(ls -A "$venv")" ] ||
        stop "$venv holds something else than a virtual environment: move it away or set LLMGW_VENV to another folder, then run this again."
    find_python
    [ -n "$python" ] || no_python
    say "making a virtual environment in $venv"
    # pip comes after the mark: an interrupted environment is either without pip or marked.
    logged "$python" -I -m venv --clear --without-pip "$venv" && : >"$unfinished" &&
        logged "$venv/bin/python" -I -m ensurepip --upgrade --default-pip ||
        stop "The virtual environment could not be made in $venv$(why_it_failed): see $log, make room or set LLMGW_VENV to a folder that can be written, then run this again."
}
