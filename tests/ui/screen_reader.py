"""A screen reader for tests, run by a Python that has `gi`: it asks over AT-SPI, as Orca does.

Commands come on stdin, each a JSON list on a line of its own, and are answered by one JSON line on
stdout: `["read"]` all that programs show, as nodes · `["press", ROLE, NAME]` · `["cells", NAME]` of
a table's first row, each with its header · `["await", PROGRAM]` · `["await_frame", TITLE]` ·
`["await_windows", COUNT]` · `["await_front", ROLE]` of a window ·
`["await_state", ROLE, NAME, STATE, WANTED]`. `|` stands between several roles.
A node is [depth, role, name, description, states, interfaces]. It ends with its stdin.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from gi.repository import Gio, GLib

_ROOT = "/org/a11y/atspi/accessible/root"
_ACCESSIBLE = "org.a11y.atspi.Accessible"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_STATES = {1: "active", 8: "enabled", 11: "focusable", 12: "focused", 25: "showing", 4: "checked"}
_ACTION = "org.a11y.atspi.Action"
_ACTS = ("Press", "Toggle", "ShowMenu")
_MOST_CELLS = 80
_SHORT = len("org.a11y.atspi.")

Place = tuple[str, str]
Node = tuple[int, str, str, str, list[str], list[str]]


class Reader:
    """On the accessibility bus of its session."""

    def __init__(self) -> None:
        session = Gio.bus_get_sync(Gio.BusType.SESSION)
        answer = session.call_sync(
            "org.a11y.Bus",
            "/org/a11y/bus",
            "org.a11y.Bus",
            "GetAddress",
            None,
            None,
            0,
            30_000,
            None,
        )
        # What a reader says when it begins: programs publish themselves from then on.
        on = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
        session.call_sync(
            "org.a11y.Bus", "/org/a11y/bus", _PROPERTIES, "Set", on, None, 0, 30_000, None
        )
        flags = Gio.DBusConnectionFlags
        self._bus = Gio.DBusConnection.new_for_address_sync(
            answer.unpack()[0],
            flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION,
            None,
            None,
        )

    def obey(self, words: list[str]) -> object:
        """What a program takes away while it is walked through is no error: it is read again."""
        for _ in range(40):
            try:
                return self._obey(*words)
            except GLib.Error as error:
                if not any(each in str(error) for each in ("UnknownInterface", "UnknownObject")):
                    raise
                time.sleep(0.05)
        return self._obey(*words)

    def _obey(self, word: str, *rest: str) -> object:
        if word == "read":
            return [node for _, node in self._walk_all()]
        if word == "await":
            return self._await(lambda: rest[0] in map(self._name, self._programs()))
        if word == "await_frame":
            return self._await(lambda: rest[0] in self._frames())
        if word == "await_windows":
            return self._await(lambda: len(self._windows()) == int(rest[0]))
        if word == "await_front":
            return self._await(lambda: self._is_in_front(rest[0]))
        if word == "await_state":
            return self._await(lambda: self._has_state(*rest))
        if word == "press":
            return self._press(*rest)
        if word == "cells":
            return self._cells(*rest)
        raise ValueError(word)

    def _await(self, is_so: Callable[[], bool]) -> bool:
        end = time.monotonic() + 60
        while not is_so() and time.monotonic() < end:
            time.sleep(0.05)
        return is_so()

    def _frames(self) -> list[str]:
        return [self._name(each) for each in self._windows()]

    def _windows(self) -> list[Place]:
        found = [each for one in self._programs() for each in self._children(one)]
        return [each for each in found if "showing" in self._states(each)]

    def _is_in_front(self, role: str) -> bool:
        """Keys come to a window of this role."""
        nodes = (self._node(each, 1) for each in self._windows())
        return any(node[1] == role and "active" in node[4] for node in nodes)

    def _programs(self) -> list[Place]:
        return self._children(("org.a11y.atspi.Registry", _ROOT))

    def _walk_all(self) -> Iterator[tuple[Place, Node]]:
        for program in self._programs():
            yield from self._walk(program, 0)

    def _walk(self, place: Place, depth: int) -> Iterator[tuple[Place, Node]]:
        """What is shown, and what it says; of a table the first cells alone."""
        node = self._node(place, depth)
        yield place, node
        is_table = node[1] in ("table", "tree", "tree table")
        for child in self._first_children(place) if is_table else self._children(place):
            if depth == 0 or "showing" in self._states(child):
                yield from self._walk(child, depth + 1)

    def _node(self, place: Place, depth: int) -> Node:
        interfaces = [each[_SHORT:] for each in self._ask(place, _ACCESSIBLE, "GetInterfaces")]
        role = self._ask(place, _ACCESSIBLE, "GetRoleName")
        words = [self._get(place, _ACCESSIBLE, each) for each in ("Name", "Description")]
        return (depth, role, *words, self._states(place), interfaces)

    def _has_state(self, role: str, name: str, state: str, wanted: bool) -> bool:
        nodes = (node for _, node in self._walk_all())
        return any((n[1], n[2]) == (role, name) and (state in n[4]) is wanted for n in nodes)

    def _press(self, role: str, name: str) -> object:
        """None where there is none; as its button does what a click would."""
        for place, node in self._walk_all():
            if node[1] in role.split("|") and node[2] == name:
                names = [each[0] for each in self._ask(place, _ACTION, "GetActions")]
                at = next(i for i, each in enumerate(names) if each in _ACTS)
                return self._ask(place, _ACTION, "DoAction", GLib.Variant("(i)", (at,)))
        return None

    def _cells(self, name: str) -> object:
        table = next(p for p, node in self._walk_all() if "Table" in node[5] and node[2] == name)
        kind, found = "org.a11y.atspi.Table", []
        for column in range(self._get(table, kind, "NColumns")):
            head = self._ask(table, kind, "GetColumnHeader", GLib.Variant("(i)", (column,)))
            cell = self._ask(table, kind, "GetAccessibleAt", GLib.Variant("(ii)", (0, column)))
            said = self._get(cell, _ACCESSIBLE, "Name")
            role = self._ask(cell, _ACCESSIBLE, "GetRoleName")
            found.append([self._get(head, _ACCESSIBLE, "Name"), role, said])
        return found

    def _children(self, place: Place) -> list[Place]:
        return [tuple(each) for each in self._ask(place, _ACCESSIBLE, "GetChildren")]

    def _first_children(self, place: Place) -> list[Place]:
        """One by one, as Orca does: all at once may be millions, and hold the program."""
        count = min(self._get(place, _ACCESSIBLE, "ChildCount"), _MOST_CELLS)
        asked = (GLib.Variant("(i)", (at,)) for at in range(count))
        return [tuple(self._ask(place, _ACCESSIBLE, "GetChildAtIndex", each)) for each in asked]

    def _name(self, place: Place) -> str:
        return str(self._get(place, _ACCESSIBLE, "Name"))

    def _states(self, place: Place) -> list[str]:
        low, high = self._ask(place, _ACCESSIBLE, "GetState")
        bits = low | high << 32
        return [word for bit, word in _STATES.items() if bits >> bit & 1]

    def _get(self, place: Place, kind: str, name: str) -> Any:
        return self._ask(place, _PROPERTIES, "Get", GLib.Variant("(ss)", (kind, name)))

    def _ask(self, place: Place, kind: str, method: str, values: Any = None) -> Any:
        answer = self._bus.call_sync(*place, kind, method, values, None, 0, 30_000, None)
        return answer.unpack()[0]


def main() -> None:
    reader = Reader()
    print(json.dumps({"answer": "ready"}), flush=True)
    for line in sys.stdin:
        try:
            said: dict[str, object] = {"answer": reader.obey(json.loads(line))}
        except GLib.Error as error:
            said = {"error": str(error)}
        print(json.dumps(said), flush=True)


main()
