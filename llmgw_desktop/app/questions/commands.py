"""`llmgw consent`, `llmgw approvals` and `llmgw held`: what waits for a person, and the answers."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway, Told
from llmgw_desktop.app.command_line.this_program import own_command, system_user
from llmgw_desktop.app.questions.consent_words import (
    NOT_VERIFIED,
    ConsentView,
    consent_view,
    countdown,
)
from llmgw_desktop.app.questions.permission_words import (
    AGENT_SAYS,
    TO_WRITE,
    asked_parts,
    permission_view,
    since_words,
)
from llmgw_desktop.app.questions.rules import (
    NOT_THIS,
    always_table,
    always_wish,
    offered,
    would_have_words,
)
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.access.consent import ConsentQuestion, ConsentTerm, Peer
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.brakes import HeldQuestion
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.jobs.approval import Decision, PermissionQuestion
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.paths import Places
from llmgw_desktop.wire.native.approvals import read_held, read_question

_NO_RULE = "No rule can be made of it: allow it once, or write one by `llmgw rules add`."
_APPROVALS, _HELD = "/v1/approvals", "/v1/held"
OTHER_VERSION = "The gateway that runs is of another version than this command."
_WAIT_S = 50
_AGENT_SPARE_S = 15.0
_DONE = {
    Decision.ONCE: "Allowed once.",
    Decision.JOB: "Allowed, and the same again in this job.",
    Decision.DENY: "Denied.",
    Decision.STOP: "Denied, and its job ends.",
}


class SaidNo(Exception):
    """It answered, and said no. In its own words."""


def approvals(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    try:
        gateway = RunningGateway(places, env)
        if arguments.verb == "list":
            return _list_approvals(gateway, env, as_json=arguments.json, wait=arguments.wait)
        if arguments.verb == "allow" and (arguments.always or arguments.pattern):
            write_rule(gateway, arguments.id, arguments.pattern, Home(places=places, env=env))
        return _answer_approval(gateway, arguments)
    except (NotRunning, SaidNo) as error:
        print(f"llmgw: {inert(str(error))}", file=sys.stderr)
        return 1


def held(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    try:
        gateway = RunningGateway(places, env)
        if arguments.verb == "list":
            return _list_held(gateway, env, as_json=arguments.json, wait=arguments.wait)
        choice = arguments.choice if arguments.verb == "answer" else ""
        told_by(gateway.ask("POST", f"{_HELD}/{quote(arguments.id, safe='')}", {"choice": choice}))
    except (NotRunning, SaidNo) as error:
        print(f"llmgw: {inert(str(error))}", file=sys.stderr)
        return 1
    print("Let on." if choice else "SaidNo.")
    return 0


def _list_held(
    gateway: RunningGateway, env: Mapping[str, str], *, as_json: bool, wait: bool
) -> int:
    told = waited_for(gateway, _HELD, "held", wait=wait)
    if as_json:
        print(json.dumps(told, indent=2, ensure_ascii=True))
        return 0
    try:
        found = [read_held(each) for each in told["held"]]
    except (KeyError, TypeError, ValueError) as error:
        raise SaidNo(OTHER_VERSION) from error
    if not found:
        print("No request is held.", file=sys.stderr)
        return 0
    now_s = SystemClock().now_s()
    print("\n\n".join("\n".join(_held_lines(each, now_s)) for each in found))
    answer = own_command("held", "answer", "ID", "CHOICE", env=env)
    print(f"Answer: {answer} (or refuse ID)", file=sys.stderr)
    return 0


def _held_lines(question: HeldQuestion, now_s: float) -> Iterator[str]:
    yield f"{question.id}  waits {since_words(question.asked_at_s, now_s)}"
    yield f"  {inert_line(question.title, 160)}"
    yield f"  {inert_line(question.words, 600)}"
    who = " · ".join(each for each in (question.client, question.label, question.model) if each)
    yield f"  from {inert_line(who, 200)}, flight {inert_line(question.flight_id, 60)}"
    for label, text in question.facts:
        yield f"  {inert_line(label, 60)}:"
        yield from (f"  | {line}" for line in inert(text).split("\n"))
    for choice in question.choices:
        yield f"  {inert_line(choice.id, 40):<12} {inert_line(choice.words, 120)}"
    yield f"  {countdown(question.expires_at_s, now_s)}"


def waited_for(gateway: RunningGateway, path: str, name: str, *, wait: bool) -> Mapping[str, Any]:
    """What the door at `path` tells; with `wait` as soon as there is something under `name`."""
    told = told_by(gateway.ask("GET", path))
    while wait and not told.get(name):
        asked = f"{path}?wait={_WAIT_S}"
        told = told_by(gateway.ask("GET", asked, within_s=_WAIT_S + _AGENT_SPARE_S))
    return told


def _list_approvals(
    gateway: RunningGateway, env: Mapping[str, str], *, as_json: bool, wait: bool
) -> int:
    told = waited_for(gateway, _APPROVALS, "approvals", wait=wait)
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


def told_by(told: Told) -> Mapping[str, Any]:
    if told.status != 200:
        raise SaidNo(told.problem)
    return told.fields


def _questions(told: Mapping[str, Any]) -> list[PermissionQuestion]:
    try:
        return [read_question(each) for each in told["approvals"]]
    except (KeyError, TypeError, ValueError) as error:
        raise SaidNo(OTHER_VERSION) from error


def _shown(question: PermissionQuestion, now_s: float) -> Iterator[str]:
    """All of it, so that nobody allows what he has not seen; inert, and set in so that no text
    can pass for ours."""
    view = permission_view(question)
    yield f"{question.id}  waits {since_words(question.asked_at_s, now_s)}"
    yield f"  {view.what}, in {view.where}" if view.where else f"  {view.what}"
    if view.is_of_terminal:
        yield f"  {view.job}, where it asks as well" if view.asks_there else f"  {view.job}"
    elif question.job_id:
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
    if view.form:
        yield f"  {TO_WRITE}: {view.form}"
        yield f'  Answer by: llmgw questions answer {question.id} once --note "…"'
    if view.agent_words:
        yield f"  {AGENT_SAYS}: {view.agent_words}"
    yield from _ways_to_allow_more(question, view.rule)


def _ways_to_allow_more(question: PermissionQuestion, rule: str) -> Iterator[str]:
    if rule:
        yield f"  --for-job would allow: {rule}"
    if (offer := offered(question)) is not None:
        where = inert_line(offer.where, 120)
        yield f"  --always would allow: {inert_line(offer.pattern, 200)} {where}"


@value
class Home:
    """Whose settings a rule goes into."""

    places: Places
    env: Mapping[str, str]


def write_rule(gateway: RunningGateway, question_id: str, pattern: str, home: Home) -> bool:
    """Before the answer: whoever reads that it was allowed can rely on both. False where no agent's
    question has this id. Raises SaidNo, ConfigError, StoreError."""
    from llmgw_desktop.app.questions.rules_command import write_rules

    found = _questions(told_by(gateway.ask("GET", _APPROVALS)))
    question = next((each for each in found if each.id == question_id), None)
    if question is None:
        return False
    offer = offered(question)
    if offer is None:
        raise SaidNo(_NO_RULE)
    offer = replace(offer, pattern=pattern or offer.pattern)
    if would_have_words(question, offer, ()) == NOT_THIS:
        raise SaidNo(f"{NOT_THIS} Nothing was allowed.")
    wish = always_wish(question, offer, home.places.config_file)
    write_rules(home.places, home.env, wish.edit())
    print(wish.said)
    name = str(always_table(question, offer)["name"])
    print(f"Undo: {inert(own_command('rules', 'remove', name, env=home.env))}", file=sys.stderr)
    return True


def _answer_approval(gateway: RunningGateway, arguments: argparse.Namespace) -> int:
    decision = {"deny": Decision.DENY, "stop": Decision.STOP}.get(arguments.verb, Decision.ONCE)
    if arguments.verb == "allow" and arguments.for_job:
        decision = Decision.JOB
    body = {"decision": str(decision)}
    if arguments.verb == "deny" and arguments.note:
        body["note"] = arguments.note
    path = f"{_APPROVALS}/{quote(arguments.id, safe='')}"
    of_job = told_by(gateway.ask("POST", path, body)).get("jobId")
    is_session = decision is Decision.JOB and not of_job
    print("Allowed, and the same tool again in this session." if is_session else _DONE[decision])
    return 0


_PATH = "/v1/consents"
_WAITS_S = 100
"""At a time; then it is asked again."""
_SPARE_S = 20.0
_OVER = "It waits no longer: it was answered, or its two minutes are over."


def consent(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    gateway = RunningGateway(places, env)
    if arguments.verb == "list":
        return _list(gateway, env, waits=arguments.wait)
    return _answer(gateway, arguments)


def _list(gateway: RunningGateway, env: Mapping[str, str], *, waits: bool) -> int:
    while True:
        path = f"{_PATH}?wait={_WAITS_S}" if waits else _PATH
        told = gateway.ask("GET", path, within_s=_WAITS_S + _SPARE_S)
        if told.status != 200:
            return _fail(told.problem)
        waiting = [_question(each) for each in told.fields["consents"]]
        if waiting or not waits:
            break
    if not waiting:
        print(
            "No program waits. For the next two minutes one that asks is kept waiting for you.",
            file=sys.stderr,
        )
    for question in waiting:
        print("\n".join(_lines(question)))
    if waiting:
        print(f"Answer: {own_command('consent', 'allow', 'ID', env=env)}", file=sys.stderr)
    return 0


def _answer(gateway: RunningGateway, arguments: argparse.Namespace) -> int:
    told = gateway.ask("GET", _PATH)
    if told.status != 200:
        return _fail(told.problem)
    found = [each for each in told.fields["consents"] if each["id"] == arguments.id]
    if not found:
        return _fail(_OVER)
    question = _question(found[0])
    allowed = arguments.verb == "allow"
    body: dict[str, Any] = {"allow": allowed, "person": system_user()}
    if allowed:
        scopes = arguments.scope or _harmless(consent_view(question))
        if not scopes:
            wanted = " ".join(f"--scope {each}" for each in question.scopes)
            return _fail(f"All that it asks for is risky; say what it may: {wanted}", 2)
        body |= {"scopes": scopes, "for": arguments.term}
    told = gateway.ask("POST", f"{_PATH}/{question.id}", body)
    if told.status == 404:
        return _fail(_OVER)
    if told.status != 200:
        return _fail(told.problem, 2)
    may = f"let in to: {' '.join(body['scopes'])}" if allowed else "denied"
    print(f"{consent_view(question).name} is {may}.")
    return 0


def _lines(question: ConsentQuestion) -> list[str]:
    view = consent_view(question)
    now_s = SystemClock().now_s()
    scopes = [
        f"    {each.scope:<16} {each.words}{'' if each.starts_ticked else '  (only with --scope)'}"
        for each in view.scopes
    ]
    return [
        f"{question.id}  the browser shows: {question.words}",
        f"  {view.name} ({NOT_VERIFIED})",
        f"  seen as {view.seen_as}",
        f"  sent back to {view.redirection.origin} ({view.redirection.words})",
        "  asks to",
        *scopes,
        f"  for {', '.join(term for term, _ in view.terms)}",
        f"  {countdown(question.expires_at_s, now_s)}",
    ]


def _harmless(view: ConsentView) -> list[str]:
    return [str(each.scope) for each in view.scopes if each.starts_ticked]


def _question(told: Mapping[str, Any]) -> ConsentQuestion:
    peer = told["peer"]
    return ConsentQuestion(
        id=told["id"],
        words=told["words"],
        client_id=told["client_id"],
        client_name=told["client_name"],
        redirect_uri=told["redirect_uri"],
        scopes=tuple(Scope(each) for each in told["scopes"]),
        asked_at_s=told["asked_at_s"],
        expires_at_s=told["expires_at_s"],
        peer=None if peer is None else Peer(**peer),
        address=told["address"],
        is_first=told["is_first"],
        terms=tuple(ConsentTerm(each) for each in told["terms"]),
    )


def _fail(sentence: str, code: int = 1) -> int:
    print(f"llmgw: {inert_line(sentence, 600)}", file=sys.stderr)
    return code
