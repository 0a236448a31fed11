"""`llmgw consent list|allow|deny`: answers programs that ask to be let in, without a window."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from llmgw_desktop.app.consent_words import NOT_VERIFIED, ConsentView, consent_view, countdown
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.app.own_command import own_command
from llmgw_desktop.app.questions import system_user
from llmgw_desktop.app.running_gateway import RunningGateway
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.consent import ConsentQuestion, ConsentTerm, Peer
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.store.paths import Places

_PATH = "/v1/consents"
_WAITS_S = 100
"""At a time; then it is asked again."""
_SPARE_S = 20.0
_OVER = "It waits no longer: it was answered, or its two minutes are over."


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
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
