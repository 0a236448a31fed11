"""The grammar of sh and bash, as tree-sitter reads it."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Parser, Tree

ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0\ufff9-\ufffd"
    "\ud800-\udfff\U000e0000-\U000e01ef]"
)
BLOCKS = frozenset(
    str.split(
        "program list pipeline subshell compound_statement negated_command if_statement "
        "elif_clause else_clause while_statement do_group case_statement case_item for_statement"
    )
)
"""What holds statements and does nothing of itself."""
SILENT = frozenset({"comment", "variable_name", "heredoc_start", "heredoc_end", "heredoc_content"})
OF_WORDS = frozenset(
    str.split(
        "word string raw_string ansi_c_string concatenation number simple_expansion expansion "
        "command_substitution process_substitution"
    )
)
REACHES = re.compile(r"\$\{(?:!|[^}]*@|\w+:[^-+=?])")
"""`${!x}`, `${x@P}`, `${x:y}`: what a variable holds is read as a name or as arithmetic."""
NUMBERED = re.compile(r"\{\w+\}")
"""`exec {fd}<x rm y`: it goes with the redirection."""
_IN_A_WORD = re.compile(r"(?<=[^ \t\\])\\\n(?=\S)|(?:^|(?<=\n))[ \t]*\\\n")


def without_breaks(command: str) -> str:
    """Words that go on in the next line, in one: the grammar takes them for two. A line that holds
    nothing but such a break it takes for none, with the end of the line before it."""
    return _IN_A_WORD.sub("", command) if "\\\n" in command else command


def tree_of(source: bytes) -> "Tree":
    """With a line's end behind a pipe it is made in a fifth of the time, and is the same; where
    more could hang on that end, or anything is broken, the text is taken as it is."""
    if b"|" in source and b"\\" not in source and b"<<" not in source:
        tree = _parser().parse(source + b"\n")
        if not tree.root_node.has_error:
            return tree
    return _parser().parse(source)


@cache
def _parser() -> "Parser":
    # Read in where the first rule looks at a command, not at a start.
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))
