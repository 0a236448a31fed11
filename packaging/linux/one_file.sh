#!/bin/sh
# LLM Gateway Desktop @VERSION@ in one file: this text, and behind it the portable archive.
#   FILE [WORDS…]           unpacks it once, into the person's own data, and starts llmgw-desktop
#   FILE --llmgw [WORDS…]   the same, started as llmgw; so is a link to FILE that is called llmgw
#   FILE --extract FOLDER   only unpacks it, into that folder
#   FILE --menu, --remove   writes the entry of the menu and its icon; takes both away
set -eu

fail() {
    printf '%s\n' "$1" >&2
    # after a double click nobody sees that
    if [ ! -t 2 ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && command -v notify-send >/dev/null; then
        notify-send -- "LLM Gateway" "$1" >/dev/null 2>&1 || :
    fi
    exit 1
}

# Said ahead of all else: of a file that was cut off, the rest of this text may be missing, too.
[ "$(wc -c <"$0")" -eq @SIZE@ ] || fail "$0 is not whole: it was cut off or altered. Get it anew."

# What a program complained of, without its name and the file's: "No space left on device".
why() { printf '%s\n' "$1" | sed -n '/ Wrote only /d; s/.*: //p' | head -n 1; }

payload() { tail -c +@START@ -- "$self"; }

check() {
    for needed in tar @SQUEEZE@ sha256sum mktemp; do
        command -v "$needed" >/dev/null || fail "$self needs $needed, which is not here."
    done
    [ "$(payload | sha256sum)" = "@SUM@  -" ] ||
        fail "$self is not whole: it was cut off or altered. Get it anew."
}

# Into folder $1, under the name $2: the whole of it or nothing. It is unpacked beside.
unpack() {
    said=$(mkdir -p -- "$1" 2>&1) || fail "$1 cannot be made: $(why "$said")."
    beside=$(mktemp -d -- "$1/.unpacking.XXXXXX" 2>&1) ||
        fail "$1 cannot be written: $(why "$beside")."
    trap 'rm -rf -- "$beside"' EXIT
    trap 'exit 1' HUP INT TERM
    said=$(payload | @SQUEEZE@ -dc 2>/dev/null | LC_ALL=C tar -xf - --no-same-owner -C "$beside" 2>&1) ||
        fail "$1 does not take what is to be unpacked there: $(why "$said")."
    said=$(ln -s llmgw "$beside/@NAME@/llmgw-desktop" 2>&1 && echo @SUM@ 2>&1 >"$beside/@NAME@/.unpacked") ||
        fail "$1 does not take what is to be unpacked there: $(why "$said")."
    sync -f "$beside" 2>/dev/null || : # after a power cut no file is there that is empty
    # who was quicker put the same there
    mv -T -- "$beside/@NAME@" "$1/$2" 2>/dev/null || is_unpacked "$1/$2" ||
        fail "$1/$2 is in the way: something else lies there."
    rm -rf -- "$beside"
    trap - EXIT HUP INT TERM
}

is_unpacked() { [ -x "$1/llmgw" ] && [ "$(cat -- "$1/.unpacked" 2>/dev/null)" = @SUM@ ]; }

# Sets $program to where it lies.
unpack_once() {
    program=$all/@VERSION@
    # another build of the same version lies beside it
    if [ -e "$program" ] && ! is_unpacked "$program"; then program=$program-@SHORT@; fi
    ! is_unpacked "$program" || return 0
    check
    said=$(mkdir -p -- "$all" 2>&1) || fail "$all cannot be made: $(why "$said")."
    if command -v flock >/dev/null && (: >"$all/.lock") 2>/dev/null; then
        exec 9>"$all/.lock" # one at a time; the others find it done
        flock 9
        rm -rf -- "$all"/.unpacking.* # of one that was killed
    fi
    is_unpacked "$program" || unpack "$all" "${program##*/}"
    exec 9>&-
}

# As a value of Exec: quoted, by the rules of entries and then of their strings.
quoted() { printf '"%s"' "$(printf %s "$1" | sed 's/[\"`$]/\\&/g; s/\\/\\\\/g; s/%/%%/g')"; }

write_menu() {
    said=$(mkdir -p -- "${entry%/*}" "${icon%/*}" 2>&1) || fail "The menu cannot be written: $(why "$said")."
    said=$(cp -- "$program/_internal/llmgw_desktop/_resources/icons/app.svg" "$icon" 2>&1) ||
        fail "The menu cannot be written: $(why "$said")."
    made=$entry.$$
    {
        cat <<'END' && printf 'Exec=%s\n' "$(quoted "$program/llmgw-desktop")"
@ENTRY@
END
    } 2>/dev/null >"$made" && mv -- "$made" "$entry" || {
        rm -f -- "$made"
        fail "$entry cannot be written."
    }
    printf '%s\n' "$entry"
}

# An entry that a person wrote, for a program that lies elsewhere, is theirs.
remove_menu() {
    if grep -qsF /llmgw-desktop-portable/ "$entry"; then
        said=$(rm -f -- "$entry" "$icon" 2>&1) || fail "The menu cannot be written: $(why "$said")."
    fi
    [ ! -e "$all" ] || printf '%s\n' "What was unpacked lies in $all, and may be removed once the program has ended."
}

self=$0
data=${XDG_DATA_HOME:-}
case $data in
/*) ;;
*) data=${HOME:-}/.local/share ;;
esac
[ "$data" != /.local/share ] || fail "HOME is not set: nobody knows where to unpack it to."
all=$data/llmgw-desktop-portable
entry=$data/applications/llmgw-desktop.desktop
icon=$data/icons/hicolor/scalable/apps/llmgw-desktop.svg
called=llmgw-desktop
[ "${0##*/}" != llmgw ] || called=llmgw

case ${1:-} in
--llmgw)
    shift
    called=llmgw
    ;;
--extract)
    [ -n "${2:-}" ] || fail "Say the folder to unpack into: $self --extract FOLDER"
    into=${2%/}
    [ -n "$into" ] || into=/
    [ ! -e "$into/@NAME@" ] || fail "$into/@NAME@ is there already."
    check
    unpack "$into" @NAME@
    printf '%s\n' "$into/@NAME@"
    exit
    ;;
--menu)
    unpack_once
    write_menu
    exit
    ;;
--remove)
    remove_menu
    exit
    ;;
esac
unpack_once
exec "$program/$called" "$@"
exit
