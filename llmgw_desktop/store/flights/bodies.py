"""Bodies and headers of flights as rows, with secrets taken out, and back."""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson

from llmgw_desktop.domain.flights.flight import FlightRecord, Headers, PhaseName
from llmgw_desktop.domain.guard import GuardHit
from llmgw_desktop.domain.routing.route import Consideration, PassedRule
from llmgw_desktop.domain.settings.tables import RecorderLevel, RecorderSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.database.write_behind import Row
from llmgw_desktop.store.flights.rows import (
    CUT_OVERLAP,
    ENCRYPTED,
    MOST_CONSIDERED,
    NAME_CHARS,
    PACK_BYTES,
    TEXT_CHARS,
    Encrypt,
    hits_cell,
    place_of,
)

PACK_STEP_BYTES = 256 * 1024
"""Packed in some 3 ms."""
NOTE_HITS = "UPDATE flights SET guard_hits = ? WHERE id = ?"
_ANSWERED = (PhaseName.WAIT, PhaseName.STREAM)


def _nothing() -> None:
    pass


class BodyRows:
    """Makes rows of bodies as the settings say; `clean` removes secrets from a body."""

    def __init__(
        self,
        settings: RecorderSettings,
        clean: Callable[[bytes], bytes],
        between: Callable[[], None] = _nothing,
        encrypt: Encrypt | None = None,
    ) -> None:
        """`between` is called between the steps in which a large body is packed. Without
        `encrypt` bodies and headers are stored in plain."""
        self._keeps_bodies = settings.level is RecorderLevel.FULL
        self._most_bytes = settings.max_body_bytes
        self._clean = clean
        self._between = between
        self._encrypt = encrypt
        self._said: dict[int, str] = {}
        self._said_in: dict[Headers, bytes] = {}
        """Headers as they are written down, as JSON without secrets: many flights have the same."""

    def row(self, record: FlightRecord) -> Row:
        """In the order of BODY_COLUMNS, the flight's id in the place of its `seq`."""
        if not self._keeps_bodies:
            nothing = ("[]", None, 0, 1)
            said = self._considered(record.considered)
            passed = self._passed(record.passed_rules)
            ends = (_phases(record), said, _attempts(record), passed)
            return (record.summary.id, *nothing, *nothing, *ends)
        asked, answered = self._bodies(record)
        return (
            record.summary.id,
            self._headers(record, "request_headers", record.request_headers),
            *asked,
            self._headers(record, "answer_headers", record.answer_headers),
            *answered,
            _phases(record),
            self._considered(record.considered),
            _attempts(record),
            self._passed(record.passed_rules),
        )

    def late(self, record: FlightRecord) -> Row:
        """In the order of LATE_COLUMNS, and the flight's id behind them."""
        asked, answered = self._bodies(record)
        return (
            self._headers(record, "request_headers", record.request_headers),
            self._headers(record, "answer_headers", record.answer_headers),
            *asked,
            *answered,
            record.summary.id,
        )

    def _bodies(self, record: FlightRecord) -> tuple[Row, Row]:
        """Of what was asked and of what was answered: the body as kept, how it is kept, whether it
        is whole."""
        flight_id = record.summary.id
        asked = self._packed(record.request_body, record.request_body_whole)
        answered = self._packed(record.answer_body, record.answer_body_whole)
        return (
            self._encrypted(asked, place_of(flight_id, "request_body")),
            self._encrypted(answered, place_of(flight_id, "answer_body")),
        )

    def _encrypted(self, packed: tuple[bytes | None, int, int], place: str) -> Row:
        body, how, is_whole = packed
        if self._encrypt is None or body is None:
            return packed
        return self._encrypt(body, place), how | ENCRYPTED, is_whole

    def _headers(self, record: FlightRecord, column: str, headers: Headers) -> str | bytes:
        if not headers:
            return _json(headers)
        said = self._said_in.get(headers)
        if said is None:
            said = self._clean(_json(headers).encode(errors="replace"))
            self._said_in[headers] = said
        if self._encrypt is None:
            return said.decode(errors="replace")
        return self._encrypt(said, place_of(record.summary.id, column))

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


def own_time_ms(record: FlightRecord) -> float | None:
    """How long the gateway itself took, at least: from the request's having been read to its being
    handed on, and of a stream from its last byte to the flight's end. None where nobody was asked
    or nothing came."""
    phases, took_ms = record.phases, record.summary.took_ms
    if took_ms is None or not phases or phases[-1].name not in _ANSWERED:
        return None
    own_ms = sum([at.end_ms - at.start_ms for at in phases if at.name is PhaseName.ROUTE])
    if phases[-1].name is PhaseName.STREAM:
        own_ms += max(took_ms - phases[-1].end_ms, 0.0)
    return max(own_ms, 0.0)


