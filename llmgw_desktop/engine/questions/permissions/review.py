"""A question as it is looked at before anybody is asked: may it be put at all, what is there to
warn of (such as characters that a person cannot see), what would "for this job" mean.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import orjson

from llmgw_desktop.domain.jobs.approval import Ask, AskingJob, PermissionKind
from llmgw_desktop.domain.jobs.rules.book import Ruling
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.questions.permissions.rules import (
    NO_RULE,
    PathView,
    Rule,
    rule_of,
    rule_of_session,
)
from llmgw_desktop.engine.questions.permissions.standing import NO_RULES, RulesNow
from llmgw_desktop.wire.shell.destructive import destroys

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
_HIDDEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_HOLDS_CONTROLS = "It holds control characters, which no ordinary text needs."
_HOLDS_HIDDEN = "It holds characters that hide or reorder text: it may not be what it looks like."


def warnings_of(texts: Iterable[str]) -> tuple[str, ...]:
    """One sentence for each kind that is there."""
    controls = hidden = False
    for text in texts:
        controls = controls or _CONTROLS.search(text) is not None
        hidden = hidden or _HIDDEN.search(text) is not None
    return (*((_HOLDS_CONTROLS,) if controls else ()), *((_HOLDS_HIDDEN,) if hidden else ()))


def texts_in(found: object) -> Iterator[str]:
    """All texts of a JSON value, however deep: names too."""
    todo = [found]
    while todo:
        match todo.pop():
            case str() as text:
                yield text
            case Mapping() as members:
                todo += [*members, *members.values()]
            case list() | tuple() as items:
                todo += items
            case _:
                pass


MOST_BYTES = 256 * 1024
"""Of all that a person would have to read."""
MOST_CHANGES = 100
MOST_WARNINGS = 20
NOT_LOOKED_AT = "It could not be found out in time where its paths lead."
_TOO_LARGE = (
    "Denied by the gateway: this is {size} KB, and more than {most} KB is not shown to a person."
    " Do it in smaller steps."
)
_TOO_MANY = (
    "Denied by the gateway: it changes {count} files at once, and more than {most} are not shown"
    " to a person. Do it in smaller steps."
)
_UNREADABLE = "Denied by the gateway: what is asked cannot be read."
_LEADS_OUT = (
    "Denied by the gateway: a job that was asked for from elsewhere stays in its workspace. {what}"
)
_FAULT = "Denied by the gateway: it could not look at this."
_UNKNOWN = "It is not known what exactly this does; all that is known is shown."
_ANSWERS = re.compile(
    r"llmgw\S*\s[\s\S]{0,300}?\b(?:approvals|consent|held|questions)\b"
    r"|/v1/(?:approvals|consents?|held|questions)\b"
)
ANSWERS_ITSELF = "It could answer questions in your place: it speaks of the gateway's own door."
_LOOK_WITHIN_S = 5.0
_MOST_READ = 16 * 1024
_log = logging.getLogger(__name__)


@value
class Review:
    refusal: str = ""
    """Why it is denied unasked, in words for the agent."""
    warnings: tuple[str, ...] = ()
    rule: Rule = NO_RULE
    ruling: Ruling | None = None
    """Of the lasting rules, where there are any."""


UNSEEN = Review()


async def looked_at(
    job: AskingJob, ask: Ask, is_private: Callable[[Path], bool], rules: RulesNow = NO_RULES
) -> Review:
    """A mount that does not answer and a fault of ours allow nothing."""
    try:
        return await asyncio.wait_for(
            asyncio.to_thread(reviewed, job, ask, is_private, rules), _LOOK_WITHIN_S
        )
    except TimeoutError:
        refusal = _LEADS_OUT.format(what=NOT_LOOKED_AT) if job.is_remote else ""
        return Review(refusal=refusal, warnings=(NOT_LOOKED_AT,))
    except Exception:  # noqa: BLE001 - a denial, whatever it is
        _log.exception("a question of job %s could not be looked at", job.id)
        return Review(refusal=_FAULT)


def reviewed(
    job: AskingJob, ask: Ask, is_private: Callable[[Path], bool], rules: RulesNow = NO_RULES
) -> Review:
    """Touches the disk: for a thread."""
    try:
        arguments = orjson.dumps(dict(ask.arguments))
    except (TypeError, ValueError, RecursionError):
        return Review(refusal=_UNREADABLE)
    view, size = PathView(job, is_private), len(arguments) + _size(ask)
    told = {"size": -(-size // 1024), "most": MOST_BYTES // 1024}
    if len(ask.changes) > MOST_CHANGES:
        refusal = _TOO_MANY.format(count=len(ask.changes), most=MOST_CHANGES)
    elif size > MOST_BYTES:
        refusal = _TOO_LARGE.format(**told)
    else:
        return _looked_at(job, ask, view, rules)
    # what no person is shown is held to the rules all the same, where a CLI decides for itself
    return Review(refusal=refusal, ruling=rules.of(job, ask, view, is_odd=True))


def _looked_at(job: AskingJob, ask: Ask, view: PathView, rules: RulesNow) -> Review:
    found = view.look(ask)
    if job.is_remote and found.known:
        return Review(refusal=_LEADS_OUT.format(what=found.known[0]), warnings=tuple(found.known))
    hidden = warnings_of(_texts(ask))
    is_odd = bool(hidden) or found.is_private or _ANSWERS.search(ask.command) is not None
    ruling = rules.of(job, ask, view, is_odd=is_odd)
    if _ANSWERS.search(ask.command):
        found.known.append(ANSWERS_ITSELF)
    said = [*found.known, *_destroyed(ask.command), *hidden, *found.guessed]
    if ask.kind is PermissionKind.OTHER and not ask.is_question:
        said.append(_UNKNOWN)
    try:
        rule = _rule(job, ask, view)
    except (TypeError, ValueError):
        return Review(refusal=_UNREADABLE)
    return Review(warnings=_bounded(list(dict.fromkeys(said))), rule=rule, ruling=ruling)


def _destroyed(command: str) -> Iterator[str]:
    """What a person should know of it at once, as its marks beside a job's commands say it."""
    if len(command) <= _MOST_READ and (why := destroys(command)):
        yield f"{why[:1].upper()}{why[1:]}."


def _rule(job: AskingJob, ask: Ask, view: PathView) -> Rule:
    """Raises TypeError, ValueError."""
    if job.cli is None:
        return rule_of_session(ask) if job.is_session else NO_RULE
    return rule_of(ask, view.folder(ask), view.files(ask))


def _bounded(said: list[str]) -> tuple[str, ...]:
    more = len(said) - MOST_WARNINGS
    return tuple(said) if more <= 0 else (*said[:MOST_WARNINGS], f"And {more} more like these.")


def _shown(ask: Ask) -> list[str]:
    parts = [ask.command, ask.url, ask.server, ask.tool, ask.cwd, ask.reason, ask.agent_words]
    parts += [ask.form, *ask.offers]
    for change in ask.changes:
        parts += [change.path, change.old or "", change.new or "", change.diff]
    return [*parts, ask.raw] if ask.kind is PermissionKind.OTHER else parts


def _size(ask: Ask) -> int:
    return sum(len(each.encode("utf-8", "surrogatepass")) for each in _shown(ask))


def _texts(ask: Ask) -> list[str]:
    return [*_shown(ask), *texts_in(ask.arguments)]
