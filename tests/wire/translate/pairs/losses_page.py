"""Writes docs/protocol-losses.md from the codecs' tables and from what each pair really does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.model.content import Vendor
from llmgw_desktop.domain.model.prompt import Prompt
from llmgw_desktop.domain.provider import ASKING_PROTOCOLS, ModelProtocol
from llmgw_desktop.wire.translate.answer_events import collected, events_of
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.pairs.echo import echoed
from tests.wire.translate.pairs.essence import differences, of_answer, of_prompt
from tests.wire.translate.pairs.made import (
    ANSWER,
    CLI,
    IMAGES,
    PLAIN,
    PROTOCOLS,
    TARGETS,
    TOOLS,
    VENDORS,
    codec,
    thinking,
)
from tests.wire.translate.pairs.test_answers import events_in, stream_of

PAGE = Path(__file__).parents[4] / "docs" / "protocol-losses.md"

INTRODUCTION = """# What translation cannot carry

This page is made from the code: the tables of `llmgw_desktop/wire/translate/*/__init__.py`, and
what each pair of protocols does with a few conversations. A test fails when it is stale; write it
anew with `python -m tests.wire.translate.pairs.losses_page`.

Ids of tool calls go both ways: one that its target would refuse is written as `llmgw-` and itself
in base64url, or as a digest where there is no room, and is read again as what it was (decision 62).

Where caller and provider speak one protocol nothing is translated: bodies pass byte for byte, but
for the model's name and such ids. Otherwise what a pair cannot carry is named in the answer's
header `x-llmgw-dropped` and in the flight. A client made with `llmgw key add NAME --strict`, or a
request with `x-llmgw-strict: 1`, is refused instead where the loss is one of the request. What an
answer brings that cannot be carried is only named, for by then it has been paid for: in the header
of an answer that comes whole, and of a stream, whose header goes out before, in the flight alone.
An example is the seal that Google puts on plain text, which callers of Anthropic's protocol have no
place for (`signature:text`); Google does without it. Members of a request that are known to nobody
but their vendor are named `field:NAME`.

## Pairs

Rows: what the caller speaks. Columns: what the provider speaks. Each cell tells, in this order, of
a plain answer, a stream, tools with parallel calls, an image and a document, and thinking of the
provider's own vendor in the history: ✓ whole, or the names of what is lost.
"""


CLI_PAIRS = """
A vendor's CLI that the gateway runs itself (`cli`) is reached by every caller and is none itself.
It takes one text: a single turn as it is, a longer conversation as a transcript. Of the same
conversations, but for the stream, which it tells whole:

| | cli |
|---|---|"""


def page() -> str:
    told = [INTRODUCTION, *_matrix(), CLI_PAIRS, *_to_cli(), "", *_tables()]
    return "\n".join(told) + "\n"


def _matrix() -> Iterator[str]:
    yield f"| | {' | '.join(PROTOCOLS)} |"
    yield f"|---|{'---|' * len(PROTOCOLS)}"
    for ours in PROTOCOLS:
        cells = [_cell(ours, theirs) for theirs in PROTOCOLS]
        yield f"| **{ours}** | {' | '.join(cells)} |"


def _cell(ours: ModelProtocol, theirs: ModelProtocol) -> str:
    plain, tools, images = (
        _request(_said_in(scene, ours), ours, theirs) for scene in (PLAIN, TOOLS, IMAGES)
    )
    thought = _request(echoed(thinking(VENDORS[theirs]), ours), ours, theirs)
    return " · ".join((plain, _stream(ours, theirs), tools, images, thought))


def _to_cli() -> Iterator[str]:
    for ours in PROTOCOLS:
        scenes = [_said_in(scene, ours) for scene in (PLAIN, TOOLS, IMAGES)]
        scenes.append(echoed(thinking(Vendor.ANTHROPIC), ours))
        yield f"| **{ours}** | {' · '.join(_for_cli(scene, ours) for scene in scenes)} |"


def _for_cli(fields: dict[str, Any], ours: ModelProtocol) -> str:
    target = codec(CLI.protocol)
    report = LossReport()
    asked = codec(ours).read_prompt(fields, "asked-model", False, report)
    target.write_prompt(asked, CLI, report.under(target.losses))
    return ", ".join(f"`{name}`" for name in report.names) or "✓"


def _said_in(prompt: Prompt, protocol: ModelProtocol) -> dict[str, Any]:
    body = codec(protocol).write_prompt(prompt, TARGETS[protocol], LossReport()).body
    fields: dict[str, Any] = orjson.loads(body)
    return fields


def _request(fields: dict[str, Any], ours: ModelProtocol, theirs: ModelProtocol) -> str:
    if ours is theirs:
        return "✓"
    target = codec(theirs)
    report = LossReport()
    asked = codec(ours).read_prompt(fields, "asked-model", False, report)
    body = target.write_prompt(asked, TARGETS[theirs], report.under(target.losses)).body
    after = target.read_prompt(orjson.loads(body), "asked-model", False, LossReport())
    assert not differences(of_prompt(asked), of_prompt(after), report.names)
    return ", ".join(f"`{name}`" for name in report.names) or "✓"


def _stream(ours: ModelProtocol, theirs: ModelProtocol) -> str:
    report = LossReport()
    upstream = stream_of(events_of(ANSWER), theirs, LossReport())
    caller = stream_of(events_in(upstream, theirs), ours, report)
    after = collected(events_in(caller, ours))
    assert not differences(of_answer(ANSWER), of_answer(after), report.names)
    return ", ".join(f"`{name}`" for name in report.names) or "✓"


def _tables() -> Iterator[str]:
    yield "## By the protocol that is translated into"
    for protocol in ASKING_PROTOCOLS:
        yield f"\n### {protocol}\n\n| lost | because |\n|---|---|"
        for feature, reason in codec(protocol).losses.items():
            yield f"| `{feature}` | {reason} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
