"""Flights as rows and back: shortened, sealed and packed here. What runs them is SQL elsewhere."""

import json
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from llmgw_desktop.domain.flight import (
    Attempt,
    FlightRecord,
    FlightState,
    FlightSummary,
    Headers,
    Phase,
    PhaseName,
)
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import Consideration, PassedRule
from llmgw_desktop.domain.settings import RecorderLevel, RecorderSettings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.fact_columns import facts_of
from llmgw_desktop.store.figure_cells import billing_of, marks_of
from llmgw_desktop.store.guard_cells import hits_of

Row = tuple[Any, ...]

NAME_CHARS = 300
"""Of a model's or client's name so much is kept in a row; the body has the whole."""
TEXT_CHARS = 2000
"""Of an error's text, of a path, of a route's reason."""
PACK_STEP_BYTES = 256 * 1024
"""Packed in some 3 ms."""
PACK_BYTES = 4096
"""From this size on bodies are compressed; smaller ones would cost more than they save."""
CUT_OVERLAP = 4096
"""So much beyond the cut is sealed along, so that no half of a secret is left at the end."""
MOST_CONSIDERED = 200
"""Candidates of one decision; more are no help to anybody."""
MOST_TOKENS = 10**12
"""More is nonsense of an upstream and taken as unknown; so sums stay within 64 bits."""
BODY_COLUMNS = (
    *("flight", "request_headers"),
    *("request_body", "request_body_packed", "request_body_whole", "answer_headers"),
    *("answer_body", "answer_body_packed", "answer_body_whole", "phases"),
    *("considered", "attempt_log", "passed_rules"),
)
"""What bodies have of their own."""
LATE_COLUMNS = (
    *("request_body", "request_body_packed", "request_body_whole"),
    *("answer_body", "answer_body_packed", "answer_body_whole"),
)
"""What is written later of flights with large bodies."""
WAY_COLUMNS = ("path", "route_reason")
"""What stands with the bodies and is common to many."""
SEPARATOR = "\x1f"
"""Between the words that a text filter looks into."""


def _nothing() -> None:
    pass


class BodyRows:
    """Makes rows of bodies as the settings say; `clean` removes secrets from a body."""

    def __init__(
        self,
        settings: RecorderSettings,
        clean: Callable[[bytes], bytes],
        between: Callable[[], None] = _nothing,
    ) -> None:
        """`between` is called between the steps in which a large body is packed."""
        self._keeps_bodies = settings.level is RecorderLevel.FULL
        self._most_bytes = settings.max_body_bytes
        self._clean = clean
        self._between = between
        self._said: dict[int, str] = {}

    def row(self, record: FlightRecord) -> Row:
        """In the order of BODY_COLUMNS, the flight's id in the place of its `seq`."""
        if not self._keeps_bodies:
            nothing = ("[]", None, 0, 1)
            said = self._considered(record.considered)
            passed = self._passed(record.passed_rules)
            ends = (_phases(record), said, _attempts(record), passed)
            return (record.summary.id, *nothing, *nothing, *ends)
        return (
            record.summary.id,
            _json(record.request_headers),
            *self._packed(record.request_body, record.request_body_whole),
            _json(record.answer_headers),
            *self._packed(record.answer_body, record.answer_body_whole),
            _phases(record),
            self._considered(record.considered),
            _attempts(record),
            self._passed(record.passed_rules),
        )

    def late(self, record: FlightRecord) -> Row:
        """In the order of LATE_COLUMNS, and the flight's id behind them."""
        return (
            *self._packed(record.request_body, record.request_body_whole),
            *self._packed(record.answer_body, record.answer_body_whole),
            record.summary.id,
        )

    def _passed(self, passed: Sequence[PassedRule]) -> str:
        """Those of one kind of request are one object, unless a size decided."""
        if not passed:
            return "[]"
        said = self._said.get(id(passed))
        if said is None:
            rows = [(each.name, each.why[:NAME_CHARS]) for each in passed]
            said = self._clean(_json(rows).encode(errors="replace")).decode(errors="replace")
            self._said[id(passed)] = said
        return said

    def _considered(self, considered: Sequence[Consideration]) -> str:
        """Cleaned as bodies are: the model's name came from outside. The decisions of one route
        with one candidate are one object."""
        if not considered:
            return "[]"
        said = self._said.get(id(considered))
        if said is None:
            said = self._said[id(considered)] = self._said_of(considered)
        return said

    def _said_of(self, considered: Sequence[Consideration]) -> str:
        rows = [
            (each.account, each.model[:NAME_CHARS], each.rank, each.reason[:TEXT_CHARS])
            for each in considered[:MOST_CONSIDERED]
        ]
        return self._clean(_json(rows).encode(errors="replace")).decode(errors="replace")

    def _packed(self, body: bytes | None, is_whole: bool) -> tuple[bytes | None, int, int]:
        """The body as kept, whether it is compressed, whether it is whole."""
        if body is None:
            return None, 0, int(is_whole)
        if len(body) > self._most_bytes:
            is_whole = False
            body = self._beginning(body)
        else:
            body = self._clean(body)
        if len(body) >= PACK_BYTES:
            packed = self._compressed(body)
            if len(packed) < len(body):
                return packed, 1, int(is_whole)
        return body, 0, int(is_whole)

    def _compressed(self, body: bytes) -> bytes:
        if len(body) <= PACK_STEP_BYTES:
            return zlib.compress(body, 1)
        self._between()
        packer, view = zlib.compressobj(1), memoryview(body)
        packed = []
        for start in range(0, len(body), PACK_STEP_BYTES):
            packed.append(packer.compress(view[start : start + PACK_STEP_BYTES]))
            self._between()
        return b"".join((*packed, packer.flush()))

    def _beginning(self, body: bytes) -> bytes:
        """Of a body that is too long. More than is kept is sealed, so that a secret which the
        cut goes through is still seen as one."""
        beyond = min(CUT_OVERLAP, len(body) - self._most_bytes)
        sealed = self._clean(body[: self._most_bytes + beyond])
        return sealed[: max(min(self._most_bytes, len(sealed) - beyond), 0)]


