"""A like question is given the answer of another, where a route says so and no more differs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.engine.embedding import model_thread
from llmgw_desktop.store.flights.flight_reader import FlightReader
from tests.engine.conftest import House, house_in
from tests.engine.pipeline.response_cache.test_response_cache import PATH, ROUTE, _key
from tests.support.answers import Answer
from tests.support.word_model import WordModel, files_like_the_model

LIKE = "Please tell me, how do I reset the password?"
ASKED = "How do I reset the password?"


@asynccontextmanager
async def _house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load: Any = WordModel
) -> AsyncIterator[House]:
    monkeypatch.setattr(model_thread, "_load_mini_lm", load)
    folder = files_like_the_model(tmp_path / "model")
    more = f'{ROUTE}cache_similarity = 0.7\n[routing]\nsimilarity_model = "{folder}"\n'
    async with house_in(tmp_path / "home", more) as house:
        yield house


def _body(said: object, **more: object) -> dict[str, Any]:
    return {
        "model": "claude-stub",
        "max_tokens": 8,
        "messages": [{"role": "user", "content": said}],
        **more,
    }


async def _ask(house: House, body: dict[str, Any], **headers: str) -> tuple[bytes, dict[str, str]]:
    async with house.post(PATH, body, **headers) as answer:
        assert answer.status == 200
        body, told = await answer.read(), answer.headers
    await _learned(house)
    return body, {name.lower(): text for name, text in told.items()}


async def _learned(house: House) -> None:
    """What was kept is known to the model's thread, however slow the machine is."""
    model = house.container.gateway._engine.semantic_cache.model
    while model.waiting:
        await asyncio.sleep(0.001)


async def _said(house: House, body: dict[str, Any], **headers: str) -> str:
    return (await _ask(house, body, **headers))[1].get("x-llmgw-cache", "")


@pytest.mark.parametrize("streams", [False, True])
async def test_a_like_question_gets_the_answer_and_the_flight_says_whose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streams: bool
) -> None:
    async with _house(tmp_path, monkeypatch) as house:
        first, told = await _ask(house, _body(ASKED, stream=streams))
        second, like = await _ask(house, _body(LIKE, stream=streams))
        assert first == second
        assert (told["x-llmgw-cache"], like["x-llmgw-cache"]) == ("miss", "similar")
        assert like["x-llmgw-cache-similarity"] == "0.816"
        assert like["content-type"] == told["content-type"]
        assert len(house.lane.requests) == 1
        flight = next(each for each in house.closed if each.id == like["x-llmgw-flight"])
        assert flight.cost_usd == 0.0
    reader = FlightReader(house.container.places.flights_db)
    try:
        record = reader.record(like["x-llmgw-flight"])
        assert record is not None
        assert f"({told['x-llmgw-flight']})" in record.route_reason
        assert "similarity 0.816" in record.route_reason
    finally:
        reader.close()


async def test_nothing_else_may_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    last = _body(LIKE)["messages"]
    async with _house(tmp_path, monkeypatch) as house:
        key = _key(house, "another")
        await _ask(house, _body(ASKED))
        others: list[tuple[dict[str, Any], dict[str, str]]] = [
            (_body(LIKE), {"Authorization": f"Bearer {key}"}),
            (_body(LIKE), {"X-Project": "other"}),
            (_body(LIKE), {"X-LLMGW-Caller": "other"}),
            (_body(LIKE), {"anthropic-beta": "other"}),
            (_body(LIKE, max_tokens=9), {}),
            (_body(LIKE, stream=True), {}),
            (_body(LIKE, system="Be brief."), {}),
            (_body(LIKE, model="claude-other"), {}),
            (_body(LIKE, **TOOLS), {}),
            (_body(LIKE, messages=[*earlier, *last]), {}),
            (_body("How do I reset the password 2?"), {}),
            (_body("How do I not reset the password?"), {}),
            (_body(LIKE + " unreadable"), {}),
            (_body([{"type": "text", "text": LIKE}, {"type": "image"}]), {}),
        ]
        for body, headers in others:
            assert await _said(house, body, **headers) == "miss", (body, headers)
        assert await _said(house, _body(LIKE), **{"Cache-Control": "no-store"}) == ""
        assert len(house.lane.requests) == len(others) + 2
        assert await _said(house, _body("How can I reset the password?")) == "similar"


TOOLS = {"tools": [{"name": "t", "input_schema": {"type": "object"}}]}
OTHER_ENDS: list[tuple[Answer, dict[str, Any]]] = [
    (Answer(), TOOLS),
    (Answer(ending="length"), {"system": "one"}),
    (Answer(ending="refusal"), {"system": "two"}),
]


@pytest.mark.parametrize("streams", [False, True])
async def test_an_answer_that_acts_or_ends_otherwise_is_for_its_own_question_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streams: bool
) -> None:
    async with _house(tmp_path, monkeypatch) as house:
        for answer, more in OTHER_ENDS:
            house.lane.then(answer)
            await _ask(house, _body(ASKED, stream=streams, **more))
            assert await _said(house, _body(LIKE, stream=streams, **more)) == "miss", answer
            assert await _said(house, _body(ASKED, stream=streams, **more)) == "hit", answer


async def test_a_model_that_cannot_be_read_in_costs_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def broken(folder: Path) -> WordModel:
        tries.append(folder)
        raise OSError("the disk is gone")

    async with _house(tmp_path, monkeypatch, broken) as house:
        with caplog.at_level(logging.ERROR):
            for said in (ASKED, LIKE, "How can I reset the password?"):
                assert await _said(house, _body(said)) == "miss"
        assert len(tries) == 1
        assert [each.getMessage() for each in caplog.records] == [
            "no like questions are found: the disk is gone"
        ]


async def test_without_a_route_that_wants_it_the_model_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _house(tmp_path, monkeypatch) as house:
        await _ask(house, _body(ASKED))
        thread = house.container.gateway._engine.semantic_cache.model
        assert thread._thread is not None
        path = house.container.places.config_file
        path.write_text(path.read_text().replace("cache_similarity = 0.7", ""))
        house.container.check_settings()
        assert thread._thread is None
        await _ask(house, _body(ASKED))
        assert await _said(house, _body(LIKE)) == "miss"
