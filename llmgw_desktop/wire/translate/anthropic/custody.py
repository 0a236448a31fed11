"""What an earlier answer of another vendor left in a conversation that now goes to this one.

A request of the same protocol is passed on as it is; but carriers of other vendors' signatures,
and blocks that were made for the caller alone, would be refused there, and they are nobody else's
business. Only messages that hold them are changed.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.content import Vendor
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.json_large import Body
from llmgw_desktop.wire.json_scan import replace_value
from llmgw_desktop.wire.translate.anthropic.hosted import MADE_ID
from llmgw_desktop.wire.translate.carrier import SealOf, unpacked
from llmgw_desktop.wire.translate.ids import ANY, IdRule
from llmgw_desktop.wire.translate.ids_in_place import fitted, may_be_unfit

_UNSIGNED = (b'"signature":""', b'"signature": ""')
"""Thinking of a model whose maker signs nothing, as callers write it back."""
_STRETCH_BYTES = 1024 * 1024
_SIGNS = (b"llmgw1.", MADE_ID.encode(), b"encrypted_index", *_UNSIGNED)


def without_foreign(body: bytes, fields: Mapping[str, Any], ids: IdRule = ANY) -> tuple[Body, int]:
    """The body without them, with the ids of its calls as the target takes them, and how many
    blocks were left out; the same body where nothing is to be changed. `fields` is what the body
    says."""
    is_signed = _is_signed(body)
    is_named = may_be_unfit(body, ModelProtocol.ANTHROPIC, ids)
    messages = fields.get("messages") if is_signed or is_named else None
    if type(messages) is not list:
        return body, 0
    kept = [_cleaned(message) for message in messages] if is_signed else messages
    fitting = fitted(kept, ids) if is_named else kept
    if all(one is other for one, other in zip(fitting, messages, strict=True)):
        return body, 0
    left_out = sum(map(_blocks, messages)) - sum(map(_blocks, fitting))
    if is_signed:
        fitting = [each for each in fitting if type(each) is not dict or each.get("content") != []]
    return replace_value(body, "messages", orjson.dumps(fitting), fields=fields), left_out


def _is_signed(body: bytes) -> bool:
    """Looked for in stretches: nothing else runs while bytes are searched."""
    for start in range(0, len(body), _STRETCH_BYTES):
        for sign in _SIGNS:
            if body.find(sign, start, start + _STRETCH_BYTES + len(sign)) >= 0:
                return True
    return False


def _cleaned(message: Any) -> Any:
    content = message.get("content") if type(message) is dict else None
    if type(content) is not list or message.get("role") != "assistant":
        return message
    blocks = [_uncited(block) for block in content if not _is_foreign(block)]
    same = len(blocks) == len(content) and all(
        one is other for one, other in zip(blocks, content, strict=True)
    )
    if same:
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
    return isinstance(use_id, str) and use_id.startswith(MADE_ID)


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
