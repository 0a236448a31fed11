"""The language in which flights are searched: `model:claude* cost>0.05 -client:codex since:2h`.

Terms stand beside each other and must all hold. `name:value` compares words (letter case does not
matter, `*` stands for anything, commas part alternatives), `name>number` compares figures, a minus
turns a term round, and what has no name is looked for in names and errors. One table, FIELDS, says
what there is: the reader, the store, help and completion all come from it.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from llmgw_desktop.domain.flights.flight import FilterTerm, FlightQuery, FlightState, FlightSummary
from llmgw_desktop.domain.plain_text import Glob, nearest
from llmgw_desktop.domain.values import value

MOST_TERMS = 40
LONGEST_FILTER = 2000
_LARGEST_FIGURE = 1e15
"""No flight has a larger one, and the store compares whole numbers of 64 bits at most."""
_TOKEN = re.compile(
    r'(-?)(?:([A-Za-z_]+)(:|[<>]=?|=))?("(?:[^"\\]|\\.)*"?|[^\s"]*(?:"[^"]*"?[^\s"]*)*)'
)
_QUOTING = re.compile(r'\\(.)|"', re.DOTALL)
_NUMBER = re.compile(r"\$?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ms|s|m|h|%|k|kb|mb|\$)?", re.IGNORECASE)
_AGO = re.compile(r"([0-9]{1,6})(m|h|d|w)", re.IGNORECASE)
_AGO_S = {"m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(65, 91)})


class FilterMistake(ValueError):
    """What cannot be read of a filter, in a sentence."""


class FieldKind(StrEnum):
    WORDS = "words"
    FIGURE = "figure"
    MOMENT = "moment"
    MARK = "mark"
    SAID = "said"


@value(kw_only=False)
class FilterField:
    """Something that can be asked of a flight."""

    kind: FieldKind
    words: str
    example: str
    unit: str = ""
    """Of a figure without one: `s`, `%`, `$`, `bytes`; empty for a count."""


FIELDS: Mapping[str, FilterField] = {
    "model": FilterField(FieldKind.WORDS, "asked for, or which answered", "model:claude*"),
    "provider": FilterField(FieldKind.WORDS, "who answered", "provider:openai"),
    "account": FilterField(FieldKind.WORDS, "of the provider", "account:openai/work"),
    "client": FilterField(FieldKind.WORDS, "whose key it was", 'client:"Claude Code"'),
    "label": FilterField(FieldKind.WORDS, "what the caller called itself", "label:tests"),
    "project": FilterField(FieldKind.WORDS, "whose credentials were asked for", "project:website"),
    "replay": FilterField(FieldKind.WORDS, "the flight that was asked again", "replay:flt_0*"),
    "state": FilterField(FieldKind.WORDS, "ok, failed, cut, canceled, running, lost", "state:cut"),
    "error": FilterField(
        FieldKind.WORDS, "its kind, a part of its words, or the status", "error:429"
    ),
    "protocol": FilterField(FieldKind.WORDS, "in which the caller spoke", "protocol:anthropic"),
    "operation": FilterField(FieldKind.WORDS, "what was asked", "operation:embed"),
    "stop": FilterField(FieldKind.WORDS, "why the answer ended", "stop:max_tokens"),
    "job": FilterField(FieldKind.WORDS, "the run that asked", "job:job_0*"),
    "conversation": FilterField(
        FieldKind.WORDS, "its id, as a flight or a limit names it", "conversation:5f0c*"
    ),
    "agent": FilterField(
        FieldKind.WORDS, "the id of the one that spoke: the first, or a subagent", "agent:91d2*"
    ),
    "id": FilterField(FieldKind.WORDS, "the flight's own", "id:flt_0*"),
    "marked": FilterField(FieldKind.WORDS, "yes, no", "marked:yes"),
    "note": FilterField(FieldKind.WORDS, "a part of a mark's words", 'note:"to be looked at"'),
    "status": FilterField(FieldKind.FIGURE, "HTTP status that the caller got", "status>=400"),
    "body": FilterField(
        FieldKind.SAID, "words in what was asked or answered", 'body:"clock in a tool"'
    ),
    "cost": FilterField(FieldKind.FIGURE, "dollars", "cost>0.05", "$"),
    "took": FilterField(FieldKind.FIGURE, "time to the end", "took>10s", "s"),
    "ttft": FilterField(FieldKind.FIGURE, "time to the first token", "ttft>800ms", "s"),
    "input": FilterField(FieldKind.FIGURE, "tokens of the prompt", "input>100k"),
    "output": FilterField(FieldKind.FIGURE, "tokens of the answer", "output<10"),
    "cache": FilterField(FieldKind.FIGURE, "share of the prompt from a cache", "cache<50%", "%"),
    "written": FilterField(FieldKind.FIGURE, "tokens written to a cache", "written>0"),
    "attempts": FilterField(FieldKind.FIGURE, "candidates that were asked", "attempts>1"),
    "asked": FilterField(FieldKind.FIGURE, "size of the request", "asked>1mb", "bytes"),
    "answered": FilterField(FieldKind.FIGURE, "size of the answer", "answered>100kb", "bytes"),
    "since": FilterField(FieldKind.MOMENT, "began then or later", "since:2h"),
    "until": FilterField(FieldKind.MOMENT, "began before", "until:2026-11-20"),
    "is": FilterField(
        FieldKind.MARK, "streamed, translated, guarded, error, priced", "is:streamed"
    ),
}
MARKS = ("streamed", "translated", "guarded", "error", "priced")
_AMONG = {
    "is": MARKS,
    "marked": ("yes", "no"),
    "state": tuple(state.value for state in FlightState),
}
_NEVER_TURNED = {
    FieldKind.SAID: "Words of bodies are looked for with '{name}:', and never left out.",
    FieldKind.MOMENT: "'{name}' is said with a colon; its other side is '{}'.",
}
_OTHER = {"since": "until", "until": "since"}
_SCALES = {
    "s": {"": 1000.0, "ms": 1.0, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0},
    "%": {"": 0.01, "%": 0.01},
    "$": {"": 1.0, "$": 1.0},
    "bytes": {"": 1.0, "kb": 1e3, "k": 1e3, "mb": 1e6},
    "": {"": 1.0, "k": 1e3, "m": 1e6},
}
"""What may stand behind a number: times are compared in milliseconds, shares from 0 to 1."""


def parse_filter(text: str, now_s: float, zone: tzinfo | None = None) -> FlightQuery:
    """What it asks for; `zone` is where days begin (None: this computer's). Raises
    FilterMistake."""
    if len(text) > LONGEST_FILTER:
        raise FilterMistake(f"The filter is longer than {LONGEST_FILTER:,} characters.")
    query, said, terms = FlightQuery(), list[str](), list[FilterTerm]()
    for turned, name, relation, wanted in _tokens(text):
        plain, asked = _unquoted(wanted), lowered(name)
        known = FIELDS.get(asked)
        if known is None:
            word = f"{turned}{name}{relation}{plain}"
            _check_name(asked, relation)
            if plain and not name and (turned or wanted.startswith('"')):
                terms.append(FilterTerm("", ":", (plain.casefold(),), is_turned=bool(turned)))
            elif word and word != '"':
                said.append(word)
            continue
        _check_known(known, asked, relation, is_turned=bool(turned), is_empty=not plain)
        if known.kind is FieldKind.SAID:
            query = replace(query, said=(*query.said, plain))
        elif known.kind is FieldKind.MOMENT:
            query = _with_moment(query, asked, _moment(plain, now_s, zone))
        else:
            terms.append(replace(_term(asked, known, relation, plain), is_turned=bool(turned)))
    if len(terms) + len(query.said) > MOST_TERMS:
        raise FilterMistake(f"The filter has more than {MOST_TERMS} terms.")
    return replace(query, text=" ".join(said), terms=tuple(terms))


def fits(term: FilterTerm, flight: FlightSummary) -> bool:
    """Whether the flight is one of those that the term asks for; the store decides likewise."""
    return _fits(term, flight) is not term.is_turned


def matches(query: FlightQuery, flight: FlightSummary) -> bool:
    """Whether the list of `query` shows this flight; as the store decides for recorded ones."""
    return (
        (not query.states or flight.state in query.states)
        and (not query.provider or flight.provider == query.provider)
        and (not query.client or flight.client == query.client)
        and (not query.label or flight.label == query.label)
        and (query.since_s is None or flight.started_at_s >= query.since_s)
        and (query.until_s is None or flight.started_at_s < query.until_s)
        and (query.owner is None or flight.owner == query.owner)
        and not query.said
        and (query.among is None or flight.id in query.among)
        and (not query.text or mentions(flight, query.text.casefold()))
        and all(fits(term, flight) for term in query.terms)
    )


def mentions(flight: FlightSummary, text: str) -> bool:
    """Whether its names or errors hold this, in small letters."""
    said = (*_WORDS["model"](flight), flight.client, flight.label, flight.provider)
    said += flight.error_kind, flight.error_text, flight.job
    return any(text in each.casefold() for each in said if each)


def completions(text: str) -> tuple[str, ...]:
    """How the last word of a filter may go on, each as the whole word."""
    word = text.rpartition(" ")[2]
    turned, word = ("-", word[1:]) if word.startswith("-") else ("", word)
    name, colon, begun = word.partition(":")
    if colon and (among := _AMONG.get(name)):
        return tuple(f"{turned}{name}:{each}" for each in among if each.startswith(begun))
    if colon or not word:
        return ()
    return tuple(
        f"{turned}{name}{'>' if known.kind is FieldKind.FIGURE else ':'}"
        for name, known in FIELDS.items()
        if name.startswith(word.translate(_LOWER))
    )


def lowered(text: str) -> str:
    """Latin letters small, all others as they are: as SQLite compares them."""
    return text.translate(_LOWER)


def _tokens(text: str) -> list[tuple[str, str, str, str]]:
    """(minus, name, relation, value) of each; any of them may be empty."""
    found, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _TOKEN.match(text, at)
        if token is None or token.end() == at:  # a minus or a quote by itself
            found.append(("", "", "", text[at]))
            at += 1
            continue
        turned, name, relation, value = token.groups(default="")
        found.append((turned, name, relation, value))
        at = token.end()
    return found


def _unquoted(value: str) -> str:
    return _QUOTING.sub(lambda found: found[1] or "", value) if '"' in value else value


def _check_name(name: str, relation: str) -> None:
    """Names of models have colons too: only what is nearly a field's name is a mistake."""
    if name and relation and (near := nearest(name, FIELDS)):
        raise FilterMistake(f"There is no '{name}' to filter by. Is '{near}' meant?")


def _check_known(
    known: FilterField, name: str, relation: str, *, is_turned: bool, is_empty: bool
) -> None:
    if is_empty:
        raise FilterMistake(f"What is to come behind '{name}{relation}'? {_like(known)}")
    if known.kind in _NEVER_TURNED and (is_turned or relation != ":"):
        raise FilterMistake(_NEVER_TURNED[known.kind].format(_OTHER.get(name), name=name))


def _like(known: FilterField) -> str:
    return f"As in {known.example}."


def _term(name: str, known: FilterField, relation: str, value: str) -> FilterTerm:
    if known.kind is FieldKind.FIGURE:
        return FilterTerm(name, "=" if relation == ":" else relation, (), _figure(known, value))
    if relation not in (":", "="):
        raise FilterMistake(f"'{name}' has no more or less. {_like(known)}")
    values = tuple(lowered(each) for each in value.split(",") if each)
    if not values:
        raise FilterMistake(f"What is to come behind '{name}{relation}'? {_like(known)}")
    among = _AMONG.get(name, ())
    for each in values if among else ():
        if each not in among:
            raise FilterMistake(f"'{name}' is {', '.join(among)}, and not '{each[:40]}'.")
    return FilterTerm(name, ":", values)


def _figure(known: FilterField, value: str) -> float:
    found = _NUMBER.fullmatch(value)
    scale = None if found is None else _SCALES[known.unit].get((found[2] or "").lower())
    figure = float(found[1]) * scale if found and scale else math.inf
    if found is None or scale is None or figure > _LARGEST_FIGURE:
        raise FilterMistake(
            f"'{value[:40]}' is no figure that can be compared here. {_like(known)}"
        )
    return figure


def _moment(value: str, now_s: float, zone: tzinfo | None) -> float:
    if ago := _AGO.fullmatch(value):
        return now_s - int(ago[1]) * _AGO_S[ago[2].lower()]
    today = datetime.fromtimestamp(now_s, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    named = {"today": today, "yesterday": today - timedelta(days=1)}.get(value.lower())
    try:
        told = named or datetime.fromisoformat(value)
        return (told if told.tzinfo else told.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError, OSError):
        raise FilterMistake(
            f"'{value[:40]}' is no moment: say 2h, 3d, today, 2026-11-20 or 2026-11-20T14:00."
        ) from None


def _with_moment(query: FlightQuery, name: str, at_s: float) -> FlightQuery:
    if name == "since":
        return replace(query, since_s=at_s if query.since_s is None else max(at_s, query.since_s))
    return replace(query, until_s=at_s if query.until_s is None else min(at_s, query.until_s))


_WORDS: Mapping[str, Callable[[FlightSummary], tuple[str | None, ...]]] = {
    "model": lambda it: (it.model_asked, it.model_served),
    "provider": lambda it: (it.provider,),
    "account": lambda it: (it.account,),
    "client": lambda it: (it.client,),
    "label": lambda it: (it.label,),
    "project": lambda it: (it.project,),
    "replay": lambda it: (it.replay_of,),
    "state": lambda it: (it.state,),
    "protocol": lambda it: (it.protocol,),
    "operation": lambda it: (it.operation,),
    "stop": lambda it: (it.stop_reason,),
    "job": lambda it: (it.job,),
    "conversation": lambda it: (it.conversation,),
    "agent": lambda it: (it.agent,),
    "id": lambda it: (it.id,),
}
_FIGURES: Mapping[str, Callable[[FlightSummary], float | None]] = {
    "status": lambda it: it.status,
    "cost": lambda it: it.cost_usd,
    "took": lambda it: it.took_ms,
    "ttft": lambda it: it.ttft_ms,
    "input": lambda it: it.usage.input_tokens,
    "output": lambda it: it.usage.output_tokens,
    "cache": lambda it: it.usage.cache_hit_rate,
    "written": lambda it: it.usage.cache_write_tokens,
    "attempts": lambda it: it.attempts,
    "asked": lambda it: it.request_bytes,
    "answered": lambda it: it.answer_bytes,
}
_MARKED: Mapping[str, Callable[[FlightSummary], bool]] = {
    "streamed": lambda it: it.streaming,
    "translated": lambda it: it.is_translated,
    "guarded": lambda it: bool(it.guard_hits),
    "error": lambda it: it.state in (FlightState.FAILED, FlightState.CUT),
    "priced": lambda it: it.cost_usd is not None,
}
_RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda it, than: it < than,
    "<=": lambda it, than: it <= than,
    ">": lambda it, than: it > than,
    ">=": lambda it, than: it >= than,
    "=": lambda it, than: it == than,
}


def _fits(term: FilterTerm, flight: FlightSummary) -> bool:
    if term.name in _FIGURES:
        figure = _FIGURES[term.name](flight)
        return figure is not None and _RELATIONS[term.relation](figure, term.figure)
    if term.name == "is":
        return any(_MARKED[each](flight) for each in term.values)
    if not term.name:
        return mentions(flight, term.values[0])
    if (in_its_way := _OWN_WAYS.get(term.name)) is not None:
        return any(in_its_way(each, flight) for each in term.values)
    words = [lowered(each) for each in _WORDS[term.name](flight) if each]
    return any(Glob(value).fits(each) for value in term.values for each in words)


def _is_error(value: str, flight: FlightSummary) -> bool:
    """Its kind, as a pattern; a part of its words; or the status."""
    if value.isdecimal() and flight.status == int(value):
        return True
    kind, words = lowered(flight.error_kind or ""), lowered(flight.error_text or "")
    return bool((kind and Glob(value).fits(kind)) or (words and value in words))


_OWN_WAYS: Mapping[str, Callable[[str, FlightSummary], bool]] = {
    "error": _is_error,
    "marked": lambda value, it: (it.note is None) is (value == "no"),
    "note": lambda value, it: value in lowered(it.note or ""),
}
