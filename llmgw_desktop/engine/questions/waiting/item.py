"""A question that waits for a person, whoever asks it: one item of the list, its answer, its JSON.

`item_object` writes an item so (texts as they came: whoever shows them makes them inert; unknown
is "" or null; times are seconds since 1970):

    id          of the question; the same everywhere
    kind        permission (an agent asks), consent (a program asks to be let in), held (a brake
                holds a request), limit (a job waits at its vendor's limit for a word), told (an
                agent asks in its terminal, where alone it is answered)
    title       in a line: «Codex wants to run touch a.txt»
    words       why, in sentences; may be ""
    details     [{"label", "text"}]: what a person reads before he decides, whole
    warnings    sentences: what to look at first
    client, clientId, label, cli, model, program       who asks
    jobId, session, conversation, agent, flightId      in which; `agent`: of those that speak in
                the conversation, a subagent or the first; all "" where not known
    workspace, folder                                  where
    since       when it was asked
    until       when silence answers it; null: it waits on
    silence     what happens then, in a sentence
    loses       whether something is lost by silence (such stand first, the next to end first)
    blocks      what stands still until then: «job Mend the tests», «a request for opus»
    group       questions with the same one may be answered together; "": each by itself
    choices     [{"id", "words", "allows", "forSeveral", "takesNote"}]; `allows`: something goes on
                by it, so it is shown with a delay; `forSeveral`: may be given to a whole group
    scopes, terms   of a consent: [{"id", "words"}] and ["8h", …], to choose from with `allow`
    asked       as its own door tells it, whole (`/v1/approvals`, `/v1/consents`, `/v1/held`; of a
                job its `limitWait`); put in by `engine/front/question_list_door.py`
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from llmgw_desktop.domain.access.consent import ConsentTerm
from llmgw_desktop.domain.access.principal import SCOPE_WORDS, Scope
from llmgw_desktop.domain.values import value

_LONGEST_LINE = 200


class QuestionKind(StrEnum):
    PERMISSION = "permission"
    CONSENT = "consent"
    HELD = "held"
    LIMIT = "limit"
    TOLD = "told"


class AnswerPlace(StrEnum):
    """Where a person answers. Every kind of question has a way of the same word."""

    WINDOW = "dialog"
    COMMAND = "command"
    DEVICE = "device"
    """A page in a browser, here or on a device that was paired; the person's name says which."""


@value
class QuestionChoice:
    """One way to answer."""

    id: str
    """Typed in commands: `once`, `deny`, `go_on`."""
    words: str
    """On a button."""
    allows: bool
    """Something goes on by it; never given by silence."""
    for_several: bool = True
    """May be given to several of one group at once."""
    takes_note: bool = False
    """Whoever asked is told a few words with it."""


@value
class OpenQuestion:
    """As `item_object` tells it."""

    id: str
    kind: QuestionKind
    title: str
    words: str = ""
    details: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    client: str = ""
    client_id: str = ""
    label: str = ""
    cli: str = ""
    model: str = ""
    program: str = ""
    job_id: str = ""
    session: str = ""
    conversation: str = ""
    agent: str = ""
    flight_id: str = ""
    workspace: str = ""
    folder: str = ""
    since_s: float
    until_s: float | None
    silence: str
    loses: bool = True
    blocks: str = ""
    group: str = ""
    choices: tuple[QuestionChoice, ...]
    scopes: tuple[Scope, ...] = ()
    terms: tuple[ConsentTerm, ...] = ()
    native: object = field(default=None, repr=False)
    """As its own desk has it: a PermissionQuestion, ConsentQuestion, HeldQuestion or LimitWait;
    None where a person answers elsewhere."""

    def choice(self, choice_id: str) -> QuestionChoice:
        """Raises ValueError for one that is not offered."""
        for each in self.choices:
            if each.id == choice_id:
                return each
        offered = ", ".join(each.id for each in self.choices)
        raise ValueError(f"it offers {offered}")

    @property
    def rank(self) -> tuple[bool, float, float, str]:
        """First what is lost by silence, the next to end before the others. What silence does no
        harm to stands last, oldest first."""
        until_s = self.until_s if self.loses and self.until_s is not None else 0.0
        return not self.loses, until_s, self.since_s, self.id


