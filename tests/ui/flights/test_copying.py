"""What reaches the clipboard from the page, and what is said when nothing can."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.support.flight_page import FlightBench
from tests.support.made_flights import flight_id, record, summary


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


@pytest.fixture(autouse=True)
def chosen(bench: FlightBench) -> None:
    QGuiApplication.clipboard().setText("before")
    bench.table.choose_row(0)


def test_curl(bench: FlightBench, qtbot: object) -> None:
    bench.table.setFocus()
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(bench.table, Qt.Key.Key_C, modifiers)
    qtbot.waitUntil(lambda: clipboard() != "before")
    assert clipboard().startswith("curl -sSN 'http://127.0.0.1:3333/v1/messages?beta=true'")
    assert "$(cat '" in clipboard()
    assert bench.page._notice.text == "Copied as curl."


def test_request_answer_and_id(bench: FlightBench, qtbot: object) -> None:
    actions = bench.page._actions
    actions.request.trigger()
    qtbot.waitUntil(lambda: clipboard().startswith("{"))
    assert json.loads(clipboard())["model"] == "claude-sonnet"
    actions.answer.trigger()
    qtbot.waitUntil(lambda: clipboard() == "Rayleigh scattering.")
    actions.flight_id.trigger()
    assert clipboard() == flight_id(999)


def test_no_secret_reaches_the_clipboard(bench: FlightBench, qtbot: object) -> None:
    secret = "sk-ant-api03-abcdef"
    bench.reader.records[flight_id(999)] = record(
        summary=summary(999),
        path=f"/v1/messages?key={secret}",
        request_headers=(("x-api-key", secret), ("authorization", f"Bearer {secret}")),
    )
    for action in bench.page._actions.copies:
        QGuiApplication.clipboard().setText("before")
        action.trigger()
        qtbot.waitUntil(lambda: clipboard() != "before")
        assert secret not in clipboard()


def test_it_says_why_there_is_nothing(bench: FlightBench, qtbot: object) -> None:
    bench.reader.records[flight_id(999)] = record(summary=summary(999), request_body=None)
    bench.page._actions.curl.trigger()
    qtbot.waitUntil(lambda: "not recorded" in bench.page._notice.text)
    assert clipboard() == "before"
