"""The `[aliases]` table: names that stand for others."""

from collections.abc import Sequence

from llmgw_desktop.domain.provider import PRACTICE_PREFIX, Provider
from llmgw_desktop.domain.route import Alias
from llmgw_desktop.store.config.settings_text import SettingsText
from llmgw_desktop.store.config.targets import KnownPlaces, is_name
from llmgw_desktop.store.config.values import Unfit

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
