"""The `[[routes]]` tables: each becomes a RouteRule or a ConfigError."""

from collections.abc import Mapping, Sequence

from llmgw_desktop.domain.glob import covers
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.provider import CALLER_PROTOCOLS, Provider
from llmgw_desktop.domain.route import RouteMatch, RouteRule, RouteTarget, Strategy
from llmgw_desktop.domain.settings import RoutingSettings
from llmgw_desktop.store.config.settings_text import SettingsText
from llmgw_desktop.store.config.targets import KnownPlaces, is_name
from llmgw_desktop.store.config.toml_lines import KeyPath
from llmgw_desktop.store.config.values import (
    NamePattern,
    PlainText,
    Seconds,
    Share,
    Texts,
    Unfit,
    Value,
    WholeNumber,
    Word,
    YesNo,
    is_name_pattern,
)
from llmgw_desktop.store.semantic_model import what_is_missing

MOST_ROUTES = 500
MOST_TARGETS = 50
_MOST_TOKENS = 100_000_000

MATCH_KEYS: dict[str, tuple[Value, str]] = {
    "client": (
        NamePattern(),
        "The name of the program's key, the id of one that was let in by OAuth, or `local`.",
    ),
    "clients": (
        Texts(each="a client as `client` has it", is_fit=is_name_pattern),
        'Several of them, such as `["claude-code", "codex"]`; in the place of `client`.',
    ),
    "label": (
        NamePattern(),
        "What the program says of itself (`X-LLMGW-Caller`, `/as/LABEL/`); nobody checks it.",
    ),
    "model": (NamePattern(), "The model's name as it was asked for."),
    "protocol": (Word(words=CALLER_PROTOCOLS), "The dialect that the program speaks."),
    "project": (NamePattern(), "What the program sent as `X-Project`."),
    "operation": (Word(words=Operation), "What is asked for."),
    "min_input_tokens": (
        WholeNumber(least=0, most=_MOST_TOKENS),
        "The least, estimated; it belongs to the range.",
    ),
    "max_input_tokens": (
        WholeNumber(least=0, most=_MOST_TOKENS),
        "The most, estimated; it belongs to the range.",
    ),
}
ROUTE_KEYS: dict[str, tuple[Value, str]] = {
    "name": (PlainText(), "How flights and pages call it; `route` and its number if left out."),
    "strategy": (
        Word(words=Strategy),
        "The order of what it leads to; that of `[routing]` if left out.",
    ),
    "keep_conversations": (
        YesNo(),
        "Whether conversations stay with who answered; `[routing]`'s if left out.",
    ),
    "enabled": (YesNo(), "Whether it is used."),
    "cache_s": (
        Seconds(least=0, most=7 * 86_400),
        "How long an answer is given again to the same client for the same request, byte for "
        "byte; 0: never. `cache-control: no-cache` in a request passes it by.",
    ),
    "cache_similarity": (
        Share(least=0.5, most=1.0),
        "With `cache_s`: how near a question must be to one that was answered to be given its "
        "answer; only the same one if left out. Needs the extra `semantic`.",
    ),
}
"""Key, kind of value, meaning; `match` and `to` are read by hand."""


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
        self._warn_of_unknown(path, table, (*ROUTE_KEYS, "match", "to"))
        name = str(self._value(path, table, ROUTE_KEYS, "name", "")) or f"route {number + 1}"
        if not is_name(name):
            raise self._text.error((*path, "name"), "expected a name of 1 to 200 characters")
        return RouteRule(
            name=name,
            match=self._match((*path, "match"), table.get("match", {})),
            to=self._targets((*path, "to"), table.get("to")),
            strategy=Strategy(
                str(self._value(path, table, ROUTE_KEYS, "strategy", self._routing.strategy))
            ),
            keeps_conversations=bool(
                self._value(
                    path, table, ROUTE_KEYS, "keep_conversations", self._routing.keep_conversations
                )
            ),
            enabled=bool(self._value(path, table, ROUTE_KEYS, "enabled", True)),
            cache_s=float(str(self._value(path, table, ROUTE_KEYS, "cache_s", 0.0))),
            cache_similarity=self._similarity(path, table),
            line=self._text.line(path) or 0,
        )

    def _similarity(self, path: KeyPath, table: Mapping[str, object]) -> float:
        """What cannot be done is said here, not passed over when a question comes."""
        least = float(str(self._value(path, table, ROUTE_KEYS, "cache_similarity", 0.0)))
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
        values = {
            key: self._value(path, table, MATCH_KEYS, key, None)
            for key in MATCH_KEYS
            if key in table
        }
        match = RouteMatch(**values)  # type: ignore[arg-type]
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

    def _value(
        self,
        path: KeyPath,
        table: Mapping[str, object],
        keys: Mapping[str, tuple[Value, str]],
        key: str,
        default: object,
    ) -> object:
        if key not in table:
            return default
        try:
            return keys[key][0].read(table[key])
        except Unfit as unfit:
            raise self._text.error((*path, key), f"expected {unfit}") from None

    def _refuse_unknown(self, path: KeyPath, match: Mapping[str, object]) -> None:
        """A rule that lost what it asks for would take requests that are not meant for it."""
        for key in match:
            if key not in MATCH_KEYS:
                known = ", ".join(MATCH_KEYS)
                raise self._text.error((*path, key), f"is nothing to match by; there are {known}")

    def _warn_of_unknown(
        self, path: KeyPath, table: Mapping[str, object], known: tuple[str, ...]
    ) -> None:
        for key in table:
            if key not in known:
                problem = f"unknown setting, ignored (known here: {', '.join(known)})"
                self._text.warn((*path, key), problem)

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
