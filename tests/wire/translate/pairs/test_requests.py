"""Any request that can be said in one protocol reaches any other whole, but for declared losses."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings

from llmgw_desktop.domain.model.content import Thinking, ToolCall, Vendor
from llmgw_desktop.domain.model.prompt import Prompt
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.pairs.echo import echoed, with_sealed_call
from tests.wire.translate.pairs.essence import differences, of_prompt
from tests.wire.translate.pairs.made import (
    PAIR_IDS,
    PAIRS,
    PROTOCOLS,
    SCENES,
    TARGETS,
    VENDORS,
    codec,
    prompts,
    thinking,
)


def written(prompt: Prompt, protocol: ModelProtocol, report: LossReport) -> dict[str, object]:
    own = codec(protocol)
    body = own.write_prompt(prompt, TARGETS[protocol], report.under(own.losses)).body
    fields: dict[str, object] = orjson.loads(body)
    return fields


def carried(prompt: Prompt, protocol: ModelProtocol, report: LossReport) -> Prompt:
    """Said in the protocol and read again."""
    fields = written(prompt, protocol, report)
    return codec(protocol).read_prompt(fields, prompt.model, prompt.streaming, report)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=PAIR_IDS)
@pytest.mark.parametrize("scene", SCENES)
def test_scenes_come_through(scene: str, ours: ModelProtocol, theirs: ModelProtocol) -> None:
    report = LossReport()
    before = SCENES[scene]
    after = carried(carried(before, ours, report), theirs, report)
    assert differences(of_prompt(before), of_prompt(after), report.names) == {}


@pytest.mark.parametrize("ours", PROTOCOLS)
@settings(max_examples=40)
@given(before=prompts())
def test_generated_conversations_come_through(ours: ModelProtocol, before: Prompt) -> None:
    """An example goes to all: to make one takes longer than to translate it."""
    for theirs in PROTOCOLS:
        report = LossReport()
        after = carried(carried(before, ours, report), theirs, report)
        assert differences(of_prompt(before), of_prompt(after), report.names) == {}, theirs


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=25)
@given(before=prompts())
def test_the_same_request_is_always_the_same_bytes(protocol: ModelProtocol, before: Prompt) -> None:
    own = codec(protocol)
    bodies = {
        own.write_prompt(before, TARGETS[protocol], LossReport(own.losses)).body for _ in range(2)
    }
    assert len(bodies) == 1


@pytest.mark.parametrize("theirs", PROTOCOLS)
@pytest.mark.parametrize("vendor", Vendor)
def test_a_signature_goes_to_its_own_vendor_alone(vendor: Vendor, theirs: ModelProtocol) -> None:
    before = thinking(vendor)
    report = LossReport()
    fields = written(before, theirs, report)
    seal = next(
        item.signature.data
        for turn in before.turns
        for item in turn.items
        if isinstance(item, Thinking) and item.signature is not None
    )
    is_there = seal.encode() in orjson.dumps(fields)
    wanted = vendor is VENDORS[theirs] and vendor is not Vendor.OTHER
    assert is_there == wanted, report.names
    if not wanted:
        assert any(name.startswith(("thinking", "signature")) for name in report.names)


@pytest.mark.parametrize("caller", PROTOCOLS)
@pytest.mark.parametrize(
    "theirs", [each for each in PROTOCOLS if VENDORS[each] is not Vendor.OTHER]
)
def test_signatures_survive_a_caller_of_another_dialect(
    caller: ModelProtocol, theirs: ModelProtocol
) -> None:
    """What the vendor sealed goes through the caller's hands and comes back to the vendor; an
    upstream of no vendor seals nothing that anybody could check."""
    vendor = VENDORS[theirs]
    before = thinking(vendor)
    if vendor is Vendor.GOOGLE:
        before = with_sealed_call(before)
    report = LossReport()
    request = codec(caller).read_prompt(echoed(before, caller), "m", False, report)
    body = orjson.dumps(written(request, theirs, report))
    for item in before.turns[1].items:
        if isinstance(item, Thinking | ToolCall) and item.signature:
            assert item.signature.data.encode() in body, report.names
