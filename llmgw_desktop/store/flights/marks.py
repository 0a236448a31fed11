"""Marks on recorded flights, each with a note: what is marked is kept until its mark is taken away.

So that nobody fills the disk with marks, only so many are there at once, and only so much of the
file's size is marked. Each call is one short transaction beside the writer's, and waits for the
disk.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from llmgw_desktop.domain.errors import NoSuchFlight, RequestError
from llmgw_desktop.store.database.database import open_database, told, transaction
from llmgw_desktop.store.flights.rows import scrubbed
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS

MOST_MARKED, MOST_OF_ONE = 1_000, 200
"""Flights of all, and of one client that is not this computer's person."""
LONGEST_NOTE = 500
_SHARE = 4
"""What is marked takes at most so great a part of `recorder.max_bytes`."""
_SIZE = "coalesce(length(request_body), 0) + coalesce(length(answer_body), 0)"
_FOUND = f"""
SELECT flights.seq, state, owner, note IS NOT NULL, {_SIZE}
FROM flights LEFT JOIN flight_bodies ON flight = flights.seq WHERE id = ?
"""  # noqa: S608 - our names
_SUM = f"""
SELECT count(*), coalesce(sum(owner IS ?), 0), coalesce(sum({_SIZE}), 0)
FROM flights INDEXED BY flights_marked LEFT JOIN flight_bodies ON flight = flights.seq
WHERE note IS NOT NULL
"""  # noqa: S608 - our names


class NotMarked(RequestError):
    """There are too many marks, or the flight cannot have one."""

    kind = "flight_not_marked"


class FlightMarks:
    """Raises StoreError."""

    def __init__(self, path: Path, clean: Callable[[str], str] = str) -> None:
        """`clean` takes secrets out of a note."""
        self._path = path
        self._clean = clean

    def mark(self, flight_id: str, note: str, *, most_bytes: int, is_persons: bool = True) -> None:
        """Or another note, where it has a mark. `most_bytes`: of the whole file. Raises
        NoSuchFlight, NotMarked."""
        if len(note) > LONGEST_NOTE:
            raise NotMarked(f"A note has at most {LONGEST_NOTE} characters, not {len(note):,}.")
        text = scrubbed((self._clean(" ".join(note.split())),))[0]
        with (
            closing(open_database(self._path, FLIGHTS_STEPS)) as connection,
            told(self._path),
            transaction(connection),
        ):
            found = connection.execute(_FOUND, scrubbed((flight_id,))).fetchone()
            if found is None:
                raise NoSuchFlight(flight_id)
            seq, state, owner, is_marked, size = found
            if state == "running":
                raise NotMarked("It is marked when it has ended.")
            if not is_marked:
                count, of_owner, marked = connection.execute(_SUM, (owner,)).fetchone()
                most = MOST_MARKED if is_persons else MOST_OF_ONE
                if count >= MOST_MARKED or (of_owner >= most):
                    raise NotMarked(f"{most:,} flights are marked already: unmark others first.")
                if marked + size > most_bytes // _SHARE:
                    raise NotMarked(
                        "What is marked would take more than a quarter of recorder.max_bytes:"
                        " unmark others first."
                    )
            connection.execute("UPDATE flights SET note = ? WHERE seq = ?", (text, seq))

    def unmark(self, flight_id: str) -> None:
        """From then on it is kept as long as others. Raises NoSuchFlight."""
        with (
            closing(open_database(self._path, FLIGHTS_STEPS)) as connection,
            told(self._path),
            transaction(connection),
        ):
            changed = connection.execute(
                "UPDATE flights SET note = NULL WHERE id = ?", scrubbed((flight_id,))
            )
            if not changed.rowcount:
                raise NoSuchFlight(flight_id)
