"""`llmgw approvals list|allow|deny|stop`: what agents ask, answered without a window."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from llmgw_desktop.app.inert_text import inert, inert_line
from llmgw_desktop.app.own_command import own_command
from llmgw_desktop.app.permission_words import (
    AGENT_SAYS,
    asked_parts,
    permission_view,
    since_words,
)
from llmgw_desktop.app.running_gateway import NotRunning, RunningGateway, Told
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.permission import Decision, PermissionQuestion
from llmgw_desktop.store.paths import Places
from llmgw_desktop.wire.permissions import read_question

_PATH = "/v1/approvals"
_WAIT_S = 50
_SPARE_S = 15.0
_DONE = {
    Decision.ONCE: "Allowed once.",
    Decision.JOB: "Allowed, and the same again in this job.",
    Decision.DENY: "Denied.",
    Decision.STOP: "Denied, and its job ends.",
}


class _Refused(Exception):
    """It answered, and said no. In its own words."""


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    try:
        gateway = RunningGateway(places, env)
        if arguments.verb == "list":
            return _list(gateway, env, as_json=arguments.json, wait=arguments.wait)
        return _answer(gateway, arguments)
    except (NotRunning, _Refused) as error:
        print(f"llmgw: {inert(str(error))}", file=sys.stderr)
        return 1


def _list(gateway: RunningGateway, env: Mapping[str, str], *, as_json: bool, wait: bool) -> int:
    told = _told(gateway.ask("GET", _PATH))
    while wait and not told.get("approvals"):
        path = f"{_PATH}?wait={_WAIT_S}"
        told = _told(gateway.ask("GET", path, within_s=_WAIT_S + _SPARE_S))
    if as_json:
        # escaped: what an agent wrote never acts on a terminal
        print(json.dumps(told, indent=2, ensure_ascii=True))
        return 0
    found = _questions(told)
    now_s = SystemClock().now_s()
    if not found:
        print("No agent waits for an answer.", file=sys.stderr)
        return 0
    print("\n\n".join("\n".join(_shown(each, now_s)) for each in found))
    allow = own_command("approvals", "allow", "ID", env=env)
    print(f"Answer: {allow} (or deny, or stop)", file=sys.stderr)
    return 0


def _told(told: Told) -> Mapping[str, Any]:
    if told.status != 200:
        raise _Refused(told.problem)
    return told.fields


def _questions(told: Mapping[str, Any]) -> list[PermissionQuestion]:
    try:
        return [read_question(each) for each in told["approvals"]]
    except (KeyError, TypeError, ValueError) as error:
        words = "The gateway that runs is of another version than this command."
        raise _Refused(words) from error


def _shown(question: PermissionQuestion, now_s: float) -> Iterator[str]:
    """All of it, so that nobody allows what he has not seen; inert, and set in so that no text
    can pass for ours."""
    view = permission_view(question)
    yield f"{question.id}  waits {since_words(question.asked_at_s, now_s)}"
    yield f"  {view.what}, in {view.where}"
    yield f"  job {inert_line(question.job_id, 60)}: {view.job} ({view.client})"
    if view.tool:
        yield f"  Tool: {view.tool}"
    for part in asked_parts(question.ask):
        yield f"  {part.label}:"
        yield from (f"  | {line}" for line in inert(part.text).split("\n"))
    for warning in view.warnings:
        yield f"  Look: {warning}"
    if view.reason:
        yield f"  Reason: {view.reason}"
    if view.agent_words:
        yield f"  {AGENT_SAYS}: {view.agent_words}"
    if view.rule:
        yield f"  --for-job would allow: {view.rule}"


def _answer(gateway: RunningGateway, arguments: argparse.Namespace) -> int:
    decision = {"deny": Decision.DENY, "stop": Decision.STOP}.get(arguments.verb, Decision.ONCE)
    if arguments.verb == "allow" and arguments.for_job:
        decision = Decision.JOB
    body = {"decision": str(decision)}
    if arguments.verb == "deny" and arguments.note:
        body["note"] = arguments.note
    _told(gateway.ask("POST", f"{_PATH}/{quote(arguments.id, safe='')}", body))
    print(_DONE[decision])
    return 0
