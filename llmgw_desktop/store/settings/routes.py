"""The `[[routes]]` tables and `[aliases]`: each becomes a RouteRule, an Alias or a ConfigError."""

from collections.abc import Mapping, Sequence
from typing import Any

from llmgw_desktop.domain.model.prompt import MODEL_OPERATIONS
from llmgw_desktop.domain.plain_text import covers
from llmgw_desktop.domain.provider import CALLER_PROTOCOLS, PRACTICE_PREFIX, Provider
from llmgw_desktop.domain.routing.route import Alias, RouteMatch, RouteRule, RouteTarget, Strategy
from llmgw_desktop.domain.setting import (
    TEXTS_SCHEMA,
    NamePattern,
    PlainText,
    Seconds,
    Setting,
    Shape,
    Share,
    Texts,
    Unfit,
    WholeNumber,
    Word,
    YesNo,
    is_name_pattern,
)
from llmgw_desktop.domain.settings.tables import RoutingSettings
from llmgw_desktop.store.resources import what_is_missing
from llmgw_desktop.store.settings.places import KnownPlaces, is_name
from llmgw_desktop.store.settings.text import KeyPath, SettingsText

MOST_ROUTES = 500
MOST_TARGETS = 50
_MOST_TOKENS = 100_000_000

MATCH_KEYS: dict[str, Setting] = {
    "client": Setting(
        NamePattern(),
        "The name of the program's key, the id of one that was let in by OAuth, or `local`.",
    ),
    "clients": Setting(
        Texts(each="a client as `client` has it", is_fit=is_name_pattern),
        'Several of them, such as `["claude-code", "codex"]`; in the place of `client`.',
    ),
    "label": Setting(
        NamePattern(),
        "What the program says of itself (`X-LLMGW-Caller`, `/as/LABEL/`); nobody checks it.",
        label="Caller's label",
    ),
    "model": Setting(NamePattern(), "The model's name as it was asked for."),
    "protocol": Setting(Word(words=CALLER_PROTOCOLS), "The dialect that the program speaks."),
    "project": Setting(NamePattern(), "What the program sent as `X-Project`."),
    "operation": Setting(Word(words=MODEL_OPERATIONS), "What is asked for.", label="Asks for"),
    "min_input_tokens": Setting(
        WholeNumber(least=0, most=_MOST_TOKENS),
        "The least, estimated; it belongs to the range.",
        label="Input tokens from",
    ),
    "max_input_tokens": Setting(
        WholeNumber(least=0, most=_MOST_TOKENS),
        "The most, estimated; it belongs to the range.",
        label="Input tokens to",
    ),
}
ROUTE_KEYS: dict[str, Setting] = {
    "match": Setting(Shape("a table"), "Which requests it is for; see below. All if left out."),
    "to": Setting(
        Texts(each="`provider`, `provider:model` or `provider/account:model`", is_fit=is_name),
        f"To whom, {MOST_TARGETS} at most. Required.",
        label="Leads to",
    ),
    "name": Setting(
        PlainText(), "How flights and pages call it; `route` and its number if left out."
    ),
    "strategy": Setting(
        Word(words=Strategy),
        "The order of what it leads to; that of `[routing]` if left out.",
        label="Order",
    ),
    "keep_conversations": Setting(
        YesNo(),
        "Whether conversations stay with who answered; `[routing]`'s if left out.",
    ),
    "enabled": Setting(YesNo(), "Whether it is used."),
    "cache_s": Setting(
        Seconds(least=0, most=7 * 86_400),
        "How long an answer is given again to the same client for the same request, byte for "
        "byte; 0: never. `cache-control: no-cache` in a request passes it by.",
    ),
    "cache_similarity": Setting(
        Share(least=0.5, most=1.0),
        "With `cache_s`: how near a question must be to one that was answered to be given its "
        "answer; only the same one if left out. Needs the extra `semantic`.",
    ),
}
"""Key, kind of value, meaning; the first two are read by hand."""
ALIAS = Setting(
    Shape("a model's name, or a list of them", {"anyOf": ({"type": "string"}, TEXTS_SCHEMA)}),
    "What the name stands for.",
)


