"""A conversation that is no job of ours, such as a CLI's in a terminal, told to another agent: made
of the recorded flights, shown and changed before anything is asked.
"""

import re
from collections.abc import Iterable, Iterator

from llmgw_desktop.app.flights.conversation.message_parts import SpeakerRole
from llmgw_desktop.app.flights.conversation.thread import FlightThread
from llmgw_desktop.app.flights.conversation.transcript import TranscriptSection
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.runs.hand_over_text import Spoken, conversation_prompt

_MOST_FOLDERS = 20_000
"""Characters in which a folder is looked for: it is told at a conversation's beginning."""
_FOLDER = re.compile(
    r"[Ww]orking (?:in the )?directory(?: is)?:\s*`?((?:/|[A-Za-z]:\\)[^\n`<]+)"
    r"|<cwd>((?:/|[A-Za-z]:\\)[^\n<]+)</cwd>"
)
_OTHERS_WORDS = re.compile(r"\A\s*<(?:system-reminder|environment_context|user_instructions)>")
"""What a CLI says in its person's place."""


@value
class ThreadHandOver:
    """`folder`: where it worked, as its requests tell; empty: they do not."""

    prompt: str
    folder: str


def handed_over(thread: FlightThread) -> ThreadHandOver:
    """Of all that is recorded."""
    sections = [each for turn in thread.turns for each in turn.sections]
    folder = _folder(sections)
    prompt = conversation_prompt(_said(sections), has_folder=bool(folder))
    return ThreadHandOver(prompt=prompt, folder=folder)


def _said(sections: Iterable[TranscriptSection]) -> Iterator[tuple[Spoken, str]]:
    """What the person and the agent said, and a line of each thing that it did."""
    for each in sections:
        if each.depth == 0 or _OTHERS_WORDS.match(each.text):
            continue
        if each.role is SpeakerRole.USER and not each.title:
            yield Spoken.PERSON, each.text
        elif each.role is SpeakerRole.ASSISTANT and not each.title:
            yield Spoken.AGENT, each.text
        elif each.role is SpeakerRole.ASSISTANT and each.is_code:
            yield Spoken.STEP, f"{each.title}: {each.detail}"


def _folder(sections: Iterable[TranscriptSection]) -> str:
    for each in sections:
        if each.role in (SpeakerRole.SYSTEM, SpeakerRole.USER):
            found = _FOLDER.search(each.text, 0, _MOST_FOLDERS)
            if found is not None:
                return (found[1] or found[2]).strip()
    return ""
