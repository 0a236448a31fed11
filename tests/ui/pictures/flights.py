"""Poses of the Flights page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

_WAIT_MS = 300


class Studio:
    """One page with made-up flights. Poses change what it is made of, then add steps."""

    def __init__(self, theme: object, folder: Path, size: tuple[int, int]) -> None:
        from PySide6.QtCore import QSettings

        from llmgw_desktop.ui.bridge import Bridge
        from tests.support.flight_scene import SceneControl, SceneReader

        self.settings = QSettings(str(folder / "ui.ini"), QSettings.Format.IniFormat)
        self.bridge = Bridge()
        self.reader = SceneReader(98_308)
        self.control = SceneControl()
        self.live = ()
        self.steps: list[Callable[[], object]] = []
        self._theme = theme
        self._size = size

    @property
    def subject(self) -> QWidget:
        """What is pictured; made now, of all that the pose has said."""
        self.show()
        return self.page

    def show(self) -> None:
        from llmgw_desktop.app.flights.recording import Flights
        from llmgw_desktop.ui.flights.page import FlightsPage
        from tests.support.flight_scene import SceneClock

        self.page = FlightsPage(
            Flights(self.reader, lambda: self.live),
            self.control,
            self.bridge,
            self._theme,
            settings=self.settings,
            clock=SceneClock(self.reader.total),
        )
        self.page.resize(*self._size)
        self.page.show()
        self.wait()
        for step in self.steps:
            step()
            self.wait()

    def wait(self) -> None:
        """A loop of Qt's own: QTest.qWait would keep the interpreter's lock from the reader."""
        from PySide6.QtCore import QEventLoop, QTimer

        for _ in range(60):
            loop = QEventLoop()
            QTimer.singleShot(_WAIT_MS, loop.quit)
            loop.exec()
            if self.page._feed.is_loaded or self.reader.problem is not None:
                return

    def run_three(self) -> None:
        from tests.support.flight_scene import scene_running

        self.live = scene_running(self.reader.total)

    def open_row(self, row: int, tab: str) -> None:
        self.steps.append(lambda: self.page._table.choose_row(row))
        self.steps.append(lambda: self.page._browser.open_pane())
        self.steps.append(lambda: self.page._browser._pane.choose_tab(tab))

    def ask(self, **changes: object) -> None:
        from llmgw_desktop.domain.flights.flight import FlightQuery

        self.steps.append(lambda: self.page.show_query(FlightQuery(**changes)))

    def close(self) -> None:
        self.page.close()
        self.page.deleteLater()
        self.bridge.close()
        QApplication.processEvents()


def full(studio: Studio) -> None:
    studio.run_three()
    studio.steps.append(lambda: studio.page._table.choose_row(6))


def detail(tab: str, view: str = "messages", row: int = 5) -> Callable[[Studio], None]:
    def pose(studio: Studio) -> None:
        studio.run_three()
        studio.settings.setValue("flights/view", view)
        studio.open_row(row, tab)

    return pose


def side(studio: Studio) -> None:
    studio.settings.setValue("flights/side", "right")
    detail("Request")(studio)


def trouble(state: str) -> Callable[[Studio], None]:
    def pose(studio: Studio) -> None:
        from llmgw_desktop.domain.flights.flight import FlightState

        studio.reader.total = 2000
        studio.ask(states=frozenset({FlightState(state)}))
        studio.open_row(1, "Overview")

    return pose


def doubts(studio: Studio) -> None:
    """Lower bounds, and a bill that leaves something out."""
    from tests.support.flight_scene import scene_flight
    from tests.support.made_flights import record

    flight = next(
        found
        for number in range(2000)
        if (found := scene_flight(number)).cost_usd and found.usage.billing.unpriced
    )
    studio.reader.record = lambda _: record(summary=flight)
    studio.open_row(5, "Overview")


def errors(studio: Studio) -> None:
    from llmgw_desktop.domain.flights.flight import FlightState

    studio.reader.total = 2000
    studio.ask(states=frozenset(FlightState) - {FlightState.OK, FlightState.RUNNING})


def waiting(studio: Studio) -> None:
    studio.run_three()
    studio.steps.append(lambda: studio.page._table.verticalScrollBar().setValue(4000))
    studio.steps.append(lambda: studio.page._filter.show_waiting(37))


def filtered(studio: Studio) -> None:
    studio.reader.total = 2000
    studio.ask(text="claude", provider="anthropic", client="claude-code")


def typed(said: str) -> Callable[[Studio], None]:
    """A filter in the field, as a person types it."""

    def pose(studio: Studio) -> None:
        studio.reader.total = 2000
        studio.steps.append(lambda: studio.page._filter._field.setText(said))
        studio.steps.append(lambda: studio.page._filter._take_text())

    return pose


def conversation(studio: Studio) -> None:
    """Of one conversation: its sums above, who asked in columns."""
    from dataclasses import replace

    from llmgw_desktop.domain.flights.spending import PICOS, AgentSpending, FlightSpending

    make = studio.reader.make

    def made(number: int) -> object:
        agent = f"91d2b0e6{number % 3:02}"
        return replace(make(number), conversation="5f0c9a7d31", agent=agent)

    def told(at: int) -> AgentSpending:
        spent = FlightSpending(
            flights=31 - at, input_tokens=812_000, output_tokens=9_041, cost_picos=PICOS
        )
        agent = f"91d2b0e6{at:02}"
        return AgentSpending(
            conversation="5f0c9a7d31", agent=agent, began_at_s=0.0, models=(), spent=spent
        )

    studio.reader.agents = lambda _: [told(at) for at in range(3)]  # type: ignore[attr-defined]
    studio.reader.make = made
    studio.settings.setValue("flights/columns", _WITH_AGENTS)
    typed("conversation:5f0c9a7d31")(studio)


def nothing(studio: Studio) -> None:
    studio.reader.total = 2000
    studio.ask(text="mistral")


def empty(studio: Studio) -> None:
    studio.reader.total = 0


def unrecorded(studio: Studio) -> None:
    from llmgw_desktop.domain.events import RecorderStatus
    from tests.support.flight_scene import SceneControl

    studio.reader.total = 0
    studio.control = SceneControl(RecorderStatus(recording=False, problem="The disk is full."))


def broken(studio: Studio) -> None:
    from llmgw_desktop.domain.errors import StoreCorrupt

    studio.reader.problem = StoreCorrupt("flights.db: file is not a database")


def unread(studio: Studio) -> None:
    from llmgw_desktop.domain.errors import StoreUnavailable

    full(studio)
    error = StoreUnavailable("flights.db: disk I/O error")
    studio.steps.append(lambda: studio.page._on_failed(error))


def spoken(tab: str, dialects: str, losses: str = "") -> Callable[[Studio], None]:
    """A flight of one dialect answered in another: `codex → anthropic`."""

    def pose(studio: Studio) -> None:
        from llmgw_desktop.domain.provider import ModelProtocol
        from tests.support.dialect_flights import in_dialect

        ours, theirs = map(ModelProtocol, dialects.split(" → "))
        read = studio.reader.record
        studio.reader.record = lambda flight_id: in_dialect(
            read(flight_id), ours, upstream_protocol=theirs, losses=tuple(losses.split())
        )
        studio.settings.setValue("flights/view", "messages")
        studio.open_row(5, tab)

    return pose


def timeline_rest(studio: Studio) -> None:
    """An answer of a few milliseconds, part of which belongs to no phase."""
    from llmgw_desktop.domain.flights.flight import Phase, PhaseName
    from tests.support.made_flights import record, summary

    ends = ((PhaseName.READ, 0.36), (PhaseName.ROUTE, 0.39), (PhaseName.CONNECT, 0.9))
    begun, phases = 0.0, []
    for name, end_ms in (*ends, (PhaseName.WAIT, 2.07)):
        phases.append(Phase(name=name, start_ms=begun, end_ms=end_ms))
        begun = end_ms
    flight = summary(1, took_ms=2.9, ttft_ms=2.07)
    studio.reader.record = lambda _: record(summary=flight, phases=tuple(phases))
    studio.open_row(5, "Timeline")


def route_of_many(studio: Studio) -> None:
    """A rule, several accounts, some of them not to be asked."""
    from tests.support.made_flights import record, routed

    studio.reader.record = lambda _: record(**routed())
    studio.open_row(5, "Route")


def odd_items(studio: Studio) -> None:
    """What the window knows no messages for, or only half of."""
    import json

    from llmgw_desktop.domain.provider import ModelProtocol
    from tests.support.made_flights import record, summary

    flight = summary(1, client="codex", protocol=ModelProtocol.CODEX)
    body = json.dumps({"previous_response_id": "resp_07c1", "input": _ODD_ITEMS}).encode()
    studio.reader.record = lambda _: record(summary=flight, request_body=body)
    studio.settings.setValue("flights/view", "messages")
    studio.open_row(5, "Request")


def columns(studio: Studio) -> None:
    """Flights between dialects in the table, with the column that says so."""
    from dataclasses import replace

    from llmgw_desktop.domain.provider import ModelProtocol

    make = studio.reader.make
    theirs = (None, *ModelProtocol)

    def made(number: int) -> object:
        losses = ("top_k", "field:container")[: number % 3]
        upstream = theirs[number % len(theirs)]
        return replace(make(number), upstream_protocol=upstream, losses=losses)

    studio.reader.make = made
    studio.settings.setValue("flights/columns", _WITH_PROTOCOL)


_LOSSES = """top_k field:container penalties hosted_tool:web_fetch_20250910 stop_sequence
reasoning:none cache_mark field:output_config.effort"""
_ODD_ITEMS = [
    {"role": "user", "content": "Which release broke it?"},
    {"type": "reasoning", "summary": [], "encrypted_content": "A" * 2400},
    {"type": "web_search_call", "action": {"type": "search", "query": "release notes 4.2"}},
    {"type": "shell_call", "call_id": "c1", "action": {"commands": ["git log -3", "make"]}},
    {"type": "shell_call_output", "call_id": "c1", "output": [{"stderr": "make: no rule"}]},
    {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    {"type": "item_reference", "id": "msg_41"},
]
_WITH_AGENTS = """{"order": ["state", "time", "client", "model", "conversation", "agent", "cost"],
"shown": ["state", "time", "client", "model", "conversation", "agent", "cost"], "widths": {}}"""
_WITH_PROTOCOL = """{"order": ["state", "time", "client", "provider", "model", "protocol"],
"shown": ["state", "time", "client", "provider", "model", "protocol"], "widths": {}}"""
POSES: dict[str, Callable[[Studio], None]] = {
    "full": full,
    "detail-overview": detail("Overview"),
    "detail-request": detail("Request"),
    "detail-request-json": detail("Request", "json"),
    "detail-response": detail("Response"),
    "detail-response-events": detail("Response", "events"),
    "detail-timeline": detail("Timeline"),
    "detail-route": detail("Route"),
    "detail-route-many": route_of_many,
    "detail-raw": detail("Raw"),
    "typed": typed('model:claude* cost>0.01 -is:error took>2s "claude"'),
    "conversation": conversation,
    "typed-mistake": typed("modle:claude* took>2s"),
    "detail-running": detail("Overview", row=1),
    "detail-unrecorded": detail("Response", row=1),
    "spoken-losses": spoken("Overview", "anthropic → gemini", _LOSSES),
    "spoken-nothing-lost": spoken("Overview", "gemini → openai-chat"),
    "spoken-codex-request": spoken("Request", "codex → anthropic"),
    "spoken-codex-response": spoken("Response", "codex → anthropic"),
    "spoken-gemini-request": spoken("Request", "gemini → anthropic"),
    "spoken-gemini-response": spoken("Response", "gemini → anthropic"),
    "timeline-rest": timeline_rest,
    "spoken-odd-items": odd_items,
    "spoken-columns": columns,
    "side": side,
    "failed": trouble("failed"),
    "lost": trouble("lost"),
    "cut": trouble("cut"),
    "doubts": doubts,
    "errors": errors,
    "waiting": waiting,
    "filtered": filtered,
    "nothing": nothing,
    "empty": empty,
    "empty-unrecorded": unrecorded,
    "broken": broken,
    "unread": unread,
}
