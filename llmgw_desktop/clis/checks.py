"""What a caller may ask of a run: what each field of a CLI lets it do, by which the gate and the
doors go; and what no value may be, whatever CLI it is for, refused before anything starts.

A field without rights is taken for one that widens and reaches: a new one is held back until
somebody has thought about it. A test says which these are.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import field

import orjson

from llmgw_desktop.domain.cli import CliFacts, CliRequest, ErrorCategory, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value


@value
class Rights:
    """Of one CLI. No field stands in two of `widens`, `plain` and `auto`."""

    mode: str = ""
    """The field that says what may be done unasked."""
    modes: frozenset[str] = frozenset()
    """Its words that mean no more than the safe mode does."""
    auto_modes: frozenset[str] = frozenset()
    """Of those: it goes on by itself, within bounds."""
    safe: Mapping[str, object] = field(default_factory=dict)
    """What a managed run is asked for that says nothing itself."""
    says: frozenset[str] = frozenset()
    """Further fields that say it: with one of them `safe` is not added."""
    auto: frozenset[str] = frozenset()
    """Switches for going on by itself, within bounds."""
    widens: frozenset[str] = frozenset()
    """With these a run may do more than in the safe mode, or is not what its settings make it."""
    reaches: frozenset[str] = frozenset()
    """They name files, folders, settings or sockets of this computer."""
    folders: frozenset[str] = frozenset()
    """Of those: folders, which a workspace may allow below itself."""
    texts_reach: frozenset[str] = frozenset()
    """Fields that are JSON, or else the name of a file."""
    plain: frozenset[str] = frozenset()
    """All else."""

    def is_wide(self, name: str, value: object) -> bool:
        """Whether a run that asks for this could do more than in the safe mode."""
        if not asks(value):
            return False
        if name == self.mode:
            return not (isinstance(value, str) and value in self.modes)
        return name in self.widens or not self.knows(name)

    def is_auto(self, name: str, value: object) -> bool:
        if name == self.mode:
            return isinstance(value, str) and value in self.auto_modes
        return name in self.auto and asks(value)

    def is_reaching(self, name: str, value: object) -> bool:
        """Whether it names what lies on this computer."""
        if not asks(value):
            return False
        if name in self.texts_reach:
            return isinstance(value, str) and not value.lstrip().startswith(("{", "["))
        return name in self.reaches or not self.knows(name)

    def knows(self, name: str) -> bool:
        kinds = (self.auto, self.widens, self.reaches, self.texts_reach, self.plain)
        return name == self.mode or any(name in kind for kind in kinds)


def asks(value: object) -> bool:
    """Nothing, false and what is empty ask for nothing."""
    return value is not None and value is not False and value not in ("", [], {})


def named(text: str) -> frozenset[str]:
    """Fields, by a text that lists them."""
    return frozenset(text.split())


SHARED = named("outputFormat sessionId workingDir resumeLatest continueSession")
"""What every CLI has, and what is plain in each."""


def in_safe_mode(rights: Rights, options: Mapping[str, object]) -> dict[str, object]:
    """What a managed run is really asked for: what it says itself, and the safe mode where it says
    nothing of that."""
    said = {name for name, value in options.items() if asks(value)}
    if said & rights.says:
        return dict(options)
    given = {name: options[name] for name in options if options[name] is not None}
    # what is empty says nothing, and takes the place of nothing
    empty = rights.safe.keys() & given.keys() - said
    return {**rights.safe, **{name: given[name] for name in given if name not in empty}}


LONGEST_ARGUMENT = 131_071
"""Bytes. What Linux takes as one argument, its end mark left out; elsewhere the limit is one of
all arguments together, which the launch checks."""
FOLDER = "{folder}"
_MEANS = {
    "continueSession": SessionWish.CONTINUE,
    "resumeLatest": SessionWish.CONTINUE,
    "forkSession": SessionWish.FORK,
}


@value
class SessionIds:
    """What a CLI's own ids look like."""

    shape: re.Pattern[str]
    example: str


UUIDS = SessionIds(
    shape=re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
    example="6390d421-78d0-4a46-abc8-2ad6706e805a",
)


def no_nul(value: str, field: str) -> str:
    """The system ends an argument at a NUL: what stands behind one would be lost unseen."""
    if "\0" in value:
        raise InvalidRun(
            "it holds a NUL character, which no program can be given; remove it", field=field
        )
    return value


