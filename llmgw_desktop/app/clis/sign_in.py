"""Whether somebody is signed in with a CLI, as far as it shows without asking its vendor.

Files are looked at for what they are, not for what they are worth: a token that is there may be
refused, and one in a keyring is not seen. What cannot be told is unknown.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import orjson

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.values import value

_MOST_BYTES = 1024 * 1024
_DEEPEST = 3
_OF_OTHERS = frozenset({"mcpservers", "projects", "env"})
"""What stands inside these opens other doors."""
_OF_CREDENTIAL = re.compile(
    r"(?:tokens?|keys?|secret|oauthaccount|loggedinusers|active|^access|^refresh)$"
)
_LINE = re.compile(
    r"^\s*(?:export\s+)?[A-Z][A-Z0-9_]*(?:KEY|TOKEN)\s*=\s*['\"]?[^\s'\"#]", re.MULTILINE
)
_ELSEWHERE = re.compile(r"\w*_(?:HOME|CONFIG_DIR|USE_\w+)")
"""Variables of a CLI's vendor by which it has its files in another place, or signs in with another
cloud."""


class SignedIn(StrEnum):
    """Whether somebody is."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@value
class Sign:
    """What was found; `where` is a variable's name or a file as a person writes it."""

    state: SignedIn
    where: str = ""
    is_in_vault: bool = False
    """For its runs it is kept there: to sign in as a person would change nothing."""


UNKNOWN_SIGN = Sign(state=SignedIn.UNKNOWN)


def look_for_sign(cli: Cli, env: Mapping[str, str], *, has_keyring: bool = False) -> Sign:
    """`env` as a run of the CLI sees it. `has_keyring`: its credentials may lie where no program
    but itself looks. Reads a few small files."""
    sign_in = cli.sign_in
    for name in sign_in.variables:
        if env.get(name, "").strip():
            return Sign(state=SignedIn.YES, where=name)
    home = env.get("HOME") or "/"
    for name in sign_in.files:
        # right below HOME it is the CLI's general notes, of which only the top tells of a sign-in
        if _holds_credential(f"{home}/{name}", depth=_DEEPEST if "/" in name else 1):
            return Sign(state=SignedIn.YES, where=f"~/{name}")
    is_told = bool(sign_in.files and sign_in.variables) and not has_keyring
    if not is_told or any(
        name.startswith(cli.variables) and _ELSEWHERE.fullmatch(name) for name in env
    ):
        return UNKNOWN_SIGN
    return Sign(state=SignedIn.NO)


def _holds_credential(name: str, *, depth: int) -> bool:
    try:
        found = os.stat(name)  # noqa: PTH116 - most are not there, and a Path takes longer
        if not stat.S_ISREG(found.st_mode) or not 2 < found.st_size <= _MOST_BYTES:
            return False
        mark = found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
        return _reads_as_credential(name, mark, depth)
    except (OSError, ValueError):
        return False


@lru_cache(64)
def _reads_as_credential(name: str, _mark: tuple[int, ...], depth: int) -> bool:
    """Read once while the file stays as it is: it may be large. Raises OSError."""
    path = Path(name)
    data = path.read_bytes()
    if path.suffix != ".json":
        return bool(_LINE.search(data.decode("utf-8", "replace")))
    return _is_credential(_json_of(data), depth)


def _json_of(data: bytes) -> object:
    """Copilot begins its file with a comment."""
    lines = [line for line in data.splitlines() if not line.lstrip().startswith(b"//")]
    try:
        return orjson.loads(b"\n".join(lines))
    except orjson.JSONDecodeError:
        return None


def _is_credential(document: object, depth: int) -> bool:
    return any(
        _OF_CREDENTIAL.search(name)
        and value not in ("", None, [], {})
        and not isinstance(value, bool)
        for name, value in _members(document, depth)
    )


def _members(node: object, depth: int) -> Iterator[tuple[str, object]]:
    """With plain names: `oauth_account` and `oauthAccount` are one."""
    if depth and isinstance(node, dict):
        for name, value in node.items():
            plain = name.replace("_", "").replace("-", "").casefold()
            yield plain, value
            if plain not in _OF_OTHERS:
                yield from _members(value, depth - 1)
    elif depth and isinstance(node, list):
        for value in node:
            yield from _members(value, depth - 1)
