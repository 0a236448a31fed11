"""When two requests would do the same: all that was asked, in one digest.

What a run is told by (arguments, standard input, words said to it later) is no part of it: which of
them holds the prompt is each CLI's own affair. A field counts unless it stands here with a reason.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import PurePath
from typing import Any

from llmgw_desktop.domain.cli import CliRequest, SessionWish
from llmgw_desktop.domain.cli_settings import DEFAULT_MODELS
from llmgw_desktop.domain.job import Job
from llmgw_desktop.domain.session import SessionUse
from llmgw_desktop.domain.submission import EarlierRun, Submission
from llmgw_desktop.engine.jobs.launch import Launch

NOT_COUNTED: Mapping[str, str] = {
    "client": "the owner's name for people",
    "label": "which of the owner's programs asks; nothing is told to the run",
    "correlation_id": "each reply has its own",
    "flight_id": "of the record",
    "has_own_flight": "of the record",
    "window_s": "says what may be shared, and is no part of what is asked",
    "force_refresh": "the same",
    "replay": "the same",
    "prompt_facts": "figures of the prompt; what is marked in it stands in the options",
}
"""Fields of a Submission, and why requests that differ in them may share a run."""
NOT_COUNTED_OF_SESSION: Mapping[str, str] = {
    "is_new": "`id` says it: one that is made for the run makes it no other",
    "new_provider_id": "made for the run",
    "working_dir": "the request's, or the session's, which its id stands for",
    "neutral_dir": "the same",
    "before": "figures, which change while it goes on",
}
_FORM = 2
"""Keys of jobs that were made before, of which some stood for any prompt, fit none of these."""


def request_key(asked: Submission, meant: CliRequest, launch: Launch) -> str:
    """SHA-256, in hex. `meant`: the request with what the settings say where it is silent; `launch`
    has what else they make of it."""
    request = _members(meant, ())
    request["prompt"] = _digest(meant.prompt.encode("utf-8", "surrogatepass"))
    if meant.working_dir:  # as it may be written with a stroke at its end; ".." may lead elsewhere
        request["working_dir"] = str(PurePath(meant.working_dir))
    request["model"] = "" if meant.model in DEFAULT_MODELS else meant.model
    sign_in = launch.sign_in
    parts = [
        _FORM,
        request,
        _members(asked, {"request", "session", *NOT_COUNTED}),
        None if asked.session is None else _of_session(asked.session),
        launch.plan.command,
        launch.servers,
        None if sign_in is None else [sign_in.account, sign_in.project],
        [launch.contained.by, launch.wish],
    ]
    return _digest(json.dumps(parts, sort_keys=True, default=_plain).encode())


def _of_session(session: SessionUse) -> dict[str, Any]:
    members = _members(session, NOT_COUNTED_OF_SESSION)
    return members | {"id": "" if session.is_new else session.id}


def _members(told: CliRequest | Submission | SessionUse, but: Collection[str]) -> dict[str, Any]:
    return {each.name: getattr(told, each.name) for each in fields(told) if each.name not in but}


def _plain(value: object) -> object:
    """What JSON has no form for. What is no value at all is like nothing else."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return dict(value) if isinstance(value, Mapping) else repr(value)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def may_be_shared(job: Job, request: CliRequest, *, replay: bool) -> bool:
    """Whether who asks this may be given that job, which has ended: only where running it again
    would change nothing. It could not write, and its conversation has not gone on meanwhile.
    `replay`: he wants it all the same.
    """
    return replay or (not job.changes_files and request.session is SessionWish.NEW)


def earlier_run(job: Job | None, now_s: float) -> EarlierRun | None:
    """One that has ended and may not be shared unasked. A clock that was set back tells 0 s."""
    if job is None or job.ended_at_s is None:
        return None
    return EarlierRun(job=job, ago_s=max(now_s - job.ended_at_s, 0.0))
