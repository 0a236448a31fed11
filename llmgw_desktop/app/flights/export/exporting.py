"""Chosen flights written into a file: HAR, JSON lines, curl, Python or a page to send to somebody.

One flight after the other is read, cleaned and written, so that many take no more room than one;
what stood in the file before stays until all is there. What leaves the record is cleaned once more:
the setting may have been off when it was recorded, and what is known to be a secret now may not
have been then.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum, StrEnum
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.app.flights.copies import (
    KEY_VARIABLE,
    SHELLS,
    NothingToCopy,
    Shell,
    curl_text,
)
from llmgw_desktop.app.flights.export.har import (
    PAGE_END,
    har_entry,
    har_head,
    page_article,
    page_head,
)
from llmgw_desktop.app.flights.export.sdk_code import python_text
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord, Headers
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.private_files import written_whole
from llmgw_desktop.wire.headers import names_credential
from llmgw_desktop.wire.native.flights import bodies_object, flight_object

Clean = Callable[[bytes], bytes]
MASKED = "[secret removed]"
_TEXTS_KEPT = 4096


class Cleaning:
    """Of one export: names come again and again."""

    def __init__(self, clean: Clean) -> None:
        """`clean` takes secrets out of bytes; a JSON text stays one."""
        self._clean = clean
        self._text = lru_cache(_TEXTS_KEPT)(self._cleaned)

    def record(self, record: FlightRecord) -> FlightRecord:
        """All of it: each text, wherever it stands."""
        told: FlightRecord = self._of(replace(record, request_headers=(), answer_headers=()))
        return replace(
            told,
            request_headers=self._headers(record.request_headers),
            answer_headers=self._headers(record.answer_headers),
        )

    def _of(self, told: Any) -> Any:
        if isinstance(told, bytes):
            return self._clean(told)
        if isinstance(told, str):
            return told if isinstance(told, Enum) or not told else self._text(told)
        if isinstance(told, tuple | list):
            made = [self._of(each) for each in told]
            return tuple(made) if isinstance(told, tuple) else made
        if is_dataclass(told) and not isinstance(told, type):
            return self._of_fields(told)
        return told

    def _of_fields(self, told: Any) -> Any:
        changed = {}
        for each in fields(told):
            before = getattr(told, each.name)
            after = self._of(before)
            if after is not before and after != before:
                changed[each.name] = after
        return replace(told, **changed) if changed else told

    def _headers(self, headers: Headers) -> Headers:
        """As one JSON text, so that a name says what its value is."""
        if not headers:
            return headers
        try:
            told = orjson.loads(self._clean(orjson.dumps(headers)))
        except (ValueError, TypeError):  # half characters
            told = [(name, self._cleaned(value)) for name, value in headers]
        return tuple(
            (str(name), MASKED if names_credential(str(name)) else str(value))
            for name, value in told
        )

    def _cleaned(self, text: str) -> str:
        return self._clean(text.encode("utf-8", "replace")).decode("utf-8", "replace")


LINE_FORMAT = "llmgw-flight/1"
MOST_EXPORTED = 10_000
_A_PAGE = 500


class ExportForm(StrEnum):
    """As it is called on a command line."""

    HAR = "har"
    JSONL = "jsonl"
    CURL = "curl"
    PYTHON = "python"
    HTML = "html"


SUFFIXES = {
    ExportForm.HAR: ".har",
    ExportForm.JSONL: ".jsonl",
    ExportForm.CURL: ".ps1" if SHELLS[0] is Shell.POWERSHELL else ".sh",
    ExportForm.PYTHON: ".py",
    ExportForm.HTML: ".html",
}
FORM_WORDS = {
    ExportForm.HAR: "HTTP archive",
    ExportForm.JSONL: "JSON lines",
    ExportForm.CURL: "curl commands",
    ExportForm.PYTHON: "Python with the vendor's SDK",
    ExportForm.HTML: "Page to send to somebody",
}


class ExportCanceled(Exception):
    """Somebody wanted no more of it; nothing was written."""


@value
class Exported:
    """What came of it."""

    flights: int
    unreadable: int
    """Of which what was said is encrypted, and the vault locked."""
    skipped: int
    """That could not be told in this form."""

    @property
    def words(self) -> str:
        """In a sentence or two."""
        said = [f"{counted(self.flights, 'flight')} exported."]
        if self.skipped:
            said.append(f"{counted(self.skipped, 'request')} cannot be told in this form.")
        if self.unreadable:
            said.append(
                f"Of {counted(self.unreadable, 'flight')} what was said is missing: it is"
                " encrypted, and the vault is locked."
            )
        return " ".join(said)


@value
class FlightExporter:
    """Waits for the disk: never on a thread that must not."""

    reader: FlightReader
    clean: Clean
    """Takes secrets out of bytes."""
    base_url: str
    """Of the gateway."""

    def chosen(self, query: FlightQuery, most: int = MOST_EXPORTED) -> list[str]:
        """The ids of the newest, in the order in which they began."""
        if query.said:
            return list(self.reader.search(query, lambda _: True).found[:most])[::-1]
        found: list[str] = []
        while len(found) < most:
            limit = min(_A_PAGE, most - len(found))
            page = self.reader.page(query, offset=len(found), limit=limit)
            found += [each.id for each in page]
            if len(page) < limit:
                break
        return found[::-1]

    def write(
        self,
        path: Path,
        ids: Sequence[str],
        form: ExportForm,
        goes_on: Callable[[int], bool] = lambda _: True,
    ) -> Exported:
        """`goes_on` is told how many are done, and says whether to go on. What is gone meanwhile is
        left out. Raises ExportCanceled, StoreError."""
        tally = _Tally()
        try:
            with written_whole(path) as file:
                for piece in self._pieces(self._records(ids, tally, goes_on), form, tally, ids):
                    file.write(piece)
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be written: {error.strerror}.") from error
        return Exported(flights=tally.written, unreadable=tally.unreadable, skipped=tally.skipped)

    def _records(
        self, ids: Sequence[str], tally: "_Tally", goes_on: Callable[[int], bool]
    ) -> Iterator[FlightRecord]:
        cleaning = Cleaning(self.clean)
        for done, flight_id in enumerate(ids):
            if not goes_on(done):
                raise ExportCanceled
            record = self.reader.record(flight_id)
            if record is not None:
                tally.unreadable += bool(record.unreadable)
                yield cleaning.record(record)

    def _pieces(
        self,
        records: Iterable[FlightRecord],
        form: ExportForm,
        tally: "_Tally",
        ids: Sequence[str],
    ) -> Iterator[bytes]:
        match form:
            case ExportForm.HAR:
                yield from self._har(records, tally)
            case ExportForm.JSONL:
                for record in tally.of(records):
                    yield orjson.dumps(line_object(record)) + b"\n"
            case ExportForm.HTML:
                yield page_head(len(ids)).encode()
                for record in tally.of(records):
                    yield page_article(record).encode("utf-8", "replace")
                yield PAGE_END.encode()
            case _:
                for text in self._programs(records, form, tally):
                    yield text.encode("utf-8", "replace")

    def _har(self, records: Iterable[FlightRecord], tally: "_Tally") -> Iterator[bytes]:
        head = orjson.dumps({"log": har_head(own_version())})
        yield head.removesuffix(b"}}") + b',"entries":['
        for at, record in enumerate(tally.of(records)):
            yield (b",\n" if at else b"\n") + orjson.dumps(har_entry(record, self.base_url))
        yield b"\n]}}\n"

    def _programs(
        self, records: Iterable[FlightRecord], form: ExportForm, tally: "_Tally"
    ) -> Iterator[str]:
        """One behind the other, each with its flight in a comment, also where there is none."""
        if form is ExportForm.CURL and SHELLS[0] is Shell.POSIX:
            yield "#!/bin/sh\n"
        yield f"# The key is taken from the variable {KEY_VARIABLE}.\n"
        for record in records:
            flight = record.summary
            yield f"\n# {flight.id} {inert_line(flight.model_asked, 200)}\n"
            try:
                yield self._program(record, form) + "\n"
                tally.written += 1
            except NothingToCopy as reason:
                tally.skipped += 1
                yield f"# {inert_line(str(reason), 400)}\n"

    def _program(self, record: FlightRecord, form: ExportForm) -> str:
        if form is ExportForm.PYTHON:
            return python_text(record, self.base_url)
        return curl_text(record, {"Anthropic": self.base_url}, "", SHELLS[0])


@dataclass(slots=True)
class _Tally:
    written: int = 0
    unreadable: int = 0
    skipped: int = 0

    def of(self, records: Iterable[FlightRecord]) -> Iterator[FlightRecord]:
        for record in records:
            yield record
            self.written += 1


def line_object(record: FlightRecord) -> dict[str, object]:
    """A line of JSONL: all of a flight."""
    said = bodies_object(record)
    return {
        "format": LINE_FORMAT,
        "flight": flight_object(record),
        "path": said["path"],
        "request": said["request"],
        "response": said["response"],
        "unreadable": said["unreadable"],
    }


def own_version() -> str:
    """Of this program; empty where it runs from a folder that was never installed."""
    try:
        return version("llmgw-desktop")
    except PackageNotFoundError:
        return ""
