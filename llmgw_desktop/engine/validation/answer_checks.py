"""Checks of an answer's words: exact, by RE2, by JSON Schema; what a judge is asked is put here
and answered by a panel.

Patterns and schemas may be anybody's: RE2 takes time by the length of a text alone, and a schema
is walked in counted steps, names nothing outside of itself and has no patterns but those of RE2.
Checking takes its time: it is done in a thread.
"""

from collections.abc import Callable, Iterator
from dataclasses import field
from enum import StrEnum
from functools import lru_cache
from typing import Any

import orjson
import re2

from llmgw_desktop.domain.flights.blocks import BlockKind, answer_blocks
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.translation.translation import answer_of
from llmgw_desktop.wire.json_values import parse_json

MOST_ANSWER_CHARS = 1_000_000
_MOST_PATTERN = 4_096
_MOST_MEMORY = 8 * 1024 * 1024
_MOST_STEPS = 50_000
"""Keywords of a schema that are looked at for one answer."""
_MOST_DEPTH = 100
_MOST_PATTERNS = 100
_SHOWN = 200
_NOT_HERE = ("patternProperties", "unevaluatedProperties", "unevaluatedItems", "$dynamicRef")
"""Keywords that would be looked for by patterns of another kind, or without bounds."""
_FENCE = "```"


class CheckKind(StrEnum):
    """Each the name of a check's member in the file."""

    EXACT = "exact"
    REGEX = "regex"
    SCHEMA = "schema"
    JUDGE = "judge"


@value
class Check:
    """What an answer must be like."""

    kind: CheckKind
    wanted: str
    look: Callable[[str], str] | None = field(default=None, repr=False)
    """Of an answer's words what is wrong with them, in a sentence; empty: nothing. None: a judge
    is asked."""


@value
class CheckOutcome:
    """`words`: why it fell, or what a judge says."""

    kind: CheckKind
    passed: bool
    words: str = ""


def ready_check(kind: CheckKind, wanted: str, at: str) -> Check:
    """Raises InvalidRun for a pattern or a schema that is none; `at`: where it stands."""
    ready = {CheckKind.EXACT: _exact, CheckKind.REGEX: _regex, CheckKind.SCHEMA: _schema}
    look = None if kind is CheckKind.JUDGE else ready[kind](wanted, f"{at}.{kind}")
    return Check(kind=kind, wanted=wanted, look=look)


def checked(check: Check, words: str) -> CheckOutcome:
    """Of one that no judge is asked about. Never raises."""
    assert check.look is not None
    if len(words) > MOST_ANSWER_CHARS:
        wrong = f"The answer has more than {MOST_ANSWER_CHARS:,} characters."
    else:
        try:
            wrong = check.look(words)
        except (ValueError, TypeError, ArithmeticError, RecursionError, re2.error) as error:
            wrong = f"It cannot be checked: {type(error).__name__}."
    return CheckOutcome(kind=check.kind, passed=not wrong, words=wrong[: 2 * _SHOWN])


def words_of(protocol: ModelProtocol, body: bytes) -> str:
    """What was answered: its words, then each call of a tool on a line of its own. Raises
    LlmgwError, and whatever a codec says of what is no whole answer."""
    is_stream = not body.lstrip().startswith(b"{")
    blocks = answer_blocks(answer_of(protocol, body, is_stream=is_stream).items)
    said = [each.text for each in blocks if each.kind is BlockKind.TEXT]
    calls = [f"{each.name} {each.text}" for each in blocks if each.kind is BlockKind.CALL]
    return "\n".join([*said, *calls])


def _exact(wanted: str, at: str) -> Callable[[str], str]:
    def look(words: str) -> str:
        """But for white space around it."""
        if words.strip() == wanted.strip():
            return ""
        return f"It says something else: {words.strip()[:_SHOWN]!r}"

    return look