def no_flag(value: str, field: str) -> str:
    """A value that begins as a flag does could be taken for one."""
    no_nul(value, field)
    if value.startswith("-"):
        raise InvalidRun("it begins with `-`, as a flag does; write it otherwise", field=field)
    return value


def as_utf8(value: str, field: str) -> bytes:
    """What a program is given. Half of a character, which JSON can hold, has no bytes."""
    try:
        return no_nul(value, field).encode()
    except UnicodeEncodeError as error:
        raise InvalidRun(
            "it holds half of a character (a lone surrogate), which cannot be sent", field=field
        ) from error


def as_json(value: object, field: str) -> str:
    """A value that a CLI is given as JSON."""
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:
        raise InvalidRun("it cannot be written as JSON", field=field) from error


def fits_argument(value: str, field: str) -> str:
    """A value that becomes an argument of its own."""
    size = len(as_utf8(value, field))
    if size > LONGEST_ARGUMENT - len(field) - 8:
        raise InvalidRun(
            f"it is {size} bytes long, and an argument holds {LONGEST_ARGUMENT}; shorten it",
            field=field,
            category=ErrorCategory.INPUT_TOO_LARGE,
        )
    return no_place(value, field)


def no_place(value: str, field: str) -> str:
    """A value that the run's own folder could be written into."""
    if FOLDER in value:
        raise InvalidRun(
            f"it holds {FOLDER}, which stands for a folder of the run; write it otherwise",
            field=field,
        )
    return value


def fit_arguments(options: Mapping[str, object], *, but: Collection[str] = ()) -> None:
    """All of a request's own fields, save those that become files."""
    for name, given in options.items():
        if name in but:
            continue
        for each in given if isinstance(given, list) else [given]:
            fits_argument(each if isinstance(each, str) else as_json(each, name), name)


def checked_session(
    request: CliRequest, facts: CliFacts, *, ids: SessionIds = UUIDS
) -> SessionWish:
    """Which conversation is meant, where this CLI can have it so."""
    _check_said_twice(request)
    wish, named = request.session, request.session_id
    if wish is SessionWish.FORK and not facts.forks:
        raise InvalidRun("this CLI cannot fork a session; resume it", field="forkSession")
    if wish is SessionWish.NEW and named and not facts.takes_new_id:
        raise InvalidRun(
            "this CLI gives new sessions an id of its own; leave it out", field="sessionId"
        )
    if named and not ids.shape.fullmatch(named):
        raise InvalidRun(
            f"it is no session id of this CLI, which are such as {ids.example}", field="sessionId"
        )
    if wish is SessionWish.RESUME and not named:
        raise InvalidRun("name the session that goes on", field="sessionId")
    if wish is SessionWish.CONTINUE and named:
        raise InvalidRun(
            "either the last session is continued or a named one resumed", field="sessionId"
        )
    if wish in (SessionWish.CONTINUE, SessionWish.FORK) and not (named or request.working_dir):
        raise InvalidRun("the last session is that of a folder; say which", field="workingDir")
    return wish


def session_arguments(
    request: CliRequest,
    facts: CliFacts,
    *,
    resume: str = "--resume",
    last: str = "--continue",
    fork: str = "--fork-session",
    ids: SessionIds = UUIDS,
) -> list[str]:
    """The same as flags, as most CLIs take them. `resume` takes the session's id."""
    named = request.session_id
    going = [f"{resume}={named}"] if named else [last]
    match checked_session(request, facts, ids=ids):
        case SessionWish.NEW:
            return [f"--session-id={named}"] if named else []
        case SessionWish.FORK:
            return [*going, fork]
        case _:
            return going


def _check_said_twice(request: CliRequest) -> None:
    """The session and the folder are the request's own. Where the fields that clients call them by
    were left among the options, they may only say the same."""
    options = request.options
    if options.get("sessionId") not in (None, request.session_id):
        raise InvalidRun("the request asks for another session", field="sessionId")
    if options.get("workingDir") not in (None, request.working_dir):
        raise InvalidRun("the request asks for another folder", field="workingDir")
    for name, wish in _MEANS.items():
        if options.get(name) is True and request.session is not wish:
            raise InvalidRun(
                f"the request asks for a session of kind `{request.session}`", field=name
            )
