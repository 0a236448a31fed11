"""`llmgw ui open`: a browser of this computer is signed in to the gateway's pages. `llmgw pocket`:
pair a phone or tablet, see which are, take one back.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from llmgw_desktop.app.command_line.command_line import agrees
from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway, Told, running
from llmgw_desktop.app.words.figures import moment_text
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.private_files import write_whole

_FILE = "ui-open.html"
_LEADS = (
    '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    '<meta http-equiv="refresh" content="0; url={url}"><title>LLM Gateway</title>'
    '<a href="{url}">LLM Gateway</a>\n'
)


def open_page(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    try:
        told = RunningGateway(places, env).ask("POST", "/v1/ui/links", {})
        if told.status != 200:
            print(f"llmgw: {inert(told.problem)}", file=sys.stderr)
            return 1
        url = f"{running(places, env).url}{told.fields['path']}"
    except (NotRunning, KeyError) as error:
        print(f"llmgw: {inert(str(error))}", file=sys.stderr)
        return 1
    if arguments.print or not _opens(places.run_file.with_name(_FILE), url):
        print(url)
        print("Open this address in a browser of this computer, once.", file=sys.stderr)
    return 0


def _opens(file: Path, url: str) -> bool:
    """Whether some browser took it."""
    import webbrowser  # it looks for browsers when it is read in

    try:
        write_whole(file, _LEADS.format(url=escape(url)).encode())
    except OSError:
        return False
    try:
        return webbrowser.open(file.as_uri())
    except webbrowser.Error:
        return False


_PAIRINGS = "/v1/pocket/pairings"
_WAIT_S, _SPARE_S = 50, 15.0


class _Refused(Exception):
    """It answered, and said no. In its own words."""


def pocket(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    try:
        gateway = RunningGateway(places, env)
        if arguments.verb == "pair":
            return _pair(gateway, arguments.name)
        told = _told(gateway.ask("GET", "/v1/pocket"))
        if arguments.verb == "revoke":
            return _revoke(gateway, told, arguments.name)
        if arguments.json:
            print(json.dumps(told, indent=2, ensure_ascii=True))
        else:
            _list(told)
    except (NotRunning, _Refused) as error:
        print(f"llmgw: {inert(str(error))}", file=sys.stderr)
        return 1
    return 0


def _pair(gateway: RunningGateway, name: str) -> int:
    told = _told(gateway.ask("POST", _PAIRINGS, {"name": name}))
    print(qr_text(told["url"]))
    print(f"Scan it with the device, within {told['expires_in_s'] // 60} minutes. Its browser")
    print("does not know the certificate; before going on there, compare its SHA-256 fingerprint:")
    print(f"  {fingerprint_text(told['fingerprint'])}")
    place = f"{_PAIRINGS}/{quote(told['id'], safe='')}"
    state = {"state": "shown"}
    while state["state"] == "shown":
        asked = gateway.ask("GET", f"{place}?wait={_WAIT_S}", within_s=_WAIT_S + _SPARE_S)
        state = dict(_told(asked))
    if state["state"] != "claimed":
        raise _Refused("No device came in time; begin anew.")
    print(f"\nA device at {inert_line(state['address'], 60)} shows two words. Here they are:\n")
    print(f"  {inert_line(state['words'], 60)}\n")
    confirm = agrees("Does the device show the same words?")
    done = _told(gateway.ask("POST", place, {"confirm": confirm}))
    print("Paired." if done["state"] == "paired" else "Not paired.")
    return 0 if confirm else 1


def _list(told: Mapping[str, Any]) -> None:
    if told["url"]:
        print(f"The pocket page is at {told['url']}")
        print(f"  certificate, SHA-256: {fingerprint_text(told['fingerprint'])}")
        print(f"  its authority, for devices to believe: {inert_line(told['authority'], 300)}")
    else:
        words = told["problem"] or "The pocket page is off (docs/pocket.md)."
        print(inert_line(words, 300), file=sys.stderr)
    for each in told["devices"]:
        print(f"{each['id']}  {inert_line(each['name'], 60)}")
        print(f"  paired {_at(each['paired_at_s'])}, until {_at(each['expires_at_s'])}")
        if each["seen_at_s"]:
            print(f"  seen {_at(each['seen_at_s'])} at {inert_line(each['address'], 60)}")
    if not told["devices"]:
        print("No device is paired.", file=sys.stderr)


def _revoke(gateway: RunningGateway, told: Mapping[str, Any], name: str) -> int:
    found = [each for each in told["devices"] if name in (each["id"], each["name"])]
    if len(found) != 1:
        words = "No device is" if not found else "Several devices are"
        raise _Refused(f"{words} called '{name[:60]}'; give the id of one (llmgw pocket list).")
    _told(gateway.ask("DELETE", f"/v1/pocket/devices/{quote(found[0]['id'], safe='')}"))
    print("Revoked: it sees nothing any more.")
    return 0


def qr_text(text: str) -> str:
    """A QR code for a terminal, two of its rows in a line."""
    import io

    import segno  # nobody else draws one

    out = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(out, compact=True)
    return out.getvalue()


def qr_rows(text: str) -> tuple[tuple[bool, ...], ...]:
    """A QR code's modules, dark ones true, with the quiet border that scanners need."""
    import segno

    code = segno.make(text, error="l", micro=False)
    return tuple(tuple(map(bool, row)) for row in code.matrix_iter(border=4))


def fingerprint_text(fingerprint: str) -> str:
    """As browsers show it."""
    return ":".join(fingerprint[at : at + 2].upper() for at in range(0, len(fingerprint), 2))


def _at(at_s: float) -> str:
    return moment_text(at_s).rpartition(":")[0]


def _told(told: Told) -> Mapping[str, Any]:
    if told.status != 200:
        raise _Refused(told.problem)
    return told.fields
