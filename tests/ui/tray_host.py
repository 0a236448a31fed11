"""A tray for tests, run by a Python that has `gi`: StatusNotifierWatcher, host and menu reader.

Commands come on stdin, one a line: `items` · `tooltip` · `menu` · `activate` · `click LABEL` ·
`quit`. Each answer is one JSON line on stdout. It takes items and notifications as they come.
"""

import json
import sys
from typing import Any

from gi.repository import Gio, GLib

_WATCHER = """<node><interface name='org.kde.StatusNotifierWatcher'>
<method name='RegisterStatusNotifierItem'><arg type='s' direction='in'/></method>
<method name='RegisterStatusNotifierHost'><arg type='s' direction='in'/></method>
<property name='RegisteredStatusNotifierItems' type='as' access='read'/>
<property name='IsStatusNotifierHostRegistered' type='b' access='read'/>
<property name='ProtocolVersion' type='i' access='read'/>
<signal name='StatusNotifierItemRegistered'><arg type='s'/></signal>
<signal name='StatusNotifierItemUnregistered'><arg type='s'/></signal>
<signal name='StatusNotifierHostRegistered'/>
</interface></node>"""
_NOTES = """<node><interface name='org.freedesktop.Notifications'>
<method name='Notify'>
<arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>
<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>
<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/>
<arg type='u' direction='out'/></method>
<method name='CloseNotification'><arg type='u' direction='in'/></method>
<method name='GetCapabilities'><arg type='as' direction='out'/></method>
<method name='GetServerInformation'><arg type='s' direction='out'/><arg type='s' direction='out'/>
<arg type='s' direction='out'/><arg type='s' direction='out'/></method>
</interface></node>"""
_ITEM = "org.kde.StatusNotifierItem"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_MENU = "com.canonical.dbusmenu"


class TrayHost:
    """Lives on the session bus of its environment."""

    def __init__(self) -> None:
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.items: dict[str, tuple[str, str]] = {}
        self.notes: list[str] = []
        self._export("/StatusNotifierWatcher", _WATCHER, self._on_watcher, self._watcher_property)
        self._export("/org/freedesktop/Notifications", _NOTES, self._on_note, None)
        for name in ("org.freedesktop.Notifications", "org.kde.StatusNotifierWatcher"):
            Gio.bus_own_name_on_connection(self.bus, name, 0, None, None)

    def obey(self, line: str) -> object:
        word, _, rest = line.strip().partition(" ")
        if word == "items":
            return list(self.items)
        if word == "notes":
            return self.notes
        if word == "tooltip":
            return self._get("ToolTip")[2]
        if word == "menu":
            return [label for _, label in self._menu_lines()]
        if word == "activate":
            place, path = self._item()
            self._call(place, path, _ITEM, "Activate", GLib.Variant("(ii)", (0, 0)))
            return "ok"
        if word == "click":
            number = next(number for number, label in self._menu_lines() if label == rest)
            event = GLib.Variant("(isvu)", (number, "clicked", GLib.Variant("s", ""), 0))
            self._call(self._item()[0], self._get("Menu"), _MENU, "Event", event)
            return "ok"
        raise ValueError(line)

    def _export(self, path: str, xml: str, on_call: Any, on_get: Any) -> None:
        interface = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]
        self.bus.register_object(path, interface, on_call, on_get, None)

    def _item(self) -> tuple[str, str]:
        return next(iter(self.items.values()))

    def _get(self, name: str) -> Any:
        place, path = self._item()
        return self._call(place, path, _PROPERTIES, "Get", GLib.Variant("(ss)", (_ITEM, name)))[0]

    def _menu_lines(self) -> list[tuple[int, str]]:
        place, menu = self._item()[0], self._get("Menu")
        self._call(place, menu, _MENU, "AboutToShow", GLib.Variant("(i)", (0,)))
        asked = GLib.Variant("(iias)", (0, -1, []))
        lines: list[tuple[int, str]] = []
        _flatten(self._call(place, menu, _MENU, "GetLayout", asked)[1], lines)
        return lines

    def _call(self, place: str, path: str, interface: str, method: str, values: Any) -> Any:
        answer = self.bus.call_sync(place, path, interface, method, values, None, 0, 5000, None)
        return answer.unpack()

    def _on_watcher(
        self, bus: Any, sender: str, path: str, interface: str, method: str, values: Any, call: Any
    ) -> None:
        if method == "RegisterStatusNotifierItem":
            word = values.unpack()[0]
            item = (sender, word) if word.startswith("/") else (word, "/StatusNotifierItem")
            self.items[item[0] + item[1]] = item
            Gio.bus_watch_name_on_connection(
                bus, item[0], 0, None, lambda *_: self.items.pop(item[0] + item[1], None)
            )
        call.return_value(None)

    def _watcher_property(self, bus: Any, sender: str, path: str, interface: str, name: str) -> Any:
        return {
            "RegisteredStatusNotifierItems": GLib.Variant("as", list(self.items)),
            "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
            "ProtocolVersion": GLib.Variant("i", 0),
        }[name]

    def _on_note(
        self, bus: Any, sender: str, path: str, interface: str, method: str, values: Any, call: Any
    ) -> None:
        if method == "Notify":
            self.notes.append(values.unpack()[3])
            call.return_value(GLib.Variant("(u)", (len(self.notes),)))
        elif method == "GetCapabilities":
            call.return_value(GLib.Variant("(as)", (["body"],)))
        elif method == "GetServerInformation":
            call.return_value(GLib.Variant("(ssss)", ("test", "test", "1", "1.2")))
        else:
            call.return_value(None)


def _flatten(entry: Any, lines: list[tuple[int, str]]) -> None:
    number, properties, children = entry
    if properties.get("visible", True) and properties.get("label"):
        lines.append((number, properties["label"].replace("_", "")))
    for child in children:
        _flatten(child, lines)


def main() -> None:
    host, loop = TrayHost(), GLib.MainLoop()

    def read(_: object, __: object) -> bool:
        line = sys.stdin.readline()
        if not line.strip() or line.strip() == "quit":
            loop.quit()
            return False
        try:
            answer = {"answer": host.obey(line)}
        except (StopIteration, GLib.Error, ValueError) as error:
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)
        return True

    GLib.io_add_watch(0, GLib.IO_IN | GLib.IO_HUP, read)
    print(json.dumps({"answer": "ready"}), flush=True)
    loop.run()


if __name__ == "__main__":
    main()
