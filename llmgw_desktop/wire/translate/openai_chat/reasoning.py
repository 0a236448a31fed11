"""`reasoning_details` of a message: what is opaque about its thinking, in OpenRouter's form.

Two sorts meet here. Entries that an upstream made are kept whole, as the signature of the vendor
OTHER, and go back as they came. For callers, signatures of any vendor travel in entries of our own
(format `llmgw`). Chat Completions has one string for all thinking of a message, so ours say which
characters of `reasoning_content` they seal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from llmgw_desktop.domain.model.content import Item, RedactedThinking, Signature, Thinking, Vendor
from llmgw_desktop.domain.model.prompt import Effort, Reasoning
from llmgw_desktop.wire.translate.carriers import SealOf, packed, unpacked

FORMAT = "llmgw"
ENCRYPTED = "reasoning.encrypted"
TEXT_MEMBERS = {"reasoning.text": "text", "reasoning.summary": "summary"}
BETWEEN = "\n\n"
"""Between two items of thinking in the one string."""


@dataclass(slots=True)
class Seals:
    """What a caller's message says of its thinking, calls and text."""

    items: list[Item] = field(default_factory=list)
    """Thinking, in order."""
    calls: dict[str, Signature] = field(default_factory=dict)
    text: Signature | None = None
    unread: int = 0
    """Entries that are damaged."""


def read_seals(entries: Iterable[Mapping[str, Any]], words: str) -> Seals:
    """Of a caller's message; `words` is its `reasoning_content`."""
    seals = Seals()
    said = 0
    has_own_words = False
    ours = [entry for entry in entries if entry.get("format") == FORMAT]
    is_one = len(ours) == 1
    for entry in entries:
        if entry.get("format") != FORMAT:
            item = item_of(entry)
            has_own_words = has_own_words or (isinstance(item, Thinking) and bool(item.text))
            seals.items.append(item)
            continue
        said = _take_ours(entry, seals, words=words, said=said, is_one=is_one)
    if not has_own_words:
        _add_unsealed(seals, words[said:])
    return seals


def item_of(entry: Mapping[str, Any]) -> Thinking | RedactedThinking:
    """An upstream's entry, whole."""
    member = TEXT_MEMBERS.get(str(entry.get("type")))
    if member is None:
        return RedactedThinking(signature=sealed(entry))
    text = entry.get(member)
    return Thinking(text=text if type(text) is str else "", signature=sealed(entry))


def sealed(entry: Mapping[str, Any]) -> Signature:
    """The entry without its words, which stand beside the signature."""
    member = TEXT_MEMBERS.get(str(entry.get("type")))
    rest = {name: value for name, value in entry.items() if name != member}
    try:
        data = orjson.dumps(rest)
    except TypeError:
        # nested deeper than any entry is: what is flat is the entry
        data = orjson.dumps({n: v for n, v in rest.items() if type(v) in (str, int, bool)})
    return Signature(vendor=Vendor.OTHER, data=data.decode())


def entry_of(signature: Signature, text: str = "") -> dict[str, Any] | None:
    """What `sealed` was made of; None for a signature that is no entry."""
    try:
        entry = orjson.loads(signature.data)
    except ValueError:
        return None
    if type(entry) is not dict or not str(entry.get("type")).startswith("reasoning."):
        return None
    member = TEXT_MEMBERS.get(str(entry["type"]))
    if member is not None and (text or "signature" not in entry):
        entry[member] = text
    return entry


def _take_ours(
    entry: Mapping[str, Any], seals: Seals, *, words: str, said: int, is_one: bool
) -> int:
    """How far the words are taken now."""
    data = entry.get("data")
    carried = unpacked(data, Vendor.OTHER) if type(data) is str else None
    if carried is None:
        seals.unread += 1
        return said
    if carried.of is SealOf.REDACTED:
        seals.items.append(RedactedThinking(signature=carried.signature))
    elif carried.of is SealOf.TEXT:
        seals.text = carried.signature
    elif carried.of is SealOf.CALL:
        seals.calls[str(entry.get("id"))] = carried.signature
    else:
        start, end = _span(entry, said, len(words) if is_one else said)
        _add_unsealed(seals, words[said:start])
        seals.items.append(Thinking(text=words[start:end], signature=carried.signature))
        return end
    return said


def _span(entry: Mapping[str, Any], said: int, otherwise: int) -> tuple[int, int]:
    span = entry.get("span")
    if type(span) is not list or len(span) != 2 or any(type(each) is not int for each in span):
        return said, otherwise
    start = max(said, span[0])
    return start, max(start, span[1])


def _add_unsealed(seals: Seals, words: str) -> None:
    words = words.removeprefix(BETWEEN).removesuffix(BETWEEN)
    if words:
        seals.items.append(Thinking(text=words))


def refuses_thinking(wanted: Reasoning | None) -> bool:
    """Servers of this protocol that think tell it unasked, in a member of its own that OpenAI's SDK
    does not know and no program takes for the text; agents look for it. So it is told, but to those
    who say that they want none. Seals go out all the same: they are no words, and wanted back."""
    return wanted is not None and (wanted.effort is Effort.NONE or wanted.show == "none")


class SealsOut:
    """Of one answer."""

    __slots__ = ("_number", "chars")

    def __init__(self) -> None:
        self._number = 0
        self.chars = 0
        """Of `reasoning_content`, which all thinking shares."""

    def words(self, more: str, *, is_first: bool) -> str:
        """What to add to `reasoning_content`; `is_first`: of its item."""
        gap = BETWEEN if is_first and self.chars else ""
        self.chars += len(gap) + len(more)
        return gap + more

    def entry(
        self,
        signature: Signature,
        of: SealOf,
        *,
        call_id: str | None = None,
        span: tuple[int, int] | None = None,
    ) -> dict[str, Any]:
        """`span`: the characters of `reasoning_content` that it seals."""
        # no vendor's protocol is this one's own, so that every signature gets its mark
        own = Vendor.OPENAI if signature.vendor is Vendor.OTHER else Vendor.OTHER
        entry: dict[str, Any] = {
            "type": ENCRYPTED,
            "data": packed(signature, own, of),
            "format": FORMAT,
            "index": self._number,
        }
        self._number += 1
        if call_id is not None:
            entry["id"] = call_id
        if span is not None:
            entry["span"] = list(span)
        return entry
