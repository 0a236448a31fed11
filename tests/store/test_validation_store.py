"""What is kept of panels: ended answers stay, one judge, one chain, own or not found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.validation import (
    Intent,
    PanelRequest,
    Receipt,
    Seat,
    SeatAnswer,
    SeatState,
    ValidationRun,
)
from llmgw_desktop.store.validation import JUDGE, REVIEWER, ValidationStore

CLAUDE = Seat(name="claude:opus", cli=CliName.CLAUDE, model="opus")
OTHER = Seat(name="openai/gpt-x", model="gpt-x")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ValidationStore]:
    made = ValidationStore(tmp_path / "gateway.db")
    yield made
    made.close()


def a_run(name: str = "val_1", owner: str = "me", made_at_s: float = 5.0) -> ValidationRun:
    return ValidationRun(
        id=name,
        owner=owner,
        client="test",
        project="p",
        made_at_s=made_at_s,
        request=PanelRequest(
            intent=Intent.REVIEW,
            seats=(CLAUDE, OTHER),
            content="é",
            judge=CLAUDE,
            evidence={"bytes": 3, "untrackedFiles": [{"path": "a"}]},
        ),
        answers=(
            SeatAnswer(seat=CLAUDE, correlation_id=f"validation-{name}-claude:opus"),
            SeatAnswer(
                seat=OTHER,
                state=SeatState.COMPLETED,
                text="yes",
                sha256="ab",
                usage=Usage(output_tokens=3),
                cost_usd=0.5,
            ),
        ),
    )


def a_receipt(name: str, seq: int, prev: str) -> Receipt:
    return Receipt(
        seq=seq,
        validation_id=name,
        owner="me",
        minted_at_s=1.0,
        body=name.encode(),
        sha256=hashlib.sha256(f"{name}{prev}".encode()).hexdigest(),
        prev_sha256=prev,
        signature="s",
        public_key="k",
    )


def test_what_is_kept_comes_back(store: ValidationStore) -> None:
    store.add(a_run())
    assert store.get("val_1") == a_run()
    assert store.get("val_1", "me") == a_run()
    assert store.get("val_1", "another") is None
    assert store.recent("another") == []
    assert store.recent(None) == [a_run()]


def test_an_answer_that_has_ended_stays(store: ValidationStore) -> None:
    store.add(a_run())
    ended = replace(a_run().answers[0], state=SeatState.FAILED, error="x", job_id="job_1")
    assert store.keep("val_1", REVIEWER, ended)
    late = replace(ended, state=SeatState.COMPLETED, text="late")
    assert not store.keep("val_1", REVIEWER, late)
    found = store.get("val_1")
    assert found is not None
    assert found.answers[0] == ended
    assert store.of_job("job_1", "me") == ("val_1", REVIEWER, "claude:opus")
    assert store.of_job("job_1", "another") is None


def test_of_many_who_want_a_judge_one_wins(store: ValidationStore) -> None:
    store.add(a_run())
    judges = [replace(a_run().answers[0], seat=Seat(name=f"j{number}")) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda judge: store.claim_judge("val_1", judge, ("b", "a")), judges))
    assert sum(won) == 1
    found = store.get("val_1")
    assert found is not None
    assert found.judge == judges[won.index(True)]
    assert found.judge_order == ("b", "a")


def test_a_judge_that_failed_gives_way(store: ValidationStore) -> None:
    store.add(a_run())
    judge = a_run().answers[0]
    assert store.claim_judge("val_1", judge, ())
    assert store.keep("val_1", JUDGE, replace(judge, state=SeatState.FAILED))
    assert store.claim_judge("val_1", judge, ())
    assert store.keep("val_1", JUDGE, replace(judge, state=SeatState.COMPLETED))
    assert not store.claim_judge("val_1", judge, ())


def test_ended_is_only_what_nobody_is_asked_for(store: ValidationStore) -> None:
    store.add(a_run())
    store.ended("val_1")
    assert [run.id for run in store.open()] == ["val_1"]
    store.keep("val_1", REVIEWER, replace(a_run().answers[0], state=SeatState.CANCELED))
    store.ended("val_1")
    assert store.open() == []


def test_receipts_are_one_chain(store: ValidationStore) -> None:
    names = [f"val_{number}" for number in range(12)]
    for name in names:
        store.add(a_run(name))

    def mint(name: str) -> Receipt | None:
        return store.mint(name, lambda seq, prev: a_receipt(name, seq, prev), has_judge=False)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(mint, [*names, *names]))
    assert made[:12] == made[12:]
    chain = store.receipts()
    assert [each.seq for each in chain] == list(range(1, 13))
    assert [each.prev_sha256 for each in chain] == ["", *(each.sha256 for each in chain[:-1])]
    assert store.receipt("val_1", "another") is None
    assert store.receipts("another") == []


def test_no_receipt_overlooks_a_judge_and_no_judge_a_receipt(store: ValidationStore) -> None:
    store.add(a_run())
    judge = a_run().answers[0]
    assert store.claim_judge("val_1", judge, ())
    assert store.mint("val_1", lambda *_: a_receipt("val_1", 1, ""), has_judge=False) is None
    store.add(a_run("val_2"))
    assert store.mint("val_2", lambda *_: a_receipt("val_2", 1, ""), has_judge=False)
    assert not store.claim_judge("val_2", judge, ())


def test_what_is_old_and_has_no_receipt_is_forgotten(store: ValidationStore) -> None:
    ended = replace(a_run().answers[0], state=SeatState.COMPLETED)
    for number, made_at_s in enumerate((1.0, 1.0, 9.0)):
        store.add(a_run(f"val_{number}", made_at_s=made_at_s))
        store.keep(f"val_{number}", REVIEWER, ended)
        store.ended(f"val_{number}")
    store.mint("val_1", lambda *_: a_receipt("val_1", 1, ""), has_judge=False)
    store.add(a_run("val_live", made_at_s=1.0))
    store.forget(5.0)
    assert {run.id for run in store.recent(None)} == {"val_1", "val_2", "val_live"}