def body_bytes(record: FlightRecord) -> int:
    return len(record.request_body or b"") + len(record.answer_body or b"")


def without_bodies(record: FlightRecord) -> FlightRecord:
    """With a mark in the place of each that is left out: None, and not whole."""
    return fitting(record, 0)


def figures_of(record: FlightRecord) -> FlightRecord:
    """Without anything that was said."""
    return replace(without_bodies(record), request_headers=(), answer_headers=())


def fitting(record: FlightRecord, room: int) -> FlightRecord:
    """With as many bodies as there is room for, the smaller first."""
    asked, answered = len(record.request_body or b""), len(record.answer_body or b"")
    keeps_asked = asked <= room and (asked <= answered or asked + answered <= room)
    keeps_answer = answered <= (room - asked if keeps_asked else room)
    if not keeps_asked:
        record = replace(record, request_body=None, request_body_whole=False)
    if not keeps_answer:
        record = replace(record, answer_body=None, answer_body_whole=False)
    return record


def cut(record: FlightRecord, most_bytes: int) -> FlightRecord:
    """Without what nobody would write: a request of 30 MB is not held for the 8 that are kept."""
    body = record.request_body
    most_bytes += CUT_OVERLAP
    if body is None or len(body) <= most_bytes:
        return record
    return replace(record, request_body=body[:most_bytes], request_body_whole=False)


FLIGHTS_A_GLANCE = 50
"""Texts of so many flights are looked at together."""
GLANCE_BYTES = 256 * 1024
"""More is not put together for a glance; copying it would cost more than it saves."""

Clean = Callable[[bytes], bytes]
MakePrint = Callable[[FlightRecord, bytes, Callable[[], None]], tuple[int, bytes] | None]
"""(flight, key, called between steps): its opening and its print (`prints.py`). Never raises."""
FindHits = Callable[[FlightRecord, Callable[[], None]], tuple[GuardHit, ...]]
"""(flight, called between steps): what is noted of its request besides what its guards told."""


def _always(_: Iterable[bytes]) -> bool:
    return True


@value(kw_only=False)
class Seal:
    """`clean` removes secrets from a body; `may_hold` is False only if none of several has any.
    `print_cell` says what a prompt consists of; without it nobody is told. `hits` is asked only
    where there may be a secret."""

    clean: Clean
    may_hold: Callable[[Iterable[bytes]], bool] = _always
    print_cell: MakePrint | None = None
    hits: FindHits | None = None

    def noted(
        self, record: FlightRecord, clean: Clean, between: Callable[[], None] = _nothing
    ) -> list[Row]:
        """For NOTE_HITS: one, or none. `clean`: what cleans this one."""
        if self.hits is None or clean is _as_it_is:
            return []
        found = self.hits(record, between)
        if not found:
            return []
        return [(hits_cell((*record.summary.guard_hits, *found)), record.summary.id)]

    def parts(self, records: Iterable[FlightRecord]) -> Iterator[tuple[list[FlightRecord], Clean]]:
        """As many as one glance is for, each time, and what cleans their bodies and headers."""
        part: list[FlightRecord] = []
        texts: list[bytes] = []
        seen: set[Headers] = set()
        size = 0
        for record in records:
            own = _texts(record, seen)
            weight = sum(map(len, own))
            if part and (len(part) == FLIGHTS_A_GLANCE or size + weight > GLANCE_BYTES):
                yield part, self._for(texts, size)
                part, texts, seen, size = [], [], set(), 0
                own = _texts(record, seen)
                weight = sum(map(len, own))
            part.append(record)
            texts += own
            size += weight
        if part:
            yield part, self._for(texts, size)

    def over(self, record: FlightRecord) -> Clean:
        """What cleans the bodies and headers of this one."""
        texts = _texts(record)
        return self._for(texts, sum(map(len, texts)))

    def _for(self, texts: list[bytes], size: int) -> Clean:
        return self.clean if size > GLANCE_BYTES or self.may_hold(texts) else _as_it_is


def _texts(record: FlightRecord, seen: set[Headers] | None = None) -> list[bytes]:
    """`seen`: headers of others that are looked at with this one, to which its own are added; what
    many have in common is looked at once."""
    texts = [body for body in (record.request_body, record.answer_body) if body]
    for headers in (record.request_headers, record.answer_headers):
        if not headers or (seen is not None and headers in seen):
            continue
        if seen is not None:
            seen.add(headers)
        # as the list that is cleaned, which nobody takes for a stream
        said = "[" + "\n".join([value for _, value in headers])
        texts.append(said.encode(errors="replace"))
    return texts


def _as_it_is(body: bytes) -> bytes:
    return body