class RouteTables:
    """Reads all of them, in the order of the file, and warns of those that are never reached."""

    def __init__(
        self, text: SettingsText, providers: Sequence[Provider], routing: RoutingSettings
    ) -> None:
        self._text = text
        self._places = KnownPlaces(providers)
        self._routing = routing

    def read(self) -> tuple[RouteRule, ...]:
        tables = self._text.data.get("routes", [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            raise self._text.error(("routes",), "expected tables, each [[routes]]")
        if len(tables) > MOST_ROUTES:
            raise self._text.error(("routes",), f"expected at most {MOST_ROUTES} routes")
        rules: list[RouteRule] = []
        for number, table in enumerate(tables):
            rule = self._rule(("routes", number), number, table)
            if any(rule.name == other.name for other in rules):
                place = ("routes", number, "name")
                raise self._text.error(place, f'"{rule.name}" is the name of an earlier route')
            self._warn_of_unreachable(number, rule, rules)
            rules.append(rule)
        return tuple(rules)

    def _rule(self, path: KeyPath, number: int, table: Mapping[str, object]) -> RouteRule:
        self._text.warn_of_unknown(path, table, ROUTE_KEYS)
        name = self._value(path, table, "name", "") or f"route {number + 1}"
        if not is_name(name):
            raise self._text.error((*path, "name"), "expected a name of 1 to 200 characters")
        usual = self._routing
        return RouteRule(
            name=name,
            match=self._match((*path, "match"), table.get("match", {})),
            to=self._targets((*path, "to"), table.get("to")),
            strategy=self._value(path, table, "strategy", usual.strategy),
            keeps_conversations=self._value(
                path, table, "keep_conversations", usual.keep_conversations
            ),
            enabled=self._value(path, table, "enabled", True),
            cache_s=self._value(path, table, "cache_s", 0.0),
            cache_similarity=self._similarity(path, table),
            line=self._text.line(path) or 0,
        )

    def _similarity(self, path: KeyPath, table: Mapping[str, object]) -> float:
        """What cannot be done is said here, not passed over when a question comes."""
        least: float = self._value(path, table, "cache_similarity", 0.0)
        place = (*path, "cache_similarity")
        if least and not table.get("cache_s"):
            raise self._text.error(place, "needs cache_s: how long answers are kept")
        if least and (missing := what_is_missing(self._routing.similarity_model)):
            raise self._text.error(place, f"cannot be used: {missing}")
        return least

    def _match(self, path: KeyPath, table: object) -> RouteMatch:
        if not isinstance(table, dict):
            raise self._text.error(path, 'expected a table, such as { model = "claude-*" }')
        self._refuse_unknown(path, table)
        match = RouteMatch(**self._text.values(path, table, MATCH_KEYS))
        if match.clients and match.client != "*":
            raise self._text.error((*path, "clients"), "stands beside client; name all in one")
        least, most = match.min_input_tokens, match.max_input_tokens
        if least is not None and most is not None and least > most:
            problem = f"is more than max_input_tokens ({most}), so that nothing can match"
            raise self._text.error((*path, "min_input_tokens"), problem)
        return match

    def _targets(self, path: KeyPath, raw: object) -> tuple[RouteTarget, ...]:
        if not isinstance(raw, list) or not 0 < len(raw) <= MOST_TARGETS:
            problem = f'expected a list of 1 to {MOST_TARGETS} texts, each such as "provider:model"'
            raise self._text.error(path, problem)
        targets: list[RouteTarget] = []
        for number, each in enumerate(raw):
            try:
                target = self._places.target(each)
            except Unfit as unfit:
                raise self._text.error((*path, number), str(unfit)) from None
            if target in targets:
                raise self._text.error((*path, number), "stands in this list already")
            targets.append(target)
        return tuple(targets)

    def _value(self, path: KeyPath, table: Mapping[str, object], key: str, default: Any) -> Any:
        if key not in table:
            return default
        return self._text.value((*path, key), ROUTE_KEYS[key].kind, table[key])

    def _refuse_unknown(self, path: KeyPath, match: Mapping[str, object]) -> None:
        """A rule that lost what it asks for would take requests that are not meant for it."""
        for key in match:
            if key not in MATCH_KEYS:
                known = ", ".join(MATCH_KEYS)
                raise self._text.error((*path, key), f"is nothing to match by; there are {known}")

    def _warn_of_unreachable(
        self, number: int, rule: RouteRule, earlier: Sequence[RouteRule]
    ) -> None:
        if not rule.enabled:
            return
        for other in earlier:
            if other.enabled and takes_all_of(other.match, rule.match):
                problem = (
                    f'is never used: "{other.name}" in line {other.line} matches all that '
                    f'"{rule.name}" could. Put it before that one, or switch one of them off'
                )
                self._text.warn(("routes", number), problem)
                return


def takes_all_of(wide: RouteMatch, narrow: RouteMatch) -> bool:
    """Whether every request that `narrow` is for is one for `wide` too."""
    return (
        wide.protocol in (None, narrow.protocol)
        and wide.operation in (None, narrow.operation)
        and (wide.min_input_tokens or 0) <= (narrow.min_input_tokens or 0)
        and _most(wide) >= _most(narrow)
        and all(any(covers(w, n) for w in wide.whose) for n in narrow.whose)
        and covers(wide.label, narrow.label)
        and covers(wide.model, narrow.model)
        and covers(wide.project, narrow.project)
    )


def _most(match: RouteMatch) -> float:
    return float("inf") if match.max_input_tokens is None else match.max_input_tokens


MOST_ALIASES = 500
MOST_NAMES = 20
_EXPECTED = f"expected a model's name, or a list of 1 to {MOST_NAMES} of them"


class AliasTable:
    """Reads all of it. An alias that comes back to itself is refused."""

    def __init__(self, text: SettingsText, providers: Sequence[Provider]) -> None:
        self._text = text
        self._places = KnownPlaces(providers)

    def read(self) -> tuple[Alias, ...]:
        table = self._text.table(("aliases",))
        if len(table) > MOST_ALIASES:
            raise self._text.error(("aliases",), f"expected at most {MOST_ALIASES} aliases")
        aliases = {name: self._alias(name, raw) for name, raw in table.items()}
        self._check_loops(aliases)
        for alias in aliases.values():
            for name in alias.to:
                if name not in aliases:
                    self._check_name(alias, name)
        return tuple(aliases.values())

    def _alias(self, name: str, raw: object) -> Alias:
        path = ("aliases", name)
        if not is_name(name) or name.startswith(PRACTICE_PREFIX):
            raise self._text.error(path, "expected a name of 1 to 200 printable characters")
        for mark in ("/", ":"):
            head, found, _ = name.partition(mark)
            if found and self._places.is_provider(head):
                problem = f'asks for provider "{head}" already; an alias cannot lead it elsewhere'
                raise self._text.error(path, problem)
        names = [raw] if isinstance(raw, str) else raw
        if not isinstance(names, list) or not 0 < len(names) <= MOST_NAMES:
            raise self._text.error(path, _EXPECTED)
        if not all(isinstance(each, str) and is_name(each) for each in names):
            raise self._text.error(path, _EXPECTED)
        line = self._text.line(path) or 0
        return Alias(name=name, to=tuple(dict.fromkeys(names)), line=line)

    def _check_name(self, alias: Alias, name: str) -> None:
        try:
            self._places.check_name(name)
        except Unfit as unfit:
            raise self._text.error(("aliases", alias.name), str(unfit)) from None

    def _check_loops(self, aliases: dict[str, Alias]) -> None:
        """Each alias is gone through once, however many lead to it."""
        done: set[str] = set()
        for first in aliases:
            way: list[tuple[str, int]] = [(first, 0)]
            while way:
                name, place = way.pop()
                nexts = aliases[name].to
                if name in done or place == len(nexts):
                    done.add(name)
                    continue
                way.append((name, place + 1))
                follower = nexts[place]
                if follower not in aliases or follower in done:
                    continue
                on_way = [each for each, _ in way]
                if follower in on_way:
                    round_ = " → ".join([*on_way[on_way.index(follower) :], follower])
                    raise self._text.error(("aliases", name), f"goes round in a circle: {round_}")
                way.append((follower, 0))
