"""`llmgw questions`: all that waits for a person in one list, and the answers.

`answer` without a choice shows the first question whole and reads a choice from stdin; with
`--wait` one after the other as they come. Nothing typed leaves a question as it is.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.questions.commands import (
    OTHER_VERSION,
    Home,
    SaidNo,
    told_by,
    waited_for,
    write_rule,
)
from llmgw_desktop.app.questions.list_words import ALWAYS, item_lines, outcome_line
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.jobs.approval import Decision
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.questions.waiting.item import (
    OpenQuestion,
    QuestionOutcome,
    read_item,
)
from llmgw_desktop.store.paths import Places

_PATH = "/v1/questions"
_WAIT_S, _SPARE_S = 50, 15.0
_NONE_WAITS = "Nothing waits for you."
_Shown = tuple[OpenQuestion, str]
"""With all its lines."""


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    home = Home(places=places, env=env)
    try:
        gateway = RunningGateway(places, env)
        if arguments.verb == "list":
            return _list(gateway, env, as_json=arguments.json, wait=arguments.wait)
        answering = _Answering(gateway=gateway, arguments=arguments, home=home)
        if arguments.id and arguments.choice:
            return answering.say(arguments.id, arguments.choice)
        return answering.ask_person()
    except (NotRunning, SaidNo) as error:
        print(f"llmgw: {inert(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _list(gateway: RunningGateway, env: Mapping[str, str], *, as_json: bool, wait: bool) -> int:
    told = waited_for(gateway, _PATH, "questions", wait=wait)
    if as_json:
        # escaped: what an agent wrote never acts on a terminal
        print(json.dumps(told, indent=2, ensure_ascii=True))
        return 0
    found = _shown(told)
    if not found:
        print(_NONE_WAITS, file=sys.stderr)
        return 0
    print("\n\n".join(lines for _, lines in found))
    print(f"Answer: {own_command('questions', 'answer', 'ID', 'CHOICE', env=env)}", file=sys.stderr)
    return 0


def _shown(told: Mapping[str, Any]) -> list[_Shown]:
    now_s = SystemClock().now_s()
    found: list[_Shown] = []
    try:
        for each in told["questions"]:
            item = read_item(each)
            found.append((item, "\n".join(item_lines(item, each["asked"], now_s))))
    except (KeyError, TypeError, ValueError) as error:
        raise SaidNo(OTHER_VERSION) from error
    return found


@value
class _Answering:
    gateway: RunningGateway
    arguments: argparse.Namespace
    home: Home

    def say(self, question_id: str, choice: str) -> int:
        arguments, gateway = self.arguments, self.gateway
        if choice == ALWAYS and write_rule(gateway, question_id, "", self.home):
            choice = str(Decision.ONCE)
        body: dict[str, Any] = {"choice": choice}
        if arguments.also:
            body["also"] = arguments.also
        if arguments.note:
            body["note"] = arguments.note
        if arguments.scope:
            body["scopes"] = arguments.scope
        if arguments.term:
            body["for"] = arguments.term
        told = told_by(gateway.ask("POST", f"{_PATH}/{quote(question_id, safe='')}", body))
        if arguments.json:
            print(json.dumps(told, indent=2, ensure_ascii=True))
            return 1 if told.get("late") else 0
        for each in told["answered"]:
            print(f"{inert_line(each, 80)}: {inert_line(choice, 40)}")
        for each in told["late"]:
            print(f"llmgw: {inert_line(each['id'], 80)} {_late_words(each)}", file=sys.stderr)
        return 1 if told["late"] else 0

    def ask_person(self) -> int:
        """Each is shown once; what is left without an answer waits on."""
        arguments, gateway = self.arguments, self.gateway
        seen: set[str] = set()
        told = waited_for(gateway, _PATH, "questions", wait=arguments.wait)
        code = 0
        while True:
            new = [each for each in _shown(told) if each[0].id not in seen]
            if arguments.id:
                new = [each for each in new if each[0].id == arguments.id]
            if new:
                item, lines = new[0]
                seen.add(item.id)
                print(lines)
                print("Answer (nothing: later): ", end="", file=sys.stderr, flush=True)
                said = sys.stdin.readline()
                if choice := said.strip():
                    code = self._try(item.id, choice)
                if not said:
                    return code
            elif not seen:
                print(_NONE_WAITS, file=sys.stderr)
            if not arguments.wait or arguments.id:
                return code
            told = _next(gateway, told, is_at_once=bool(new))

    def _try(self, question_id: str, choice: str) -> int:
        """A slip of the finger decides nothing, and ends nothing."""
        try:
            return self.say(question_id, choice)
        except SaidNo as error:
            print(f"llmgw: {inert(str(error))}", file=sys.stderr)
            return 1


def _late_words(told: Mapping[str, Any]) -> str:
    if "choice" not in told:
        return "waits no longer."
    outcome = QuestionOutcome(
        id=told["id"],
        choice=told["choice"],
        allowed=told["allowed"],
        way=told["way"],
        person=told["person"],
        at_s=told["at"],
    )
    return f"had its answer before: {outcome_line(outcome)}."


def _next(
    gateway: RunningGateway, told: Mapping[str, Any], *, is_at_once: bool
) -> Mapping[str, Any]:
    """The list; where all of it was shown, when it is another one."""
    if is_at_once:
        return told_by(gateway.ask("GET", _PATH))
    number = told["number"]
    while told["number"] == number:
        path = f"{_PATH}?wait={_WAIT_S}&after={number}"
        told = told_by(gateway.ask("GET", path, within_s=_WAIT_S + _SPARE_S))
    return told