def _regex(pattern: str, at: str) -> Callable[[str], str]:
    options = re2.Options()
    options.max_mem, options.log_errors = _MOST_MEMORY, False
    try:
        if len(pattern) > _MOST_PATTERN:
            raise InvalidRun(f"a pattern has at most {_MOST_PATTERN:,} characters", field=at)
        ready = re2.compile(pattern, options)
    except re2.error as error:
        raise InvalidRun(f"it is no pattern of RE2: {str(error)[:_SHOWN]}", field=at) from None

    def look(words: str) -> str:
        return "" if ready.search(words) else f"Nothing in it fits {pattern[:_SHOWN]!r}."

    return look


def _schema(text: str, at: str) -> Callable[[str], str]:
    """Of the answer as JSON, also where it stands between fences."""
    from jsonschema import Draft202012Validator, SchemaError  # nobody checks at a start

    try:
        schema = parse_json(text.encode("utf-8", "replace"))
        _check_shape(schema, at)
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        said = error.message[:_SHOWN]
        raise InvalidRun(f"it is no JSON Schema: {said}", field=at) from None
    except (ValueError, RecursionError):
        raise InvalidRun("it is no JSON", field=at) from None

    def look(words: str) -> str:
        try:
            told = parse_json(_unfenced(words).encode("utf-8", "replace"))
        except ValueError:
            return "It is no JSON."
        try:
            error = next(_errors(schema, told), None)
        except _TooMuch:
            return f"The schema takes more than {_MOST_STEPS:,} steps."
        if error is None:
            return ""
        place = "/".join(str(each) for each in list(error.absolute_path)[:20]) or "the whole"
        return f"{place[:_SHOWN]}: {error.message[:_SHOWN]}"

    return look


def _check_shape(schema: Any, at: str) -> None:
    """Raises InvalidRun for what would leave the schema or its bounds."""
    waiting = [(schema, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > _MOST_DEPTH:
            raise InvalidRun(f"it is more than {_MOST_DEPTH} deep", field=at)
        if isinstance(part, list):
            waiting += [(each, depth + 1) for each in part]
        elif isinstance(part, dict):
            if here := [name for name in _NOT_HERE if name in part]:
                raise InvalidRun(f"'{here[0]}' is not looked at here", field=at)
            if isinstance(part.get("pattern"), str):
                _regex(part["pattern"], at)
            target = part.get("$ref", "#")
            if isinstance(target, str) and not target.startswith("#"):
                raise InvalidRun("'$ref' may name a part of this schema alone", field=at)
            waiting += [(each, depth + 1) for each in part.values()]


def _unfenced(words: str) -> str:
    """Models like to put JSON between fences."""
    text = words.strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE) and "\n" in text:
        return text.partition("\n")[2].removesuffix(_FENCE)
    return text


class _TooMuch(Exception):
    """Of steps."""


def _errors(schema: Any, told: Any) -> Iterator[Any]:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend
    from referencing import Registry

    left = [_MOST_STEPS]

    def counted(work: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
        def step(validator: Any, wanted: Any, instance: Any, part: Any) -> Iterator[Any]:
            left[0] -= 1
            if left[0] < 0:
                raise _TooMuch
            yield from work(validator, wanted, instance, part) or ()

        return step

    own = {"pattern": _pattern_by(lru_cache(_MOST_PATTERNS)(_regex)), "uniqueItems": _unique}
    keywords = {**Draft202012Validator.VALIDATORS, **own}
    made = extend(Draft202012Validator, {name: counted(work) for name, work in keywords.items()})
    yield from made(schema, registry=Registry()).iter_errors(told)


def _pattern_by(ready: Callable[[str, str], Callable[[str], str]]) -> Callable[..., Iterator[Any]]:
    from jsonschema import ValidationError

    def look(_: Any, wanted: str, instance: Any, __: Any) -> Iterator[Any]:
        if isinstance(instance, str) and (wrong := ready(wanted, "pattern")(instance)):
            yield ValidationError(wrong)

    return look


def _unique(_: Any, wanted: bool, instance: Any, __: Any) -> Iterator[Any]:
    """In one look at each."""
    from jsonschema import ValidationError

    if wanted and isinstance(instance, list):
        written = {orjson.dumps(each, option=orjson.OPT_SORT_KEYS) for each in instance}
        if len(written) < len(instance):
            yield ValidationError("It holds the same twice.")
