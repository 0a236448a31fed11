"""The tabs of the detail pane: which views, which notices, loading all of a large body."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from llmgw_desktop.domain.flights.flight import FlightRecord, FlightState, Phase, PhaseName
from llmgw_desktop.domain.guard import GuardAction, GuardHit, PromptRole
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import PassedRule
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.detail.body_tab import BodyTab, RawTab
from llmgw_desktop.ui.flights.detail.overview_tab import OverviewTab, TokenBar
from llmgw_desktop.ui.flights.detail.route_tab import RouteTab
from llmgw_desktop.ui.flights.detail.timeline_tab import TimelineTab, tick_step_ms
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from tests.support.made_flights import BEGIN_S, failed, record, routed, running, summary


@pytest.fixture
def request_tab(theme: Theme, bridge: Bridge, qtbot: object) -> BodyTab:
    tab = BodyTab(theme, bridge, of_request=True)
    qtbot.addWidget(tab)
    tab.resize(600, 400)
    tab.show()
    return tab


@pytest.fixture
def response_tab(theme: Theme, bridge: Bridge, qtbot: object) -> BodyTab:
    tab = BodyTab(theme, bridge, of_request=False)
    qtbot.addWidget(tab)
    tab.resize(600, 400)
    tab.show()
    return tab


def test_what_takes_long_or_fails_leaves_no_other_flight_in_sight(
    request_tab: BodyTab, qtbot: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_tab.show_record(record())
    qtbot.waitUntil(lambda: "Why is the sky blue?" in request_tab._transcript.toPlainText())
    go_on = threading.Event()

    def broken(*_: object, **__: object) -> None:
        go_on.wait(30)
        raise ValueError("no such thing")

    monkeypatch.setattr("llmgw_desktop.ui.flights.detail.body_tab.transcript_of", broken)
    request_tab.show_record(record(2))
    qtbot.waitUntil(lambda: request_tab._stack.currentWidget() is request_tab._empty)
    assert request_tab._empty._title.text() == "Reading the flight…"
    go_on.set()
    qtbot.waitUntil(lambda: "cannot be shown" in request_tab._empty._title.text())
    assert request_tab._empty._text.text() == "no such thing"
    request_tab._switch.choose("raw")
    request_tab._on_chosen("raw")
    qtbot.waitUntil(lambda: request_tab._stack.currentWidget() is request_tab._text)


def test_messages_json_and_raw(request_tab: BodyTab, qtbot: object) -> None:
    request_tab.show_record(record())
    qtbot.waitUntil(lambda: "Why is the sky blue?" in request_tab._transcript.toPlainText())
    request_tab._switch.choose("json")
    qtbot.waitUntil(lambda: '"stream": true' in request_tab._text.toPlainText())
    assert request_tab._stack.currentWidget() is request_tab._text
    request_tab._switch.choose("raw")
    qtbot.waitUntil(lambda: request_tab._text.toPlainText().startswith('{"model"'))


def test_a_stream_is_put_together_and_told_event_by_event(
    response_tab: BodyTab, qtbot: object
) -> None:
    response_tab.show_record(record())
    qtbot.waitUntil(lambda: "Rayleigh scattering." in response_tab._transcript.toPlainText())
    response_tab._switch.choose("events")
    qtbot.waitUntil(lambda: "content_block_delta" in response_tab._text.toPlainText())


def test_the_view_that_was_chosen_holds_for_the_next_flight(
    response_tab: BodyTab, qtbot: object
) -> None:
    response_tab.prefer("json")
    response_tab.show_record(record())
    qtbot.waitUntil(lambda: "message_stop" in response_tab._text.toPlainText())
    whole = json.dumps({"content": [{"type": "text", "text": "one piece"}]}).encode()
    response_tab.show_record(record(answer_body=whole))
    qtbot.waitUntil(lambda: '"one piece"' in response_tab._text.toPlainText())
    assert response_tab._switch.key == "json"
    response_tab.show_record(record(answer_body=b"<html>proxy</html>"))
    qtbot.waitUntil(lambda: response_tab._text.toPlainText() == "<html>proxy</html>")


def test_a_large_body_is_loaded_on_demand(request_tab: BodyTab, qtbot: object) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "word " * 400_000}]}).encode()
    request_tab.prefer("raw")
    request_tab.show_record(record(request_body=body))
    qtbot.waitUntil(request_tab._part._load.isVisible)
    assert request_tab._part._load.text() == "Load all (1.9 MB)"
    assert request_tab._part._words.text() == "Only the first 64 KB are shown."
    assert len(request_tab._text.toPlainText()) <= 70_000
    request_tab._part._load.click()
    qtbot.waitUntil(lambda: len(request_tab._text.toPlainText()) >= len(body))
    assert not request_tab._part.isVisible()


def test_a_cut_body_says_so(request_tab: BodyTab, qtbot: object) -> None:
    flight = summary(1, request_bytes=9_000_000)
    cut = record(summary=flight, request_body=b'{"messages": [', request_body_whole=False)
    request_tab.show_record(cut)
    qtbot.waitUntil(request_tab._part.isVisible)
    assert "Only the first 14 bytes of 8.6 MB were recorded." in request_tab._part._words.text()


def test_a_body_that_was_not_recorded(request_tab: BodyTab, qtbot: object) -> None:
    request_tab.show_record(record())
    qtbot.waitUntil(lambda: "sky" in request_tab._transcript.toPlainText())
    request_tab.show_record(record(request_body=None))
    assert request_tab._stack.currentWidget() is request_tab._empty
    assert (
        request_tab._empty._title.text()
        == "The request's body was not recorded, or is kept no longer."
    )
    assert request_tab._switch is None
    request_tab.show_record(record(request_body=None, request_body_whole=False))
    title = request_tab._empty._title.text()
    assert title == "The request's body was left out: too much came at once, or no key came."
    request_tab.show_record(record())
    assert request_tab._switch is not None


def test_only_the_last_of_quick_changes_is_shown(request_tab: BodyTab, qtbot: object) -> None:
    for number in range(30):
        body = json.dumps({"messages": [{"role": "user", "content": f"question {number}"}]})
        request_tab.show_record(record(number, request_body=body.encode()))
    qtbot.waitUntil(lambda: "question 29" in request_tab._transcript.toPlainText())


def test_raw_has_heads_and_bodies(theme: Theme, bridge: Bridge, qtbot: object) -> None:
    tab = RawTab(theme, bridge)
    qtbot.addWidget(tab)
    tab.show_record(record())
    qtbot.waitUntil(lambda: "POST /v1/messages" in tab._text.toPlainText())
    assert "X-Api-Key: •••• (49 chars)" in tab._text.toPlainText()


def test_the_overview_explains_an_error(theme: Theme, qtbot: object) -> None:
    tab = OverviewTab(theme)
    qtbot.addWidget(tab)
    tab.show()
    tab.show_record(record(summary=failed(1)), BEGIN_S)
    assert tab.error.isVisible()
    assert "asked to slow down" in tab.error.accessibleDescription()
    assert "status 429" in tab.accessibleDescription()
    tab.show_record(record(), BEGIN_S)
    assert not tab.error.isVisible()


def test_a_name_without_end_is_broken_not_cut(theme: Theme, qtbot: object) -> None:
    endless = "model-" + "m" * 100
    flight = failed(1, model_asked=endless, error_text="e" * 400, provider="p" * 70)
    tab = OverviewTab(theme)
    qtbot.addWidget(tab)
    tab.resize(380, 600)
    tab.show()
    tab.show_record(record(summary=flight, path="/v1/" + "p" * 150), BEGIN_S)
    qtbot.wait(20)
    inner = tab.widget()
    assert inner.width() == tab.viewport().width()
    labels = [each for each in tab.findChildren(QLabel) if each.isVisible() and each.text()]
    assert any(endless in each.text() for each in labels)
    for label in labels:
        right = label.mapTo(inner, label.rect().bottomRight())
        assert right.x() < inner.width(), label.text()
        assert label.height() >= label.heightForWidth(label.width()), label.text()
    button = next(b for b in tab.findChildren(Button) if b.accessibleName() == "Copy model")
    assert button.mapTo(inner, button.rect().topRight()).x() < inner.width()
    button.click()
    assert QGuiApplication.clipboard().text() == f"{endless}"


def test_the_overview_tells_what_was_lost(theme: Theme, qtbot: object) -> None:
    tab = OverviewTab(theme)
    qtbot.addWidget(tab)
    tab.resize(500, 600)
    tab.show()
    lossy = summary(1, upstream_protocol=ModelProtocol.GEMINI, losses=("penalties", "field:speed"))
    tab.show_record(record(summary=lossy), BEGIN_S)
    texts = [each.text() for each in tab._losses.findChildren(QLabel) if each.isVisible()]
    assert texts == [
        "Lost in translation",
        "2 things could not be carried between Anthropic Messages and Gemini.",
        "Penalties",
        "Models since 2.5 refuse penalties.",
        "Field speed",
        "It has no counterpart outside Anthropic Messages.",
    ]
    tab._losses._copy.click()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[1] == "penalties: Penalties. Models since 2.5 refuse penalties."
    assert len(copied) == 3
    tab.show_record(
        record(summary=summary(2, upstream_protocol=ModelProtocol.GEMINI, losses=("seed",))),
        BEGIN_S,
    )
    texts = [each.text() for each in tab._losses.findChildren(QLabel) if each.isVisible()]
    assert texts[2:] == ["Seed", "Seeds have 32 bits."]


def test_the_name_of_a_loss_breaks_only_where_there_is_no_room(theme: Theme, qtbot: object) -> None:
    tab = OverviewTab(theme)
    qtbot.addWidget(tab)
    tab.resize(900, 600)
    tab.show()
    name = "field:functionDeclaration.responseJsonSchema"
    lossy = summary(1, upstream_protocol=ModelProtocol.GEMINI, losses=(name, "seed"))
    tab.show_record(record(summary=lossy), BEGIN_S)
    what, why = tab._losses._lines.shown[0]
    qtbot.waitUntil(lambda: len(what.lines(what.width())) == 1)
    assert len(why.lines(why.width())) == 1
    tab.resize(400, 600)
    qtbot.waitUntil(lambda: len(what.lines(what.width())) > 1)
    inner = tab.widget()
    assert inner.width() <= tab.viewport().width()
    assert abs(what.width() - why.width()) < 8
    tab.show_record(record(summary=replace(lossy, losses=("seed",))), BEGIN_S)
    qtbot.waitUntil(lambda: what.width() < why.width())


def test_the_overview_tells_that_nothing_was_lost(theme: Theme, qtbot: object) -> None:
    tab = OverviewTab(theme)
    qtbot.addWidget(tab)
    tab.show()
    tab.show_record(
        record(summary=summary(1, upstream_protocol=ModelProtocol.OPENAI_CHAT)), BEGIN_S
    )
    assert tab._losses.isVisible()
    assert not tab._losses._copy.isVisible()
    assert tab._losses._sentence.text() == (
        "Nothing was lost between Anthropic Messages and OpenAI Chat Completions."
    )
    tab.show_record(record(), BEGIN_S)
    assert not tab._losses.isVisible()


@pytest.mark.parametrize("state", list(FlightState))
def test_the_overview_paints_every_state(theme: Theme, qtbot: object, state: FlightState) -> None:
    tab = OverviewTab(theme)
    qtbot.addWidget(tab)
    tab.resize(500, 400)
    tab.show()
    tab.show_record(record(summary=summary(1, state=state)), BEGIN_S)
    assert not tab.grab().isNull()


def test_the_token_bar_says_its_figures_in_words(theme: Theme, qtbot: object) -> None:
    bar = TokenBar(theme)
    qtbot.addWidget(bar)
    bar.resize(300, 60)
    for usage in (Usage(), Usage(input_tokens=1), summary(1).usage):
        bar.show_usage(usage)
        assert not bar.grab().isNull()
    assert bar.accessibleDescription() == (
        "Tokens: fresh input 2,000, cache write 2,338, cache read 43,862, output 310;"
        " cache hit rate 91 %."
    )


def test_a_flight_that_asked_no_provider_blames_none_for_missing_figures(
    theme: Theme, qtbot: object
) -> None:
    tab = OverviewTab(theme)
    qtbot.addWidget(tab)
    kept = replace(summary(1), provider=None, usage=Usage())
    tab.show_record(record(summary=kept), BEGIN_S)
    told = tab.findChild(TokenBar).accessibleDescription()
    assert told == "No provider was asked, so nobody told token figures."


def test_the_timeline_says_its_spans_in_words(theme: Theme, qtbot: object) -> None:
    tab = TimelineTab(theme)
    qtbot.addWidget(tab)
    tab.resize(600, 300)
    tab.show()
    tab.show_record(record())
    assert not tab.grab().isNull()
    assert tab.accessibleDescription().startswith("Timeline of 4.0 s. Read: 0.6 ms. ")
    assert not [each for each in tab.findChildren(QLabel) if each.isVisible()], "the chart says it"
    low = tab._chart.sizeHint().height()
    tab.show_record(record(summary=summary(1, took_ms=9_000.0)))
    assert tab.accessibleDescription().endswith(". Other: 5.0 s.")
    assert tab._chart.sizeHint().height() > low
    assert not tab.grab().isNull()
    tab.show_record(record(phases=()))
    assert "No timeline" in tab.accessibleDescription()
    assert [each.text() for each in tab.findChildren(QLabel) if each.isVisible()]
    one = (Phase(name=PhaseName.READ, start_ms=0.0, end_ms=0.0),)
    tab.show_record(record(phases=one, summary=summary(1, took_ms=None)))
    assert not tab.grab().isNull()


@pytest.mark.parametrize("end_ms", [0.001, 0.7, 3.0, 99.0, 4000.0, 61_000.0, 7_200_000.0])
def test_a_scale_has_few_round_ticks(end_ms: float) -> None:
    step = tick_step_ms(end_ms)
    assert 1 <= end_ms / step <= 8


def test_the_route_tells_which_rules_were_passed_over(theme: Theme, qtbot: object) -> None:
    tab = RouteTab(theme)
    qtbot.addWidget(tab)
    tab.resize(600, 400)
    tab.show()
    passed = (
        PassedRule(name="small things", why="It is for client 'codex'; this is 'editor'."),
        PassedRule(name="", why="And 9 more."),
    )
    tab.show_record(record(**routed(), passed_rules=passed))
    shown = [each.text() for each in tab.findChildren(QLabel) if each.isVisible()]
    assert shown[-3:] == [
        "Rules passed over",
        "small things: It is for client 'codex'; this is 'editor'.",
        "And 9 more.",
    ]
    assert tab.accessibleDescription().endswith("And 9 more.")
    tab.show_record(record(**routed()))
    shown = [each.text() for each in tab.findChildren(QLabel) if each.isVisible()]
    assert "Rules passed over" not in shown


def test_the_route_tells_each_candidate_with_its_reason(theme: Theme, qtbot: object) -> None:
    tab = RouteTab(theme)
    qtbot.addWidget(tab)
    tab.resize(600, 400)
    tab.show()
    tab.show_record(record(**routed()))
    shown = [each.text() for each in tab.findChildren(QLabel) if each.isVisible()]
    assert "3 candidates, in the order in which they are asked; 1 left out." in shown
    assert [text for text in shown if text in ("1", "2", "3", "4", "–")] == ["1", "2", "3", "–"]
    assert "claude/spare" in shown
    assert "1. claude/work, claude-sonnet: Route 'reviews' names it." in tab.accessibleDescription()
    tab.show_record(record())
    shown = [each.text() for each in tab.findChildren(QLabel) if each.isVisible()]
    assert "claude/spare" not in shown
    assert "'anthropic' is its vendor. There is no other." in shown
    tab.show_record(record(considered=(), route_reason=""))
    shown = [each.text() for each in tab.findChildren(QLabel) if each.isVisible()]
    assert shown == ["How this flight was routed was not recorded."]
    tab.show_record(record(summary=failed(1, provider=None), considered=(), route_reason=""))
    assert "No route was chosen" in tab.accessibleDescription()
    tab.show_record(FlightRecord(summary=running(1)))
    assert "told when it has ended" in tab.accessibleDescription()


def test_a_run_of_a_cli_is_a_prompt_and_a_text(
    request_tab: BodyTab, response_tab: BodyTab, qtbot: object
) -> None:
    asked = json.dumps(
        {"cli": "claude", "prompt": "Mend the test.", "appendSystemPrompt": "Be brief."}
    )
    run = record(
        request_body=asked.encode(),
        answer_body=b"Mended; it ran into midnight.",
        summary=summary(1, protocol=ModelProtocol.CLI, upstream_protocol=ModelProtocol.CLI),
    )
    request_tab.show_record(run)
    qtbot.waitUntil(lambda: "Mend the test." in request_tab._transcript.toPlainText())
    assert "Be brief." in request_tab._transcript.toPlainText()
    response_tab.show_record(run)
    qtbot.waitUntil(lambda: "ran into midnight" in _shown(response_tab))


def _shown(tab: BodyTab) -> str:
    """Whichever view it is in."""
    return tab._transcript.toPlainText() + tab._text.toPlainText()


def test_the_overview_tells_what_guards_found_and_never_the_words(
    theme: Theme, qtbot: object
) -> None:
    tab = OverviewTab(theme)
    qtbot.addWidget(tab)
    tab.show()
    hidden = GuardHit(
        rule="hide-mail", action=GuardAction.MASK, what="email", role=PromptRole.USER, count=2
    )
    noted = replace(hidden, rule="watch", action=GuardAction.WARN, what="pattern 3", count=1)
    tab.show_record(record(summary=summary(1, guard_hits=(hidden, noted))), BEGIN_S)
    assert tab._guards.isVisible()
    assert tab._guards.accessibleDescription() == (
        "Placeholders were sent in the place of what was hidden, and are all that is recorded. "
        "The client gets the real words back.\n"
        "Hidden by hide-mail: 2 email addresses in the user's words.\n"
        "Noted by watch: Pattern 3 of deny, 1 time in the user's words."
    )
    tab.show_record(record(), BEGIN_S)
    assert not tab._guards.isVisible()
