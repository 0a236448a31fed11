"""Runs of regression sets as the window shows them: what came of each, and what fell first."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llmgw_desktop.app.words.figures import (
    clock_text,
    duration_text,
    exact_money_text,
    local_time,
    spent_text,
)
from llmgw_desktop.app.words.inert_text import csv_of, inert_line
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.validation import ValidationRun
from llmgw_desktop.domain.values import value

MOST_RUNS = 50
_NAME_CHARS, _WORDS_CHARS = 80, 300
_RESULTS = {True: "Passed", False: "Fell", None: "Not asked"}


@value
class CheckedAnswer:
    """One answer of a run, in words. `flight` is empty where nobody was asked."""

    number: int
    result: str
    case: str
    model: str
    cost: str
    took: str
    why: str
    flight: str


@value
class CheckedRun:
    """One run, in words."""

    id: str
    when: str
    name: str
    """Of its set, with what tells two versions of it apart."""
    set: str
    """Its name alone: runs of one name make one line over time."""
    made_at_s: float
    share: float
    """Of its answers that passed, from 0 to 1."""
    cost_usd: float | None
    """None where no answer told its cost."""
    client: str
    models: str
    passed: str
    first_fallen: str
    cost: str
    answers: tuple[CheckedAnswer, ...]


class CheckHistory:
    """Waits for the disk: never on a thread that must not."""

    def __init__(self, recent: Callable[[int], Sequence[ValidationRun]], clock: Clock) -> None:
        """`recent`: so many runs of everybody's, the newest first."""
        self._recent = recent
        self._clock = clock

    def runs(self) -> tuple[CheckedRun, ...]:
        """Newest first. Raises StoreError, VaultError."""
        today = local_time(self._clock.now_s()).date()
        return tuple(_run(run, clock_text(run.made_at_s, today)) for run in self._recent(MOST_RUNS))


def runs_csv(runs: Sequence[CheckedRun]) -> str:
    """For spreadsheets."""
    head = ("run", "at", "set", "client", "models", "passed", "share", "cost_usd", "first_fallen")
    told = [
        (
            *(each.id, local_time(each.made_at_s).isoformat(timespec="seconds"), each.name),
            *(each.client, each.models, each.passed, each.share, each.cost_usd),
            each.first_fallen,
        )
        for each in runs
    ]
    return csv_of(head, told)


def _run(run: ValidationRun, when: str) -> CheckedRun:
    told: Mapping[str, Any] = run.request.evidence
    whole = told["passed"] + told["failed"] + told["notAsked"]
    fallen = ": ".join(filter(None, (told["firstFallen"], told["why"])))
    return CheckedRun(
        id=run.id,
        when=when,
        name=inert_line(f"{run.request.question} ({told['sha256'][:8]})", _NAME_CHARS),
        set=inert_line(run.request.question, _NAME_CHARS),
        made_at_s=run.made_at_s,
        share=told["passed"] / whole if whole else 0.0,
        cost_usd=told["costUsd"] if told["isCostWhole"] or told["costUsd"] else None,
        client=inert_line(run.client, _NAME_CHARS),
        models=inert_line(", ".join(told["models"]), _NAME_CHARS),
        passed=f"{told['passed']:,} of {whole:,}",
        first_fallen=inert_line(fallen, _WORDS_CHARS),
        cost=spent_text(told["costUsd"], is_whole=told["isCostWhole"]),
        answers=tuple(_answer(json.loads(each.text)["row"]) for each in run.answers),
    )


def _answer(told: Mapping[str, Any]) -> CheckedAnswer:
    fallen = [each for each in told["checks"] if not each["passed"]]
    why = told["problem"] or "; ".join(f"{each['kind']}: {each['words']}" for each in fallen)
    return CheckedAnswer(
        number=told["number"],
        result=_RESULTS[told["passed"]],
        case=inert_line(told["case"], _NAME_CHARS),
        model=inert_line(told["model"], _NAME_CHARS),
        cost=exact_money_text(told["costUsd"]),
        took=duration_text(told["durationMs"]),
        why=inert_line(why, _WORDS_CHARS),
        flight=told["flight"] or "",
    )
