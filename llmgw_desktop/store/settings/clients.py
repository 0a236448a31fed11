"""The `[clients.NAME]` tables: what each client may spend and ask for.

A limit that could not be applied, or that contradicts another, is an error here: nobody shall take
himself for protected by a line that does nothing.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar

from llmgw_desktop.domain.access.principal import WORDS, is_label
from llmgw_desktop.domain.policy import AnswerWish, Budget, ClientPolicy, Measure, Period, RateLimit
from llmgw_desktop.domain.provider import Provider
from llmgw_desktop.domain.setting import (
    TEXTS_SCHEMA,
    Kind,
    Schema,
    Seconds,
    Setting,
    Shape,
    Texts,
    Unfit,
    WholeNumber,
    Word,
    YesNo,
)
from llmgw_desktop.store.settings.text import KeyPath, SettingsText, dotted

MOST_CLIENTS = 500
MOST_LABELS = 200
MOST_LIMITS = 20
MOST_PATTERNS = 200
_WINDOWS_S = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}


class _Names(Kind):
    """Of models or providers."""

    expected = f"a list of 1 to {MOST_PATTERNS} names"
    typed_as: ClassVar[str] = Texts.typed_as
    schema = TEXTS_SCHEMA

    def read(self, raw: object) -> tuple[str, ...]:
        if not isinstance(raw, list) or not 0 < len(raw) <= MOST_PATTERNS:
            raise Unfit(self.expected)
        if not all(isinstance(each, str) and 0 < len(each) <= 200 for each in raw):
            raise Unfit("names of 1 to 200 characters")
        return tuple(raw)

    def read_text(self, text: str) -> tuple[str, ...]:
        return self.read([each.strip() for each in text.split(",") if each.strip()])


class _Moment(Kind):
    """TOML knows dates; one without a zone is of this computer's, and a day ends at its end."""

    expected = "a date such as 2027-01-31"
    schema: ClassVar[Schema] = {}

    def read(self, raw: object) -> float:
        if isinstance(raw, datetime):
            return raw.timestamp()
        if isinstance(raw, date):
            return datetime(raw.year, raw.month, raw.day).timestamp() + 86_400  # noqa: DTZ001
        is_quoted = isinstance(raw, str) and _is_moment(raw)
        raise Unfit(f"{self.expected}{', without quotation marks' if is_quoted else ''}")


@cache
def time_zones() -> frozenset[str]:
    """Their names; found once, since that reads 600 files."""
    from zoneinfo import available_timezones

    return frozenset(available_timezones())


class _TimeZone(Kind):
    expected = "a time zone such as Europe/Berlin"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or raw not in time_zones():
            raise Unfit(self.expected)
        return raw


NOT_OF_LABELS = ("paused", "labels")
_TABLES: Schema = {"type": "array", "items": {"type": "object"}}
CLIENT_KEYS: Mapping[str, Setting] = {
    "models": Setting(_Names(), "Names it may ask for, with `*` and `?`; all if left out."),
    "providers": Setting(_Names(), "Who may answer it; all if left out."),
    "budgets": Setting(
        Shape(
            'a list such as `[{ usd = 5, per = "day" }, { tokens = 2000000, per = "month" }]`',
            _TABLES,
        ),
        "What it may use up; `per` is hour, day, week, month, year or never. Begins anew with the "
        "calendar.",
    ),
    "rate_limits": Setting(
        Shape('a list such as `[{ requests = 60, per = "minute" }]`', _TABLES),
        "Of requests or tokens; `per` is second, minute, hour, day or a number of seconds. What "
        "was used flows off evenly.",
    ),
    "parallel": Setting(
        WholeNumber(least=1, most=10_000),
        "How many requests and runs of it may go on at the same time.",
        label="At the same time",
    ),
    "expires": Setting(_Moment(), "A date or time after which it is refused."),
    "paused": Setting(YesNo(), "Whether it is refused for now, with its key kept; not of labels."),
    "time_zone": Setting(_TimeZone(), "Of its budgets' calendar; this computer's if left out."),
    "answers": Setting(
        Word(words=AnswerWish),
        "How it gets its streams: as they come (`stream`), from the first word or tool call on "
        "(`words`), or once they are whole (`whole`). What breaks before is asked for again.",
        since="0.2.0",
    ),
    "max_wait_s": Setting(
        Seconds(least=0, most=86_400),
        "So long a request of its may be held until an account is free again, where it asks for "
        "that (`x-llmgw-wait: SECONDS`); not at all if left out.",
        label="Longest wait at a limit",
        since="0.2.0",
    ),
    "labels": Setting(
        Shape("tables, `[clients.NAME.labels.LABEL]`, with the same keys"),
        "Each for callers that say so of themselves (`X-LLMGW-Caller`, `/as/LABEL/`): they hold "
        "besides this one.",
    ),
}
"""Key, kind of value, meaning; those that are lists of tables are read by hand."""


