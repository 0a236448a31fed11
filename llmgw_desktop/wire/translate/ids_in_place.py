"""Ids of tool calls in a body that is passed on as it came.

A conversation moves from one server to another of the same protocol, whose grammar of ids is
another one. Only ids that this target would refuse are written anew, and those that we gave become
again what they were; a body without any stays byte for byte.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import Candidate
from llmgw_desktop.wire.json_large import Body
from llmgw_desktop.wire.json_scan import replace_value
from llmgw_desktop.wire.translate.ids import ANY, MARK, CallIds, IdRule, id_rule, original_id

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
    if next(_places(body, _GIVEN), None) is not None:
        return True
    key = _RESULTS.get(protocol)
    if rule is ANY or key is None:
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
    same = all(one is other for one, other in zip(written, said, strict=True))
    return said if same else written


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
    same = all(one is other for one, other in zip(written, parts, strict=True))
    return {} if same else {name: written}


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


def _places(body: bytes, sign: bytes) -> Iterator[int]:
    """In stretches: nothing else runs while bytes are searched."""
    at, size = 0, len(body)
    while at < size:
        end = min(at + _STRETCH_BYTES, size)
        found = body.find(sign, at, end + len(sign))
        if found >= 0:
            yield found
        at = end if found < 0 else found + len(sign)
