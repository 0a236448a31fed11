"""`llmgw flights diff` and `replay`: recorded flights beside each other, and asked again."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import quote

from llmgw_desktop.app.command_line.command_line import fail, secret_line
from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway, Told
from llmgw_desktop.app.words.figures import count_text, counted, duration_text, exact_money_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import NoSuchFlight, RequestError
from llmgw_desktop.domain.flights.alignment import TextChange
from llmgw_desktop.domain.flights.comparison import BlockChange
from llmgw_desktop.domain.values import value
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.marks import FlightMarks
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings

_TEXT_CHARS = 600
_MOST_LINE = 400
_SIGNS = {BlockChange.CHANGED: "~", BlockChange.REMOVED: "-", BlockChange.ADDED: "+"}
_MARKS = {TextChange.REMOVED: "[-{}-]", TextChange.ADDED: "{{+{}+}}"}
_ASIDE_CHARS = 40
_FIGURES = (
    ("state", "state", str),
    ("model", "model", str),
    ("provider", "provider", str),
    ("status", "status", str),
    ("durationMs", "took", duration_text),
    ("timeToFirstTokenMs", "first token", duration_text),
    ("inputTokens", "input tokens", count_text),
    ("outputTokens", "output tokens", count_text),
    ("cacheReadTokens", "cache read", count_text),
    ("cacheCreationTokens", "cache write", count_text),
    ("reasoningTokens", "reasoning tokens", count_text),
    ("costUsd", "cost", exact_money_text),
    ("stopReason", "stop reason", str),
    ("attemptCount", "attempts", str),
)
_WIDTH = 20
_REPLAYS_WITHIN_S = 3600.0
"""Of all of them: an answer may take minutes."""


def diff(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Also while no gateway runs, of what it wrote down."""
    one, other = arguments.id, arguments.other
    path = f"/v1/flights/{quote(one, '')}/diff/{quote(other, '')}"
    try:
        told = RunningGateway(places, env).ask("GET", path)
    except NotRunning:
        found = _recorded((one, other), places)
        if isinstance(found, str):
            return fail(f"There is no flight '{found[:80]}', or it is kept no longer.")
    else:
        if told.status != 200:
            return fail(told.problem)
        found = told.fields["diff"]
    if arguments.json:
        print(json.dumps({"diff": found}, indent=2, ensure_ascii=True))
        return 0
    for line in diff_lines(found):
        print(line)
    return 0


@value
class ShownPart:
    """Something of a flight that a command shows."""

    name: str
    """The member of the answer that holds it."""
    path: str
    """Where the gateway tells it; empty: it is not asked."""
    recorded: Callable[[], dict[str, Any] | None]
    """As it was written down, where no gateway runs; None: there is no such flight."""
    rows: Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]]


def show_part(
    part: ShownPart, arguments: argparse.Namespace, places: Places, env: Mapping[str, str]
) -> int:
    """In lines, or with `--json` as the gateway tells it. Raises ConfigError, StoreError."""
    try:
        told = RunningGateway(places, env).ask("GET", part.path) if part.path else None
    except NotRunning:
        told = None
    if told is not None and told.status not in (200, 404):
        return fail(told.problem)
    found = part.recorded() if told is None else told.fields.get(part.name)
    if found is None:
        return fail(f"There is no flight '{arguments.id[:80]}', or it is kept no longer.")
    if arguments.json:
        # escaped: what a vendor or a program wrote never acts on a terminal
        print(json.dumps({part.name: found}, indent=2, ensure_ascii=True))
        return 0
    for name, words in part.rows(found):
        print(f"{name:<{_WIDTH}}  {inert_line(words, _TEXT_CHARS)}")
    return 0


def _recorded(ids: Sequence[str], places: Places) -> dict[str, Any] | str:
    """As the door tells it, or the id of the one that is not there."""
    from llmgw_desktop.app.flights.compared import compare_records  # all codecs come with it
    from llmgw_desktop.wire.native.flight_diff import diff_object

    records = []
    with closing(FlightReader(places.flights_db)) as reader:
        for flight_id in ids:
            record = reader.record(flight_id)
            if record is None:
                return flight_id
            records.append(record)
    fields: dict[str, Any] = json.loads(json.dumps(diff_object(compare_records(*records))))
    return fields


