"""The table of doors: method and path → what answers there.

Each path of models also stands under its drop-in prefix and with or without `/v1`, so that no
client fails on a suffix. Doors to the gateway itself share what stands at the end of this file.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.access.access_errors import PersonOnly
from llmgw_desktop.domain.access.principal import Principal, PrincipalKind, Scope
from llmgw_desktop.domain.errors import LlmgwError, UnknownPath
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.caller import JSON, HeaderLines
from llmgw_desktop.engine.exchange.dialect import Dialect
from llmgw_desktop.engine.front.guard import SHUT, DoorOpening
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.wire.errors import ErrorReply
from llmgw_desktop.wire.native.withheld import without_native_ids

_OFFERED = (
    "This gateway answers messages, chat/completions, responses, embeddings, generateContent, "
    "countTokens and models, /v1/jobs, /v1/sessions and, at http.path (/mcp), MCP."
)
Answer = Callable[[HttpCaller], Awaitable[None]]
Refusal = Callable[[LlmgwError], ErrorReply]
_NAME = re.compile(r"\{([^}]*)\}")
_MISPLACED = "Set the client's base URL as the gateway shows it."


@value
class ModelDoor:
    """A request for a model: goes down the pipeline."""

    dialect: Dialect
    operation: Operation


@value
class OwnDoor:
    """A question to the gateway itself, answered at the door."""

    dialect: Dialect | None
    """In which errors are told; None where several dialects share the path (`dialect_of`)."""
    answer: Answer
    scope: Scope | None
    """What the caller must be allowed; None lets everybody in."""
    refusal: Refusal | None = None
    """How what goes wrong is told at a door with a form of its own (of exact paths only)."""
    opening: DoorOpening = SHUT
    """What the guard lets through here and nowhere else; of exact paths only (`add`)."""


Door = ModelDoor | OwnDoor


_OF_PROGRAMS = (Scope.MODELS_USE, Scope.MODELS_LIST, Scope.MCP, Scope.JOBS_RUN)


def check_takes_label(door: Door, path: str) -> None:
    """Only where programs work may a label stand before the path: a proxy in front that closes
    the paths of all else shall not be passed by. Raises UnknownPath."""
    if isinstance(door, OwnDoor) and door.scope not in _OF_PROGRAMS:
        raise UnknownPath(f"No label may stand before {path[:200]}; ask that path itself.")


class DoorTable:
    """Exact paths first, then those that end in an action, then in a name (`/v1/models/NAME`)."""

    def __init__(self, plain_dialect: Dialect) -> None:
        self._exact: dict[tuple[str, str], Door] = {}
        self._acting: list[tuple[str, str, str, Door]] = []
        self._named: list[tuple[str, re.Pattern[str], Door]] = []
        self._plain_dialect = plain_dialect
        self._own_paths: list[tuple[re.Pattern[str], Dialect]] = []
        self._own_headers: list[tuple[str, Dialect]] = []

    def add(self, method: str, path: str, door: Door, *, prefixes: tuple[str, ...] = ("",)) -> None:
        """`path` as the vendor's SDK appends it."""
        for prefix in prefixes:
            self._exact[method, prefix + path] = door

    def add_named(
        self, method: str, path: str, name: str, door: Door, *, prefixes: tuple[str, ...]
    ) -> None:
        """`path` + a name that the pattern `name` describes: `/v1/models/NAME`."""
        for prefix in prefixes:
            self._named.append((method, re.compile(re.escape(prefix + path) + name), door))

    def add_own(
        self,
        scope: Scope | None,
        answers: Mapping[str, Answer],
        *,
        opening: DoorOpening = SHUT,
        refusal: Refusal | None = None,
    ) -> None:
        """Doors to the gateway itself: `POST /v1/jobs`, or with names `GET /v1/jobs/{}/result`;
        `{[a-z]+}` says which names there are."""
        for place, answer in answers.items():
            method, path = place.split(" ")
            door = OwnDoor(
                dialect=self._plain_dialect,
                answer=answer,
                scope=scope,
                opening=opening,
                refusal=refusal,
            )
            before, *rest = _NAME.split(path)
            if not rest:
                self.add(method, path, door)
                continue
            names, after = rest[::2], map(re.escape, rest[1::2])
            named = "".join(
                f"{name or '[^/]+'}{more}" for name, more in zip(names, after, strict=True)
            )
            self.add_named(method, before, named, door, prefixes=("",))

    def add_action(
        self, method: str, path: str, action: str, door: Door, *, prefixes: tuple[str, ...]
    ) -> None:
        """`path` + any name + `action`, as Google writes it: `/v1beta/models/NAME:action`."""
        self._acting += [(method, prefix + path, action, door) for prefix in prefixes]

    def add_speakers(self, dialect: Dialect, *, paths: str, headers: tuple[str, ...] = ()) -> None:
        """Whose callers are known by the beginning of a path (`paths` is a pattern), or by a
        header that only their clients send, where several dialects share a path."""
        self._own_paths.append((re.compile(paths), dialect))
        self._own_headers += [(header, dialect) for header in headers]

    def find(self, method: str, path: str, *, hides_slash: bool = False) -> Door:
        """Raises UnknownPath. `hides_slash`: one came as `%2F`, which is part of a name and never
        parts a path; a proxy in front that closes paths has seen none either."""
        door = None if hides_slash else self._exact.get((method, path))
        if door is not None:
            return door
        methods: set[str] = set()
        for acting_method, start, action, acting in self._acting:
            if path.endswith(action) and path.startswith(start):
                if method == acting_method:
                    return acting
                methods.add(acting_method)
        if not hides_slash:
            methods |= {allowed for allowed, known in self._exact if known == path}
        if methods:
            told = sorted(methods)
            raise UnknownPath(
                f"Ask {path[:200]} with {' or '.join(told)}.", allowed=", ".join(told)
            )
        for named_method, pattern, named in self._named:
            if method == named_method and pattern.fullmatch(path):
                return named
        raise self._unknown(path)

    def opening(self, method: str, path: str) -> DoorOpening:
        """What the guard is to let through, before it is asked."""
        door = self._exact.get((method, path))
        return door.opening if isinstance(door, OwnDoor) else SHUT

    def refusal_of(self, path: str) -> Refusal | None:
        """Where the doors of this path have a form of their own."""
        for (_, known), door in self._exact.items():
            if known == path and isinstance(door, OwnDoor) and door.refusal is not None:
                return door.refusal
        return None

    def dialect_of(self, path: str, headers: Mapping[str, str]) -> Dialect:
        """In which to answer where the door does not say it, and to tell errors about a path."""
        for (_, known), door in self._exact.items():
            if known == path and door.dialect is not None:
                return door.dialect
        for pattern, dialect in self._own_paths:
            if pattern.match(path):
                return dialect
        for header, dialect in self._own_headers:
            if header in headers:
                return dialect
        return self._plain_dialect

    def _unknown(self, path: str) -> UnknownPath:
        ends = [*(known for _, known in self._exact), *(action for _, _, action, _ in self._acting)]
        advice = _MISPLACED if any(path.endswith(end) for end in ends) else _OFFERED
        return UnknownPath(f"There is nothing at {path[:200]}. {advice}")


