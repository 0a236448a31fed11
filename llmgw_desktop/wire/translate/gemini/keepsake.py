"""Another vendor's thinking on the call that came of it.

Clients of this protocol (Gemini CLI is one) keep a call's `thoughtSignature` and throw thought
parts away, while other vendors want the thinking back with the call's result. So it travels on the
call as well, text and signature; base64, as the field demands. That is also the only way that it
has to callers who did not ask to see it.
"""

import base64
import binascii
from collections.abc import Iterable

import orjson

from llmgw_desktop.domain.content import RedactedThinking, Signature, Thinking, Vendor
from llmgw_desktop.domain.prompt import Reasoning
from llmgw_desktop.wire.translate.carrier import MARK_OF_MANY

Thought = Thinking | RedactedThinking

_MOST_BYTES = 512 * 1024
_START = base64.b64encode(MARK_OF_MANY[:9]).decode()
_HIDDEN = "redacted"
_SHOWN = "thinking"


def wants_thoughts(wanted: Reasoning | None) -> bool:
    """Google shows thoughts to those alone who set `includeThoughts`, however hard the model is to
    think; its own SDK takes them apart from the text, other programs join all parts."""
    return wanted is not None and wanted.show not in (None, "none")


class Keeper:
    """Gathers an answer's thinking until a call takes it along."""

    __slots__ = ("_thoughts",)

    def __init__(self) -> None:
        self._thoughts: list[Thought] = []

    def note(self, thought: Thought) -> None:
        """Google's own needs no such help: its calls have their own signatures."""
        signature = thought.signature
        if signature is not None and signature.vendor is not Vendor.GOOGLE:
            self._thoughts.append(thought)

    def taken(self) -> str | None:
        """The field's value for the first call after the thinking."""
        thoughts, self._thoughts = self._thoughts, []
        return packed(thoughts) if thoughts else None


def packed(thoughts: Iterable[Thought]) -> str | None:
    """None for more than any client would carry."""
    told = [_told(thought) for thought in thoughts]
    data = b"%b%b}" % (MARK_OF_MANY, orjson.dumps([each for each in told if each is not None]))
    return base64.b64encode(data).decode() if len(data) <= _MOST_BYTES else None


def is_packed(field: str) -> bool:
    return field.startswith(_START)


def unpacked(field: str) -> list[Thought]:
    """What came back; nothing where it is garbled."""
    if len(field) > 2 * _MOST_BYTES:
        return []
    try:
        plain = field.replace("-", "+").replace("_", "/")
        held = orjson.loads(base64.b64decode(plain + "=" * (-len(plain) % 4)))
        return [_thought(*each) for each in held["llmgw1"]]
    except (binascii.Error, ValueError, TypeError, KeyError):
        return []


def _told(thought: Thought) -> tuple[str, str, str, str] | None:
    signature = thought.signature
    if signature is None:
        return None
    if isinstance(thought, Thinking):
        return _SHOWN, signature.vendor, signature.data, thought.text
    return _HIDDEN, signature.vendor, signature.data, ""


def _thought(kind: object, vendor: str, data: object, text: object) -> Thought:
    if not isinstance(data, str) or not isinstance(text, str):
        raise TypeError("no thought")
    signature = Signature(vendor=Vendor(vendor), data=data)
    if kind == _HIDDEN:
        return RedactedThinking(signature=signature)
    return Thinking(text=text, signature=signature)