def summary_of(row: Row) -> FlightSummary:
    """From a row of `flights` without its `seq`. Raises ValueError for words of a later version."""
    estimated, partial = marks_of(row[39])
    return FlightSummary(
        id=row[0],
        started_at_s=row[1],
        state=FlightState(row[2]),
        client=row[3],
        protocol=ModelProtocol(row[4]),
        operation=Operation(row[5]),
        model_asked=row[6],
        model_served=row[7],
        provider=row[8],
        streaming=bool(row[9]),
        status=row[10],
        ttft_ms=row[11],
        took_ms=row[12],
        usage=Usage(
            input_tokens=row[13],
            output_tokens=row[14],
            cache_read_tokens=row[15],
            cache_write_tokens=row[16],
            cache_write_1h_tokens=row[28],
            reasoning_tokens=row[17],
            estimated=estimated,
            partial=partial,
            billing=billing_of(row[40]),
        ),
        stop_reason=row[18],
        error_kind=row[19],
        error_text=row[20],
        attempts=row[21],
        request_bytes=row[22],
        answer_bytes=row[23],
        replied_chunks=row[24],
        upstream_protocol=None if row[26] is None else ModelProtocol(row[26]),
        losses=tuple(row[27].split()) if row[27] else (),
        cost_usd=row[29],
        account=row[30],
        prompt_facts=None if row[31] is None else facts_of(row[31:36]),
        owner=row[36],
        label=row[37] or "",
        guard_hits=hits_of(row[38]),
        list_cost_usd=row[41],
        is_billed_by_vendor=bool(row[42]),
        job=row[43] or "",
        is_counted=bool(row[44]),
    )


def record_of(summary: FlightSummary, row: Row | None) -> FlightRecord:
    """From a row of `flight_bodies`; a flight that still runs has none."""
    if row is None:
        return FlightRecord(summary=summary)
    return FlightRecord(
        summary=summary,
        path=row[1],
        route_reason=row[2],
        request_headers=_headers(row[3]),
        request_body=_unpacked(row[4], row[5]),
        request_body_whole=bool(row[6]),
        answer_headers=_headers(row[7]),
        answer_body=_unpacked(row[8], row[9]),
        answer_body_whole=bool(row[10]),
        phases=tuple(
            Phase(name=PhaseName(name), start_ms=start_ms, end_ms=end_ms, note=note)
            for name, start_ms, end_ms, note in json.loads(row[11])
        ),
        considered=tuple(
            Consideration(account=account, model=model, rank=rank, reason=reason)
            for account, model, rank, reason in json.loads(row[12])
        ),
        attempt_log=tuple(_attempt_of(cells) for cells in json.loads(row[13])),
        passed_rules=tuple(PassedRule(name=name, why=why) for name, why in json.loads(row[14])),
    )


def _attempt_of(cells: Row) -> Attempt:
    account, model, protocol, start_ms, end_ms, outcome, status = cells
    return Attempt(
        account=account,
        model=model,
        protocol=ModelProtocol(protocol),
        start_ms=start_ms,
        end_ms=end_ms,
        outcome=outcome,
        status=status,
    )


def short(text: str | None, chars: int) -> str | None:
    """As much of a text as a row keeps."""
    return text if text is None or len(text) <= chars else text[:chars]


def search_words(*words: str | None) -> str:
    """For the column `search`."""
    return _folded(SEPARATOR.join(filter(None, words)))


def searchable(text: str) -> str:
    """A filter's text in the form in which `search` holds the words."""
    return _folded(str(_scrubbed(text)))


def scrubbed(row: Row) -> Row:
    """What SQLite can take of a row that it refused: no half characters, no giant numbers."""
    return tuple(_scrubbed(value) for value in row)


def _folded(text: str) -> str:
    # For LIKE a text ends at its first NUL.
    return text.casefold().replace("\0", " ")


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return None
    return value


def _unpacked(body: bytes | None, is_packed: int) -> bytes | None:
    return zlib.decompress(body) if body is not None and is_packed else body


def _phases(record: FlightRecord) -> str:
    return _json([(at.name, at.start_ms, at.end_ms, at.note) for at in record.phases])


def _attempts(record: FlightRecord) -> str:
    return _json(
        [
            (
                each.account,
                each.model[:NAME_CHARS],
                each.protocol._value_,
                each.start_ms,
                each.end_ms,
                each.outcome[:TEXT_CHARS],
                each.status,
            )
            for each in record.attempt_log
        ]
    )


def _json(value: Any) -> str:
    if not value:
        return "[]"
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # bytes of a header that are no UTF-8, as half characters
        return json.dumps(value)


def _headers(text: str) -> Headers:
    return tuple((name, value) for name, value in json.loads(text))