def diff_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """For a terminal: what differs, `-` of the first flight and `+` of the second."""
    for name, flight in zip("-+", found["flights"], strict=True):
        model = inert_line(flight["model"] or flight["modelAsked"] or "–", 80)
        yield f"{name} {flight['id']}  {model}  {flight['protocol']}, {flight['state']}"
        yield from (f"  {inert_line(sentence)}" for sentence in flight["missing"])
    request, answer = found["request"], found["answer"]
    yield from _part("request", request["same"])
    for each in request["parameters"]:
        before, after = (_value(it) for it in each["values"])
        yield f"  {_SIGNS[each['change']]} {inert_line(each['name'], 80)}: {before} → {after}"
    if request["toolsMoved"]:
        yield "  ~ the tools stand in another order"
    yield from _blocks(request["tools"], "tool")
    yield from _blocks(request["messages"], "part of messages", "parts of messages")
    yield from _part("answer", answer["same"])
    yield from _blocks(answer["blocks"], "part", "parts")
    yield "figures"
    yield from _figures(found["figures"])
    yield "timeline"
    for each in found["timeline"]:
        yield _row(each["phase"], [duration_text(ms) for ms in each["ms"]])


def _part(name: str, is_same: bool | None) -> Iterator[str]:
    said = {True: "the same", False: "differs", None: "cannot be compared"}[is_same]
    yield f"{name}: {said}"


def _value(value: str | None) -> str:
    return "–" if value is None else inert_line(value, 120)


def _blocks(blocks: Sequence[Mapping[str, Any]], one: str, many: str = "") -> Iterator[str]:
    for block in blocks:
        if "count" in block:
            is_same = block["change"] == BlockChange.SAME
            yield f"    {counted(block['count'], one, many)} {'the same' if is_same else 'more'}"
            continue
        named = [block.get("role", ""), block["kind"], block.get("name", ""), _place(block)]
        head = inert_line(" ".join(filter(None, named)), 120)
        yield f"  {_SIGNS[block['change']]} {head}: {inert_line(_words(block), _MOST_LINE)}"


def _place(block: Mapping[str, Any]) -> str:
    numbers = [each for each in block.get("message", ()) if each is not None]
    return f"(message {numbers[-1]})" if numbers else ""


def _words(block: Mapping[str, Any]) -> str:
    """Of what changed the changes, with a few words around each."""
    if block["change"] != BlockChange.CHANGED:
        return str(block["text"])
    said = []
    for run in block["words"]:
        text, mark = run["text"], _MARKS.get(run["change"])
        if mark is not None:
            said.append(mark.format(text))
        elif len(text) > 2 * _ASIDE_CHARS:
            said.append(f"{text[:_ASIDE_CHARS]} … {text[-_ASIDE_CHARS:]}")
        else:
            said.append(text)
    return "".join(said)


