"""Asked again from the window: what is filled in, what it would come to, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.flights.replaying import FilledReplay, ReplayForm, Replaying, how_many
from llmgw_desktop.domain.errors import UnknownModel
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.replay_dialog import ReplayDialog
from tests.support.flight_page import FlightBench
from tests.support.made_flights import failed, record, summary
from tests.ui.at_once import run_at_once


class PlainReplaying(Replaying):
    """Asks nobody; `asked` is what would have been asked."""

    def __init__(self, made: FlightRecord) -> None:
        super().__init__(lambda _: made, lambda: pytest.fail("nobody is asked"))
        self.asked: list[FilledReplay] = []
        self.planned: list[FilledReplay] = []
        self.ends: list[FlightSummary] = []
        self.problem: Exception | None = None

    async def plan(self, form: ReplayForm, filled: FilledReplay) -> tuple[str, ...]:
        how_many(filled)
        self.planned.append(filled)
        if self.problem is not None:
            raise self.problem
        return ("anthropic · claude-sonnet: sends 48,200 tokens, ≈$0.16.",)

    async def run(
        self, form: ReplayForm, filled: FilledReplay, ended: Callable[[FlightSummary], None]
    ) -> None:
        self.asked.append(filled)
        if self.problem is not None:
            raise self.problem
        for flight in self.ends:
            ended(flight)


@pytest.fixture
def made() -> FlightRecord:
    return record(1)


Open = Callable[..., tuple[ReplayDialog, PlainReplaying]]


@pytest.fixture
def opened(
    bench: FlightBench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, made: FlightRecord
) -> Open:
    monkeypatch.setattr(Bridge, "run", run_at_once)

    def open_for(**changes: Any) -> tuple[ReplayDialog, PlainReplaying]:
        replaying = PlainReplaying(replace(made, **changes))
        dialog = ReplayDialog(bench.page._theme, replaying, bench.bridge, bench.page)
        dialog.begin(made.summary.id)
        qtbot.waitUntil(lambda: dialog._form is not None)
        return dialog, replaying

    return open_for


def _done(dialog: ReplayDialog) -> None:
    """As if its task had ended."""
    dialog._task = None


def test_it_says_what_it_comes_to_before_anybody_is_asked(opened: Open) -> None:
    dialog, replaying = opened()
    assert dialog.plan.text().startswith("anthropic · claude-sonnet: sends 48,200 tokens")
    assert "not run" in dialog.plan.text()
    assert dialog.message.toPlainText() == "Why is the sky blue?"
    assert dialog.models.placeholderText() == "claude-sonnet"
    assert dialog.secret.isHidden() or not dialog._fields["secrets"].isVisible()
    assert dialog._save.isEnabled()
    assert not replaying.asked


def test_what_is_filled_in_is_what_is_asked(opened: Open) -> None:
    dialog, replaying = opened()
    replaying.ends = [summary(7), failed(8)]
    dialog._ask()
    _done(dialog)
    assert replaying.asked == [FilledReplay()]
    dialog.models.setText("gpt-6, claude-opus")
    dialog.times.setText("2")
    dialog.message.setPlainText("In one word?")
    dialog.members.setText('{"temperature": 0}')
    dialog._ask()
    assert replaying.asked[1] == FilledReplay(
        models="gpt-6, claude-opus",
        times="2",
        last_message="In one word?",
        members='{"temperature": 0}',
    )
    assert how_many(replaying.asked[1]) == 4


def test_each_that_ends_can_be_compared_with_the_first(opened: Open, made: FlightRecord) -> None:
    dialog, replaying = opened()
    replaying.ends = [summary(7), failed(8)]
    wanted: list[tuple[str, str]] = []
    dialog.comparison_wanted.connect(lambda *ids: wanted.append(ids))
    dialog._ask()
    assert dialog._rows.count() == 2
    buttons = [
        dialog._rows.itemAt(at).layout().itemAt(2).widget()  # type: ignore[union-attr]
        for at in range(2)
    ]
    buttons[0].click()  # type: ignore[union-attr]
    assert wanted == [(made.summary.id, summary(7).id)]
    assert dialog._save.text() == "Ask again"


def test_removed_secrets_are_asked_for(opened: Open) -> None:
    body = b'{"model": "m", "messages": [{"role": "user", "content": "k [secret removed]"}]}'
    dialog, replaying = opened(request_body=body)
    assert not dialog._fields["secrets"].isHidden()
    assert "1 place" in dialog._fields["secrets"].note
    assert dialog.secret.echoMode() is dialog.secret.EchoMode.Password
    assert not dialog._save.isEnabled()
    dialog.secret.setText("a long secret of mine")
    dialog._look()
    assert dialog._save.isEnabled()
    dialog._ask()
    assert replaying.asked[0].secret == "a long secret of mine"
    assert "a long secret" not in repr(replaying.asked[0])
    _done(dialog)
    dialog.secret.clear()
    dialog.marks.setChecked(True)
    dialog._look()
    assert dialog._save.isEnabled()


def test_what_is_wrong_stands_beside_its_field(opened: Open) -> None:
    dialog, replaying = opened()
    for line, text, field in (
        (dialog.times, "many", "times"),
        (dialog.times, "99", "times"),
        (dialog.members, "{", "set"),
    ):
        before = line.text()
        line.setText(text)
        dialog._look()
        assert dialog._fields[field].note
        assert not dialog._save.isEnabled()
        line.setText(before)
        dialog._look()
        assert dialog._save.isEnabled()
    replaying.problem = UnknownModel("nobody", ())
    dialog._look()
    assert dialog.problem
    replaying.problem = InvalidRun("no", field="times")
    dialog._ask()
    assert dialog._fields["times"].note == "No"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"request_body": None}, "not recorded"),
        ({"request_body_whole": False}, "Only the beginning"),
        ({"unreadable": "Unlock the vault.", "request_body": None}, "encrypted"),
    ],
)
def test_what_cannot_be_asked_again_says_why(
    opened: Open, changes: dict[str, Any], words: str
) -> None:
    dialog, _ = opened(**changes)
    assert words in dialog.problem
    assert not dialog._save.isEnabled()


def test_the_page_asks_for_it_of_the_chosen_flight(bench: FlightBench, qtbot: QtBot) -> None:
    wanted: list[str] = []
    bench.page.replay_wanted.connect(wanted.append)
    assert not bench.page._actions.replay.isEnabled()
    bench.table.choose_row(2)
    bench.page._actions.replay.trigger()
    assert wanted == [bench.table.chosen_flight().id]  # type: ignore[union-attr]
