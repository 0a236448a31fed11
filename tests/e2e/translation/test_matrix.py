"""The vendors' own SDKs through the gateway, each onto an upstream of each kind.

The upstreams are as strict as the vendors: what they would refuse is an error here too. Each
scenario also runs without the gateway where SDK and upstream speak one protocol, so that what is
asked for here is what the vendors' SDKs and protocols give by themselves.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.support import pictures
from tests.support.answers import Answer, Delivery, Refusal, Spent
from tests.support.talks.cells import Cell, switches
from tests.support.talks.talk import Heard
from tests.support.talks.upstreams import UpstreamKind

pytestmark = pytest.mark.e2e

PONG = "pong from the upstream"
THOUGHT = "The user says ping, so pong."
_SEAL = re.compile(rb"c3R1Yi1zZWFsL[A-Za-z0-9+/]+=*")


streaming = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def seals_in(told: bytes | bytearray) -> set[bytes]:
    return set(_SEAL.findall(bytes(told)))


class TestOneTurn:
    @streaming
    def test_text_and_usage(self, cell: Cell, stream: bool):
        talk = cell.talk(stream=stream)
        heard = talk.ask("ping")
        assert (heard.text, heard.ending, heard.calls) == (PONG, "end", [])
        assert heard.pieces == (3 if stream else 0)
        spent = Spent()
        assert heard.input_tokens == spent.prompt_tokens
        assert heard.cached_tokens == spent.cache_read
        assert heard.output_tokens == spent.output_tokens
        assert cell.lane.only.status == 200

    @streaming
    def test_tokens_run_out(self, cell: Cell, stream: bool):
        cell.lane.then(Answer(ending="length"))
        talk = cell.talk(stream=stream)
        heard = talk.ask("ping")
        assert (heard.text, heard.ending) == (PONG, "length")

    @streaming
    def test_a_refusal_is_one(self, cell: Cell, stream: bool):
        cell.lane.then(Answer(ending="refusal", text="No, I will not."))
        talk = cell.talk(stream=stream)
        assert talk.ask("ping").ending == "refusal"

    def test_the_system_prompt_arrives_once(self, cell: Cell):
        talk = cell.talk(system="Speak like Emma Bovary.")
        talk.ask("ping")
        assert cell.lane.only.body.count(b"Emma Bovary") == 1

    @pytest.mark.parametrize("kind", ["png", "pdf"])
    def test_files_arrive_as_they_are(self, cell: Cell, kind: str):
        if kind == "pdf" and cell.upstream.name == "compatible":
            pytest.skip("such servers take no documents")
        data = {"png": pictures.PNG, "pdf": pictures.PDF}[kind]
        talk = cell.talk()
        heard = talk.ask("What is this?", **{kind: data})
        assert heard.text == PONG
        body = cell.lane.only.body
        if cell.upstream.name == "gemini":  # which reads both alphabets of base64
            body = body.translate(bytes.maketrans(b"-_", b"+/"))
        assert body.count(data.encode()) == 1

    def test_tokens_are_counted(self, cell: Cell):
        talk = cell.talk()
        short = talk.count("ping")
        long = talk.count("ping " * 500)
        picture = talk.count("ping", png=pictures.PNG)
        assert 0 < short < long
        assert picture > short

    @streaming
    def test_a_tool_that_must_be_called(self, cell: Cell, stream: bool):
        talk = cell.talk(stream=stream, tools=True, must_call="look_up")
        talk.ask("ping")
        assert cell.lane.only.status == 200
        asked = cell.lane.only.json()
        choice = asked.get("tool_choice") or asked["toolConfig"]["functionCallingConfig"]
        assert "look_up" in str(choice)


class TestToolLoop:
    @pytest.mark.parametrize(
        ("words", "stream"), [("", True), ("Let me see. ", True), ("Let me see. ", False)]
    )
    def test_parallel_calls_and_their_results(self, cell: Cell, stream: bool, words: str):
        cell.lane.then(Answer(calls=3, words_before_calls=words))
        talk = cell.talk(stream=stream, tools=True)
        asked = talk.ask("ping")
        assert asked.ending == "tools"
        assert asked.text == words
        assert [(call.name, call.arguments) for call in asked.calls] == [
            ("add", {"a": 1, "b": 1}),
            ("look_up", {"what": "sample"}),
            ("add", {"a": 3, "b": 3}),
        ]
        told = talk.answer_calls(["two", "a thing", "six"])
        assert told.ending == "end"
        assert told.text == "The tool said: two and a thing and six"
        assert talk.ask("And now?").ending in ("end", "tools")
        assert [seen.fault for seen in cell.lane.requests] == [None] * 3

    @streaming
    def test_words_beside_results_come_after_them(self, cell: Cell, stream: bool):
        cell.lane.then(Answer(calls=2))
        talk = cell.talk(stream=stream, tools=True)
        talk.ask("ping")
        told = talk.answer_calls(["two", "a thing"], then="Hurry up.")
        assert told.text == "The tool said: two and a thing"
        second = cell.lane.requests[1].body
        assert second.index(b"two") < second.index(b"a thing") < second.index(b"Hurry up.")

    @streaming
    def test_a_picture_in_a_result_arrives_as_it_is(self, cell: Cell, stream: bool):
        talk = cell.talk(stream=stream, tools=True)
        talk.ask("ping")
        told = talk.answer_calls(["two"], png=pictures.PNG)
        assert "two" in told.text
        second = cell.lane.requests[1]
        assert second.status == 200
        body = second.body.translate(bytes.maketrans(b"-_", b"+/"))
        assert body.count(pictures.PNG.encode()) == 1

    def test_calls_without_ids_meet_their_results(self, cell: Cell):
        cell.lane.then(Answer(calls=3, call_ids=False))
        talk = cell.talk(tools=True)
        talk.ask("ping")
        told = talk.answer_calls(["two", "a thing", "six"])
        assert told.text == "The tool said: two and a thing and six"


class TestThinking:
    @streaming
    def test_is_heard_and_its_seal_comes_home(self, cell: Cell, stream: bool):
        cell.lane.then(Answer(calls=2))
        talk = cell.talk(stream=stream, tools=True, thinks=True)
        asked = talk.ask("ping")
        assert [call.name for call in asked.calls] == ["add", "look_up"]
        _assert_thought(cell, asked)
        told = talk.answer_calls(["two", "a thing"])
        assert told.text == "The tool said: two and a thing"
        _assert_thought(cell, told)
        first, second = cell.lane.requests
        given = seals_in(first.sent)
        assert bool(given) is (cell.upstream.vendor is not None)
        assert seals_in(second.body) == given

    @streaming
    def test_seal_of_text_comes_home(self, cell: Cell, stream: bool):
        talk = cell.talk(stream=stream, thinks=True)
        assert talk.ask("ping").text == PONG
        assert talk.ask("ping again").text == PONG
        first, second = cell.lane.requests
        given = seals_in(first.sent)
        if cell.client == "anthropic" and cell.upstream.name == "gemini":
            given = set()  # a declared loss: it would have to stand behind the text, as the last
        assert seals_in(second.body) == given

    @pytest.mark.parametrize(("cell", "other"), switches(), indirect=["cell"])
    def test_no_seal_goes_to_a_stranger(self, cell: Cell, other: UpstreamKind):
        lane = cell.matrix.fresh_lane(other.name)
        talk = cell.talk(stream=True, tools=True, thinks=True)
        talk.ask("ping")
        talk.answer_calls(["two"])
        talk.wishes = replace(talk.wishes, model=other.model)
        talk.ask("And you?")
        talk.wishes = replace(talk.wishes, model=cell.upstream.model)
        talk.ask("And back again.")
        assert lane.only.status == 200
        assert seals_in(lane.only.body) == set()
        *before, last = cell.lane.requests
        assert [seen.fault for seen in cell.lane.requests] == [None] * 3
        own = set().union(*(seals_in(seen.sent) for seen in before))
        assert seals_in(last.body) <= own

    @pytest.mark.parametrize(("cell", "other"), switches(in_the_loop=True), indirect=["cell"])
    def test_a_stranger_goes_on_with_the_loop(self, cell: Cell, other: UpstreamKind):
        """Calls of one vendor's model, whose results another vendor's model gets."""
        lane = cell.matrix.fresh_lane(other.name)
        talk = cell.talk(stream=True, tools=True, thinks=True)
        talk.ask("ping")
        talk.wishes = replace(talk.wishes, model=other.model)
        assert talk.answer_calls(["two"]).text == "The tool said: two"
        assert seals_in(lane.only.body) == set()


def _assert_thought(cell: Cell, heard: Heard) -> None:
    shown = THOUGHT if cell.upstream.shows_thinking else None
    # whoever speaks Chat Completions cannot ask for it, and may hear it all the same
    assert heard.thinking == shown or (cell.client == "chat" and heard.thinking is None)


STATUSES = [(status, False) for status in (400, 404, 429, 500, 503)] + [(429, True)]


class TestFaults:
    @pytest.mark.parametrize(("status", "stream"), STATUSES)
    def test_the_vendor_s_errors_are_the_sdk_s(self, cell: Cell, status: int, stream: bool):
        cell.lane.then(Refusal(status=status, message="Something is amiss."))
        talk = cell.talk(stream=stream)
        with pytest.raises(Exception, match="Something is amiss") as caught:
            talk.ask("ping")
        assert talk.status_of(caught.value) == status

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_key_that_a_vendor_refuses_is_not_the_callers(self, cell: Cell, status: int):
        """His own key is fine: he is told which account is not, and his SDK does not try again."""
        cell.lane.then(Refusal(status=status, message="Something is amiss."))
        talk = cell.talk()
        told = "Something is amiss" if cell.direct else f"{cell.upstream.name}: Its vendor"
        with pytest.raises(Exception, match=told) as caught:
            talk.ask("ping")
        assert talk.status_of(caught.value) == (status if cell.direct else 502)

    @pytest.mark.parametrize(
        ("fault", "tools"),
        [
            ({"delivery": Delivery(cut_after=0)}, False),
            ({"delivery": Delivery(cut_after=3)}, True),
            ({"delivery": Delivery(cut_after=4, cut_by="fin")}, False),
            ({"error_after": 3}, True),
            ({"error_after": 0}, False),
        ],
        ids=["cut at once", "cut", "cut politely", "error", "error at once"],
    )
    def test_a_broken_stream_never_ends_well(self, cell: Cell, fault: dict[str, Any], tools: bool):
        cell.lane.then(Answer(words_before_calls="Let me see. ", **fault))
        talk = cell.talk(stream=True, tools=tools)
        with pytest.raises(talk.errors):
            talk.ask("ping")

    def test_a_broken_whole_answer_is_an_error(self, cell: Cell):
        cell.lane.then(Answer(delivery=Delivery(cut_after=1)))
        talk = cell.talk()
        with pytest.raises(talk.errors):
            talk.ask("ping")
