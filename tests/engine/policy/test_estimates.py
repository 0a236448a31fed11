"""What is reserved errs upward, and comes near to what was told."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.access.principal import Principal, PrincipalKind
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.policy import (
    Budget,
    ClientPolicy,
    LimitReached,
    Measure,
    Period,
    PolicyError,
)
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.engine.policy.estimates import (
    AGENTS_WORDS_TOKENS,
    GENERATION,
    LEARNED_AFTER,
    MEDIA_TOKENS,
    MOST_PAIRS,
    MOST_PROMPT_TOKENS,
    VENDORS_WORDS_TOKENS,
    Estimates,
)
from llmgw_desktop.engine.policy.policies import Policies, Reservations
from llmgw_desktop.engine.policy.reservations import (
    UNSAID_OUTPUT_TOKENS,
    ProviderModel,
    RequestEstimate,
)
from tests.support.turned_clock import TurnedClock

BUDGET = 100_000


def _request(content: Any, *, client: str = "cli_1", **fields: Any) -> ModelRequest:
    said = {"messages": [{"role": "user", "content": content}], **fields}
    return ModelRequest(
        flight_id="flt_1",
        principal=Principal(
            client_id=client, name=client, scopes=frozenset(), kind=PrincipalKind.KEY
        ),
        protocol=ModelProtocol.OPENAI_CHAT,
        operation=Operation.GENERATE,
        model="m",
        streaming=False,
        body=json.dumps(said, ensure_ascii=False).encode(),
        fields=said,
        headers={},
        query="",
        project="",
    )


def _told(tokens: int, output: int = 0) -> Usage:
    return Usage(input_tokens=tokens, output_tokens=output)


@given(st.text(max_size=300))
def test_no_text_makes_more_tokens_than_it_has_bytes(text: str) -> None:
    assert Estimates().input_tokens(_request(text)) >= len(text.encode())


@pytest.mark.parametrize(
    ("content", "pieces"),
    [
        ([{"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 9000}}], 2),
        ([{"type": "image", "source": {"type": "base64", "data": "A" * 9000}}], 1),
        ([{"inlineData": {"mimeType": "image/png", "data": "A" * 9000}}] * 3, 3),
        ([{"type": "file", "file_id": "file_1"}], 1),
        ([{"type": "document", "source": {"type": "url", "url": "https://a.b/c.pdf"}}], 1),
        ("data is a word, and base64, is another", 0),
        ([{"type": "tool_use", "input": {"data": {"a": "b" * 9000}}}], None),
        ([{"type": "image", "source": {"data": "cut off"}}], 0),
    ],
)
def test_a_picture_counts_as_one_and_not_by_its_letters(content: Any, pieces: int | None) -> None:
    estimate = Estimates().input_tokens(_request(content))
    if pieces is None:
        assert estimate > 9000
    else:
        assert pieces * MEDIA_TOKENS < estimate < (pieces + 1) * MEDIA_TOKENS


def test_a_giant_body_counts_no_more_than_a_model_can_read() -> None:
    assert Estimates().input_tokens(_request("x" * 3_000_000)) == MOST_PROMPT_TOKENS


def test_what_was_told_teaches_of_this_client_and_model_alone() -> None:
    estimates = Estimates()
    asked = _request("word " * 1000)
    first = estimates.input_tokens(asked)
    for _ in range(LEARNED_AFTER):
        assert estimates.input_tokens(asked) == first
        estimates.learn(asked, _told(1000, 50))
    learned = estimates.input_tokens(asked)
    assert 2 * 900 < learned < first // 2
    assert estimates.input_tokens(_request("word " * 1000, client="cli_2")) == first


def test_who_tells_more_than_the_bytes_is_believed_at_once() -> None:
    estimates = Estimates()
    asked = _request("hi")
    estimates.learn(asked, _told(9000))
    assert estimates.input_tokens(asked) >= 9000


def test_the_densest_of_the_last_ones_counts() -> None:
    estimates = Estimates()
    asked = _request("x" * 10_000)
    estimates.learn(asked, _told(9000))
    for _ in range(GENERATION):
        estimates.learn(asked, _told(2000))
    assert estimates.input_tokens(asked) >= 9000
    for _ in range(GENERATION):
        estimates.learn(asked, _told(2000))
    assert estimates.input_tokens(asked) < 9000


def test_an_answer_without_bounds_is_expected_as_long_as_those_before() -> None:
    estimates = Estimates()
    asked = _request("hi")
    assert estimates.unsaid_output_tokens(asked) == UNSAID_OUTPUT_TOKENS
    estimates.learn(asked, _told(5, 30_000))
    assert estimates.unsaid_output_tokens(asked) >= 30_000


_PICTURE = [{"type": "image_url", "image_url": {"url": "https://a.b/c.png"}}]


def test_what_text_has_taught_makes_no_picture_cheap() -> None:
    estimates = Estimates()
    for _ in range(LEARNED_AFTER):
        estimates.learn(_request("How are you?"), _told(20))
    assert estimates.input_tokens(_request("How are you?")) < 300
    assert estimates.input_tokens(_request(_PICTURE)) > MEDIA_TOKENS


def test_pictures_teach_of_pictures_and_not_of_text() -> None:
    estimates = Estimates()
    for _ in range(LEARNED_AFTER):
        assert estimates.input_tokens(_request(_PICTURE)) > MEDIA_TOKENS
        estimates.learn(_request(_PICTURE), _told(1500, 9000))
    assert 2 * 1400 < estimates.input_tokens(_request(_PICTURE)) < 4000
    assert 2 * 2800 < estimates.input_tokens(_request(_PICTURE * 2)) < 8000
    assert estimates.input_tokens(_request("x" * 1000)) < 1200, "by its bytes"
    assert estimates.unsaid_output_tokens(_request("x")) == 18_000
    estimates.learn(_request(_PICTURE), _told(90_000))
    assert estimates.input_tokens(_request(_PICTURE)) > 90_000


@pytest.mark.parametrize(
    "usage",
    [
        Usage(),
        Usage(output_tokens=9),
        Usage(input_tokens=99_999, estimated=int(Figure.INPUT)),
        Usage(input_tokens=99_999, partial=int(Figure.INPUT)),
    ],
)
def test_what_nobody_told_teaches_nothing(usage: Usage) -> None:
    estimates = Estimates()
    asked = _request("hi")
    before = estimates.input_tokens(asked)
    estimates.learn(asked, usage)
    assert estimates.input_tokens(asked) == before


def test_a_run_is_expected_to_use_twice_what_others_have_used() -> None:
    estimates = Estimates()
    read, written = estimates.run_tokens("cli_1", "claude/opus", "Do it")
    assert (read, written) == (AGENTS_WORDS_TOKENS + 5, UNSAID_OUTPUT_TOKENS)
    estimates.learn_of_run("cli_1", "claude/opus", _told(400_000, 9000))
    assert estimates.run_tokens("cli_1", "claude/opus", "Do it") == (800_000, 18_000)
    assert estimates.run_tokens("cli_2", "claude/opus", "Do it") == (read, written)
    estimates.learn_of_run("cli_2", "claude/opus", Usage(output_tokens=10**6))
    assert estimates.run_tokens("cli_2", "claude/opus", "Do it") == (read, written)


def test_no_number_of_models_fills_the_memory() -> None:
    estimates = Estimates()
    for number in range(MOST_PAIRS + 10):
        estimates.learn(_request("hi", client=f"cli_{number}"), _told(500))
    assert estimates.input_tokens(_request("hi", client="cli_0")) < 500
    assert estimates.input_tokens(_request("hi", client=f"cli_{MOST_PAIRS + 9}")) >= 500


@given(
    tokens_a_byte=st.floats(0.01, 1.0),
    overhead=st.integers(0, VENDORS_WORDS_TOKENS),
    sizes=st.lists(st.integers(1, 20_000), min_size=64, max_size=64),
    taught=st.integers(0, 2 * GENERATION),
)
def test_64_that_race_spend_one_reservation_more_than_a_budget_at_most(
    tokens_a_byte: float, overhead: int, sizes: list[int], taught: int
) -> None:
    """However dense their prompts are, and whatever was told of earlier ones."""
    budget = Budget(measure=Measure.TOKENS, amount=BUDGET, period=Period.NEVER)
    policies = Policies(TurnedClock(), lambda _, __: None)
    policies.apply([ClientPolicy(client="*", budgets=(budget,))])
    asked = [_request("x" * size, max_tokens=10) for size in sizes]
    told = [_told(int(len(each.body) * tokens_a_byte) + overhead, 10) for each in asked]
    for _, each, usage in zip(range(taught), asked, told, strict=False):
        policies.estimates.learn(each, usage)
    let_in: list[tuple[Reservations, Usage]] = []
    most = 0.0
    for each, usage in zip(asked, told, strict=True):
        wish = RequestEstimate(
            model="m",
            places=(ProviderModel("p", "m"),),
            input_tokens=policies.estimates.input_tokens(each),
            output_tokens=10,
        )
        try:
            admitted = policies.admit(each.principal, wish)
        except LimitReached:
            continue
        except PolicyError as error:
            raise AssertionError(error) from error
        assert admitted is not None
        let_in.append((admitted, usage))
        most = max(most, wish.input_tokens + 10.0)
    assert let_in
    for admitted, usage in let_in:
        policies.settle(admitted, usage, None)
    (standing,) = policies.standing("cli_1")
    assert standing.used <= BUDGET + most


def test_a_figure_that_is_known_in_part_counts_as_it_was_reserved_at_least() -> None:
    budget = Budget(measure=Measure.TOKENS, amount=BUDGET, period=Period.NEVER)
    policies = Policies(TurnedClock(), lambda _, __: None)
    policies.apply([ClientPolicy(client="*", budgets=(budget,))])
    spent: Mapping[str, tuple[Usage, float]] = {
        "a": (_told(10, 20), 30),
        "b": (Usage(input_tokens=10), 510),
        "c": (Usage(input_tokens=10, output_tokens=3, partial=int(Figure.OUTPUT)), 510),
        "d": (Usage(input_tokens=700, output_tokens=3, partial=int(Figure.OUTPUT)), 703),
        "e": (Usage(output_tokens=3), 510),
    }
    for client, (usage, used) in spent.items():
        asked = _request("hi", client=client)
        wish = RequestEstimate(
            model="m", places=(ProviderModel("p", "m"),), input_tokens=10, output_tokens=500
        )
        admitted = policies.admit(asked.principal, wish)
        assert admitted is not None
        policies.settle(admitted, usage, None)
        assert policies.standing(client)[0].used == used
