"""Regression sets as files: read, and a recorded flight put behind what stands there.

A file may be anybody's: it is read up to a bound, and what is wrong with it is said.
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from llmgw_desktop.app.flights.export.exporting import Cleaning, FlightExporter
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.validation.answer_checks import CheckKind, ready_check, words_of
from llmgw_desktop.engine.validation.check_set import (
    MOST_CASES,
    MOST_FILE_BYTES,
    case_of,
    read_set,
    written,
)


def read_file(path: Path) -> dict[str, Any]:
    """As TOML says it. Raises ValueError and OSError with what is wrong."""
    with path.open("rb") as file:
        raw = file.read(MOST_FILE_BYTES + 1)
    if len(raw) > MOST_FILE_BYTES:
        raise ValueError(f"it has more than {MOST_FILE_BYTES:,} bytes")
    text = raw.decode("utf-8")
    return tomllib.loads(text)


def add_flight(
    exporter: FlightExporter,
    flight_id: str,
    path: Path,
    *,
    checks: Sequence[tuple[str, str]] = (),
    name: str = "",
) -> str:
    """What was done, in a sentence. Without checks the answer is to be the one that was recorded.
    Waits for the disk. Raises LlmgwError, OSError."""
    record = exporter.reader.record(flight_id)
    if record is None:
        raise NoSuchFlight(flight_id)
    record = Cleaning(exporter.clean).record(record)
    ready = [
        ready_check(CheckKind(kind), wanted, "check")
        for kind, wanted in checks or [("exact", _answer(record))]
    ]
    before = _before(path)
    names = [each.get("name") for each in before.get("case", []) if isinstance(each, dict)]
    case = case_of(record, name or _free_name(record, names), ready)
    if case.name in names:
        raise InvalidRun(f"{path.name} has a case '{case.name}' already", field="name")
    if len(names) >= MOST_CASES:
        raise InvalidRun(f"a set has at most {MOST_CASES} cases", field="case")
    text = written(case, is_first=not before)
    if (path.stat().st_size if before else 0) + len(text.encode()) > MOST_FILE_BYTES:
        raise InvalidRun(f"{path.name} would have more than {MOST_FILE_BYTES:,} bytes")
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return (
        f"Added to {path.name} as '{case.name}', with {counted(len(ready), 'check')};"
        f" {counted(len(names) + 1, 'case')} in it."
    )


def _before(path: Path) -> Mapping[str, Any]:
    """Empty where there is no file yet. Raises InvalidRun for what is no such set."""
    if not path.exists():
        return {}
    try:
        told = read_file(path)
    except (ValueError, RecursionError) as error:
        raise InvalidRun(f"{path.name} cannot be read: {error}") from None
    if not told and not path.stat().st_size:
        return {}
    read_set(told, path.stem[:80] or "set")
    return told


def _free_name(record: FlightRecord, taken: Sequence[Any]) -> str:
    first = f"{record.summary.model_asked[:40]} {record.summary.id[-8:]}"
    names = [first, *(f"{first} {number}" for number in range(2, MOST_CASES + 2))]
    printable = ["".join(each for each in name if each.isprintable()) for name in names]
    return next(name for name in printable if name not in taken)


def _answer(record: FlightRecord) -> str:
    """Raises InvalidRun where it was not recorded whole."""
    body = record.answer_body
    if body is None or not record.answer_body_whole:
        raise InvalidRun("its answer was not recorded whole: say a check")
    try:
        words = words_of(record.summary.protocol, body)
    except Exception as error:  # noqa: BLE001 - a codec may say anything of another version's body
        raise InvalidRun(
            f"its answer cannot be read ({type(error).__name__}): say a check"
        ) from None
    if not words.strip():
        raise InvalidRun("its answer has no words: say a check")
    return words