def who(caller: HttpCaller) -> Principal:
    assert caller.principal is not None, "the gate has let nobody in"
    return caller.principal


def check_person(caller: HttpCaller, words: str) -> None:
    """`words` may hold `{name}`. Raises PersonOnly for all but this computer's person."""
    if who(caller).kind is not PrincipalKind.LOCAL:
        raise PersonOnly(words.format(name=who(caller).name[:60]))


def id_in(caller: HttpCaller) -> str:
    """The name in `/v1/THINGS/NAME` and in what stands below it."""
    return caller.path.split("/")[3]


async def tell(
    caller: HttpCaller, answer: Mapping[str, Any], status: int = 200, headers: HeaderLines = JSON
) -> None:
    """As JSON; to whoever is elsewhere without what CLIs call their own sessions."""
    told = without_native_ids(answer) if who(caller).is_remote else answer
    await caller.reply(status, headers, orjson.dumps(told))


def number_in(
    asked: Mapping[str, list[str]], name: str, default: int, *, least: int, most: int = 10**9
) -> int:
    """Raises InvalidRun."""
    given = asked.get(name, [""])[0]
    if not given:
        return default
    is_number = given.isdecimal() and given.isascii() and len(given) < 12
    if not is_number or not least <= int(given) <= most:
        raise InvalidRun(f"it must be a whole number from {least} to {most}", field=name)
    return int(given)
