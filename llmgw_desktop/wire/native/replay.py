"""A recorded request, to be asked again: what about it is to be another, and the request that comes
of it.

Pure: bytes in, bytes out. Of a request about which nothing changes the bytes are those that were
recorded. What was recorded has no secrets: where some were taken out, that is said, and they are
put back where whoever asks gives them.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import orjson

from llmgw_desktop.domain.errors import NotReplayable, SecretsRemoved
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.redaction.redactor import MASK as REMOVED
from llmgw_desktop.wire.gemini import read_address
from llmgw_desktop.wire.headers import MASK as HEADER_MASK
from llmgw_desktop.wire.headers import REPLAY, own_query
from llmgw_desktop.wire.json_values import parse_json

MOST_MODELS, MOST_TIMES, MOST_REPLAYS, MOST_SECRETS = 10, 20, 50, 50
SHORTEST_SECRET = 8
"""Characters: shorter ones would be found in words, and are not known again by the recorder."""
_OPERATIONS = (
    *(Operation.GENERATE, Operation.EMBED, Operation.COUNT_TOKENS),
    Operation.CALL_TOOL,
)
_NOT_AGAIN = frozenset(
    {
        *("host", "content-length", "content-encoding", "transfer-encoding", "connection"),
        *("authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "origin", "referer"),
        # who sees the same key twice gives the answer of before, and what was traced is over
        *("idempotency-key", "x-idempotency-key", "traceparent", "tracestate", "baggage"),
        *("x-gateway-hops", "x-request-id", "x-client-request-id", "expect", REPLAY),
    }
)
_NOT_AGAIN_PREFIXES = ("x-stainless-retry", "x-forwarded-", "sec-", "proxy-", "cf-")
_KEY_FIELDS = ("key", "api_key", "apikey", "access_token", "token")
_WISHES: Mapping[str, tuple[type, str]] = {
    "models": (list, "a list of names"),
    "times": (int, "a whole number"),
    "set": (dict, "an object of members of the request; null takes one away"),
    "lastMessage": (str, "a text"),
    "body": (dict, "the whole request, as an object"),
    "secrets": (list, "a list of texts"),
    "keepMarks": (bool, "true or false"),
    "dryRun": (bool, "true or false"),
}


@value
class ReplayWish:
    """What is to be another. `secrets` never appear in a representation of it."""

    models: tuple[str, ...] = ()
    """Empty: the one that was asked for."""
    times: int = 1
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Members of the request's top level; None takes one away."""
    last_message: str | None = None
    """In the place of what the user said last."""
    body: Mapping[str, Any] | None = None
    """The whole request, edited."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """In the order of the places that they were taken from, or one for all places."""
    keeps_marks: bool = False
    """The marks in the places of secrets are sent as they are."""


@value
class ReplayRequest:
    """As a caller would send it, to the same door as before."""

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    model: str
    is_as_before: bool
    """The very same request."""
    says_the_same: bool
    """Nothing but the model is another."""


def read_wish(fields: Mapping[str, Any]) -> ReplayWish:
    """Raises InvalidRun."""
    for name, given in fields.items():
        if name not in _WISHES:
            raise InvalidRun(f"is not known here (known: {', '.join(_WISHES)})", field=name[:60])
        kind, words = _WISHES[name]
        if type(given) is not kind:
            raise InvalidRun(f"expected {words}", field=name)
    models = _texts(fields, "models")
    times = fields.get("times", 1)
    if not 1 <= times <= MOST_TIMES:
        raise InvalidRun(f"it must be from 1 to {MOST_TIMES}", field="times")
    if len(models) > MOST_MODELS:
        raise InvalidRun(f"{MOST_MODELS} at most", field="models")
    if max(len(models), 1) * times > MOST_REPLAYS:
        raise InvalidRun(f"{MOST_REPLAYS} replays at most at once", field="times")
    secrets = _texts(fields, "secrets")
    if len(secrets) > MOST_SECRETS:
        raise InvalidRun(f"{MOST_SECRETS} at most", field="secrets")
    if any(len(each) < SHORTEST_SECRET for each in secrets):
        words = f"the recorder knows none again that is shorter than {SHORTEST_SECRET} characters"
        raise InvalidRun(words, field="secrets")
    return ReplayWish(
        models=models,
        times=times,
        changes=fields.get("set", {}),
        last_message=fields.get("lastMessage"),
        body=fields.get("body"),
        secrets=secrets,
        keeps_marks=fields.get("keepMarks", False),
    )


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = fields.get(name, [])
    if not all(isinstance(each, str) and each for each in texts):
        raise InvalidRun("expected texts that are not empty", field=name)
    return tuple(dict.fromkeys(texts)) if name == "models" else tuple(texts)


def replay_request(record: FlightRecord, wish: ReplayWish, model: str = "") -> ReplayRequest:
    """`model` in the place of the one that was asked for. Raises NotReplayable, SecretsRemoved,
    InvalidRun."""
    flight = record.summary
    _check(record)
    model = model or _named(wish, flight.protocol)
    recorded = record.request_body or b""
    if flight.operation is Operation.CALL_TOOL and (model or wish.last_message is not None):
        raise InvalidRun("a call of a tool has neither a model nor messages", field="models")
    asks_other = bool(model) and model != flight.model_asked
    says_other = bool(wish.changes) or wish.last_message is not None or wish.body is not None
    body = recorded
    if asks_other or says_other:
        body = _edited(recorded, flight.protocol, wish, model)
    body, has_secrets = _with_secrets(body, wish)
    path, _, query = record.path.partition("?")
    if flight.protocol is ModelProtocol.GEMINI and asks_other:
        path = _gemini_path(path, model)
    return ReplayRequest(
        path=path,
        query=_query(record, query),
        headers=_headers(record),
        body=body,
        model=model or flight.model_asked,
        is_as_before=not (asks_other or says_other or has_secrets),
        says_the_same=not (says_other or has_secrets),
    )


def _named(wish: ReplayWish, protocol: ModelProtocol) -> str:
    """The model that the edited request asks for; empty where it names none of its own."""
    if protocol is ModelProtocol.GEMINI:
        return ""
    named = wish.changes.get("model", (wish.body or {}).get("model"))
    return named if isinstance(named, str) else ""


def _check(record: FlightRecord) -> None:
    flight = record.summary
    if flight.protocol is ModelProtocol.CLI:
        raise NotReplayable(
            "This is a run of a CLI, which works with tools: start a job to have it run again."
        )
    if flight.operation not in _OPERATIONS:
        raise NotReplayable(
            "What was asked here cannot be asked twice: it changed what a vendor keeps."
        )
    if flight.is_running:
        raise NotReplayable("Its request is recorded when it has ended.")
    if record.unreadable:
        raise NotReplayable(f"Its request is encrypted. {record.unreadable}")
    if record.request_body is None:
        raise NotReplayable("Its request was not recorded, or is kept no longer.")
    if not record.request_body_whole:
        raise NotReplayable("Only the beginning of its request was recorded.")


def removed_secrets(body: bytes) -> list[str]:
    """What stands before each place that a secret was taken from."""
    return [
        body[max(found.start() - 60, 0) : found.start()].decode("utf-8", "replace")
        for found in re.finditer(re.escape(REMOVED), body)
    ]


def _with_secrets(body: bytes, wish: ReplayWish) -> tuple[bytes, bool]:
    places = body.count(REMOVED)
    if not places or (wish.keeps_marks and not wish.secrets):
        return body, False
    if not wish.secrets:
        raise SecretsRemoved(places)
    if len(wish.secrets) not in (1, places):
        raise InvalidRun(f"expected {places}, or one for all {places} places", field="secrets")
    # as JSON has them: a quote or a backslash must not end the text that it stands in
    put = [_json(each, "secrets")[1:-1] for each in wish.secrets]
    pieces = body.split(REMOVED)
    whole = [pieces[0]]
    for number, piece in enumerate(pieces[1:]):
        whole += [put[number if len(put) > 1 else 0], piece]
    return b"".join(whole), True


def _edited(body: bytes, protocol: ModelProtocol, wish: ReplayWish, model: str) -> bytes:
    fields = dict(wish.body) if wish.body is not None else _object(body)
    if wish.last_message is not None:
        _say_last(fields, protocol, wish.last_message)
    for name, changed in wish.changes.items():
        if changed is None:
            fields.pop(name, None)
        else:
            fields[name] = changed
    if model and protocol is not ModelProtocol.GEMINI:
        fields["model"] = model
    return _json(fields, "body")


def _json(value: Any, field_name: str) -> bytes:
    """Raises InvalidRun for what JSON cannot hold."""
    try:
        return orjson.dumps(value)
    except TypeError:
        words = "it holds half a character, or a number that is too large"
        raise InvalidRun(words, field=field_name) from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        fields = parse_json(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise NotReplayable("Its request is no JSON object, so nothing about it can be changed.")
    return fields


_TURNS = {
    ModelProtocol.ANTHROPIC: ("messages", "content", ("text",)),
    ModelProtocol.OPENAI_CHAT: ("messages", "content", ("text",)),
    ModelProtocol.OPENAI_RESPONSES: ("input", "content", ("input_text", "text")),
    ModelProtocol.CODEX: ("input", "content", ("input_text", "text")),
    ModelProtocol.GEMINI: ("contents", "parts", ()),
}
"""Where turns stand, where a turn has its parts, and of which type those are that hold text."""


def _say_last(fields: dict[str, Any], protocol: ModelProtocol, words: str) -> None:
    """In the place of the user's last text. Raises InvalidRun where there is none."""
    name, parts_name, types = _TURNS[protocol]
    turns = fields.get(name)
    if isinstance(turns, str):
        fields[name] = words
        return
    for turn in reversed(turns if isinstance(turns, list) else []):
        if isinstance(turn, dict) and turn.get("role", "user") == "user":
            if isinstance(turn.get(parts_name), str):
                turn[parts_name] = words
                return
            if (part := _text_part(turn.get(parts_name), types)) is not None:
                part["text"] = words
                return
    raise InvalidRun("no user said anything in this request", field="lastMessage")


