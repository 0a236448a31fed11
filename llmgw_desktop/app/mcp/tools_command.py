"""`llmgw tools`: other MCP servers behind the running gateway, their tools, and a person's word."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway, Told
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.mcp.tool_desk import (
    HELD_BACK,
    SIGN_IN_WORDS,
    STATE_WORDS,
    difference,
    first_words,
    server_words,
)
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.store.paths import Places

_PATH = "/v1/tools"
_WITHIN_S = 90.0
"""A server may be brought from the network first."""
_BROWSER_S = 630.0
_DONE = {"approve": "Approved as it is now.", "hide": "Hidden."}
Fields = Mapping[str, Any]


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    try:
        gateway = RunningGateway(places, env)
        if arguments.verb in ("list", "show"):
            return _show(gateway, arguments, env)
        if arguments.verb == "sign-in":
            return _sign_in(gateway, arguments)
        if arguments.verb == "sign-out":
            return _sign_out(gateway, arguments.tool)
        return _decide(gateway, arguments)
    except NotRunning as error:
        print(f"llmgw: {inert(str(error))}", file=sys.stderr)
        return 1


def _show(gateway: RunningGateway, arguments: argparse.Namespace, env: Mapping[str, str]) -> int:
    told = gateway.ask("GET", _PATH, within_s=_WITHIN_S)
    if told.status != 200:
        return _failed(told.problem)
    servers, tools = told.fields["servers"], told.fields["tools"]
    if arguments.verb == "show":
        tools = [each for each in tools if _is_meant(each, arguments.tool)]
        if not tools:
            return _failed(f"There is no tool {arguments.tool[:80]}.")
    if arguments.json:
        shown = {"tools": tools} if arguments.verb == "show" else dict(told.fields)
        print(json.dumps(shown, indent=2, ensure_ascii=True))
        return 0
    if arguments.verb == "show":
        print("\n\n".join("\n".join(_whole(each)) for each in tools))
        return 0
    print("\n".join(_lines(servers, tools)) or "No MCP server is offered.")
    if any(each["state"] in HELD_BACK for each in tools):
        show = own_command("tools", "show", "SERVER/TOOL", env=env)
        approve = own_command("tools", "approve", "SERVER/TOOL", env=env)
        print(f"Look: {show}. Then: {approve} (or hide)", file=sys.stderr)
    return 0


def _decide(gateway: RunningGateway, arguments: argparse.Namespace) -> int:
    server, _, tool = arguments.tool.partition("/")
    body = {"server": server, "tool": tool, "decision": arguments.verb}
    told = gateway.ask("POST", f"{_PATH}/decide", body, within_s=_WITHIN_S)
    if told.status != 200:
        return _failed(told.problem)
    print(_DONE[arguments.verb])
    return 0


def _sign_in(gateway: RunningGateway, arguments: argparse.Namespace) -> int:
    if arguments.answer:
        body = {"server": arguments.tool, "answer": arguments.answer}
        told = gateway.ask("POST", f"{_PATH}/sign-in", body, within_s=_WITHIN_S)
        return _said(told, "Signed in.")
    body = {"server": arguments.tool}
    told = gateway.ask("POST", f"{_PATH}/sign-in", body, within_s=_WITHIN_S)
    if told.status != 200:
        return _failed(told.problem)
    url = str(told.fields["url"])
    if arguments.print or not _opens(url):
        print(inert(url), flush=True)
        print("Open this address in a browser of this computer.", file=sys.stderr)
        print("It is on another one? It ends at an address that it cannot reach; then, here:")
        print(f"  llmgw tools sign-in {arguments.tool} --answer ADDRESS")
    else:
        print("Your browser opens; it waits for you there, and this waits for it.", flush=True)
    told = gateway.ask("POST", f"{_PATH}/sign-in/wait", body, within_s=_BROWSER_S)
    return _said(told, "Signed in.")


def _opens(url: str) -> bool:
    import webbrowser  # it looks for browsers when it is read in

    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False


def _sign_out(gateway: RunningGateway, server: str) -> int:
    told = gateway.ask("POST", f"{_PATH}/sign-out", {"server": server}, within_s=_WITHIN_S)
    was = told.fields.get("was_signed_in")
    return _said(told, "Signed out." if was else "Nobody was signed in.")


def _said(told: Told, words: str) -> int:
    if told.status != 200:
        return _failed(told.problem)
    print(words)
    return 0


def _failed(problem: str) -> int:
    print(f"llmgw: {inert(problem)}", file=sys.stderr)
    return 1


def _is_meant(tool: Fields, said: str) -> bool:
    return said in (f"{tool['server']}/{tool['tool']}", tool["name"])


def _lines(servers: list[Fields], tools: list[Fields]) -> Iterator[str]:
    for server in servers:
        title = f" ({inert_line(server['title'], 80)})" if server["title"] else ""
        yield f"{server['name']}{title}: {server_words(server)}"
        if words := SIGN_IN_WORDS.get(str(server.get("sign_in", ""))):
            yield f"  {words}"
        if server["last_error"]:
            yield f"  last error: {inert_line(server['last_error'], 400)}"
        for each in tools:
            if each["server"] == server["name"]:
                words = first_words(each["now"] or each["approved"])
                said = inert_line(f"{each['server']}/{each['tool']}", 120)
                yield f"  {said}  [{STATE_WORDS[each['state']]}]  {words}"


def _whole(tool: Fields) -> Iterator[str]:
    yield inert_line(f"{tool['server']}/{tool['tool']}", 200)
    yield f"  for clients: {tool['name']}"
    yield f"  state: {STATE_WORDS[tool['state']]}"
    if tool["state"] == "changed":
        yield "  - was approved, + is said now:"
        text = difference(tool["approved"], tool["now"])
    else:
        text = difference({}, tool["now"] or tool["approved"])
    yield from (f"  | {line}" for line in text.split("\n"))
