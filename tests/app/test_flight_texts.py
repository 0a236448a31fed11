"""Bodies as texts and transcripts: views, notices, large ones in part, hostile ones harmless."""

import json
import time

import pytest

from llmgw_desktop.app.flights.conversation.message_parts import SpeakerRole
from llmgw_desktop.app.flights.conversation.transcript import transcript_of
from llmgw_desktop.app.flights.texts import (
    LARGE_BYTES,
    PREVIEW_BYTES,
    BodyView,
    FlightSide,
    raw_text,
    shown_text,
    views_of,
)
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import CALLER_PROTOCOLS, ModelProtocol
from tests.support.made_flights import anthropic_stream, record, running, summary


def request_of(made: FlightRecord) -> FlightSide:
    return FlightSide(made, of_request=True)


def answer_of(made: FlightRecord) -> FlightSide:
    return FlightSide(made, of_request=False)


def asking(content: object) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": content}]}).encode()


def test_views_follow_what_the_body_is() -> None:
    made = record()
    assert views_of(request_of(made)) == (BodyView.MESSAGES, BodyView.JSON, BodyView.RAW)
    assert views_of(answer_of(made)) == (BodyView.MESSAGES, BodyView.EVENTS, BodyView.RAW)
    assert views_of(answer_of(record(answer_body=b"<html>"))) == (BodyView.RAW,)
    counted = record(summary=summary(1, operation=Operation.COUNT_TOKENS))
    assert views_of(request_of(counted)) == (BodyView.MESSAGES, BodyView.JSON, BodyView.RAW)
    assert views_of(answer_of(counted)) == (BodyView.EVENTS, BodyView.RAW)
    embedded = record(summary=summary(1, operation=Operation.EMBED))
    assert views_of(request_of(embedded)) == (BodyView.JSON, BodyView.RAW)


@pytest.mark.parametrize("protocol", CALLER_PROTOCOLS)
def test_every_dialect_has_messages(protocol: ModelProtocol) -> None:
    made = record(summary=summary(1, protocol=protocol))
    assert views_of(request_of(made))[0] is BodyView.MESSAGES
    assert views_of(answer_of(made))[0] is BodyView.MESSAGES


def test_missing_bodies_say_so() -> None:
    gone = record(request_body=None, answer_body=b"")
    assert shown_text(request_of(gone), BodyView.RAW).notice == (
        "The request's body was not recorded, or is kept no longer."
    )
    left_out = record(request_body=None, request_body_whole=False)
    assert shown_text(request_of(left_out), BodyView.RAW).notice == (
        "The request's body was left out: too much came at once, or no key came."
    )
    assert transcript_of(answer_of(gone)).notice == "The answer has no body."
    under_way = record(summary=running(1), answer_body=None)
    assert transcript_of(answer_of(under_way)).notice == (
        "The answer is recorded when the flight ends."
    )


def test_cut_bodies_say_how_much_there_is() -> None:
    flight = summary(1, request_bytes=20 * 1024 * 1024)
    body = asking("x" * 3000)[:2048]
    cut = record(summary=flight, request_body=body, request_body_whole=False)
    for notice in (
        shown_text(request_of(cut), BodyView.JSON).notice,
        transcript_of(request_of(cut)).notice,
    ):
        assert "Only the first 2 KB of 20 MB were recorded." in notice
    assert transcript_of(request_of(cut)).sections[-1].text == "x" * (
        2048 - len('{"messages": [{"role": "user", "content": "')
    )
    too_little = record(summary=flight, request_body=body[:10], request_body_whole=False)
    assert "No messages can be read" in transcript_of(request_of(too_little)).notice


def test_a_body_that_is_not_json_after_all() -> None:
    shown = shown_text(request_of(record(request_body=b'{"a": oops')), BodyView.JSON)
    assert shown.text == '{\n  "a": oops'
    assert "not valid JSON" in shown.notice


