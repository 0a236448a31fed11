"""A client's limits as a form: filled from the settings file as they stand there, checked with the
loader's own words while they are typed, and made into the one table that is written."""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.policy import Measure
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.settings.clients import ClientTables
from llmgw_desktop.store.settings.editor import Edit
from llmgw_desktop.store.settings.text import SettingsText
from llmgw_desktop.store.toml_changes import Change, RemoveTable, SetKeys, TomlValue, written_value

_AT = re.compile(r"\[(\d+)\]")


@value
class LimitLine:
    """A budget or a rate limit as it is typed."""

    amount: str = ""
    measure: str = Measure.TOKENS.value
    per: str = "day"


@value
class LimitsForm:
    """Fields as they stand; figures and dates are texts until they are understood."""

    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    budgets: tuple[LimitLine, ...] = ()
    rate_limits: tuple[LimitLine, ...] = ()
    parallel: str = ""
    expires: str = ""
    time_zone: str = ""


@value
class Wrong:
    """`line` counts from 0; None: all of the field."""

    words: str
    line: int | None = None


class Limits:
    """Of all clients. Quick: nothing is written here."""

    def __init__(self, loaded: Callable[[], LoadedSettings]) -> None:
        self._loaded = loaded

    def providers(self) -> tuple[str, ...]:
        return tuple(sorted(each.name for each in self._loaded().settings.everyone))

    def form_of(self, table: str) -> LimitsForm:
        return _form(self._table(table))

    def wrong(self, form: LimitsForm) -> Mapping[str, Wrong]:
        """Each field that cannot be used, by its name, in the words of the settings."""
        found = {}
        for key, given in _values(form).items():
            if given is not None and (wrong := self._wrong_of(key, given)) is not None:
                found[key] = wrong
        return found

    def change_from(self, table: str) -> Callable[[LimitsForm], SettingsWish]:
        """From what stands in the file now, whenever the form is filled in."""
        base, before = self._loaded().source, self._table(table)
        told = _values(_form(before))

        def change(form: LimitsForm) -> SettingsWish:
            values = {key: each for key, each in _values(form).items() if each != told[key]}
            edit = Edit(base=base, changes=_changes(table, before, values))
            return SettingsWish(edit=lambda: edit, said=f"{_said(table)} changed.")

        return change

    def pausing(self, table: str, *, paused: bool) -> SettingsWish:
        """Stop this client for a while, or let it go on."""
        changes = _changes(table, self._table(table), {"paused": True if paused else None})
        edit = Edit(base=self._loaded().source, changes=changes)
        who, of_it = inert_line(table, 60), "it is refused"
        if table == LOCAL.client_id:
            who, of_it = "This computer's own access key", "models and MCP are refused to it"
        is_now = f"is paused: {of_it} until you let it go on" if paused else "goes on"
        return SettingsWish(edit=lambda: edit, said=f"{who} {is_now}.")

    def clear(self, table: str) -> SettingsWish:
        edit = Edit(base=self._loaded().source, changes=(RemoveTable(table=("clients", table)),))
        return SettingsWish(edit=lambda: edit, said=f"{_said(table)} taken away.")

    def has(self, table: str) -> bool:
        return bool(self._table(table))

    def _table(self, table: str) -> Mapping[str, Any]:
        data = tomllib.loads(self._loaded().source.decode("utf-8-sig"))
        found = data.get("clients", {}).get(table, {})
        return found if isinstance(found, dict) else {}

    def _wrong_of(self, key: str, value: TomlValue) -> Wrong | None:
        """Read by the loader, alone in a file of its own."""
        text = SettingsText("", f"[clients.new]\n{key} = {written_value(value)}\n")
        try:
            ClientTables(text, self._loaded().settings.everyone).read()
        except ConfigError as error:
            message = error.message
            at = _AT.search(error.key.partition(key)[2])
            line = int(at.group(1)) if at is not None else None
            return Wrong(words=f"{message[:1].upper()}{message[1:]}.", line=line)
        return None


def _form(table: Mapping[str, Any]) -> LimitsForm:
    return LimitsForm(
        models=_texts(table.get("models")),
        providers=_texts(table.get("providers")),
        budgets=_lines(table.get("budgets")),
        rate_limits=_lines(table.get("rate_limits")),
        parallel=str(table.get("parallel", "")),
        expires=_moment_text(table.get("expires")),
        time_zone=str(table.get("time_zone", "")),
    )


def _values(form: LimitsForm) -> dict[str, TomlValue | None]:
    """None for what is left empty."""
    return {
        "models": [each.strip() for each in form.models if each.strip()] or None,
        "providers": [each.strip() for each in form.providers if each.strip()] or None,
        "budgets": [_limit(each) for each in form.budgets] or None,
        "rate_limits": [_limit(each) for each in form.rate_limits] or None,
        "parallel": _number(form.parallel) if form.parallel.strip() else None,
        "expires": _moment(form.expires) if form.expires.strip() else None,
        "time_zone": form.time_zone.strip() or None,
    }


def _changes(
    table: str, before: Mapping[str, Any], values: Mapping[str, TomlValue | None]
) -> tuple[Change, ...]:
    """A table in which nothing is left goes; what only a later version knows stays."""
    if not values:
        return ()
    kept = {key for key in before if values.get(key, "") is not None}
    added = any(value is not None for value in values.values())
    if before and not kept and not added:
        return (RemoveTable(table=("clients", table)),)
    return (SetKeys(table=("clients", table), values=values),)


def _texts(raw: object) -> tuple[str, ...]:
    return tuple(str(each) for each in raw) if isinstance(raw, list) else ()


def _lines(raw: object) -> tuple[LimitLine, ...]:
    tables = [each for each in raw if isinstance(each, dict)] if isinstance(raw, list) else []
    return tuple(_line(each) for each in tables)


def _line(table: Mapping[str, Any]) -> LimitLine:
    measure = next((each for each in Measure if each in table), Measure.TOKENS)
    amount = table.get(measure, "")
    is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
    shown = f"{amount:,}".removesuffix(".0") if is_number else str(amount)
    return LimitLine(amount=shown, measure=measure.value, per=str(table.get("per", "")))


def _limit(line: LimitLine) -> dict[str, str | int | float]:
    per: str | int = line.per
    if isinstance(number := _number(line.per), int):
        per = number
    return {line.measure: _amount(line.amount), "per": per}


def _number(text: str) -> int | str:
    """What is no number goes on as it is, and is refused with the words of the settings."""
    plain = text.replace(",", "").replace(" ", "").replace("_", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 19 else text


def _amount(text: str) -> int | float | str:
    plain = text.strip().removeprefix("$").replace(",", "").replace(" ", "").replace("_", "")
    times = {"k": 1_000, "m": 1_000_000}.get(plain[-1:].casefold(), 1)
    if times > 1:
        plain = plain[:-1]
    try:
        amount = float(plain) * times
    except ValueError:
        return text
    return int(amount) if amount.is_integer() and abs(amount) < 1e15 else amount


def _moment(text: str) -> date | str:
    text = text.strip()
    try:
        is_day = len(text) == len("2027-01-31")
        return date.fromisoformat(text) if is_day else datetime.fromisoformat(text)
    except ValueError:
        return text


def _moment_text(raw: object) -> str:
    if isinstance(raw, datetime):
        return raw.isoformat(sep=" ", timespec="minutes" if not raw.second else "seconds")
    return raw.isoformat() if isinstance(raw, date) else ""


def _said(table: str) -> str:
    whose = "everyone else" if table == "*" else inert_line(table, 60)
    return f"The limits of {whose} were"