def last_message(body: bytes, protocol: ModelProtocol) -> str:
    """What `lastMessage` would change; empty where there is nothing."""
    name, parts_name, types = _TURNS.get(protocol, ("", "", ()))
    try:
        turns = _object(body).get(name)
    except NotReplayable:
        return ""
    if isinstance(turns, str):
        return turns
    for turn in reversed(turns if isinstance(turns, list) else []):
        if isinstance(turn, dict) and turn.get("role", "user") == "user":
            said = turn.get(parts_name)
            part = _text_part(said, types)
            if isinstance(said, str) or part is not None:
                return said if isinstance(said, str) else str((part or {})["text"])
    return ""


def _text_part(parts: object, types: tuple[str, ...]) -> dict[str, Any] | None:
    for part in reversed(parts if isinstance(parts, list) else []):
        has_text = isinstance(part, dict) and isinstance(part.get("text"), str)
        if has_text and (not types or part.get("type") in types):
            found: dict[str, Any] = part
            return found
    return None


def _gemini_path(path: str, model: str) -> str:
    """The model stands in the address."""
    _, action = read_address(path)
    return f"/v1beta/models/{quote(model, safe='/')}:{action or 'generateContent'}"


def _query(record: FlightRecord, query: str) -> str:
    """Without keys. How a stream of Gemini's comes was told there, and is not recorded."""
    flight = record.summary
    said = [pair for pair in parse_qsl(query) if pair[0].lower() not in _KEY_FIELDS]
    if not said and flight.streaming and not (record.answer_body or b"").lstrip().startswith(b"["):
        return own_query(flight.protocol, streaming=True)
    return urlencode(said)


def _headers(record: FlightRecord) -> dict[str, str]:
    """As they came, but for what was masked, was of that connection, or would be wrong now."""
    kept = {
        name.lower(): value
        for name, value in record.request_headers
        if name.lower() not in _NOT_AGAIN
        and not name.lower().startswith(_NOT_AGAIN_PREFIXES)
        and HEADER_MASK not in value
        and not value.endswith("…")
    }
    return kept | {"content-type": "application/json", REPLAY: record.summary.id}
