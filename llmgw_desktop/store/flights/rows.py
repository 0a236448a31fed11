"""A flight as a row and back: its facts, figures and hits of guards as cells."""

import json
import zlib
from collections.abc import Callable
from dataclasses import fields
from enum import StrEnum
from typing import Any

import orjson

from llmgw_desktop.domain.flights.flight import (
    ANOTHER_VERSION,
    Attempt,
    FlightRecord,
    FlightState,
    FlightSummary,
    Headers,
    Phase,
    PhaseName,
)
from llmgw_desktop.domain.guard import GuardAction, GuardHit, PromptRole
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Consideration, PassedRule
from llmgw_desktop.domain.usage import (
    NO_BILLING_FACTS,
    BillingFacts,
    PromptFacts,
    Saving,
    Usage,
    billing_facts_of,
)
from llmgw_desktop.store.database.schema import BodyRow, columns
from llmgw_desktop.store.database.write_behind import Row

FACT_COLUMNS = (
    "stable_prefix_hash",
    "stable_prefix_tokens",
    "cache_control_blocks",
    "cache_control_ttl_seconds",
    "compression",
)


def fact_cells(facts: PromptFacts) -> tuple[Any, ...]:
    """In the order of FACT_COLUMNS; `compression` is JSON, or NULL where nothing was to become
    shorter."""
    savings = {
        name: (saving.before_tokens, saving.after_tokens)
        for name, saving in (("prompt", facts.prompt_saving), ("answer", facts.answer_saving))
        if saving is not None
    }
    return (
        facts.stable_prefix_hash,
        facts.stable_prefix_tokens,
        facts.cache_control_blocks,
        facts.cache_control_ttl_s,
        orjson.dumps(savings).decode() if savings else None,
    )


def facts_of(cells: tuple[Any, ...]) -> PromptFacts:
    """Raises ValueError or TypeError for what we did not write."""
    prefix, tokens, blocks, ttl_s, compression = cells
    savings = orjson.loads(compression) if compression else {}
    return PromptFacts(
        stable_prefix_hash=prefix,
        stable_prefix_tokens=tokens,
        cache_control_blocks=blocks,
        cache_control_ttl_s=ttl_s,
        prompt_saving=_saving(savings.get("prompt")),
        answer_saving=_saving(savings.get("answer")),
    )


def _saving(pair: list[int] | None) -> Saving | None:
    return None if pair is None else Saving(before_tokens=pair[0], after_tokens=pair[1])


PARTIAL_BITS = 8
"""The bits of lower bounds stand above those of estimates."""
_ESTIMATED = (1 << PARTIAL_BITS) - 1
_MOST_NAMES = 32
"""Of members that nobody knows and of what has no price; a vendor may send any number."""
_NAME_CHARS = 200
_PLAIN = {each.name: each.default for each in fields(BillingFacts)}


def marks_of(cell: int | None) -> tuple[int, int]:
    """Estimated, partial: bits of Figure."""
    marks = cell or 0
    return marks & _ESTIMATED, marks >> PARTIAL_BITS


def billing_cell(facts: BillingFacts) -> str | None:
    """JSON of what was told; NULL where nothing was."""
    told = {name: getattr(facts, name) for name in _PLAIN}
    said = {name: _short(it) for name, it in told.items() if it != _PLAIN[name]}
    return orjson.dumps(said).decode("utf-8", "replace") if said else None


def billing_of(cell: str | None) -> BillingFacts:
    """Raises ValueError or TypeError for what we did not write."""
    if not cell:
        return NO_BILLING_FACTS
    told: dict[str, Any] = orjson.loads(cell)
    return billing_facts_of({name: it for name, it in told.items() if name in _PLAIN})


def _short(it: Any) -> Any:
    """Names are a vendor's own words, in any number."""
    if type(it) is str:
        return it[:_NAME_CHARS].encode("utf-8", "replace").decode()
    if type(it) is tuple:
        return [_short(each) for each in it[:_MOST_NAMES]]
    return it


def hits_cell(hits: tuple[GuardHit, ...]) -> str | None:
    if not hits:
        return None
    rows = [(each.rule, each.action, each.what, each.role, each.count) for each in hits]
    return orjson.dumps(rows).decode()


def hits_of(cell: str | None) -> tuple[GuardHit, ...]:
    """Raises ValueError for words of a later version."""
    if not cell:
        return ()
    return tuple(
        GuardHit(
            rule=rule, action=GuardAction(action), what=what, role=PromptRole(role), count=count
        )
        for rule, action, what, role, count in orjson.loads(cell)
    )


