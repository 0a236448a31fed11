"""A job in words: how it stands, what went wrong and what to do, its figures."""

from collections.abc import Callable, Sequence
from datetime import date

from llmgw_desktop.app.flights.formats import Fact
from llmgw_desktop.app.jobs.limit_words import parked_text
from llmgw_desktop.app.words.figures import (
    UNKNOWN,
    clock_text,
    cost_text,
    count_text,
    counted,
    duration_text,
    hit_rate_text,
    in_out_text,
    local_time,
    moment_text,
    size_text,
    tokens_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.jobs.cli_settings import Contained, Network
from llmgw_desktop.domain.jobs.job import Job, JobFigures, JobState, Session
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.domain.values import value

STATE_WORDS: dict[JobState, str] = {
    JobState.QUEUED: "Waiting",
    JobState.RUNNING: "Running",
    JobState.PARKED: "At a limit",
    JobState.COMPLETED: "Completed",
    JobState.FAILED: "Failed",
    JobState.CANCELED: "Canceled",
    JobState.ORPHANED: "Lost",
}
GO_ON_ADVICE = "What was said in its session lies with the CLI: a new job can go on from there."
GO_ON_LATER_ADVICE = (
    "Its vendor asks for patience. What was said in its session lies with the CLI: go on from there"
    " when the limit is over."
)
_SILENT_S = 10.0
"""Nobody worries about a pause that is shorter."""
_ADVICE: dict[ErrorCategory, str] = {
    ErrorCategory.TIMEOUT: "Ask for less at once, or raise jobs.timeout_ms in the settings.",
    ErrorCategory.IDLE_TIMEOUT: "Where its work is that quiet, the client may ask for more "
    "patience.",
    ErrorCategory.OUTPUT_OVERFLOW: "Ask for less output, or raise limits.max_job_output_bytes in "
    "the settings.",
    ErrorCategory.SPAWN: "Install the program, or name its place as command in the settings of "
    "this CLI.",
    ErrorCategory.CLI: "What it said itself stands in its output.",
    ErrorCategory.SATURATED: "Run it again later, or raise the limits in the settings.",
    ErrorCategory.INPUT_TOO_LARGE: "Ask with a shorter prompt.",
    ErrorCategory.INVALID_INPUT: "The client that asked has to ask differently.",
    ErrorCategory.RATE_LIMIT: "Its vendor asks for patience: run it again later.",
    ErrorCategory.UPSTREAM: "Its vendor's service failed: run it again.",
    ErrorCategory.INTERRUPTED: "Run it again.",
    ErrorCategory.EMPTY: "Run it again; where that does not help, its output may say why.",
}


@value
class Trouble:
    """Why a job is no success, and what to do."""

    what: str
    advice: str = ""


def title_of(job: Job) -> str:
    return inert_line(job.title, 200) or "Without words"


def client_of(job: Job) -> str:
    return inert_line(job.client, 80) or "a client"


def model_of(job: Job) -> str:
    return inert_line(job.figures.model or job.model, 80)


def took_ms(job: Job, now_s: float) -> float | None:
    """Since it began, or since it was asked for where it has not."""
    if job.started_at_s is None and not job.is_live:
        return None
    began_s = job.asked_at_s if job.started_at_s is None else job.started_at_s
    end_s = now_s if job.ended_at_s is None else job.ended_at_s
    return max(0.0, end_s - began_s) * 1000


def took_text(job: Job, now_s: float) -> str:
    """Of a live one in whole seconds: it is shown anew each second."""
    ms = took_ms(job, now_s)
    return duration_text(ms) if ms is None or not job.is_live else _whole_text(ms / 1000)


def started_text(job: Job, today: date) -> str:
    """«15:01:58»; of another day «20 Nov 15:01»."""
    text = clock_text(job.asked_at_s, today)
    return text if text[2] == ":" else text.rpartition(":")[0]


def today_of(now_s: float) -> date:
    return local_time(now_s).date()


def subtitle(job: Job, today: date) -> str:
    """«claude · by nightly-review · asked 14:02:11 · ~/src/app»."""
    parts = [job.cli.value, f"by {client_of(job)}", f"asked {started_text(job, today)}"]
    if job.working_dir:
        parts.append(inert_line(job.working_dir, 200))
    return " · ".join(parts)


def progress(
    job: Job, now_s: float, *, place: int | None = None, heard_at_s: float | None = None
) -> str:
    """«Running for 4 m 10 s · silent for 45 s», or what else it waits for."""
    took = took_text(job, now_s)
    if job.state is JobState.QUEUED:
        number = "" if place is None else f": number {place} of those for {job.cli}"
        return f"Waits for its turn{number} · {took}"
    if job.state is JobState.RUNNING:
        if job.waiting_on is not None:
            return f"Running for {took} · {job.waiting_on.in_words}"
        silent_s = 0.0 if heard_at_s is None else now_s - heard_at_s
        silent = _whole_text(silent_s)
        return f"Running for {took}" + (f" · silent for {silent}" if silent_s >= _SILENT_S else "")
    if job.limit_wait is not None:
        return parked_text(job.limit_wait, now_s)
    after = "" if took == UNKNOWN else f" after {took}"
    return f"{STATE_WORDS[job.state]}{after}"


def figures_text(figures: JobFigures) -> str:
    """«gpt-5.5 · 48.2k in (91 % cached) · 1,204 out · $0.310»; what is unknown is left out."""
    usage, parts = figures.usage, []
    if figures.model:
        parts.append(inert_line(figures.model, 60))
    if usage.input_tokens is not None:
        rate = hit_rate_text(usage)
        cached = "" if rate == UNKNOWN else f" ({rate} cached)"
        parts.append(f"{tokens_text(usage, Figure.INPUT)} in{cached}")
    if usage.output_tokens is not None:
        parts.append(f"{tokens_text(usage, Figure.OUTPUT)} out")
    if figures.cost_usd is not None:
        parts.append(cost_text(usage, figures.cost_usd))
    return " · ".join(parts)


def trouble_of(job: Job, sign_in: str = "") -> Trouble | None:
    """None of one that is live or succeeded."""
    if job.is_live or job.state is JobState.COMPLETED:
        return None
    what = inert_line(job.error, 600) or f"It ended as {STATE_WORDS[job.state].lower()}."
    if job.can_go_on and job.category is ErrorCategory.RATE_LIMIT:
        return Trouble(what=what, advice=GO_ON_LATER_ADVICE)
    if job.can_go_on:
        return Trouble(what=what, advice=GO_ON_ADVICE)
    if job.category is ErrorCategory.AUTH:
        return Trouble(what=what, advice=sign_in or f"Sign in with {job.cli} in a terminal.")
    if job.category is not None:
        return Trouble(what=what, advice=_ADVICE[job.category])
    return Trouble(what=what)


def hand_over_words(job: Job) -> str:
    """What becomes of a job that is handed over."""
    stays = "It goes on in the same folder and under the same rules, as a job of its own."
    if job.state is JobState.PARKED:
        return f"{stays} This one stops waiting for its limit."
    if job.is_live:
        return f"{stays} This one is stopped first; what it changed so far stays."
    return stays


def linked_words(job: Job, known: Callable[[str], Job | None]) -> tuple[str, str]:
    """«Handed over to codex.», and the id of that job, or of a conversation's flight; the newest
    link counts. Empty: there is none."""
    other_id = job.handed_to or job.handed_from
    if not other_id:
        return "", ""
    if other_id.startswith("flt_"):
        return "Goes on from a recorded conversation.", other_id
    other = known(other_id)
    who = "another CLI" if other is None else inert_line(other.cli, 40)
    if job.handed_to and other is not None:
        return f"Handed over to {who}: {STATE_WORDS[other.state].lower()}.", other_id
    if job.handed_to:
        return f"Handed over to {who}.", other_id
    return f"Goes on from a job of {who}.", other_id


_REACHED = {
    Network.ON: "",
    Network.LOOPBACK: ", and it reaches this gateway alone",
    Network.OFF: ", and without a network",
}


def contained_words(contained: Contained | None) -> str:
    """What its run sees of this computer."""
    if contained is None:
        return UNKNOWN
    if not contained.by:
        return inert_line(f"No: it sees what you see. {contained.why}", 400)
    return f"Yes, by {inert_line(contained.by, 40)}{_REACHED[contained.network]}"


def facts_of(job: Job, contained: Contained | None = None) -> tuple[Fact, ...]:
    """All that is known of it, in lines."""
    usage, figures = job.figures.usage, job.figures
    lines = (
        ("Client", client_of(job)),
        ("Asked", _moment(job.asked_at_s)),
        ("Started", _moment(job.started_at_s)),
        ("Ended", _moment(job.ended_at_s)),
        ("May change files", "Yes" if job.changes_files else "No"),
        ("Contained", contained_words(contained)),
        ("Model", _models(job)),
        ("Input tokens", tokens_text(usage, Figure.INPUT, in_full=True)),
        ("From cache", _cached(job)),
        ("Output tokens", tokens_text(usage, Figure.OUTPUT, in_full=True)),
        ("Cost", cost_text(usage, figures.cost_usd)),
        ("Requests here", count_text(figures.requests)),
        ("Exit status", _exit_text(job)),
        ("Error category", UNKNOWN if job.category is None else job.category.value),
        ("Wrote", _wrote(job)),
    )
    codes = (
        ("Working folder", job.working_dir),
        ("Session", figures.provider_session_id or ""),
        ("Flight", job.flight_id),
        ("Job", job.id),
        *(((("Goes on from", job.handed_from)),) if job.handed_from else ()),
        *((("Handed over to", job.handed_to),) if job.handed_to else ()),
    )
    plain = tuple(Fact(label=label, value=value) for label, value in lines)
    return plain + tuple(
        Fact(
            label=label,
            value=inert_line(value, 400) or UNKNOWN,
            can_copy=bool(value),
            is_code=bool(value),
        )
        for label, value in codes
    )


def count_words(jobs: Sequence[Job], *, total: int) -> str:
    """«2 running · 1 waiting · 30 jobs»; how many of all where some are filtered away."""
    running = sum(job.state is JobState.RUNNING for job in jobs)
    waiting = sum(job.state is JobState.QUEUED for job in jobs)
    parked = sum(job.state is JobState.PARKED for job in jobs)
    parts = []
    if running:
        parts.append(f"{running:,} running")
    if waiting:
        parts.append(f"{waiting:,} waiting")
    if parked:
        parts.append(f"{parked:,} at a limit")
    whole = counted(total, "job")
    parts.append(whole if len(jobs) == total else f"{len(jobs):,} of {whole}")
    return " · ".join(parts)


def live_words(live: Sequence[Job]) -> str:
    """«2 jobs run, 1 waits»; nothing where none does."""
    waiting = sum(job.state is JobState.QUEUED for job in live)
    parked = sum(job.state is JobState.PARKED for job in live)
    running = len(live) - waiting - parked
    parts = []
    if running:
        parts.append(f"{counted(running, 'job')} {'runs' if running == 1 else 'run'}")
    if waiting:
        one = f"{waiting:,}" if running else counted(waiting, "job")
        parts.append(f"{one} {'waits' if waiting == 1 else 'wait'}")
    if parked:
        one = f"{parked:,}" if parts else counted(parked, "job")
        parts.append(f"{one} {'waits' if parked == 1 else 'wait'} for a limit")
    return ", ".join(parts)


def went_on_words(count: int) -> str:
    return f"{counted(count, 'job')} went on while the app was closed." if count else ""


def _whole_text(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole} s" if whole < 60 else duration_text(whole * 1000)


def _exit_text(job: Job) -> str:
    """Of one that was completed without, why."""
    if job.exit_code is None:
        return inert_line(job.error, 300) if job.state is JobState.COMPLETED else UNKNOWN
    return str(job.exit_code)


def _moment(at_s: float | None) -> str:
    return UNKNOWN if at_s is None else moment_text(at_s).rpartition(".")[0]


def _models(job: Job) -> str:
    asked, answered = inert_line(job.model, 80), inert_line(job.figures.model or "", 80)
    if asked and answered and asked != answered:
        return f"{asked} → {answered}"
    return answered or asked or UNKNOWN


def _cached(job: Job) -> str:
    usage = job.figures.usage
    if usage.cache_read_tokens is None:
        return UNKNOWN
    rate = hit_rate_text(usage)
    share = "" if rate == UNKNOWN else f" ({rate})"
    return f"{tokens_text(usage, Figure.CACHE_READ, in_full=True)}{share}"


def _wrote(job: Job) -> str:
    if job.is_live:
        return UNKNOWN
    cut = ", the rest was dropped" if job.output_truncated else ""
    return size_text(job.stdout_bytes + job.stderr_bytes) + cut


@value(kw_only=False)
class ShownSession:
    """`cells` stand in the order of COLUMNS."""

    session: Session
    cells: tuple[str, ...]


COLUMNS = ("CLI", "Session", "Folder", "Last used", "Jobs", "Tokens", "Cost")


def shown_session(session: Session, jobs: Sequence[Job], today: date) -> ShownSession:
    """`jobs`: those of this session that are known, newest first."""
    usage = session.totals.usage
    used = clock_text(session.used_at_s, today)
    active = " · active" if session.is_active else ""
    return ShownSession(
        session,
        (
            session.cli.value,
            f"{title_of_session(session, jobs)}{active}",
            inert_line(session.working_dir, 200) or "none",
            used if used[2] == ":" else used.rpartition(":")[0],
            f"{len(jobs):,}",
            in_out_text(usage),
            cost_text(usage, session.totals.cost_usd),
        ),
    )


def title_of_session(session: Session, jobs: Sequence[Job]) -> str:
    """What it was called, or how its first run that is known began."""
    first = jobs[-1].title if jobs else ""
    return inert_line(session.description or first, 200) or "Without words"


def session_count_words(shown: int, total: int) -> str:
    whole = counted(total, "session")
    return whole if shown == total else f"{shown:,} of {whole}"
