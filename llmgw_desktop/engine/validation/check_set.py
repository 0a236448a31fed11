"""A regression set: recorded requests with checks of what is answered to them, as a file in a
project's folder, and how the file is read and written.

The file is TOML that people read and compare. It may come from anybody: it names no files, no
keys and nobody who is asked beside the model of each request; all of it is bounded.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

import orjson

from llmgw_desktop.domain.errors import LlmgwError, MalformedRequest
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightState, FlightSummary
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.model.prompt import HostedTool, Operation
from llmgw_desktop.domain.provider import CALLER_PROTOCOLS, ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.engine.validation.answer_checks import Check, CheckKind, ready_check
from llmgw_desktop.wire.json_values import parse_json
from llmgw_desktop.wire.native.replay import ReplayWish, replay_request
from llmgw_desktop.wire.translate.losses import LossReport

FORMAT = "check-set.v1"
MOST_FILE_BYTES = 8 * 1024 * 1024
MOST_CASES, MOST_CHECKS = 200, 20
_MOST_REQUEST, _MOST_WANTED = 2 * 1024 * 1024, 64 * 1024
_MOST_NAME = 80
_HEADERS = ("anthropic-version", "anthropic-beta", "openai-beta")
"""Of a request's own headers those that say how it is meant."""
_PATHS = {
    ModelProtocol.ANTHROPIC: "/v1/messages",
    ModelProtocol.OPENAI_CHAT: "/v1/chat/completions",
    ModelProtocol.OPENAI_RESPONSES: "/v1/responses",
    ModelProtocol.CODEX: "/v1/responses",
}
_MEMBERS = {"name", "protocol", "model", "flight", "headers", "request", "checks"}
_HEAD = f"""\
# A regression set: «llmgw check run FILE --model NAME» asks each again and checks the answers.
# Each check holds one of exact, regex (RE2), schema (JSON Schema) and judge (a demand in words).
format = "{FORMAT}"
"""


@value
class CheckCase:
    """One request, and what its answer must be like."""

    name: str
    protocol: ModelProtocol
    model: str
    request: bytes = field(repr=False)
    checks: tuple[Check, ...]
    flight: str = ""
    """Id of the flight that it was taken from; it may be another computer's."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def record(self) -> FlightRecord:
        """As if it had been recorded here, to be asked again."""
        path = _PATHS.get(self.protocol) or f"/v1beta/models/{self.model}:generateContent"
        return FlightRecord(
            summary=FlightSummary(
                id=self.flight,
                started_at_s=0.0,
                state=FlightState.OK,
                client="",
                protocol=self.protocol,
                operation=Operation.GENERATE,
                model_asked=self.model,
            ),
            path=path,
            request_headers=tuple(self.headers.items()),
            request_body=self.request,
        )


@value
class CheckSet:
    """`sha256`: of all its cases, however they were written."""

    name: str
    cases: tuple[CheckCase, ...]
    sha256: str


def read_set(told: Mapping[str, Any], name: str) -> CheckSet:
    """`told`: as the file's TOML says it. Raises InvalidRun with what is wrong, and where."""
    if told.get("format") != FORMAT:
        raise InvalidRun(f"it is no regression set of this version ({FORMAT})", field="format")
    if more := told.keys() - {"format", "case"}:
        raise InvalidRun("is not known here", field=min(more)[:60])
    cases = told.get("case", [])
    if not isinstance(cases, list) or not 1 <= len(cases) <= MOST_CASES:
        raise InvalidRun(f"a set has 1 to {MOST_CASES} cases", field="case")
    read = tuple(_case(each, f"case {number}") for number, each in enumerate(cases, 1))
    names = [each.name for each in read]
    if twice := [each for each in names if names.count(each) > 1]:
        raise InvalidRun(f"two cases are called '{twice[0]}'", field="case")
    return CheckSet(name=_line(name, "name") or "set", cases=read, sha256=_digest(read))


def _case(told: Any, at: str) -> CheckCase:
    if not isinstance(told, dict):
        raise InvalidRun("expected a table", field=at)
    if more := told.keys() - _MEMBERS:
        raise InvalidRun("is not known here", field=f"{at}.{min(more)[:60]}")
    name = _line(told.get("name"), f"{at}.name")
    flight = told.get("flight", "")
    if not isinstance(flight, str) or len(flight) > 80 or not _is_id(flight):
        raise InvalidRun("expected a flight's id", field=f"{at}.flight")
    try:
        protocol = ModelProtocol(str(told.get("protocol")))
    except ValueError:
        protocol = ModelProtocol.CLI
    if protocol not in CALLER_PROTOCOLS:
        raise InvalidRun("expected one that models are asked in", field=f"{at}.protocol")
    checks = told.get("checks", [])
    if not isinstance(checks, list) or not 1 <= len(checks) <= MOST_CHECKS:
        raise InvalidRun(f"a case has 1 to {MOST_CHECKS} checks", field=f"{at}.checks")
    model = _line(told.get("model"), f"{at}.model", most=200)
    return CheckCase(
        name=name,
        protocol=protocol,
        model=model,
        request=_request(told.get("request"), protocol, model, f"{at}.request"),
        checks=tuple(_check(each, f"{at}.checks") for each in checks),
        flight=flight,
        headers=_headers(told.get("headers", {}), f"{at}.headers"),
    )


