"""What another server left in a conversation that is passed on as it came.

A request of the same protocol stays as it is, but for what this target would refuse: ids of calls
of another grammar, and (for Anthropic) carriers of other vendors' signatures and blocks that were
made for the caller alone. Ids that we gave become again what they were. A body without any of that
stays byte for byte.
"""

import re
from collections.abc import Iterator, Mapping
from operator import is_
from typing import Any

import orjson

from llmgw_desktop.domain.model.content import Vendor
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.wire.json_edits import Body, replace_value
from llmgw_desktop.wire.translate.carriers import (
    ANY,
    MADE_BLOCK_ID,
    MARK,
    CallIds,
    IdRule,
    SealOf,
    id_rule,
    original_id,
    unpacked,
)

_RESULTS = {
    ModelProtocol.ANTHROPIC: b'"tool_use_id"',
    ModelProtocol.OPENAI_CHAT: b'"tool_call_id"',
    ModelProtocol.OPENAI_RESPONSES: b'"call_id"',
    ModelProtocol.CODEX: b'"call_id"',
}
"""What results call their calls. Every call has a result, or the vendor refuses it anyway."""
_GIVEN = b'"%b' % MARK.encode()
_ID = re.compile(rb'[ \t\r\n]*+:[ \t\r\n]*+"([^"\\]{0,256})(["\\]?)')
_STRETCH_BYTES = 1024 * 1024


def rule_of(candidate: Candidate) -> IdRule:
    upstream = candidate.upstream
    return id_rule(upstream.protocol, upstream.kind, candidate.model)


def with_fitting_ids(body: bytes, fields: Mapping[str, Any], candidate: Candidate) -> Body:
    """The body as this candidate takes its ids; `fields` is what the body says."""
    protocol, rule = candidate.upstream.protocol, rule_of(candidate)
    if not may_be_unfit(body, protocol, rule):
        return body
    member = "messages" if protocol is ModelProtocol.OPENAI_CHAT else "input"
    said = fields.get(member)
    fitting = fitted(said, rule) if type(said) is list else said
    if fitting is said:
        return body
    return replace_value(body, member, orjson.dumps(fitting), fields=fields)


def may_be_unfit(body: bytes, protocol: ModelProtocol, rule: IdRule) -> bool:
    """Whether to look closer; quick, and False for nearly all."""
    if _holds(body, _GIVEN):
        return True
    key = _RESULTS.get(protocol)
    if rule is ANY or key is None or not _holds(body, key):
        return False
    for at in _places(body, key):
        found = _ID.match(body, at + len(key))
        if found and (found[2] != b'"' or not rule.fits(found[1].decode(errors="replace"))):
            return True
    return False


def fitted(said: list[Any], rule: IdRule) -> list[Any]:
    """Messages, or items of an input: the same list where nothing is to be changed."""
    ids = CallIds(rule)
    written = [_fitted(each, ids) for each in said]
    return said if _are_same(written, said) else written


def _are_same(some: list[Any], others: list[Any]) -> bool:
    return len(some) == len(others) and all(map(is_, some, others))


def _fitted(said: Any, ids: CallIds) -> Any:
    if type(said) is not dict:
        return said
    changed = _renamed(said, ("tool_call_id", "call_id"), ids)
    calls, content = said.get("tool_calls"), said.get("content")
    if type(calls) is list:
        changed |= _list(calls, "tool_calls", ids, ("id",))
    if type(content) is list:
        changed |= _list(content, "content", ids, ())
    return {**said, **changed} if changed else said


def _list(parts: list[Any], name: str, ids: CallIds, keys: tuple[str, ...]) -> dict[str, Any]:
    written = [_part(part, ids, keys) for part in parts]
    return {} if _are_same(written, parts) else {name: written}


def _part(part: Any, ids: CallIds, keys: tuple[str, ...]) -> Any:
    if type(part) is not dict:
        return part
    kind = part.get("type")
    if kind == "tool_use":
        keys = ("id",)
    elif kind == "tool_result":
        keys = ("tool_use_id",)
    changed = _renamed(part, keys, ids)
    return {**part, **changed} if changed else part


