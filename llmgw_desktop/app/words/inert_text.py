"""Makes recorded content harmless to look at: what a model or a program sent never acts on the
screen.

Control characters become their pictures (␀, ␛), characters that reorder or hide text become
their code in brackets, halves of surrogate pairs become �. Line ends become \\n. Markup is left
alone: it is the widgets' duty to show plain text.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from llmgw_desktop.domain.plain_text import possessive

_UNWELCOME = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls; 0x9B starts an escape sequence on some terminals
    "\xad\u180e\u200b\u2060-\u2065\ufeff"  # nothing to see
    "\u034f\u115f\u1160\u2800\u3164\uffa0"  # letters by name, and blank
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks, overrides, isolates
    "\u2028\u2029\u206a-\u206f\ufff9-\ufffb"
    "\ud800-\udfff"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef"  # tags and selectors that can carry hidden text
    "]"
)
_BLANKS = "[ \\t\\r\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_MOST_BLANK_LINES = 3
_MANY_BLANKS = re.compile(f"{_BLANKS}{{200,}}+")
_MOST_ACCENTS = 2
_LINE_LIMIT = 10_000
_LONG_LINE = re.compile(rf"[^\n]{{{_LINE_LIMIT + 1}}}")


def inert(text: str) -> str:
    """`text` with nothing in it that moves, hides or reorders."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not _UNWELCOME.search(text):
        return text
    return _UNWELCOME.sub(_shown, text)


def inert_line(text: str, limit: int = 300) -> str:
    """As `inert`, in one line of at most `limit` characters: for cells, titles, labels."""
    line = " ".join(inert(text[: limit * 2]).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def plain_name(text: str, limit: int = 60) -> str:
    """What a stranger calls itself, to be shown in quotes: what hides, moves or reorders is taken
    out, towers of accents are cut down. Empty where nothing is left."""
    kept, accents = [], 0
    for letter in unicodedata.normalize("NFC", _UNWELCOME.sub("", text[: limit * 20])):
        accents = accents + 1 if unicodedata.combining(letter) else 0
        if accents <= _MOST_ACCENTS:
            kept.append(letter)
    name = " ".join("".join(kept).split())
    return name if len(name) <= limit else f"{name[: limit - 1].rstrip()}…"


def quoted(name: str) -> str:
    """In quotes; letters that are written from the right do not reorder what stands around it."""
    turns = any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in name)
    return f"“\u2068{name}\u2069”" if turns else f"“{name}”"


def folded_blanks(text: str, *, signs: str = "") -> str:
    """What pushes the rest out of sight becomes its number: blank lines, and blanks in a line.
    `signs`: of a diff, before its lines."""
    sign = f"([{re.escape(signs)}]?)" if signs else "()"
    more = possessive(rf"\1{_BLANKS}*+\n", f"{{{_MOST_BLANK_LINES},}}")
    lines = rf"(?:(?<=\n)|\A){sign}{_BLANKS}*+\n{more}"
    text = re.sub(lines, _blank_lines, text)
    return _MANY_BLANKS.sub(lambda found: f"⟨{len(found[0])} blanks⟩", text)


def _blank_lines(found: re.Match[str]) -> str:
    return f"{found[1]}⟨{found[0].count(chr(10))} blank lines⟩\n"


def folded_lines(text: str) -> str:
    """Very long lines broken: a text view takes minutes over one of 10 MB."""
    if not _LONG_LINE.search(text):
        return text
    return "\n".join(
        line if len(line) <= _LINE_LIMIT else "\n".join(_pieces(line)) for line in text.split("\n")
    )


def _pieces(line: str) -> list[str]:
    return [line[at : at + _LINE_LIMIT] for at in range(0, len(line), _LINE_LIMIT)]


def _shown(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0xD800 <= code <= 0xDFFF:
        return "�"
    return f"⟨U+{code:04X}⟩"


def csv_of(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """For spreadsheets: what is not known is empty, and no word is a formula."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_no_formula(it) if isinstance(it, str) else it for it in row])
    return out.getvalue()


def _no_formula(word: str) -> str:
    return f"'{word}" if word[:1] in ("=", "+", "-", "@", "\t", "\r") else word
