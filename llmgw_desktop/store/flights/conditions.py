"""Which rows a list of flights shows: a query, and each term of its filter, as SQL."""

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import eq, ge, gt, le, lt, or_
from typing import Any

import peewee

from llmgw_desktop.domain.flights.flight import FilterTerm, FlightQuery, FlightState
from llmgw_desktop.store.database.schema import FlightRow
from llmgw_desktop.store.flights.rows import scrubbed, searchable

LONGEST_TEXT = 1000
"""No word that is searched is longer, not even with letters that casefolding makes more of."""
_LONGEST_STATUS = 6


def conditions(query: FlightQuery) -> Iterator[Any]:
    """All of them hold."""
    if query.since_s is not None:
        yield FlightRow.started_at_s >= query.since_s
    if query.until_s is not None:
        yield FlightRow.started_at_s < query.until_s
    if query.states:
        yield FlightRow.state.in_(sorted(query.states))
    for column, name in (
        (FlightRow.provider, query.provider),
        (FlightRow.client, query.client),
        (FlightRow.label, query.label),
    ):
        if name:
            yield column == scrubbed((name,))[0]
    if query.owner is not None:
        yield FlightRow.owner == query.owner
    yield from _searched(query)
    if wants_marked(query):
        yield FlightRow.note.is_null(False)  # so that their index is taken
    if wants_failed(query):
        yield _FAILED  # so that their index is taken
    # The cheap ones first: SQLite asks them in this order, and the next only where one holds.
    terms = sorted(query.terms, key=_price)
    cheap = [term for term in terms if _price(term) == _CHEAP]
    yield from map(_held, cheap)
    if query.text:
        yield _holds(query.text)
    yield from map(_held, terms[len(cheap) :])


def _held(term: FilterTerm) -> Any:
    return peewee.fn.COALESCE(_fitting(term), 0) == 0 if term.is_turned else _fitting(term)


_CHEAP = 0


def _price(term: FilterTerm) -> int:
    """To compare a figure costs nothing beside the row; words do, and most of all those that may
    stand anywhere in a text."""
    if term.name in _FIGURES or term.name == "is":
        return _CHEAP
    return {"": 1, "error": 3, "note": 3}.get(term.name, 2)


def _searched(query: FlightQuery) -> Iterator[Any]:
    if query.said:  # nobody searched for them
        yield FlightRow.seq < 0
    if query.among is not None:
        yield FlightRow.id.in_(query.among)


_WORDS: Mapping[str, tuple[Any, ...]] = (
    {
        "model": (FlightRow.model_asked, FlightRow.model_served),
        "stop": (FlightRow.stop_reason,),
    }
    | {
        name: (getattr(FlightRow, name),)
        for name in (
            "provider",
            "account",
            "client",
            "label",
            "project",
            "state",
            "protocol",
            "operation",
        )
    }
    | {"id": (FlightRow.id,), "replay": (FlightRow.replay_of,)}
)
_FIGURES: Mapping[str, Any] = {
    "status": FlightRow.status,
    "cost": FlightRow.cost_usd,
    "took": FlightRow.took_ms,
    "ttft": FlightRow.ttft_ms,
    "input": FlightRow.input_tokens,
    "output": FlightRow.output_tokens,
    "cache": FlightRow.cache_read_tokens
    * peewee.Value(1.0, converter=False)  # or a column of whole numbers would make 1 of it
    / peewee.fn.NULLIF(FlightRow.input_tokens, 0),
    "written": FlightRow.cache_write_tokens,
    "attempts": FlightRow.attempts,
    "asked": FlightRow.request_bytes,
    "answered": FlightRow.answer_bytes,
}
_MARKED: Mapping[str, Any] = {
    "streamed": FlightRow.streaming != 0,
    "translated": FlightRow.upstream_protocol != FlightRow.protocol,
    "guarded": FlightRow.guard_hits.is_null(False),
    "error": FlightRow.state.in_([FlightState.FAILED.value, FlightState.CUT.value]),
    "priced": FlightRow.cost_usd.is_null(False),
}


