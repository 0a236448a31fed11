"""Which computer an address leads to, and which ones words of a command may name.

Programs read addresses in different ways. What allows takes the one reading that all share; what
denies takes every one.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.ASCII)
_WHOLE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)", re.ASCII)
_BARE = re.compile(r"[^/?#]*")
_NAME = re.compile(r"\[[0-9A-Fa-f:.]+\]|[^:\s@=\[\]{}]+")
_BY_WEB = re.compile(r"(?:https?|wss?|ftp):/*", re.ASCII)
"""Browsers, and what is built like them, ask for no `//` after these."""
_PLACED = re.compile(r":/*(?:[^/]*@)?(\[[0-9a-f:.]+\]|[^/:?#@\s]+)")
_APART = re.compile(r"""[\s/@:?#=,;'"<>()\[\]{}&|!]+""")
_IN_BRACKETS = re.compile(r"\[([0-9a-f:.]*:[0-9a-f:.]*)\]")
_NUMBERS = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}")
_UNSEEN = re.compile("[\xad\u200b-\u200f\u2060\ufeff\t\r\n]")
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
_SPREADS = re.compile(r"(?:://)[^/]*[{}\[*]")
_LONGEST = 4096
UNTOLD = "?"
"""A host that programs may read in more ways than one: no name that a rule allows."""


def same_host(host: str) -> str:
    """One spelling for all: small letters, `xn--…`, numbers as four of them, no dot at the end.
    A rule's pattern keeps its wild cards."""
    name = unicodedata.normalize("NFKC", _UNSEEN.sub("", host).translate(_DOTS)).casefold()
    name = name.strip("[]").rstrip(".")
    if not name.isascii():
        name = ".".join(map(_in_ascii, name.split(".")))
    if ":" in name:
        return _sixth(name)
    return _fourth(name) if _NUMBERS.fullmatch(name) else name


def _in_ascii(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"


def _sixth(name: str) -> str:
    try:
        found = ipaddress.IPv6Address(name.partition("%")[0])
    except ValueError:
        return name
    return str(found.ipv4_mapped or found)


def _fourth(name: str) -> str:
    """`2130706433`, `0x7f.1` and `127.1` are 127.0.0.1 to most programs."""
    try:
        parts = [_number(each) for each in name.split(".")]
        whole = parts.pop()
        for at, each in enumerate(parts):
            whole += (each if each < 256 else 2**32) << (24 - 8 * at)
        return str(ipaddress.IPv4Address(whole))
    except ValueError:
        return name


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") and len(text) > 1 else 10)


def host_of(url: str) -> str:
    """As browsers read it; empty where it cannot be told."""
    text = _UNSEEN.sub("", url).strip().replace("\\", "/")
    if found := _BY_WEB.match(text.casefold()):
        authority = _BARE.match(text, found.end())
    else:
        authority = _WHOLE.match(text)
        return _named(authority[1]) if authority else ""
    return _named(authority[0]) if authority else ""


def _named(authority: str) -> str:
    said = authority.rpartition("@")[2]
    found = _NAME.match(said)
    return same_host(unquote(found[0])) if found else ""


def hosts_in(text: str) -> Iterator[str]:
    """What is a host in a word of a command, for what allows."""
    if not _may_name(text):
        return
    if "\\" in text or len(text) > _LONGEST or not text.isprintable():
        yield UNTOLD
        return
    for part in (text, text.partition("=")[2]):
        whole = _WHOLE.match(part)
        authority = whole[1] if whole else (_BARE.match(part) or [""])[0]
        if whole and (not authority or any(sign in authority for sign in "{}%,;*")):
            yield UNTOLD
            continue
        name = _NAME.match(authority.rpartition("@")[2])
        if name and (whole or "." in name[0] or ":" in name[0] or name[0] == "localhost"):
            yield same_host(name[0])
        elif whole:
            yield UNTOLD


def _may_name(text: str) -> bool:
    return "." in text or ":" in text or "localhost" in text or not text.isascii()


@lru_cache(maxsize=1024)
def hosts_near(text: str) -> tuple[str, ...]:
    """Whatever in it some program may take for a host, for what denies."""
    return tuple(dict.fromkeys(_near(text)))


def _near(text: str) -> Iterator[str]:
    if not _may_name(text) and "%" not in text:
        return
    said = unicodedata.normalize("NFKC", _UNSEEN.sub("", unquote(text[:_LONGEST])))
    said = said.translate(_DOTS).casefold().replace("\\", "/")
    for place in _PLACED.findall(said) if _SCHEME.match(said) or "://" in said else ():
        yield same_host(place)
    for place in _IN_BRACKETS.findall(said):
        yield same_host(place)
    is_path = not any(sign in said for sign in ("//", "@", ":", "=", "/dev/"))
    for place in _APART.split(said.partition("/")[0] if is_path else said):
        if "." in place or place == "localhost":
            yield same_host(place)
            if place.startswith("-") and not place.startswith("--"):
                yield same_host(place[2:])


def is_spread(text: str) -> bool:
    """`https://{a,b}.example`: some programs make several of it by themselves."""
    return (found := _SPREADS.search(text)) is not None and not _IN_BRACKETS.search(found[0])