@value
class GivenAnswer:
    """A person's. `choice`: the id of one that was offered."""

    choice: str
    place: AnswerPlace
    at_s: float
    person: str = ""
    """Who; with a device «ada, on Pixel 9»."""
    note: str = ""
    """Reaches whoever asked, where the choice takes one."""
    scopes: tuple[Scope, ...] = ()
    """Of a consent that is allowed: some of those that were asked for."""
    term: ConsentTerm | None = None
    """For how long; None: the first that is offered."""


@value
class QuestionOutcome:
    """What came of a question, whoever or whatever decided."""

    id: str
    choice: str
    """The id of the one that was given; of silence the one that it stands for."""
    allowed: bool
    way: str
    """`dialog`, `command`, `device`, `timeout`, `withdrawn` and more, as each kind tells it."""
    person: str = ""
    at_s: float


def line_of(text: str) -> str:
    """A title: one line that acts on no terminal, cut where it is long."""
    words = " ".join(text[: 4 * _LONGEST_LINE].split())
    line = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in words)
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


_TEXTS = {
    "id": "id",
    "kind": "kind",
    "title": "title",
    "words": "words",
    "client": "client",
    "clientId": "client_id",
    "label": "label",
    "cli": "cli",
    "model": "model",
    "program": "program",
    "jobId": "job_id",
    "session": "session",
    "conversation": "conversation",
    "agent": "agent",
    "flightId": "flight_id",
    "workspace": "workspace",
    "folder": "folder",
    "since": "since_s",
    "until": "until_s",
    "silence": "silence",
    "loses": "loses",
    "blocks": "blocks",
    "group": "group",
}
"""Of what a word for others has, as the value names it."""


def item_object(item: OpenQuestion) -> dict[str, Any]:
    """All of it: for the person who answers."""
    return {name: getattr(item, own) for name, own in _TEXTS.items()} | {
        "details": [{"label": label, "text": text} for label, text in item.details],
        "warnings": list(item.warnings),
        "choices": [_choice_object(each) for each in item.choices],
        "scopes": [{"id": str(each), "words": SCOPE_WORDS[each]} for each in item.scopes],
        "terms": [str(each) for each in item.terms],
    }


def _choice_object(choice: QuestionChoice) -> dict[str, Any]:
    return {
        "id": choice.id,
        "words": choice.words,
        "allows": choice.allows,
        "forSeveral": choice.for_several,
        "takesNote": choice.takes_note,
    }


def read_item(told: Mapping[str, Any]) -> OpenQuestion:
    """What `item_object` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    return OpenQuestion(
        **{own: told[name] for name, own in _TEXTS.items()}
        | {
            "kind": QuestionKind(told["kind"]),
            "details": tuple((each["label"], each["text"]) for each in told["details"]),
            "warnings": tuple(told["warnings"]),
            "choices": tuple(
                QuestionChoice(
                    id=each["id"],
                    words=each["words"],
                    allows=each["allows"],
                    for_several=each["forSeveral"],
                    takes_note=each["takesNote"],
                )
                for each in told["choices"]
            ),
            "scopes": tuple(Scope(each["id"]) for each in told["scopes"]),
            "terms": tuple(ConsentTerm(each) for each in told["terms"]),
        }
    )


def outcome_object(outcome: QuestionOutcome) -> dict[str, Any]:
    """`answered`: whether a person did; else it fell due, or was withdrawn."""
    return {
        "id": outcome.id,
        "choice": outcome.choice,
        "allowed": outcome.allowed,
        "way": outcome.way,
        "person": outcome.person,
        "at": outcome.at_s,
    }
