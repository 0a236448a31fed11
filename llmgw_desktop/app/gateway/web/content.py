"""What the web view shows, read from the use cases that the windows have. Read-only.

Everything is for the person alone who is signed in; secrets are taken out by whoever sends a page
(`desk.py`).
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from llmgw_desktop.app.clients.desk import ClientDesk, ClientsLook
from llmgw_desktop.app.clients.rows import ClientState, ShownClient
from llmgw_desktop.app.flights.columns import client_text, model_text, took_so_far_ms
from llmgw_desktop.app.flights.errors import explained
from llmgw_desktop.app.flights.formats import facts, sentence, tokens_sentence
from llmgw_desktop.app.flights.overview import Overview, OverviewFigures, OverviewSpan
from llmgw_desktop.app.flights.provenance_words import sum_money, sum_tokens
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.app.gateway.control import status_line
from llmgw_desktop.app.gateway.web.page import (
    ViewPage,
    ViewRow,
    bar_html,
    facts_html,
    heading,
    link_html,
    pager_html,
    paragraph,
    rows_html,
    text_html,
    tiles_html,
)
from llmgw_desktop.app.jobs.jobs import JobList, JobQuery, Jobs
from llmgw_desktop.app.jobs.words import (
    STATE_WORDS,
    count_words,
    facts_of,
    figures_text,
    progress,
    subtitle,
    title_of,
    today_of,
    trouble_of,
)
from llmgw_desktop.app.providers.usage import QuotaLine, quota_line
from llmgw_desktop.app.words.figures import (
    UNKNOWN,
    clock_text,
    count_text,
    counted,
    duration_text,
    share_text,
)
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState, FlightSummary
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.provider import QuotaWindow
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.engine.gateway import Gateway
from llmgw_desktop.engine.routing.health import HealthTracker

A_PAGE = 50
LONGEST_ANSWER = 40_000
_STATES = {
    FlightState.RUNNING: ("running", "busy"),
    FlightState.OK: ("ok", "good"),
    FlightState.FAILED: ("failed", "bad"),
    FlightState.CUT: ("broke off", "bad"),
    FlightState.CANCELED: ("client left", "plain"),
    FlightState.LOST: ("lost", "warn"),
}
_JOB_STATES = {
    JobState.QUEUED: "plain",
    JobState.RUNNING: "busy",
    JobState.PARKED: "warn",
    JobState.COMPLETED: "good",
    JobState.FAILED: "bad",
    JobState.CANCELED: "plain",
    JobState.ORPHANED: "bad",
}
_BAD_CLIENTS = frozenset({ClientState.SPENT, ClientState.CROWDING, ClientState.RESTING})


class ViewSource(Protocol):
    """What is read: the composition root is one."""

    @property
    def flights(self) -> Flights: ...
    @property
    def overview(self) -> Overview: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def client_desk(self) -> ClientDesk: ...
    @property
    def gateway(self) -> Gateway: ...
    @property
    def health(self) -> HealthTracker: ...


class ViewContent:
    """On the loop; what waits for the disk is read in a thread."""

    def __init__(self, source: ViewSource, clock: Clock, base: str) -> None:
        self._source = source
        self._clock = clock
        self._base = base

    async def overview(self, waiting: Sequence[ViewRow]) -> ViewPage:
        """`waiting`: the questions, as their list has them."""
        source = self._source
        status = source.gateway.status
        figures, jobs = await asyncio.gather(
            asyncio.to_thread(source.overview.figures, OverviewSpan.DAY),
            self._jobs(),
        )
        running = source.overview.running()
        live = [self._job_row(each) for each in jobs.live]
        content = "".join(
            (
                heading("Overview"),
                paragraph(status_line(status, len(running))),
                heading("Questions", 2),
                rows_html(waiting, "Nothing waits for you."),
                heading("The last 24 hours", 2),
                tiles_html(_tiles(figures)),
                heading("Running flights", 2),
                rows_html(map(self._flight_row, running[:20]), "None."),
                heading("Jobs under way", 2),
                rows_html(live[:20], "None."),
                *self.limits(),
            )
        )
        topics = ("questions", "flights", "jobs", "gateway")
        return ViewPage(title="Overview", content=content, topics=topics)

    def limits(self) -> tuple[str, ...]:
        """What is left of vendors' windows, as far as they told; nothing where none did."""
        now_s = self._clock.now_s()
        lines = [
            bar_html(f"{inert_line(status.account, 40)} · {line.name}", line.words, line.left_share)
            for status in self._source.health.statuses()
            for line in _lines(status.windows, now_s)
        ]
        if not lines:
            return ()
        return (heading("Limits", 2), f'<ul class="rows">{"".join(lines)}</ul>')

    async def flights(self, number: int) -> ViewPage:
        """`number` from 1 on, the newest first."""
        flights, query = self._source.flights, FlightQuery()
        total = await asyncio.to_thread(flights.count, query)
        pages = max(1, -(-total // A_PAGE))
        number = min(max(number, 1), pages)
        found = await asyncio.to_thread(flights.page, query, (number - 1) * A_PAGE, A_PAGE)
        running = flights.running() if number == 1 else ()
        ids = {each.id for each in running}
        shown = (*running, *(each for each in found if each.id not in ids))
        content = "".join(
            (
                heading("Flights"),
                paragraph(f"{counted(total, 'flight')} kept.", "quiet"),
                rows_html(map(self._flight_row, shown), "No program has asked yet."),
                pager_html(f"{self._base}/flights", number, pages),
            )
        )
        topics = ("flights" if number == 1 else "questions",)
        return ViewPage(title="Flights", content=content, topics=topics)

    async def flight(self, flight_id: str) -> ViewPage | None:
        """Without what was said: that is for the window and `llmgw flights show`."""
        record = await asyncio.to_thread(self._source.flights.record, flight_id)
        if record is None:
            running = self._source.flights.running()
            seen = next((each for each in running if each.id == flight_id), None)
            return None if seen is None else self._running_flight(seen)
        summary, now_s = record.summary, self._clock.now_s()
        trouble = explained(summary)
        said = ""
        if trouble is not None:
            words = " ".join(filter(None, (trouble.what, trouble.why, trouble.advice)))
            said = paragraph(words, "problem")
            said += text_html("What was said", trouble.said) if trouble.said else ""
        content = "".join(
            (
                heading(model_text(summary)),
                paragraph(sentence(summary, now_s)),
                said,
                paragraph(tokens_sentence(summary.usage)),
                facts_html((each.label, each.value) for each in facts(record)),
                self._back("flights", "All flights"),
            )
        )
        title = f"Flight {model_text(summary)}"
        return ViewPage(title=title, content=content, topics=("questions",))

    async def jobs(self, number: int) -> ViewPage:
        jobs = (await self._jobs()).shown(JobQuery())
        pages = max(1, -(-len(jobs) // A_PAGE))
        number = min(max(number, 1), pages)
        shown = jobs[(number - 1) * A_PAGE : number * A_PAGE]
        content = "".join(
            (
                heading("Jobs"),
                paragraph(count_words(jobs, total=len(jobs)), "quiet"),
                rows_html(map(self._job_row, shown), "No job has been asked for yet."),
                pager_html(f"{self._base}/jobs", number, pages),
            )
        )
        return ViewPage(title="Jobs", content=content, topics=("jobs",))

    async def job(self, job_id: str) -> ViewPage | None:
        jobs, now_s = self._source.jobs, self._clock.now_s()
        job = (await self._jobs()).get(job_id)
        if job is None:
            return None
        answer = "" if job.is_live else inert(await jobs.answer(job_id))
        if len(answer) > LONGEST_ANSWER:
            answer = (
                f"{answer[:LONGEST_ANSWER]}\n… the rest is in the window and `llmgw jobs show`."
            )
        trouble = trouble_of(job)
        said = "" if trouble is None else paragraph(f"{trouble.what} {trouble.advice}", "problem")
        contained = await asyncio.to_thread(jobs.contained, job_id)
        content = "".join(
            (
                heading(title_of(job)),
                paragraph(subtitle(job, today_of(now_s)), "quiet"),
                paragraph(progress(job, now_s)),
                said,
                text_html("Answer", answer) if answer else "",
                facts_html((each.label, each.value) for each in facts_of(job, contained)),
                self._back("jobs", "All jobs"),
            )
        )
        return ViewPage(
            title=title_of(job), content=content, topics=("jobs" if job.is_live else "questions",)
        )

    async def clients(self) -> ViewPage:
        look = await asyncio.to_thread(self._clients)
        rows = [_client_row(each) for each in look.rows if each.is_client]
        content = "".join(
            (
                heading("Clients"),
                paragraph("Who may ask, and what each asked today.", "quiet"),
                paragraph(look.problem, "problem"),
                rows_html(rows, "Nobody may ask."),
            )
        )
        return ViewPage(title="Clients", content=content, topics=("clients", "flights"))

    def questions(self, waiting: Sequence[ViewRow], done: str = "") -> ViewPage:
        content = "".join(
            (
                heading("Questions"),
                paragraph(done, "done"),
                rows_html(waiting, "Nothing waits for you."),
            )
        )
        return ViewPage(title="Questions", content=content, topics=("questions", "jobs"))

    def _running_flight(self, flight: FlightSummary) -> ViewPage:
        content = heading(model_text(flight)) + paragraph(sentence(flight, self._clock.now_s()))
        content += self._back("flights", "All flights")
        return ViewPage(title="A running flight", content=content, topics=("flights",))

    async def _jobs(self) -> JobList:
        jobs = JobList()
        jobs.take(await asyncio.to_thread(self._source.jobs.recent))
        for each in self._source.jobs.live:
            jobs.note(each)
        return jobs

    def _clients(self) -> ClientsLook:
        desk = self._source.client_desk
        standings, problem = desk.standings()
        look = desk.look(standings, desk.floods())
        return look if not problem else ClientsLook(rows=look.rows, problem=problem)

    def _flight_row(self, flight: FlightSummary) -> ViewRow:
        now_s = self._clock.now_s()
        mark, state = _STATES[flight.state]
        took = duration_text(took_so_far_ms(flight, now_s))
        at = clock_text(flight.started_at_s, today_of(now_s))
        words = " · ".join(filter(None, (at, client_text(flight, 40), took)))
        return ViewRow(
            title=model_text(flight),
            words=words,
            href=f"{self._base}/flights/{flight.id}",
            mark=mark,
            state=state,
        )

    def _job_row(self, job: Job) -> ViewRow:
        now_s = self._clock.now_s()
        about = figures_text(job.figures)
        words = " · ".join(filter(None, (subtitle(job, today_of(now_s)), about)))
        return ViewRow(
            title=title_of(job),
            words=words,
            href=f"{self._base}/jobs/{job.id}",
            mark=STATE_WORDS[job.state],
            state=_JOB_STATES[job.state],
        )

    def _back(self, place: str, words: str) -> str:
        return f"<p>{link_html(f'{self._base}/{place}', words)}</p>"


def _tiles(figures: OverviewFigures) -> tuple[tuple[str, str], ...]:
    totals = figures.totals
    return (
        ("Flights", count_text(totals.flights)),
        ("Errors", count_text(totals.errors)),
        ("Cost", sum_money(totals)),
        ("Cache hit rate", share_text(totals.cache_hit_rate)),
        ("First token, median", duration_text(totals.ttft_p50_ms)),
        ("Output tokens", sum_tokens(totals, Figure.OUTPUT)),
    )


def _lines(windows: Sequence[QuotaWindow], now_s: float) -> Sequence[QuotaLine]:
    return [quota_line(each, now_s) for each in windows]


def _client_row(client: ShownClient) -> ViewRow:
    asked = f"{client.asked_words} today"
    parts = (client.kind.value, client.program, asked, client.cost)
    budgets = (f"{each.name}: {each.left}" for each in client.budgets)
    state = "plain"
    if client.state in _BAD_CLIENTS:
        state = "warn"
    elif client.state is ClientState.RUNNING:
        state = "busy"
    words = " · ".join(part for part in (*parts, *budgets) if part not in ("", UNKNOWN))
    return ViewRow(title=client.name, words=words, mark=client.state_short, state=state)