def _fitting(term: FilterTerm) -> Any:
    """As `flight_filter` decides of a flight that is at hand; NULL where a figure is not known."""
    if (figure := _FIGURES.get(term.name)) is not None:
        # As it is: a column of whole numbers would make one of it.
        return _RELATIONS[term.relation](figure, peewee.Value(term.figure, converter=False))
    if term.name == "is":
        return reduce(or_, [_MARKED[each] for each in term.values])
    if not term.name:
        return _holds(term.values[0])
    values = [scrubbed((each,))[0] for each in term.values]
    if (in_its_way := _OWN_WAYS.get(term.name)) is not None:
        return reduce(or_, [in_its_way(value) for value in values])
    return reduce(or_, [_is_like(it, value) for value in values for it in _WORDS[term.name]])


def _of_error(value: str) -> Any:
    found = _is_like(FlightRow.error_kind, value) | _like(
        FlightRow.error_text, f"%{_escaped(value)}%"
    )
    if value.isdecimal() and len(value) < _LONGEST_STATUS:
        found |= FlightRow.status == int(value)
    return found


_OWN_WAYS: Mapping[str, Callable[[str], Any]] = {
    "error": _of_error,
    "marked": lambda value: FlightRow.note.is_null(value == "no"),
    "note": lambda value: _like(FlightRow.note, f"%{_escaped(value)}%"),
    "job": lambda value: _of_id(FlightRow.job, value),
    "conversation": lambda value: _of_id(FlightRow.conversation, value),
    "agent": lambda value: _of_id(FlightRow.agent, value),
}


def _of_id(column: Any, value: str) -> Any:
    """Ids of ours have small letters alone: a whole one is found by its index."""
    return _is_like(column, value) if "*" in value or "?" in value else column == value


def _is_like(words: Any, pattern: str) -> Any:
    """Nothing that is not there is like anything: neither NULL nor what is empty."""
    found = _like(words, _escaped(pattern).replace("*", "%").replace("?", "_"))
    return found & (words != "") if not pattern.strip("*") else found


def _like(words: Any, pattern: str) -> Any:
    """LIKE is blind to the case of Latin letters, and a quarter as dear as LOWER and GLOB."""
    return peewee.NodeList((words, peewee.SQL("LIKE"), pattern, peewee.SQL("ESCAPE '\\'")))


def _escaped(text: str) -> str:
    for sign in "\\%_":
        text = text.replace(sign, f"\\{sign}")
    return text


def reads_rows(query: FlightQuery) -> bool:
    """Whether the index of the list does not hold all that is asked of a flight."""
    return any(term.name not in _IN_THE_LIST for term in query.terms)


def wants_marked(query: FlightQuery) -> bool:
    """Whether no flight without a mark can fit: those that have one are few, and have an index."""
    return any(
        not term.is_turned
        and (term.name == "note" or (term.name == "marked" and set(term.values) == {"yes"}))
        for term in query.terms
    )


_FAILED = peewee.SQL(
    "(state = 'failed' OR state = 'cut' OR error_kind IS NOT NULL OR error_text IS NOT NULL"
    " OR status >= 400)"
)
"""As the index `flights_failed` has it, word for word."""
_LEAST_FAILING = 400


def wants_failed(query: FlightQuery) -> bool:
    """Whether no flight can fit that went well: the others are few as a rule, and have an index."""
    if query.states and set(query.states) <= _FAILED_STATES:
        return True
    return any(not term.is_turned and _is_of_failed(term) for term in query.terms)


def _is_of_failed(term: FilterTerm) -> bool:
    if term.name == "error":
        return all(not each.isdecimal() or int(each) >= _LEAST_FAILING for each in term.values)
    if term.name == "status":
        return term.relation in (">", ">=", "=") and term.figure >= _LEAST_FAILING
    if term.name == "is":
        return set(term.values) == {"error"}
    return term.name == "state" and {each.lower() for each in term.values} <= _FAILED_STATES


_FAILED_STATES = frozenset({FlightState.FAILED.value, FlightState.CUT.value})
_IN_THE_LIST = frozenset({"", "state", "client", "provider"})


def _holds(said: str) -> Any:
    text = searchable(said)
    return FlightRow.search.contains(text) if len(text) <= LONGEST_TEXT else FlightRow.seq < 0


_RELATIONS = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq}
