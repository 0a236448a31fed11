"""The `[[notify]]` tables: whom alarms are told to, and which of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from typing_extensions import override

from llmgw_desktop.domain.flights.alarms import AlarmKind, NotifyTarget
from llmgw_desktop.domain.setting import (
    TEXTS_SCHEMA,
    Kind,
    PlainText,
    Schema,
    Seconds,
    Setting,
    TableKind,
    Texts,
    Unfit,
    YesNo,
)
from llmgw_desktop.domain.settings.address_kinds import VaultReference
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.settings.places import WAY_KEYS, check_address, read_way
from llmgw_desktop.store.settings.text import KeyPath, SettingsText

MOST_TARGETS = 20
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SINCE = "0.2.0"


@value(kw_only=False)
class TargetName(Kind):
    """What `llmgw notify test` calls it."""

    expected = "1 to 40 small letters, digits, - and _"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or not _NAME.fullmatch(raw):
            raise Unfit(self.expected)
        return raw


@value(kw_only=False)
class ArgumentList(TableKind):
    """A program and its arguments."""

    expected = "a list of 1 to 40 texts, a program and its arguments"

    @property
    @override
    def schema(self) -> Schema:
        return TEXTS_SCHEMA

    def read(self, raw: object) -> tuple[str, ...]:
        if not isinstance(raw, list) or not 0 < len(raw) <= 40:
            raise Unfit(self.expected)
        for each in raw:
            if not isinstance(each, str) or "\0" in each or len(each) > 4096:
                raise Unfit(self.expected)
        if not raw[0].strip():
            raise Unfit(self.expected)
        return tuple(raw)

    @override
    def shown(self, value: Any) -> str:
        return str(list(value))


NOTIFY_KEYS: dict[str, Setting] = {
    "name": Setting(TargetName(), "What it is called. Required.", since=_SINCE),
    "url": Setting(
        PlainText(), "Where alarms are sent to, by POST; this or `command`.", since=_SINCE
    ),
    "command": Setting(
        ArgumentList(),
        "The program that is started with each alarm, and its arguments, as they are: no shell "
        "reads them. It reads the alarm as JSON on stdin. Every program can read arguments: no "
        "secret belongs there.",
        since=_SINCE,
    ),
    "events": Setting(
        Texts(each=f"one of {', '.join(AlarmKind)}", is_fit=lambda text: text in set(AlarmKind)),
        "Which alarms; all if left out.",
        since=_SINCE,
    ),
    "vault": Setting(
        VaultReference(),
        "The entry of the vault with the secret by which `webhook-signature` is made; unsigned "
        "if left out.",
        since=_SINCE,
    ),
    "timeout_s": Setting(
        Seconds(least=1, most=60), "How long one try may take; 10 if left out.", since=_SINCE
    ),
    "local": Setting(
        YesNo(), "Whether `url` may be on your own computer or network.", since=_SINCE
    ),
    **{
        key: Setting(each.kind, each.words, since=_SINCE, label=each.label)
        for key, each in WAY_KEYS.items()
    },
    "on": Setting(YesNo(), "Off, it is read and checked, and told nothing.", since=_SINCE),
}
"""Key, kind of value, meaning."""


class NotifyTables:
    """Reads all of them. Raises ConfigError: an alarm that nobody hears is none."""

    def __init__(self, text: SettingsText, env: Mapping[str, str]) -> None:
        self._text = text
        self._env = env

    def read(self) -> tuple[NotifyTarget, ...]:
        raw = self._text.data.get("notify", [])
        if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
            raise self._text.error(("notify",), "expected tables, each [[notify]]")
        if len(raw) > MOST_TARGETS:
            raise self._text.error(("notify",), f"expected at most {MOST_TARGETS} targets")
        found: list[NotifyTarget] = []
        for at, table in enumerate(raw):
            target = self._target(("notify", at), table)
            if any(each.name == target.name for each in found):
                raise self._text.error(
                    ("notify", at, "name"), f"another target is called '{target.name}' already"
                )
            found.append(target)
        return tuple(found)

    def _target(self, path: KeyPath, table: Mapping[str, object]) -> NotifyTarget:
        said = self._text.values(path, table, NOTIFY_KEYS)
        if "name" not in said:
            raise self._text.error(path, f"a target needs name = {TargetName.expected}")
        if bool(said.get("url")) == bool(said.get("command")):
            raise self._text.error(path, "expected a url or a command, one of them")
        if "events" in said:
            said["events"] = tuple(map(AlarmKind, said["events"]))
        if "on" in said:
            said["is_on"] = said.pop("on")
        if said.get("url"):
            return self._with_address(path, table, said)
        self._refuse(path, said, ("vault", "local", *WAY_KEYS))
        return NotifyTarget(**said)

    def _with_address(
        self, path: KeyPath, table: Mapping[str, object], said: dict[str, Any]
    ) -> NotifyTarget:
        local = bool(said.get("local"))
        try:
            address = check_address(said["url"], local=local)
        except Unfit as unfit:
            raise self._text.error((*path, "url"), str(unfit)) from None
        if not address.is_encrypted and not local:
            raise self._text.error(
                (*path, "url"), "expected https://; http:// only beside local = true"
            )
        way = read_way(self._text, path, address, self._env, local=local, table=table)
        known = {each.name for each in fields(NotifyTarget)}
        kept = {key: each for key, each in said.items() if key in known}
        return NotifyTarget(**{**kept, "url": address.url, "way": way})

    def _refuse(self, path: KeyPath, said: Mapping[str, object], keys: Sequence[str]) -> None:
        for key in keys:
            if key in said:
                raise self._text.error((*path, key), "is for an address, and not for a command")