NAME_CHARS = 300
"""Of a model's or client's name so much is kept in a row; the body has the whole."""
TEXT_CHARS = 2000
"""Of an error's text, of a path, of a route's reason."""
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
    "request_headers",
    "answer_headers",
    *("request_body", "request_body_packed", "request_body_whole"),
    *("answer_body", "answer_body_packed", "answer_body_whole"),
)
"""What is written later: of flights with large bodies, and of all while the vault's key is waited
for."""
WAY_COLUMNS = ("path", "route_reason")
"""What stands with the bodies and is common to many."""
SEPARATOR = "\x1f"
"""Between the words that a text filter looks into."""


PACKED, ENCRYPTED = 1, 2
"""Bits of the columns `request_body_packed` and `answer_body_packed`."""
Encrypt = Callable[[bytes, str], bytes]
"""Bytes and their place to what is stored."""
Decrypt = Callable[[bytes, str], bytes]


def place_of(flight_id: str, column: str) -> str:
    """What an encrypted cell of a flight is bound to."""
    return f"flights\x1f{flight_id}\x1f{column}"


def _as_it_is(cell: bytes, _place: str) -> bytes:
    return cell


def summary_of(row: Row) -> FlightSummary:
    """From a row of `flights` without its `seq`. One with words of another version says so in its
    error: it may not hide the others of its page. Raises ValueError for what is no row of ours."""
    try:
        return _summary_of(row)
    except ValueError:
        return _summary_of(_with_known_words(row))


_WORDS: tuple[tuple[int, type[StrEnum], StrEnum | None], ...] = (
    (2, FlightState, FlightState.LOST),
    (4, ModelProtocol, ModelProtocol.CLI),  # whose bodies no codec is asked to read
    (5, Operation, Operation.GENERATE),
    (26, ModelProtocol, None),
)
"""Where a row has words of ours, which, and what stands in the place of others."""
_HITS = 38


def _with_known_words(row: Row) -> Row:
    cells, strange = list(row), []
    for at, known, instead in _WORDS:
        if cells[at] is not None and cells[at] not in set(known):
            strange.append(f"'{short(str(cells[at]), 40)}'")
            cells[at] = instead
    try:
        hits_of(cells[_HITS])
    except ValueError:
        strange.append("what a guard did")
        cells[_HITS] = None
    if strange:
        words = ", ".join(strange)
        told = f"Another version of the gateway wrote it; this one does not know {words}."
        cells[19], cells[20] = ANOTHER_VERSION, told
    return tuple(cells)


def _summary_of(row: Row) -> FlightSummary:
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
        project=row[45] or "",
        replay_of=row[47] or "",
        note=row[48],
        conversation=row[49] or "",
        agent=row[50] or "",
    )


def record_of(
    summary: FlightSummary, row: Row | None, decrypt: Decrypt = _as_it_is
) -> FlightRecord:
    """From a row of `flight_bodies`; a flight that still runs has none. Raises what `decrypt`
    raises."""
    if row is None:
        return FlightRecord(summary=summary)

    def opened(cell: bytes, column: str) -> bytes:
        return decrypt(cell, place_of(summary.id, column))

    return FlightRecord(
        summary=summary,
        path=row[1],
        route_reason=row[2],
        request_headers=_headers(row[3], "request_headers", opened),
        request_body=unpacked(row[4], row[5], "request_body", opened),
        request_body_whole=bool(row[6]),
        answer_headers=_headers(row[7], "answer_headers", opened),
        answer_body=unpacked(row[8], row[9], "answer_body", opened),
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


def without_texts(row: Row) -> Row:
    """A row of `flight_bodies` without what was said: neither headers nor bodies."""
    nothing: dict[str, str | None] = dict.fromkeys(("request_body", "answer_body"))
    nothing |= dict.fromkeys(("request_headers", "answer_headers"), "[]")
    return tuple(nothing.get(name, cell) for name, cell in zip(columns(BodyRow), row, strict=True))


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


def unpacked(body: bytes | None, how: int, column: str, opened: Decrypt) -> bytes | None:
    """A body as it was recorded, out of its cell. Raises what `opened` raises, and zlib.error."""
    if body is None:
        return None
    if how & ENCRYPTED:
        body = opened(body, column)
    return zlib.decompress(body) if how & PACKED else body


def _headers(cell: str | bytes, column: str, opened: Decrypt) -> Headers:
    text = opened(cell, column) if isinstance(cell, bytes) else cell
    return tuple((name, value) for name, value in json.loads(text))