class ClientTables:
    """Reads all of them. Raises ConfigError."""

    def __init__(self, text: SettingsText, providers: Sequence[Provider]) -> None:
        self._text = text
        self._providers = {each.name for each in providers}
        self._readers: Mapping[str, Callable[[KeyPath, object], object]] = {
            "providers": self._providers_named,
            "budgets": self.budgets,
            "rate_limits": self._rate_limits,
        }

    def read(self) -> tuple[ClientPolicy, ...]:
        table = self._text.table(("clients",))
        if len(table) > MOST_CLIENTS:
            raise self._text.error(("clients",), f"expected at most {MOST_CLIENTS} clients")
        return tuple(self._client(name, self._text.table(("clients", name))) for name in table)

    def _client(self, name: str, table: Mapping[str, object]) -> ClientPolicy:
        path = ("clients", name)
        if not name or len(name) > 100 or not name.isprintable():
            raise self._text.error(path, "expected a client's name, 1 to 100 printable characters")
        own = {key: raw for key, raw in table.items() if key != "labels"}
        policy = self._policy(path, name, own)
        return replace(policy, labels=self._labels(path)) if "labels" in table else policy

    def _labels(self, client: tuple[str, ...]) -> tuple[ClientPolicy, ...]:
        path = (*client, "labels")
        tables = self._text.table(path)
        if len(tables) > MOST_LABELS:
            raise self._text.error(path, f"expected at most {MOST_LABELS} labels")
        for label in tables:
            if not is_label(label):
                problem = (
                    f"is no label: it has {WORDS}. What is to hold for every caller stands in "
                    f"[{dotted(client)}] itself"
                )
                raise self._text.error((*path, label), problem)
        return tuple(
            self._policy((*path, label), label, self._text.table((*path, label)))
            for label in tables
        )

    def _policy(self, path: KeyPath, name: str, table: Mapping[str, object]) -> ClientPolicy:
        said: dict[str, Any] = {}
        is_label = len(path) > 2
        for key, raw in table.items():
            if key not in CLIENT_KEYS or (is_label and key in NOT_OF_LABELS):
                known = [each for each in CLIENT_KEYS if not is_label or each != "labels"]
                raise self._text.error(
                    (*path, key), f"is no limit that is known; there are {', '.join(known)}"
                )
            reader = self._readers.get(key, self._plain)
            said["expires_at_s" if key == "expires" else key] = reader((*path, key), raw)
        return ClientPolicy(client=name, **said)

    def _plain(self, path: KeyPath, raw: object) -> object:
        return self._text.value(path, CLIENT_KEYS[str(path[-1])].kind, raw)

    def _providers_named(self, path: KeyPath, raw: object) -> tuple[str, ...]:
        names: tuple[str, ...] = self._text.value(path, CLIENT_KEYS["providers"].kind, raw)
        for name in names:
            if name not in self._providers:
                known = ", ".join(sorted(self._providers)[:12])
                raise self._text.error(path, f"there is no provider '{name}' (there are: {known})")
        return names

    def budgets(self, path: KeyPath, raw: object) -> tuple[Budget, ...]:
        """Of the list at this path. Raises ConfigError."""
        budgets = []
        for place, table in self._tables(path, raw):
            measure, amount = self._amount(place, table, tuple(Measure))
            per = table.get("per")
            if not isinstance(per, str) or per not in set(Period):
                raise self._text.error(place, f"expected per = one of {', '.join(Period)}")
            budgets.append(Budget(measure=measure, amount=amount, period=Period(per)))
        self._refuse_twice(path, [(each.measure, each.period) for each in budgets])
        return tuple(budgets)

    def _rate_limits(self, path: KeyPath, raw: object) -> tuple[RateLimit, ...]:
        limits = []
        for place, table in self._tables(path, raw):
            countable = (Measure.REQUESTS, Measure.TOKENS)
            measure, amount = self._amount(place, table, countable)
            window_s = self._window_s(place, table.get("per"))
            limits.append(RateLimit(measure=measure, amount=amount, window_s=window_s))
        self._refuse_twice(path, [(each.measure, each.window_s) for each in limits])
        return tuple(limits)

    def _tables(self, path: KeyPath, raw: object) -> list[tuple[KeyPath, dict[str, object]]]:
        if not isinstance(raw, list) or not 0 < len(raw) <= MOST_LIMITS:
            such = '[{ requests = 60, per = "day" }]'
            raise self._text.error(path, f"expected a list of 1 to {MOST_LIMITS}, such as {such}")
        found: list[tuple[KeyPath, dict[str, object]]] = []
        for at, each in enumerate(raw):
            if not isinstance(each, dict):
                raise self._text.error((*path, at), "expected a table")
            found.append(((*path, at), each))
        return found

    def _amount(
        self, path: KeyPath, table: Mapping[str, object], countable: Sequence[Measure]
    ) -> tuple[Measure, float]:
        named = [measure for measure in countable if measure in table]
        unknown = set(table) - {*named, "per"}
        if len(named) != 1 or unknown:
            raise self._text.error(path, f"expected one of {', '.join(countable)}, and per")
        raw = table[named[0]]
        is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
        if not is_number or not math.isfinite(raw) or not 0 < raw <= 1e15:  # type: ignore[operator, arg-type]
            raise self._text.error(path, f"expected {named[0]} = a number above 0")
        return named[0], float(raw)  # type: ignore[arg-type]

    def _window_s(self, path: KeyPath, raw: object) -> float:
        if isinstance(raw, str) and raw in _WINDOWS_S:
            return _WINDOWS_S[raw]
        if isinstance(raw, int | float) and not isinstance(raw, bool) and 1 <= raw <= 86_400 * 31:
            return float(raw)
        raise self._text.error(
            path, f"expected per = {', '.join(_WINDOWS_S)}, or a number of seconds from 1"
        )

    def _refuse_twice(self, path: KeyPath, kinds: Sequence[object]) -> None:
        if len(set(kinds)) != len(kinds):
            raise self._text.error(path, "two limits are of the same kind; one of them is meant")


def _is_moment(words: str) -> bool:
    try:
        datetime.fromisoformat(words)
    except ValueError:
        return False
    return True
