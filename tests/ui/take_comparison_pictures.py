"""Takes pictures of two flights beside each other, and of one that is asked again.

python tests/ui/take_comparison_pictures.py FOLDER [--scale 2]
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["QT_SCALE_FACTOR"] = sys.argv[2] if len(sys.argv) > 2 else "1"

from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QApplication

from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.comparing import ComparisonWindow
from llmgw_desktop.ui.flights.replay_dialog import ReplayDialog
from llmgw_desktop.ui.theme import Appearance, Theme
from tests.support.flight_page import flight_bench
from tests.support.made_flights import anthropic_stream, failed, flight_id, record, summary
from tests.ui.at_once import run_at_once
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


def main() -> None:
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    Bridge.run = run_at_once  # type: ignore[method-assign, assignment]
    app = QApplication([])
    app.setStyle("Fusion")
    theme = Theme(app, Appearance.LIGHT)
    one, other = _asked(1), _asked(2)
    poses = (
        ("full", (one, other), 0),
        ("figures", (one, other), 1),
        ("same", (one, replace(one, summary=other.summary)), 0),
        ("gone", (one, replace(other, request_body=None, answer_body=None)), 0),
    )
    for look in (Appearance.LIGHT, Appearance.DARK):
        theme.set_appearance(look)
        for name, pair, tab in poses:
            with tempfile.TemporaryDirectory() as folder:
                _take(app, theme, Path(folder), name=f"{name}-{look.value}", pair=pair, tab=tab)
        for name, made in (
            ("again", one),
            ("again-secret", _with_secret(one)),
            ("again-gone", replace(one, request_body=None)),
        ):
            with tempfile.TemporaryDirectory() as folder:
                _take_dialog(app, theme, Path(folder), name=f"{name}-{look.value}", made=made)


def _with_secret(made: FlightRecord) -> FlightRecord:
    body = (made.request_body or b"").replace(b"the person's", b"[secret removed]")
    return replace(made, request_body=body)


def _take_dialog(
    app: QApplication, theme: Theme, folder: Path, *, name: str, made: FlightRecord
) -> None:
    with flight_bench(theme, Bridge(), folder) as bench:
        replaying = PlainReplaying(made)
        if name.startswith(("again-l", "again-d")):
            replaying.ends = [summary(7, cost_usd=0.04), failed(8)]
        dialog = ReplayDialog(theme, replaying, bench.bridge, bench.page)
        dialog.begin(made.summary.id)
        dialog.show()
        _wait(app)
        if replaying.ends:
            dialog.models.setText("claude-sonnet-5, gpt-6")
            dialog._ask()
            _wait(app)
        at = f"{name}-{os.environ['QT_SCALE_FACTOR']}x.png"
        dialog.grab().save(str(Path(sys.argv[1]) / at))


def _take(
    app: QApplication,
    theme: Theme,
    folder: Path,
    *,
    name: str,
    pair: tuple[FlightRecord, ...],
    tab: int,
) -> None:
    with flight_bench(theme, Bridge(), folder) as bench:
        bench.reader.records = {each.summary.id: each for each in pair}
        window = ComparisonWindow(theme, bench.page._flights, bench.bridge, bench.page)
        window.compare(flight_id(1), flight_id(2))
        window.tabs.setCurrentIndex(tab)
        window.show()
        _wait(app)
        if tab == 0 and window.rows.rowCount() > 2:
            window.table.choose_row(2)
            _wait(app)
        at = f"{name}-{os.environ['QT_SCALE_FACTOR']}x.png"
        window.grab().save(str(Path(sys.argv[1]) / at))


def _wait(app: QApplication) -> None:
    timer = QElapsedTimer()
    timer.start()
    while timer.elapsed() < 400:
        app.processEvents()


if __name__ == "__main__":
    main()
