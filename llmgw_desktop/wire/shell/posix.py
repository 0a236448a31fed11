"""sh and bash, by the grammar of tree-sitter (decision 76).

The grammar is lenient, so nothing is believed that is not in a list here: a part of any other kind
makes the whole unclear, and a person looks at it. Programs that were found in an unclear command
are told all the same, for what is denied among them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from llmgw_desktop.domain.jobs.rules.command import (
    FileRedirect,
    ParsedCommand,
    ShellWord,
    SimpleCommand,
    WordKind,
    is_of_script,
    shell_word,
)
from llmgw_desktop.wire.shell import grammar
from llmgw_desktop.wire.shell.nodes import (
    behind_redirects,
    fed,
    file_of,
    has_braces,
    joined_folder,
    literal,
    text_of,
)
from llmgw_desktop.wire.shell.options import is_run
from llmgw_desktop.wire.shell.starters import started

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_BYTES = 16 * 1024
"""Of a command: a longer one is asked, unread."""
MOST_DEPTH = 30
MOST_COMMANDS = 300
_MOST_FOLDERS = 4
_LONGEST_KEPT = 2000
TOO_LONG = "It is longer than 16 KB."
_TOO_MANY = "It runs more than can be looked at."
_TOO_DEEP = "It is nested too deeply."
_NOT_TEXT = "It is not plain text."
_BROKEN = "It could not be read as a command of a shell."
_STRANGE = "It holds something of the shell that is not read ({what})."
_SETS = "It sets {name}, which other programs heed."
_LITERAL = ("raw_string", "ansi_c_string", "comment")
_SUBSTITUTIONS = ("command_substitution", "process_substitution")
_IN_QUOTES = re.compile(r'\\([$`"\\])|\\\n')
_EXPANDS = re.compile(r"(?<!\\)(?:\\\\)*[$`]")
_REDIRECTS = ("file_redirect", "heredoc_redirect", "herestring_redirect")
_TICKED = re.compile("`([^`]*)`")
_IN_TICKS = re.compile(r"\\([$`\"\\])")
_RUNS = re.compile(r"(?<!\\)(?:\\\\)*(?:`|\$\()")
_BARE = re.compile(r"[\[\]=!:.+-]|==|!=")
"""Signs of which the grammar makes parts of their own."""
_COMPARES = re.compile(r"-(?:eq|ne|lt|le|gt|ge|v)\b")


def read_posix(command: str) -> ParsedCommand:
    """Never raises for any text. Agents ask the same again and again: short ones are kept."""
    return _kept(command) if len(command) <= _LONGEST_KEPT else _read(command, 0, [MOST_COMMANDS])


@lru_cache(maxsize=512)
def _kept(command: str) -> ParsedCommand:
    return _read(command, 0, [MOST_COMMANDS])


def _read(command: str, depth: int, left: list[int]) -> ParsedCommand:
    if len(command) > MOST_BYTES:
        return ParsedCommand(unclear=TOO_LONG)
    if depth > MOST_DEPTH:
        return ParsedCommand(unclear=_TOO_DEEP)
    try:
        source = command.encode()
    except UnicodeEncodeError:
        return ParsedCommand(unclear=_NOT_TEXT)
    tree = grammar.tree_of(source)
    reader = _Reader(depth, left)
    if grammar.ODD.search(command):
        reader.doubt(_NOT_TEXT)
    if tree.root_node.has_error:
        reader.doubt(_BROKEN)
    reader.block(tree.root_node, 0)
    if (whole := grammar.without_breaks(command)) != command:
        reader.doubt(_STRANGE.format(what="a word on two lines"))
        reader.found += _read(whole, depth + 1, left).commands
    return ParsedCommand(commands=tuple(reader.found), unclear=reader.unclear)


class _Reader:
    """Of one text."""

    def __init__(self, depth: int, left: list[int]) -> None:
        self.found: list[SimpleCommand] = []
        self.unclear = ""
        self._depth = depth
        self._left = left
        """How many more commands are looked at, of all that belong together."""
        self._folders: tuple[str, ...] | None = ("",)
        self._fed: str | None = None
        self._more: list[Node] = []  # of the next command, behind its redirections

    def doubt(self, why: str) -> None:
        self.unclear = self.unclear or why

    def block(self, node: "Node", level: int) -> None:
        """A statement, or what holds some."""
        if level > MOST_DEPTH:
            self.doubt(_TOO_DEEP)
            return
        kind = node.type
        if (found := _KINDS.get(kind)) is not None:
            found(self, node, level)
        elif kind in grammar.BLOCKS:
            self._parts(node, level)
        elif kind in grammar.OF_WORDS:
            self._word(node, level)
        elif kind not in grammar.SILENT and node.is_named:
            self.doubt(_STRANGE.format(what=kind.replace("_", " ")))
            self._parts(node, level)

    def _pattern(self, node: "Node", level: int) -> None:
        self._nested(node, level)
        if _RUNS.search(text_of(node)):
            self.doubt(_STRANGE.format(what="pattern"))

    def _for(self, node: "Node", level: int) -> None:
        for child in node.children:
            if child.type == "variable_name":
                self._set(text_of(child))
        self._parts(node, level)

    def _parts(self, node: "Node", level: int) -> None:
        for child in node.children:
            if child.is_named:
                self.block(child, level + 1)
            elif child.type == ";;" and node.type != "case_item":
                self.doubt(_BROKEN)

    def _sets(self, node: "Node", level: int) -> None:
        for child in node.children:
            if child.type == "variable_assignment":
                self._sets(child, level)
            elif child.type == "variable_name":
                self._set(text_of(child))
            elif child.is_named:
                self._word(child, level)
            elif child.type in ("declare", "typeset"):
                self.doubt(_STRANGE.format(what=child.type))

    def _set(self, name: str) -> None:
        if not is_of_script(name):
            self.doubt(_SETS.format(name=name[:60]))

    def _tests(self, node: "Node", level: int) -> None:
        if _COMPARES.search(text_of(node)) or text_of(node).startswith("(("):
            self.doubt(_STRANGE.format(what="arithmetic"))
        self._nested(node, level)

    def _redirected(self, node: "Node", level: int) -> None:
        parts = [each for each in node.children if each.is_named]
        body = next((each for each in parts if each.type not in _REDIRECTS), None)
        first = len(self.found)
        more = list(behind_redirects(node))
        if body is not None and body.type == "command":
            self._fed, self._more = fed(node), more
            self.block(body, level + 1)
            self._fed, self._more = None, []
        else:
            self.doubt(_BROKEN if more else "")
            for each in more if body is None else (body, *more):
                self.block(each, level + 1)
        at = len(self.found) - 1
        redirects: list[FileRedirect] = []
        for each in parts:
            if each.type in _REDIRECTS:
                redirects += self._redirects(each, level)
        if at < first and redirects:
            words = (shell_word(":"),)
            self.found.append(
                SimpleCommand(words=words, redirects=tuple(redirects), folders=self._folders)
            )
        elif redirects:
            whole = self.found[at]
            self.found[at] = replace(whole, redirects=(*whole.redirects, *redirects))

    def _redirects(self, node: "Node", level: int) -> Iterator[FileRedirect]:
        if node.type == "file_redirect":
            yield from self._of_file(node, level)
            return
        for child in node.children:
            if child.type == "file_redirect":
                yield from self._of_file(child, level)
            elif child.type == "heredoc_body":
                self._body(child, node, level)
            elif child.type in grammar.OF_WORDS:
                if node.type == "heredoc_redirect":
                    self.doubt(_STRANGE.format(what="words behind a here-document"))
                self._word(child, level)
            elif child.is_named:
                self.block(child, level + 1)

    def _of_file(self, node: "Node", level: int) -> Iterator[FileRedirect]:
        sign = next((each.type for each in node.children if not each.is_named), "")
        if (target := file_of(node)) is not None and not (
            sign in (">&", "<&") and target.type == "number"
        ):
            yield FileRedirect(target=self._word(target, level), writes=">" in sign)

    def _body(self, body: "Node", node: "Node", level: int) -> None:
        start = next((text_of(each) for each in node.children if each.type == "heredoc_start"), "")
        if any(sign in start for sign in "'\"\\"):
            return
        if not self._nested(body, level) and _RUNS.search(text_of(body)):
            self.doubt(_STRANGE.format(what="here-document"))
            for each in _TICKED.findall(text_of(body)):
                self.found += _read(each, self._depth + 1, self._left).commands

    def _command(self, node: "Node", level: int) -> None:
        words: list[ShellWord] = []
        env: list[str] = []
        redirects: list[FileRedirect] = []
        self._fed = self._fed or fed(node)
        for child in node.children:
            kind = child.type
            if grammar.NUMBERED.fullmatch(text_of(child)):
                self.doubt(_STRANGE.format(what="file descriptor"))
            elif kind == "command_name":
                words += [self._word(each, level) for each in child.children]
            elif kind == "variable_assignment":
                env += self._assigned(child)
                self._nested(child, level)
            elif kind in _REDIRECTS:
                redirects += self._redirects(child, level)
            elif kind in grammar.OF_WORDS or not child.is_named:
                words.append(self._word(child, level))
            else:
                self.doubt(_STRANGE.format(what=kind.replace("_", " ")))
                self._nested(child, level)
        more, self._more = [*behind_redirects(node), *self._more], []
        words += [self._word(each, level) for each in more]
        if words:
            self._add(tuple(words), env, redirects)

    def _assigned(self, node: "Node") -> Iterator[str]:
        """The name; what some hold is a command."""
        name = next((text_of(each) for each in node.children if each.type == "variable_name"), "")
        yield name
        held = literal(node.children[-1].type, text_of(node.children[-1]))
        held = held or shell_word(text_of(node.children[-1]).strip('"'))
        if is_run(name):
            self.found += _read(held.text, self._depth + 1, self._left).commands

    def _add(
        self, words: tuple[ShellWord, ...], env: list[str], redirects: list[FileRedirect]
    ) -> None:
        self._left[0] -= 1 + len(words) // 16
        if self._left[0] < 0:
            self.doubt(_TOO_MANY)
            return
        given, self._fed = self._fed, None
        starter = started(words, given)
        self.doubt(starter.doubt)
        inner = tuple(self._inner(each, given) for each in starter.inner)
        for script in starter.scripts:
            read = _read(script, self._depth + 1, self._left)
            self.doubt(read.unclear)
            inner += read.commands
        self.found.append(
            SimpleCommand(
                words=words,
                inner=inner,
                inner_at=starter.inner_at,
                does_no_more=starter.does_no_more,
                env=(*env, *starter.env),
                redirects=tuple(redirects),
                folders=self._folders,
            )
        )
        self._goes_to(words)

    def _inner(self, words: tuple[ShellWord, ...], given: str | None) -> SimpleCommand:
        """Of a program that starts another one, as deep as that goes."""
        sub = _Reader(self._depth + 1, self._left)
        sub._folders, sub._fed = self._folders, given
        if self._depth > MOST_DEPTH:
            self.doubt(_TOO_DEEP)
        else:
            sub._add(words, [], [])
        self.doubt(sub.unclear)
        return sub.found[0] if sub.found else SimpleCommand(words=words, folders=None)

    def _goes_to(self, words: tuple[ShellWord, ...]) -> None:
        if not words[0].is_known or words[0].text not in ("cd", "pushd", "popd"):
            return
        target = words[1] if len(words) == 2 and words[0].text != "popd" else None
        known = target is not None and target.is_known and not target.text.startswith("-")
        if not known or target is None or self._folders is None:
            self._folders = None
            return
        gone = tuple(joined_folder(each, target.text) for each in self._folders)
        every = tuple(dict.fromkeys((*self._folders, *gone)))
        self._folders = every if len(every) <= _MOST_FOLDERS else None

    def _nested(self, node: "Node", level: int) -> bool:
        """Commands below something of which nothing else counts. Whether there are any."""
        if level > MOST_DEPTH:
            self.doubt(_TOO_DEEP)
            return True
        found = False
        for child in node.children:
            if child.type in _SUBSTITUTIONS:
                found = True
                self._substituted(child, level)
            elif grammar.REACHES.match(text_of(child)):
                self.doubt(_STRANGE.format(what="expansion"))
                self._nested(child, level + 1)
            elif child.type in ("arithmetic_expansion", "subscript"):
                self.doubt(_STRANGE.format(what="arithmetic"))
                self._nested(child, level + 1)
            elif child.is_named and child.child_count:
                found = self._nested(child, level + 1) or found
            elif child.type not in _LITERAL and _RUNS.search(text_of(child)):
                self._hidden(text_of(child))
                found = True
        return found

    def _hidden(self, text: str) -> None:
        """`${x%%$(rm y)}`: to the grammar a pattern without parts."""
        self.doubt(_STRANGE.format(what="pattern"))
        self.found += _read(f": {text}", self._depth + 1, self._left).commands

    def _substituted(self, node: "Node", level: int) -> None:
        """A shell takes backslashes out of what stands between back ticks, and reads it then."""
        text = text_of(node)
        if text.startswith("`") and "\\" in text:
            self.doubt(_STRANGE.format(what="backslashes between back ticks"))
            inside = _IN_TICKS.sub(r"\1", text[1:-1])
            self.found += _read(inside, self._depth + 1, self._left).commands
        self._parts(node, level + 1)

    def _word(self, node: "Node", level: int) -> ShellWord:
        text, kind = text_of(node), node.type
        if (found := literal(kind, text)) is not None:
            return found
        if kind == "string":
            return self._quoted(node, text, level)
        if kind in ("concatenation", "command_name"):
            return self._joined_word(node, text, level)
        if kind in _SUBSTITUTIONS:
            self._substituted(node, level)
            if kind == "process_substitution":
                return shell_word("/dev/fd/63")
        elif node.is_named:
            if kind not in grammar.OF_WORDS or grammar.REACHES.match(text):
                self.doubt(_STRANGE.format(what=kind.replace("_", " ")))
            self._nested(node, level)
        elif kind.startswith("<<"):
            return shell_word(text[: -len(kind)])
        is_known = _BARE.fullmatch(text) is not None
        return shell_word(text, WordKind.KNOWN if is_known else WordKind.UNKNOWN)

    def _quoted(self, node: "Node", text: str, level: int) -> ShellWord:
        inside = text[1:-1]
        if node.named_child_count <= 1 and not _EXPANDS.search(inside):
            return shell_word(_IN_QUOTES.sub(r"\1", inside))
        if not self._nested(node, level) and _RUNS.search(inside):
            self.doubt(_STRANGE.format(what="quotes"))
        return shell_word(inside, WordKind.UNKNOWN)

    def _joined_word(self, node: "Node", text: str, level: int) -> ShellWord:
        parts = [self._word(each, level + 1) for each in node.children]
        if has_braces("".join(text_of(each) for each in node.children if each.type == "word")):
            return shell_word(text, WordKind.UNKNOWN)
        kinds = {each.kind for each in parts}
        for kind in (WordKind.UNKNOWN, WordKind.GLOB):
            if kind in kinds:
                return shell_word("".join(each.text for each in parts), kind)
        return shell_word("".join(each.text for each in parts))


_KINDS: dict[str, Callable[[_Reader, "Node", int], None]] = {
    "command": _Reader._command,
    "redirected_statement": _Reader._redirected,
    "variable_assignment": _Reader._sets,
    "variable_assignments": _Reader._sets,
    "declaration_command": _Reader._sets,
    "test_command": _Reader._tests,
    "for_statement": _Reader._for,
    "extglob_pattern": _Reader._pattern,
}
"""The first of these words is the statement's kind."""
