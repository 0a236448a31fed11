"""The one list in words: for the command, the Access page, the tray. Inert, whoever wrote it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from llmgw_desktop.app.questions.consent_words import countdown
from llmgw_desktop.app.questions.permission_words import (
    AGENT_SAYS,
    TO_WRITE,
    asked_parts,
    asks_itself,
    since_words,
)
from llmgw_desktop.app.questions.rules import offered
from llmgw_desktop.app.words.figures import clock_text
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.jobs.approval import Ask, PermissionQuestion
from llmgw_desktop.engine.questions.waiting.item import (
    OpenQuestion,
    QuestionKind,
    QuestionOutcome,
)
from llmgw_desktop.wire.native.approvals import read_question

ALWAYS = "always"
"""Of a command: no choice of the door's, but a rule and `once`."""
KIND_WORDS: dict[QuestionKind, str] = {
    QuestionKind.PERMISSION: "An agent asks",
    QuestionKind.CONSENT: "A program asks to be let in",
    QuestionKind.HELD: "A request is held",
    QuestionKind.LIMIT: "A job waits at a limit",
    QuestionKind.TOLD: "An agent asks in its terminal",
}
_WAYS = {
    "dialog": "in the window",
    "page": "with the operator's password",
    "command": "by command",
    "device": "on a device",
    "timeout": "because nobody answered in time",
    "withdrawn": "because it was withdrawn",
    "rule": "by the job's rule",
    "standing": "by a lasting rule",
    "elsewhere": "elsewhere",
}


def title_of(item: OpenQuestion) -> str:
    return inert_line(item.title, 200)


def who_words(item: OpenQuestion) -> str:
    """«Anna's editor · nightly · claude-opus-4-5»."""
    parts = (item.client, item.label, item.model)
    return " · ".join(inert_line(each, 60) for each in parts if each)


def where_words(item: OpenQuestion) -> str:
    """«shop · /work/shop · session gws_1 · agent 12ab»."""
    named = (
        ("", item.workspace),
        ("", item.folder),
        ("job ", item.job_id),
        ("session ", item.session),
        ("conversation ", item.conversation),
        ("agent ", item.agent if item.agent != item.conversation else ""),
    )
    return " · ".join(f"{word}{inert_line(text, 200)}" for word, text in named if text)


def until_words(item: OpenQuestion, now_s: float) -> str:
    """«Question expires in 1:58. It is refused.»; of one that waits on what silence does."""
    if item.until_s is None:
        return item.silence
    return f"{countdown(item.until_s, now_s).partition(' and is then')[0]}. {item.silence}"


def outcome_line(outcome: QuestionOutcome) -> str:
    """«go_on, by ada (by command)»."""
    who = f", by {inert_line(outcome.person, 80)}" if outcome.person else ""
    way = _WAYS.get(outcome.way, outcome.way)
    return f"{inert_line(outcome.choice, 40)}{who} ({inert_line(way, 60)})"


def item_lines(item: OpenQuestion, asked: Mapping[str, Any] | None, now_s: float) -> Iterator[str]:
    """All of it, so that nobody allows what he has not seen; inert, and set in so that no text can
    pass for ours. `asked`: as its own door tells it. Raises ValueError, KeyError, TypeError for
    what another version wrote."""
    waits = since_words(item.since_s, now_s)
    yield f"{item.id}  {KIND_WORDS[item.kind]}, waits {waits}"
    yield f"  {title_of(item)}"
    if item.words:
        yield f"  {inert_line(item.words, 600)}"
    if who := who_words(item):
        yield f"  from {who}"
    if where := where_words(item):
        yield f"  in {where}"
    for label, text in _texts(item, asked):
        yield f"  {inert_line(label, 60)}:"
        yield from (f"  | {line}" for line in inert(text).split("\n"))
    for warning in item.warnings:
        yield f"  Look: {inert_line(warning, 400)}"
    yield from _choice_lines(item, asked)
    for scope in item.scopes:
        yield f"    --scope {inert_line(scope, 40)}"
    if item.terms:
        yield f"    --for {' or '.join(item.terms)}"
    yield f"  {until_words(item, now_s)}"


def _choice_lines(item: OpenQuestion, asked: Mapping[str, Any] | None) -> Iterator[str]:
    for choice in item.choices:
        yield f"  {inert_line(choice.id, 40):<12} {inert_line(choice.words, 160)}"
    if asked is None or item.kind is not QuestionKind.PERMISSION:
        return
    if (offer := offered(read_question(asked))) is not None:
        like = f"{inert_line(offer.pattern, 200)} {inert_line(offer.where, 120)}"
        yield f"  {ALWAYS:<12} Allow, and from now on by a rule: {like}"


def _texts(item: OpenQuestion, asked: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Of an agent all that it asks, changes too."""
    if item.kind is QuestionKind.PERMISSION and asked is not None:
        yield from _ask_texts(read_question(asked).ask)
    else:
        yield from item.details


def asked_texts(item: OpenQuestion) -> Iterator[tuple[str, str]]:
    """Label, text: all that is asked, of any length, not yet inert."""
    if isinstance(item.native, PermissionQuestion):
        yield from _ask_texts(item.native.ask)
    else:
        yield from item.details


def _ask_texts(ask: Ask) -> Iterator[tuple[str, str]]:
    for part in asked_parts(ask):
        yield part.label, part.text
    if ask.form:
        yield TO_WRITE, ask.form
    if ask.agent_words and not asks_itself(ask):
        yield AGENT_SAYS, ask.agent_words


def times_words(item: OpenQuestion, today: date) -> str:
    """«asked at 14:02:10 · until 14:32:10, then it is denied, …»."""
    since = f"asked at {clock_text(item.since_s, today)}"
    if item.until_s is None:
        return f"{since} · {item.silence}"
    silence = f"{item.silence[:1].lower()}{item.silence[1:]}"
    end = f"until {clock_text(item.until_s, today)}, then {silence}"
    return f"{since} · {end}"