def test_large_bodies_show_their_beginning_until_asked_for_all() -> None:
    body = asking("word " * 500_000)
    assert len(body) > LARGE_BYTES
    side = request_of(record(request_body=body))
    for view in (BodyView.JSON, BodyView.RAW):
        part = shown_text(side, view)
        assert 0 < len(part.text) <= PREVIEW_BYTES + 1000
        assert part.whole_bytes == len(body)
        whole = shown_text(side, view, all_of_it=True)
        assert len(whole.text) >= len(body)
        assert whole.whole_bytes == 0
    part_read = transcript_of(side)
    assert sum(len(section.text) for section in part_read.sections) <= PREVIEW_BYTES
    assert part_read.whole_bytes == len(body)
    whole_read = transcript_of(side, all_of_it=True)
    assert sum(len(section.text) for section in whole_read.sections) >= 2_499_999
    assert whole_read.whole_bytes == 0


def test_events_are_numbered() -> None:
    text = shown_text(answer_of(record()), BodyView.EVENTS).text
    assert text.splitlines()[0].startswith("    1  message_start         {")
    assert "message_stop" in text.splitlines()[-1]


def test_transcript_folds_what_is_long_and_seldom_read() -> None:
    body = json.dumps(
        {
            "system": "s" * 2000,
            "tools": [{"name": "Bash"}, {"name": "Read"}],
            "messages": [
                {"role": "user", "content": "hi"},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "text", "text": "ok"},
                        {
                            "type": "tool_use",
                            "id": "t1",
                            "name": "Bash",
                            "input": {"command": "ls"},
                        },
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "t1",
                            "is_error": True,
                            "content": "no",
                        }
                    ],
                },
            ],
        }
    ).encode()
    sections = transcript_of(request_of(record(request_body=body))).sections
    assert [(s.role, s.depth, s.title, s.detail, s.is_folded) for s in sections] == [
        (SpeakerRole.SYSTEM, 0, "System", "2 KB", True),
        (SpeakerRole.SYSTEM, 1, "", "", False),
        (SpeakerRole.TOOLS, 0, "Tools on offer", "2 tools", True),
        (SpeakerRole.TOOLS, 1, "Tool Bash", "", True),
        (SpeakerRole.TOOLS, 1, "Tool Read", "", True),
        (SpeakerRole.USER, 0, "User", "", False),
        (SpeakerRole.USER, 1, "", "", False),
        (SpeakerRole.ASSISTANT, 0, "Assistant", "", False),
        (SpeakerRole.ASSISTANT, 1, "", "", False),
        (SpeakerRole.ASSISTANT, 1, "Tool call Bash", '{ "command": "ls" }', True),
        (SpeakerRole.TOOL, 0, "Tool result", "", False),
        (SpeakerRole.TOOL, 1, "Result of Bash, failed", "no", False),
    ]


def test_raw_shows_both_heads_and_bodies() -> None:
    text = raw_text(record(answer_body=b"{}\xff")).text
    assert text.startswith("POST /v1/messages?beta=true\nHost: 127.0.0.1:3333\n")
    assert "X-Api-Key: •••• (49 chars)\n" in text
    assert "\nHTTP 200\ncontent-type: text/event-stream\n" in text
    assert text.endswith("{}\\xff")


def test_bytes_that_are_no_text_are_shown_in_hexadecimal() -> None:
    made = record(answer_body=b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff")
    assert shown_text(answer_of(made), BodyView.RAW).text.startswith("00000000  1f 8b 08 00")


def test_hostile_content_is_harmless_in_every_view_and_quick() -> None:
    hostile = "<img src=x onerror=alert(1)>\x00\x1b[2J\u202e" + "x" * 10_000_000
    made = record(request_body=asking(hostile), answer_body=anthropic_stream(hostile))
    begun = time.perf_counter()
    for side in (request_of(made), answer_of(made)):
        for view in views_of(side):
            for all_of_it in (False, True):
                if view is BodyView.MESSAGES:
                    sections = transcript_of(side, all_of_it=all_of_it).sections
                    text = "\n".join(section.text for section in sections)
                    assert "<img src=x onerror=alert(1)>␀␛[2J⟨U+202E⟩" in text
                else:
                    text = shown_text(side, view, all_of_it=all_of_it).text
                assert not any(char in text for char in "\x00\x1b\u202e")
                assert max(map(len, text.split("\n"))) <= 10_000
    assert time.perf_counter() - begun < 30


def test_half_a_surrogate_pair_reaches_no_text() -> None:
    made = record(request_body=b'{"messages":[{"role":"user","content":"\\ud83d!"}]}')
    (_, section) = transcript_of(request_of(made)).sections
    assert section.text == "�!"
