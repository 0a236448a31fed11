"""Parts of a tree that tree-sitter-bash made of a command, as words."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmgw_desktop.domain.jobs.rules.command import ShellWord, WordKind, shell_word

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPED = re.compile(r"\\(\n|.)", re.DOTALL)
_GLOB = re.compile(r"(?<!\\)[*?\[]")
_OF_ANOTHER = re.compile(r"~[^/]")
"""`~ada/x`: a folder of somebody's, or one where the shell was before."""
_CHANGES = re.compile(r"[$`\\]")


def fed(node: "Node") -> str | None:
    """What a here-document or here-string gives to the command, where that is certain."""
    for child in node.children:
        if child.type not in ("heredoc_redirect", "herestring_redirect"):
            continue
        parts = {each.type: text_of(each) for each in child.children if each.is_named}
        if child.type == "heredoc_redirect":
            start, body = parts.get("heredoc_start", ""), parts.get("heredoc_body", "")
            is_quoted = start[:1] in ("'", '"')
            return body if is_quoted or not _CHANGES.search(body) else None
        bare = next(iter(parts.values()), "")
        is_quoted = bare[:1] in ("'", '"') and not _CHANGES.search(bare)
        return bare[1:-1] if is_quoted else None
    return None


def behind_redirects(node: "Node") -> Iterator["Node"]:
    """`find . <x -delete`: the grammar takes the command's further words for files of `<`; and in
    `find . -delete<<E` the word before the sign for a part of it."""
    for child in node.children:
        if child.type == "file_redirect":
            yield from _files(child)[1:]
        elif child.type.startswith("<<") and text_of(child) != child.type:
            yield child
        elif child.type == "heredoc_redirect":
            yield from behind_redirects(child)


def file_of(redirect: "Node") -> "Node | None":
    return next(iter(_files(redirect)), None)


def _files(redirect: "Node") -> list["Node"]:
    named = [each for each in redirect.children if each.is_named]
    return [each for each in named if each.type != "file_descriptor"]


def literal(kind: str, text: str) -> ShellWord | None:
    match kind:
        case "word":
            return _plain(text)
        case "number":
            return shell_word(text)
        case "raw_string":
            return shell_word(text[1:-1])
        case "ansi_c_string" if "\\" not in text:
            return shell_word(text[2:-1])
        case _:
            return None


def _plain(text: str) -> ShellWord:
    if "\\" not in text and text.isalnum():
        return shell_word(text)
    if has_braces(text) or _OF_ANOTHER.match(text):
        return shell_word(text, WordKind.UNKNOWN)
    plain = _ESCAPED.sub(lambda found: "" if found[1] == "\n" else found[1], text)
    if globbed := _GLOB.search(text):
        return shell_word(plain, WordKind.GLOB if globbed.start() else WordKind.UNKNOWN)
    return shell_word(plain)


def has_braces(text: str) -> bool:
    """It may become several words."""
    return "{" in text and ("," in text or ".." in text)


def joined_folder(folder: str, target: str) -> str:
    if target.startswith(("/", "~")) or not folder:
        return target
    return f"{folder}/{target}"


def text_of(node: "Node") -> str:
    return (node.text or b"").decode("utf-8", "replace")