def _figures(figures: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    for key, name, text in _FIGURES:
        values = [each["value"] if isinstance(each, dict) else each for each in figures[key]]
        if any(value is not None for value in values):
            told = ["–" if value is None else inert_line(text(value), 60) for value in values]
            yield _row(name, told)


def _row(name: str, values: Sequence[str]) -> str:
    before, after = values
    return f"  {name:<{_WIDTH}}  {before:<{_WIDTH}}  {after}".rstrip()


def replay(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """By the running gateway, in the name of this computer's person. Raises NotRunning,
    EntryUnfit."""
    wish = _wish(arguments)
    if isinstance(wish, str):
        return fail(wish)
    path = f"/v1/flights/{quote(arguments.id, '')}/replay"
    told = RunningGateway(places, env).ask("POST", path, wish, within_s=_REPLAYS_WITHIN_S)
    if told.status != 200:
        return fail(_refused(told))
    if arguments.json:
        print(json.dumps(dict(told.fields), indent=2, ensure_ascii=True))
        return 0
    lines = _plan_lines if arguments.dry_run else _replay_lines
    for line in lines(told.fields):
        print(line)
    flown = told.fields.get("replays", ())
    return 0 if all(each["state"] == "ok" for each in flown) else 1


def _wish(arguments: argparse.Namespace) -> dict[str, Any] | str:
    """As the door takes it, or what is wrong."""
    changes = {}
    for said in arguments.set:
        name, equals, value = said.partition("=")
        if not equals or not name:
            return f"--set wants NAME=VALUE, not '{said[:80]}'."
        try:
            changes[name] = json.loads(value)
        except ValueError:
            changes[name] = value  # a word is a text: --set service_tier=flex
    wish: dict[str, Any] = {"times": arguments.times, "dryRun": arguments.dry_run}
    if arguments.model:
        wish["models"] = arguments.model
    if changes:
        wish["set"] = changes
    if arguments.message is not None:
        wish["lastMessage"] = arguments.message
    if arguments.keep_marks:
        wish["keepMarks"] = True
    if arguments.ask_secret and not arguments.dry_run:
        wish["secrets"] = [secret_line("The secret that was removed")]
    return wish


def _refused(told: Told) -> str:
    error = told.fields.get("error")
    if isinstance(error, dict) and error.get("code") == "secrets_removed":
        return (
            f"{str(error.get('message')).partition('. ')[0]}. --ask-secret asks for it,"
            " --keep-marks sends the marks that stand there."
        )
    return told.problem


def _plan_lines(fields: Mapping[str, Any]) -> Iterator[str]:
    for each in fields["plan"]:
        route = ", ".join(f"{at['account']}:{at['model']}" for at in each["route"]) or "nobody"
        route = "its server" if each.get("isCall") else route
        model = inert_line(each["model"], 80)
        yield f"{model}, {counted(each['times'], 'time')}: {inert_line(route)}"
        if each["problem"]:
            yield f"  {inert_line(each['problem'], _TEXT_CHARS)}"
            continue
        if each.get("isCall"):
            yield "  is called again: it says that it only reads"
            continue
        told = each["inputTokens"]
        mark = "" if told["provenance"] == "told" else "≈"
        most = each["mostOutputTokens"]
        bound = "no bound of its own" if most is None else f"at most {count_text(most)}"
        cost, most_cost = each["estimatedCostUsd"], each["mostCostUsd"]
        yield f"  sends {mark}{count_text(told['value'])} tokens; the answer has {bound}"
        yield (
            f"  costs ≈{exact_money_text(cost)} each if the answer is as long as the first,"
            f" at most {exact_money_text(most_cost)}; nobody knows what a cache saves"
            if most_cost is not None
            else "  no price is known"
        )


def _replay_lines(fields: Mapping[str, Any]) -> Iterator[str]:
    yield "ID\tMODEL\tSTATE\tIN\tOUT\tCOST\tTOOK\tERROR"
    for each in fields["replays"]:
        yield "\t".join((each["id"], *row_cells(each)))


def row_cells(flight: Mapping[str, Any]) -> tuple[str, ...]:
    """Model, state, in, out, cost, took, error."""
    error = flight["error"] or {}
    return (
        inert_line(flight["model"] or flight["modelAsked"] or "–", 80),
        flight["state"],
        count_text(flight["inputTokens"]["value"]),
        count_text(flight["outputTokens"]["value"]),
        exact_money_text(flight["costUsd"]["value"]),
        duration_text(flight["durationMs"]),
        inert_line(error.get("message") or error.get("kind") or "–", _TEXT_CHARS),
    )


def mark(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """By the running gateway, or without one. Raises ConfigError, StoreError."""
    note = arguments.note if arguments.verb == "mark" else None
    path = f"/v1/flights/{quote(arguments.id, '')}/mark"
    try:
        gateway = RunningGateway(places, env)
        told = (
            gateway.ask("DELETE", path)
            if note is None
            else gateway.ask("POST", path, {"note": note})
        )
        if told.status != 200:
            return fail(told.problem)
    except NotRunning:
        try:
            _mark(arguments.id, note, places, env)
        except RequestError as error:
            return fail(str(error))
    print(f"{arguments.id} is {'kept as others are' if note is None else 'marked, and kept'}.")
    return 0


def _mark(flight_id: str, note: str | None, places: Places, env: Mapping[str, str]) -> None:
    """Raises NoSuchFlight, NotMarked."""
    settings = load_settings(places.config_file, env).settings
    redactor = Redactor()
    redactor.know(settings.api_keys)
    if not places.flights_db.exists():
        raise NoSuchFlight(flight_id)
    marks = FlightMarks(places.flights_db, redactor.clean_text)
    if note is None:
        marks.unmark(flight_id)
    else:
        marks.mark(flight_id, note, most_bytes=settings.recorder.max_bytes)