def _renamed(holder: dict[str, Any], keys: tuple[str, ...], ids: CallIds) -> dict[str, Any]:
    changed = {}
    for key in keys:
        given = holder.get(key)
        if isinstance(given, str) and given:
            written = ids.written(original_id(given))
            if written != given:
                changed[key] = written
    return changed


def _holds(body: bytes, sign: bytes) -> bool:
    """Of a usual body at once."""
    if len(body) <= _STRETCH_BYTES:
        return sign in body
    return next(_places(body, sign), None) is not None


def _places(body: bytes, sign: bytes) -> Iterator[int]:
    """In stretches: nothing else runs while bytes are searched."""
    at, size = 0, len(body)
    while at < size:
        end = min(at + _STRETCH_BYTES, size)
        found = body.find(sign, at, end + len(sign))
        if found >= 0:
            yield found
        at = end if found < 0 else found + len(sign)


_UNSIGNED = (b'"signature":""', b'"signature": ""')
"""Thinking of a model whose maker signs nothing, as callers write it back."""
_SIGNS = (b"llmgw1.", MADE_BLOCK_ID.encode(), b"encrypted_index", *_UNSIGNED)


def without_foreign(body: bytes, fields: Mapping[str, Any], ids: IdRule = ANY) -> tuple[Body, int]:
    """The body without them, with the ids of its calls as the target takes them, and how many
    blocks were left out; the same body where nothing is to be changed. `fields` is what the body
    says."""
    is_signed = any(_holds(body, sign) for sign in _SIGNS)
    is_named = may_be_unfit(body, ModelProtocol.ANTHROPIC, ids)
    messages = fields.get("messages") if is_signed or is_named else None
    if type(messages) is not list:
        return body, 0
    kept = [_cleaned(message) for message in messages] if is_signed else messages
    fitting = fitted(kept, ids) if is_named else kept
    if _are_same(fitting, messages):
        return body, 0
    left_out = sum(map(_blocks, messages)) - sum(map(_blocks, fitting))
    if is_signed:
        fitting = [each for each in fitting if type(each) is not dict or each.get("content") != []]
    return replace_value(body, "messages", orjson.dumps(fitting), fields=fields), left_out


def _cleaned(message: Any) -> Any:
    content = message.get("content") if type(message) is dict else None
    if type(content) is not list or message.get("role") != "assistant":
        return message
    blocks = [_uncited(block) for block in content if not _is_foreign(block)]
    if _are_same(blocks, content):
        return message
    # the text that a carrier sealed may have been empty, which the vendor refuses
    return {**message, "content": [each for each in blocks if not _is_empty_text(each)]}


def _is_empty_text(block: Any) -> bool:
    return type(block) is dict and block.get("type") == "text" and not block.get("text")


def _is_foreign(block: Any) -> bool:
    if type(block) is not dict:
        return False
    kind = block.get("type")
    if kind == "thinking":
        if block.get("signature") == "":
            return True
        return _is_carrier(block.get("signature"), SealOf.THINKING)
    if kind == "redacted_thinking":
        return _is_carrier(block.get("data"), SealOf.REDACTED)
    use_id = block.get("id") or block.get("tool_use_id")
    return isinstance(use_id, str) and use_id.startswith(MADE_BLOCK_ID)


def _is_carrier(told: Any, of: SealOf) -> bool:
    if not isinstance(told, str):
        return False
    carried = unpacked(told, Vendor.ANTHROPIC, of)
    # None: empty, or a carrier that was garbled; too long ones are left to the vendor
    if carried is None:
        return told.startswith("llmgw1.")
    return carried.signature.vendor is not Vendor.ANTHROPIC


def _uncited(block: Any) -> Any:
    """Without citations that were made for the caller, whose key is empty."""
    cited = block.get("citations") if type(block) is dict else None
    if type(cited) is not list:
        return block
    own = [each for each in cited if type(each) is not dict or each.get("encrypted_index") != ""]
    if len(own) == len(cited):
        return block
    rest = {name: block[name] for name in block if name != "citations"}
    return {**rest, "citations": own} if own else rest


def _blocks(message: Any) -> int:
    content = message.get("content") if type(message) is dict else None
    return len(content) if type(content) is list else 0
