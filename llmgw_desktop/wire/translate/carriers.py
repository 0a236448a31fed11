"""What one side's signatures and ids become on their way through the other, and back; without
memory.

A carrier is put where the caller's protocol has a place for something opaque (Anthropic's
`signature`, Responses' `encrypted_content`, Gemini's `thoughtSignature`); the caller sends it back
with the conversation. It is ASCII, base64url, and says whose signature it holds, so that it never
reaches another vendor.

Whoever made a call names it, and each vendor has a grammar of its own for the names. An id that
fits where it goes stays byte for byte. One that does not is written so that it says what it was
(`llmgw-` and the id in base64url), and what comes back so written becomes itself again. Where there
is no room for that, a digest stands for it: the same one in every turn.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache

from llmgw_desktop.domain.model.content import Item, Signature, Text, ToolCall, Turn, Vendor
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.values import value

MOST_CHARS = 256 * 1024
_MARK = "llmgw1."
MARK_OF_MANY = b'{"llmgw1":'
"""How several together begin; they travel in base64 alone."""
MADE_BLOCK_ID = "srvtoolu_llmgw"
"""Ids of Anthropic's blocks that were made here begin so: the vendor would refuse them."""
_SIGNS = (
    _MARK.encode(),
    base64.b64encode(_MARK.encode())[:9],
    base64.b64encode(MARK_OF_MANY)[:12],
)
_CARRIER = re.compile(rb'(?<!\\)"(?:%b)' % b"|".join(map(re.escape, _SIGNS)))
"""A string that begins so; prose and code that speak of the mark do not."""
_REASONING_MARK = b'"rs_'
_MADE_REASONING = re.compile(rb'"rs_[0-9a-f]+_[0-9]+"')
"""Ids that the writer of Responses gives to thinking; what has one may have no seal at all."""


class SealOf(StrEnum):
    """What a signature seals. Where the caller's protocol has a place on thinking alone, an empty
    thinking item with the carrier stands directly before the call or text that is sealed."""

    THINKING = "thinking"
    REDACTED = "redacted"
    CALL = "call"
    TEXT = "text"


@value
class Carried:
    signature: Signature
    of: SealOf


_SEALED: Mapping[SealOf, type[Text | ToolCall]] = {SealOf.TEXT: Text, SealOf.CALL: ToolCall}


def seals_another(carried: Carried) -> bool:
    """Not the thinking in whose place it stands."""
    return carried.of in _SEALED


def sealed(item: Item | None, carried: Carried) -> Item | None:
    """With the signature; None where this is not what it seals."""
    if not isinstance(item, Text | ToolCall) or type(item) is not _SEALED.get(carried.of):
        return None
    return replace(item, signature=carried.signature)


def holds_carrier(body: bytes) -> bool:
    """Whether a request may hold one, or thinking that no vendor sealed; also where a protocol
    wants it in base64 once more."""
    # rfind is the fastest search of those that bytes have
    for sign in _SIGNS:
        if body.rfind(sign) >= 0 and _CARRIER.search(body) is not None:
            return True
    return body.rfind(_REASONING_MARK) >= 0 and _MADE_REASONING.search(body) is not None


def packed(signature: Signature, own: Vendor, of: SealOf = SealOf.THINKING) -> str:
    """For a caller whose protocol is `own`'s: its own signatures stay as they are."""
    if signature.vendor is own:
        return signature.data
    return f"{_MARK}{signature.vendor}.{of}.{_packed_text(signature.data)}"


def unpacked(carried: str, own: Vendor, of: SealOf = SealOf.THINKING) -> Carried | None:
    """What a caller sent back; `of` is what the place says where it is no carrier of ours.

    None for an empty, oversized or garbled one.
    """
    if not carried or len(carried) > MOST_CHARS:
        return None
    if not carried.startswith(_MARK):
        return Carried(signature=Signature(vendor=own, data=carried), of=of)
    try:
        vendor, sealed, data = carried.removeprefix(_MARK).split(".")
        told = _unpacked_text(data)
        return Carried(signature=Signature(vendor=Vendor(vendor), data=told), of=SealOf(sealed))
    except ValueError:
        return None


MARK = "llmgw-"
_LONGEST_GIVEN = 512
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_ANY = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff]+")
_NINE = re.compile(r"[A-Za-z0-9]{9}")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_OF_CLAUDE = re.compile(r"claude|anthropic")
_OF_OPENAI = re.compile(r"(?:.*/)?(?:gpt-(?!oss)|chatgpt-|ft:|o\d(?:-|$)|codex)")
_OF_MISTRAL = re.compile(r"(?:mis|magis|minis|devs|mix|codes|pix|vox)tral|mathstral")
"""Also where others serve it: Mistral's own code checks the ids of its open models."""


