"""When two requests would do the same: everything that a run depends on, in one digest."""

import hashlib

import orjson

from llmgw_desktop.domain.cli import CliRequest, SessionWish
from llmgw_desktop.domain.job import Job
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.jobs.launch import Launch


def request_key(asked: Submission, launch: Launch) -> str:
    """Framed as JSON, so that no two requests run together; bytes go in as digests. A session
    counts that was there before: one that is made for the run makes it no other. A project counts
    where it says which sign-in is used."""
    request, plan, session = asked.request, launch.plan, asked.session
    parts = [
        asked.owner,
        session.id if session is not None and not session.is_new else "",
        request.cli,
        plan.command,
        list(plan.arguments),
        sorted(plan.environment.items()),
        None if plan.stdin is None else hashlib.sha256(plan.stdin).hexdigest(),
        [[file.name, hashlib.sha256(file.content).hexdigest()] for file in plan.files],
        request.working_dir,
        plan.output_format,
        None if launch.sign_in is None else [launch.sign_in.account, launch.sign_in.project],
    ]
    if request.asks:
        parts.append("asks")
    if asked.answer_shape:
        # Who collects the answer later by the job's id finds it as it was asked for.
        parts.append(asked.answer_shape)
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def may_be_shared(job: Job, request: CliRequest, *, replay: bool) -> bool:
    """Whether who asks this may be given that job, which has ended: only where running it again
    would change nothing. It could not write, and its conversation has not gone on meanwhile.
    `replay`: he wants it all the same.
    """
    return replay or (not job.changes_files and request.session is SessionWish.NEW)
