"""A session with a CLI in words, for the list of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from llmgw_desktop.app.figures import clock_text, cost_text, counted, in_out_text
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.job import Job
from llmgw_desktop.domain.session import Session


@dataclass(frozen=True, slots=True)
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