@value
class IdRule:
    """`allowed` matches a whole id, of at most `longest` characters."""

    allowed: re.Pattern[str]
    longest: int

    def fits(self, call_id: str) -> bool:
        return len(call_id) <= self.longest and self.allowed.fullmatch(call_id) is not None


ANY = IdRule(allowed=_ANY, longest=256)
"""Of servers that nobody knows: what is foreign to others may be their own (Kimi's
`functions.get:0`)."""
ANTHROPIC = IdRule(allowed=_PLAIN, longest=64)
"""Bedrock's bound, the narrowest of those who serve Claude."""
OPENAI_CHAT = IdRule(allowed=_PLAIN, longest=40)
OPENAI_RESPONSES = IdRule(allowed=_PLAIN, longest=64)
MISTRAL = IdRule(allowed=_NINE, longest=9)
_GIVEN = IdRule(allowed=_PLAIN, longest=_LONGEST_GIVEN)


@lru_cache(maxsize=256)
def id_rule(protocol: ModelProtocol, kind: ProviderKind, model: str) -> IdRule:
    """What the server of this model takes, as far as kind and name tell."""
    name = model.lower()
    if kind is ProviderKind.ANTHROPIC or _OF_CLAUDE.search(name):
        return ANTHROPIC
    if protocol is ModelProtocol.CODEX:
        return OPENAI_RESPONSES
    if kind is ProviderKind.OPENAI or _OF_OPENAI.match(name):
        return OPENAI_CHAT if protocol is ModelProtocol.OPENAI_CHAT else OPENAI_RESPONSES
    if protocol is ModelProtocol.OPENAI_CHAT and _OF_MISTRAL.search(name):
        return MISTRAL
    return ANY


def given_id(call_id: str) -> str:
    """For a caller whose protocol has a grammar: `original_id` makes it again what it was."""
    if _GIVEN.fits(call_id) and not call_id.startswith(MARK):
        return call_id
    return _packed(call_id, _GIVEN) or _digest(call_id)


def heard_id(call_id: str, turns: Iterable[Turn]) -> str:
    """`given_id` of a call in the answer to these turns. Some servers count their calls anew in
    each answer, and callers know a call by its id: one that was there before gets a number."""
    before = {item.id for turn in turns for item in turn.items if isinstance(item, ToolCall)}
    fresh, times = call_id, 1
    while fresh in before:
        times += 1
        fresh = f"{call_id}-{times}"
    return given_id(fresh)


def original_id(call_id: str) -> str:
    """What a caller's id was before `given_id`; itself where it was never given."""
    if not call_id.startswith(MARK) or len(call_id) > _LONGEST_GIVEN:
        return call_id
    try:
        was = _unpacked_text(call_id.removeprefix(MARK))
    except ValueError:
        return call_id
    # what nobody wrote here stays as it is
    return was if given_id(was) == call_id else call_id


class CallIds:
    """Those of one conversation as a target takes them; two are never written as one."""

    __slots__ = ("_rule", "_taken", "_written")

    def __init__(self, rule: IdRule) -> None:
        self._rule = rule
        self._written: dict[str, str] = {}
        self._taken: set[str] = set()

    def written(self, call_id: str) -> str:
        known = self._written.get(call_id)
        if known is None:
            known = self._written[call_id] = self._fresh(call_id)
            self._taken.add(known)
        return known

    def _fresh(self, call_id: str) -> str:
        fitting = call_id if self._rule.fits(call_id) else _packed(call_id, self._rule)
        times = 0
        while fitting is None or fitting in self._taken:
            fitting = _digest(f"{call_id}\0{times}" if times else call_id, self._rule)
            times += 1
        return fitting


def fitting_call_id(call_id: str) -> str:
    """An id made up here of what tells calls apart."""
    return call_id if OPENAI_RESPONSES.fits(call_id) else _digest(call_id)


def _packed(call_id: str, rule: IdRule) -> str | None:
    """None where there is no room."""
    if len(call_id) > rule.longest:
        return None
    packed = f"{MARK}{_packed_text(call_id)}"
    return packed if rule.fits(packed) else None


def _digest(call_id: str, rule: IdRule = OPENAI_RESPONSES) -> str:
    digest = hashlib.sha256(call_id.encode("utf-8", "surrogatepass")).digest()
    if rule is not MISTRAL:
        return f"call_{digest[:12].hex()}"
    number = int.from_bytes(digest)
    return "".join(_DIGITS[number // 62**place % 62] for place in range(MISTRAL.longest))


def _packed_text(text: str) -> str:
    data = base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode()
    return data.rstrip("=")


def _unpacked_text(packed: str) -> str:
    """ValueError where nobody here packed it."""
    raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars="-_", validate=True)
    return raw.decode("utf-8", "surrogatepass")
