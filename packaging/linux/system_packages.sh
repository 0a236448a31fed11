# shellcheck shell=sh
# System packages: which of a list are missing, and how to get them in. Sourced by ../setup.sh,
# which gives say, stop, logged and why_it_failed; Python and its packages are dealt with there.
# shellcheck disable=SC2154 # $log is the caller's

# Prints the packages of the LIST files whose library, file or command this system lacks.
missing_packages() {
    # Without a loader cache to ask (other systems than glibc's), libraries count as present.
    libraries=$(ldconfig -p 2>/dev/null) || libraries=
    cat -- "$@" | while read -r need package only; do
        case $need in '' | '#'*) continue ;; esac
        is_for_here "$only" || continue
        case $need in
            *.so.*) [ -z "$libraries" ] || has_library "$need" || printf '%s\n' "$package" ;;
            /*) [ -e "$need" ] || printf '%s\n' "$package" ;;
            *) command -v "$need" >/dev/null 2>&1 || printf '%s\n' "$package" ;;
        esac
    done | sort -u | tr '\n' ' '
}

# True where ONLY names no system, or this one by its ID.
is_for_here() {
    [ -z "$1" ] || grep -qx "ID=\"\{0,1\}$1\"\{0,1\}" "${OS_RELEASE:-/etc/os-release}" 2>/dev/null
}

# The comma stands for a 64-bit library: "libGL.so.1 (libc6,x86-64) => ...".
has_library() {
    case $libraries in
        *"	$1 (libc6,"*) return 0 ;;
        *) return 1 ;;
    esac
}

# Installs PACKAGES, or stops with the sentence that says what to install.
install_packages() {
    command -v apt-get >/dev/null 2>&1 ||
        stop "This system has no apt-get: install what it calls these packages, then run this again: $*."
    install_by_hand="run as root 'apt-get install --no-install-recommends $*', then run this again"
    may_act_as_root || stop "System packages are missing and this user may not install them: $install_by_hand."
    say "installing system packages (a minute or two): $*"
    finish_interrupted_installation
    # A broken foreign source fails the update, not what we need: the install decides.
    logged as_root apt-get -q -o DPkg::Lock::Timeout=300 update || :
    logged as_root apt-get -q -y -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
        install --no-install-recommends "$@" ||
        stop "apt-get could not install the system packages$(why_it_failed): see $log, then $install_by_hand."
}

# apt refuses to work before what it left half done is finished; a dpkg whose apt was killed may
# still be at it, so a locked database is given a minute.
finish_interrupted_installation() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
        [ -n "$(dpkg --audit 2>/dev/null)" ] || return 0
        logged as_root dpkg --force-confdef --force-confold --configure -a && return
        tail -n 3 "$log" | grep -q lock || return 0
        sleep 5
    done
}

# True for root, for a sudo that asks nothing, and for one whose password a person types now.
may_act_as_root() {
    ! acts_as_root_unasked || return 0
    command -v sudo >/dev/null 2>&1 && [ -z "${CI:-}" ] && (: </dev/tty) 2>/dev/null || return 1
    say 'system packages are missing, and sudo asks for your password to install them'
    sudo -v
}

acts_as_root_unasked() {
    [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1 </dev/null; }
}

as_root() {
    set -- env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 "$@"
    [ "$(id -u)" -eq 0 ] || set -- sudo "$@"
    "$@"
}
