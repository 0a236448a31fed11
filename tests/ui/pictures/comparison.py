"""Takes pictures of two flights beside each other, of one that is asked again, and of imported
ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QSettings
from PySide6.QtWidgets import QApplication, QWidget

from llmgw_desktop.app.flights.imported_sets import ImportedSets
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.at_rest.cells import PLAIN
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.comparing import ComparisonWindow
from llmgw_desktop.ui.flights.imported_window import ImportedWindow
from llmgw_desktop.ui.flights.replay_dialog import ReplayDialog
from llmgw_desktop.ui.theme import Theme
from tests.support.flight_page import SceneControl, flight_bench
from tests.support.made_flights import anthropic_stream, failed, flight_id, record, summary
from tests.ui.at_once import run_at_once
from tests.ui.flights.test_imported_window import har
from tests.ui.flights.test_replay_dialog import PlainReplaying

SYSTEM = (
    "You are Claude Code, an agent that works in a person's repository.\n\n"
    "Be brief. Read before you write. Today is 2026-11-21 15:01:{}.\n"
    "Never touch what you were not asked to change.\n"
)
ANSWERS = (
    "I read the file. The function returns early when the list is empty, so the total stays None."
    " I would return 0 instead.",
    "I have read the file. The function returns too early when the list is empty; the total stays"
    " None. I would raise a ValueError instead.",
)


def _asked(number: int) -> FlightRecord:
    later = number == 2
    tools = [
        {
            "name": name,
            "description": f"{words} It is 15:01:{'40' if later else '12'}."
            if name == "Bash"
            else words,
            "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}},
        }
        for name, words in (
            ("Bash", "Runs a command in the person's shell."),
            ("Read", "Reads a file."),
            *((("WebFetch", "Fetches a page."),) if later else (("Glob", "Finds files."),)),
        )
    ]
    talk = [
        {"role": "user", "content": "Why does the total come out as None?"},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "t1", "name": "Read", "input": {"path": "sum.py"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "def total(them): …"}
            ],
        },
    ]
    if later:
        talk.append({"role": "user", "content": "And mend it."})
    body = {
        "model": "claude-opus-5-5" if later else "claude-sonnet-5",
        "max_tokens": 32_000 if later else 8_000,
        "system": SYSTEM.format("40" if later else "12"),
        "tools": tools,
        "messages": talk,
    }
    usage = Usage(
        input_tokens=48_200 + 600 * later,
        output_tokens=310 + 92 * later,
        cache_read_tokens=0 if later else 43_862,
        cache_write_tokens=48_000 if later else 2_338,
    )
    flight = summary(
        number,
        usage=usage,
        cost_usd=0.31 if later else 0.042,
        model_asked=body["model"],
        model_served=body["model"],
        took_ms=6200.0 if later else 4000.0,
        ttft_ms=2100.0 if later else 800.0,
    )
    return replace(
        record(number, summary=flight),
        request_body=json.dumps(body).encode(),
        answer_body=anthropic_stream(ANSWERS[later]),
    )


class Studio:
    """One page with the flights in question, and what is opened from it."""

    def __init__(self, theme: Theme, folder: Path, size: tuple[int, int]) -> None:
        Bridge.run = run_at_once  # type: ignore[method-assign, assignment]
        self._theme = theme
        self._size = size
        self._folder = folder
        self._bench = flight_bench(theme, Bridge(), folder)
        self._made = self._bench.__enter__()
        self.subject: QWidget | None = None

    def compare(self, one: FlightRecord, other: FlightRecord, tab: int = 0) -> None:
        made = self._made
        made.reader.records = {each.summary.id: each for each in (one, other)}
        window = ComparisonWindow(self._theme, made.page._flights, made.bridge, made.page)
        window.resize(*self._size)
        window.compare(flight_id(1), flight_id(2))
        window.tabs.setCurrentIndex(tab)
        window.show()
        _wait()
        if tab == 0 and window.rows.rowCount() > 2:
            window.table.choose_row(2)
            _wait()
        self.subject = window

    def ask_again(self, made: FlightRecord, *, is_answered: bool = False) -> None:
        replaying = PlainReplaying(made)
        if is_answered:
            replaying.ends = [summary(7, cost_usd=0.04), failed(8)]
        dialog = ReplayDialog(self._theme, replaying, self._made.bridge, self._made.page)
        dialog.begin(made.summary.id)
        dialog.show()
        _wait()
        if is_answered:
            dialog.models.setText("claude-sonnet-5, gpt-6")
            dialog._ask()
            _wait()
        self.subject = dialog

    def imported(self, *, has_some: bool = True) -> None:
        """The window of imported sets, with a HAR of three requests."""
        sets = ImportedSets(self._folder / "data", PLAIN, Redactor().clean)
        settings = QSettings(str(self._folder / "imported.ini"), QSettings.Format.IniFormat)
        page = self._made.page
        window = ImportedWindow(self._theme, sets, SceneControl(), settings=settings, parent=page)
        window.resize(*self._size)
        window.begin()
        window.show()
        _wait()
        if has_some:
            file = self._folder / "Slow day.har"
            file.write_text(har(3))
            window.import_file(file)
            while window.page is None or window.page._table.model().rowCount() < 3:
                _wait()
            window.page._table.choose_row(0)
            window.page._browser.open_pane()
        _wait()
        self.subject = window

    def close(self) -> None:
        self._bench.__exit__(None, None, None)


def _with_secret(made: FlightRecord) -> FlightRecord:
    body = (made.request_body or b"").replace(b"the person's", b"[secret removed]")
    return replace(made, request_body=body)


def _wait() -> None:
    timer = QElapsedTimer()
    timer.start()
    while timer.elapsed() < 400:
        QApplication.processEvents()


_ONE, _OTHER = _asked(1), _asked(2)
_SAME = replace(_ONE, summary=_OTHER.summary)
_GONE = replace(_OTHER, request_body=None, answer_body=None)
POSES: dict[str, Callable[[Studio], None]] = {
    "full": lambda studio: studio.compare(_ONE, _OTHER),
    "figures": lambda studio: studio.compare(_ONE, _OTHER, 1),
    "same": lambda studio: studio.compare(_ONE, _SAME),
    "gone": lambda studio: studio.compare(_ONE, _GONE),
    "again": lambda studio: studio.ask_again(_ONE, is_answered=True),
    "again-secret": lambda studio: studio.ask_again(_with_secret(_ONE)),
    "imported": lambda studio: studio.imported(),
    "imported-empty": lambda studio: studio.imported(has_some=False),
    "again-gone": lambda studio: studio.ask_again(replace(_ONE, request_body=None)),
}