def _line(text: Any, at: str, most: int = _MOST_NAME) -> str:
    if not isinstance(text, str) or not 1 <= len(text) <= most or not text.isprintable():
        raise InvalidRun(f"expected 1 to {most} printable characters", field=at)
    return text


def _is_id(text: str) -> bool:
    return not text or (text.isascii() and text.replace("_", "").replace("-", "").isalnum())


def _request(told: Any, protocol: ModelProtocol, model: str, at: str) -> bytes:
    """A request whose tools nobody but its caller would run."""
    try:
        fields = parse_json(told.encode()) if isinstance(told, str) else told
        body = orjson.dumps(fields)
    except (ValueError, TypeError, RecursionError):
        raise InvalidRun("it is no JSON", field=at) from None
    if not isinstance(fields, dict) or len(body) > _MOST_REQUEST:
        raise InvalidRun(f"expected an object of at most {_MOST_REQUEST:,} bytes", field=at)
    try:
        prompt = codec_of(protocol).read_prompt(fields, model, False, LossReport())
    except (LlmgwError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        said = str(error) if isinstance(error, MalformedRequest) else type(error).__name__
        raise InvalidRun(f"it is no request of {protocol}: {said[:200]}", field=at) from None
    if any(isinstance(tool, HostedTool) for tool in prompt.tools):
        raise InvalidRun("it has a tool that the vendor would run; a check runs none", field=at)
    return body


def _headers(told: Any, at: str) -> Mapping[str, str]:
    if not isinstance(told, dict) or told.keys() - set(_HEADERS):
        raise InvalidRun(f"only {', '.join(_HEADERS)} may stand here", field=at)
    return {name: _line(text, f"{at}.{name}", most=1_000) for name, text in told.items()}


def _check(told: Any, at: str) -> Check:
    """With what it is made ready by, so that a set is refused before anything is asked."""
    if not isinstance(told, dict) or len(told) != 1 or next(iter(told)) not in set(CheckKind):
        raise InvalidRun(f"expected one of {', '.join(CheckKind)}", field=at)
    [(kind, wanted)] = told.items()
    if isinstance(wanted, dict) and kind == CheckKind.SCHEMA:
        wanted = json.dumps(wanted)
    if not isinstance(wanted, str) or not wanted or len(wanted) > _MOST_WANTED:
        raise InvalidRun(f"expected a text of 1 to {_MOST_WANTED:,} characters", field=at)
    return ready_check(CheckKind(kind), wanted, at)


def _digest(cases: Sequence[CheckCase]) -> str:
    told = [
        [each.name, each.protocol, each.model, dict(each.headers), parse_json(each.request)]
        + [[check.kind, check.wanted] for check in each.checks]
        for each in cases
    ]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def case_of(record: FlightRecord, name: str, checks: Sequence[Check]) -> CheckCase:
    """`record`: cleaned of secrets. Raises NotReplayable, InvalidRun."""
    flight = record.summary
    asked = replay_request(record, ReplayWish(keeps_marks=True))
    if flight.operation is not Operation.GENERATE:
        raise InvalidRun("only a question to a model has an answer that can be checked")
    wanted = [{each.kind: each.wanted} for each in checks]
    told = {
        "name": name or flight.id,
        "protocol": str(flight.protocol),
        "model": flight.model_asked,
        "flight": flight.id,
        "headers": {key: text for key, text in asked.headers.items() if key in _HEADERS},
        "request": asked.body.decode("utf-8", "replace"),
        "checks": wanted,
    }
    return _case(told, "flight")


def written(case: CheckCase, *, is_first: bool) -> str:
    """As it stands in a file, behind those that are there."""
    lines = [_HEAD.rstrip()] if is_first else []
    lines += ["", "[[case]]", f"name = {_toml(case.name)}", f"protocol = {_toml(case.protocol)}"]
    lines += [f"model = {_toml(case.model)}"]
    if case.flight:
        lines.append(f"flight = {_toml(case.flight)}")
    pretty = json.dumps(parse_json(case.request), indent=2, ensure_ascii=False)
    for each in ("\x7f", "'''"):  # JSON may say any character otherwise, and TOML cannot hold these
        pretty = pretty.replace(each, "".join(f"\\u{ord(one):04x}" for one in each))
    lines.append(f"request = {_toml(pretty)}")
    if case.headers:
        lines += ["", "[case.headers]"]
        lines += [f"{name} = {_toml(text)}" for name, text in case.headers.items()]
    for check in case.checks:
        lines += ["", "[[case.checks]]", f"{check.kind} = {_toml(check.wanted)}"]
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    """Over several lines as it is, where TOML can hold it so."""
    is_plain = "'''" not in text and all(each.isprintable() or each in "\n\t" for each in text)
    if "\n" in text and is_plain and not text.endswith("'"):
        return f"'''\n{text}'''"
    return json.dumps(text, ensure_ascii=False).replace(chr(127), "\\u007f")
