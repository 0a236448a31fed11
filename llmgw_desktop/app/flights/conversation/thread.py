"""A conversation from flight to flight: whichever dialect each was asked in, whoever answered, and
in whichever runs of a CLI it went on.

Flights belong together that begin with the same first message (by the prints of their prompts,
which are the same in all dialects), that one run asked, or that runs of one session asked. Of each
is shown what it says that none before it had said.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from llmgw_desktop.app.flights.conversation.message_parts import (
    Part,
    SpeakerRole,
    SpokenMessage,
    SpokenPart,
)
from llmgw_desktop.app.flights.conversation.transcript import (
    TranscriptSection,
    conversation_of,
    sections_of,
)
from llmgw_desktop.app.flights.texts import FlightSide, missing_notice
from llmgw_desktop.app.words.figures import counted, exact_money_text, local_time
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.domain.jobs.submission import RecordedTalk
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.runs.hand_over_text import Spoken, conversation_prompt
from llmgw_desktop.store.flights.prints import StoredPrint

MOST_TURNS = 200
MOST_BYTES = 32 << 20
"""Of bodies that are read for one view, those of the latest turns."""
_ROUNDS = 4
_NAME_CHARS = 80
_SETTING = (SpeakerRole.SYSTEM, SpeakerRole.TOOLS)
_TOLD_BY_REQUESTS = "A run of a CLI: its requests to models tell what was said."
_TOO_MUCH = "Not read here: more was said since than is read at once. Open the flight."
_NOTHING_NEW = "Nothing that had not been said before."
JobsBeside = Callable[[Iterable[str]], Iterable[str]]
"""Of runs, by their ids: those of the same sessions, too. Waits for the disk."""


class ThreadReader(Protocol):
    """What the store is asked; waits for the disk."""

    def record(self, flight_id: str) -> FlightRecord | None: ...

    def conversation(self, flight_id: str, owner: str | None) -> Sequence[StoredPrint]: ...

    def of_job(self, job_id: str, limit: int) -> Sequence[FlightSummary]: ...


@value
class ThreadTurn:
    """A flight of the conversation. All texts are harmless to show."""

    flight_id: str
    when: str
    client: str
    model: str
    dialect: str
    job: str
    cost: str
    new: str
    """How many messages are new, in words."""
    sections: tuple[TranscriptSection, ...]


@value
class FlightThread:
    """Oldest first."""

    turns: tuple[ThreadTurn, ...]
    summary: str


def thread_of(
    flight_id: str, reader: ThreadReader, beside: JobsBeside, owner: str | None = None
) -> FlightThread:
    """Waits for the disk. `owner`: of whose flights alone. Raises StoreError."""
    flights = [each for each in _found(flight_id, reader, beside) if owner in (None, each.owner)]
    if not flights:
        words = "This flight was not recorded, or is kept no longer."
        return FlightThread(turns=(), summary=words)
    read = _read_ids(flights)
    has_requests = {each.job for each in flights if each.protocol is not ModelProtocol.CLI}
    turns, before = [], list[_Said]()
    for each in flights:
        if each.protocol is ModelProtocol.CLI and each.job in has_requests:
            turns.append(_turn(each, "–", _note(_TOLD_BY_REQUESTS)))
        elif each.id not in read:
            turns.append(_turn(each, "–", _note(_TOO_MUCH)))
        else:
            turns.append(_read_turn(each, reader.record(each.id), before))
    return FlightThread(turns=tuple(turns), summary=_summary(flights))


def _found(flight_id: str, reader: ThreadReader, beside: JobsBeside) -> list[FlightSummary]:
    """The latest of them, oldest first."""
    record = reader.record(flight_id)
    if record is None:
        return []
    found = {flight_id: record.summary}
    asked, jobs = set[str](), set[str]()
    for _ in range(_ROUNDS):
        new = [each for each in found if each not in asked]
        for each in new[:MOST_TURNS]:
            asked.add(each)
            same = [it.flight for it in reader.conversation(each, None)]
            found |= {it.id: it for it in same}
            asked.update(it.id for it in same)  # they begin alike, so they would find the same
        more = {each.job for each in found.values() if each.job} - jobs
        more |= set(beside({*more, *new})) - jobs
        jobs |= more
        for job in more:
            found |= {it.id: it for it in reader.of_job(job, MOST_TURNS)}
        if all(each in asked for each in found):
            break
    return sorted(found.values(), key=lambda it: (it.started_at_s, it.id))[-MOST_TURNS:]


def _read_ids(flights: Sequence[FlightSummary]) -> set[str]:
    left, read = MOST_BYTES, set[str]()
    for each in reversed(flights):
        left -= each.request_bytes + each.answer_bytes
        if left < 0 and read:
            break
        read.add(each.id)
    return read


@value
class _Said:
    """What a turn had said when it ended, as keys that are the same in all dialects."""

    keys: tuple[int, ...]
    setting: tuple[int, ...]


def _read_turn(
    flight: FlightSummary, record: FlightRecord | None, before: list[_Said]
) -> ThreadTurn:
    if record is None:
        return _turn(flight, "–", _note("It is kept no longer."))
    if missing := missing_notice(FlightSide(record, True)):
        return _turn(flight, "–", _note(missing))
    asked = conversation_of(record, of_request=True)
    answered = conversation_of(record, of_request=False)
    setting = [each for each in asked if each.role in _SETTING]
    spoken = [each for each in (*asked, *answered) if each.role not in _SETTING]
    keys = [[_key(each.role, part) for part in each.parts] for each in spoken]
    flat = tuple(key for message in keys for key in message if key is not None)
    said_before = max(before, key=lambda it: _alike(it.keys, flat), default=None)
    known = _alike(said_before.keys, flat) if said_before is not None else 0
    own = _Said(keys=flat, setting=tuple(map(_setting_key, setting)))
    shown = list(_behind(spoken, keys, known))
    new = counted(len(shown), "message") if shown else "–"
    if said_before is None or said_before.setting != own.setting:
        shown = [*setting, *shown]
    before.append(own)
    return _turn(flight, new, tuple(sections_of(shown)) or _note(_NOTHING_NEW))


def _behind(
    spoken: Sequence[SpokenMessage], keys: Sequence[Sequence[int | None]], known: int
) -> Iterable[SpokenMessage]:
    """Messages with what is left of them behind so many parts that are known."""
    for message, of_parts in zip(spoken, keys, strict=True):
        left = []
        for part, key in zip(message.parts, of_parts, strict=True):
            if key is not None and known > 0:
                known -= 1
            elif key is not None or known <= 0:
                left.append(part)
        if left or not message.parts:
            yield SpokenMessage(
                role=message.role, parts=tuple(left), name=message.name, note=message.note
            )


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    """How long they begin alike."""
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return at
    return min(len(one), len(other))


def _key(role: SpeakerRole, part: Part) -> int | None:
    """None for what is said in one dialect alone, or is not sent back: it tells nothing apart."""
    if part.kind is SpokenPart.THINKING or not (part.text or part.title):
        return None
    is_of_model = role is SpeakerRole.ASSISTANT
    if part.kind is SpokenPart.TOOL_RESULT:
        return hash((part.kind, part.text.strip()))
    if part.kind is SpokenPart.TOOL_CALL:
        return hash((part.kind, part.title, _plain(part.text)))
    return hash((part.kind, is_of_model, part.text.strip()))


def _plain(arguments: str) -> str:
    """The same arguments are the same, however they are written."""
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments.strip()


def _setting_key(message: SpokenMessage) -> int:
    return hash((message.role, tuple((part.title, part.text.strip()) for part in message.parts)))


def _turn(flight: FlightSummary, new: str, sections: tuple[TranscriptSection, ...]) -> ThreadTurn:
    at = local_time(flight.started_at_s)
    return ThreadTurn(
        flight_id=flight.id,
        when=f"{at.day} {month_text(at)} {at:%H:%M:%S}",
        client=inert_line(flight.client, _NAME_CHARS),
        model=inert_line(flight.model_served or flight.model_asked, _NAME_CHARS) or "–",
        dialect=str(flight.protocol),
        job=inert_line(flight.job, _NAME_CHARS),
        cost=exact_money_text(flight.cost_usd),
        new=new,
        sections=sections,
    )


def _note(words: str) -> tuple[TranscriptSection, ...]:
    return (TranscriptSection(role=SpeakerRole.OTHER, depth=0, title="Note", detail=words),)


def _summary(flights: Sequence[FlightSummary]) -> str:
    dialects = sorted({str(each.protocol) for each in flights})
    jobs = {each.job for each in flights if each.job}
    parts = [f"{counted(len(flights), 'flight')} ({', '.join(dialects)})"]
    if jobs:
        parts.append(f"of {counted(len(jobs), 'job')}")
    if len(flights) == MOST_TURNS:
        parts.append("the latest alone")
    return f"{', '.join(parts)}."


_MOST_FOLDERS = 20_000
"""Characters in which a folder is looked for: it is told at a conversation's beginning."""
_FOLDER = re.compile(
    r"[Ww]orking (?:in the )?directory(?: is)?:\s*`?((?:/|[A-Za-z]:\\)[^\n`<]+)"
    r"|<cwd>((?:/|[A-Za-z]:\\)[^\n<]+)</cwd>"
)
_OTHERS_WORDS = re.compile(r"\A\s*<(?:system-reminder|environment_context|user_instructions)>")
"""What a CLI says in its person's place."""


def handed_over(thread: FlightThread) -> RecordedTalk:
    """Of all that is recorded."""
    sections = [each for turn in thread.turns for each in turn.sections]
    folder = _folder(sections)
    prompt = conversation_prompt(_lines(sections), has_folder=bool(folder))
    return RecordedTalk(prompt=prompt, folder=folder)


def _lines(sections: Iterable[TranscriptSection]) -> Iterator[tuple[Spoken, str]]:
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
