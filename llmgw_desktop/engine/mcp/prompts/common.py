"""What every flow tells: how to wait, and what a failure means."""

from collections.abc import Mapping

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.mcp.resource import PromptArgument

CLIS = tuple(CliName)
REVIEWERS = "claude, gemini, grok"

WAITING = """\
Waiting
- An answer with status "deferred", and every *_request_async, names a jobId. The job goes on
  without you. Call llm_job_watch {jobId, afterProgressSeq: nextAfterSeq of the last answer} until
  job.exited, then llm_job_result {jobId}.
- Write each jobId down before you do anything else. After a lost connection go on with them: never
  ask the same again (an identical call joins the running job, a changed one pays twice).
- A job that makes no step for ten minutes: llm_process_health; if its process is gone or stuck,
  llm_job_cancel {jobId} and count it as failed."""

FAILURES = """\
When something fails
- Errors: {success: false, error, errorCategory, field, retryable}. Where `field` is set, mend that
  argument. Where retryable is true, ask once more. Else do not repeat: say what failed, go on
  without.
- A reviewer that is not installed, not signed in or failed is missing. It counts neither for nor
  against. list_models {} says who can be asked; put another in its place if there is one.
- Fewer than two reviewers left: stop and tell the person; one opinion is no review."""

FOLDER = PromptArgument(
    name="workingDir", description="The absolute path of the folder that it is about."
)
REVIEWERS_ARGUMENT = PromptArgument(
    name="reviewers", description=f"CLIs, with commas between; {REVIEWERS}.", choices=CLIS
)


def listed(given: Mapping[str, str], name: str, usual: str) -> list[str]:
    """Names with commas between, each once."""
    names = (given.get(name) or usual).split(",")
    return list(dict.fromkeys(each.strip() for each in names if each.strip()))


def folder(given: Mapping[str, str]) -> str:
    """As a field of a call, where a folder is known."""
    return f', workingDir: "{given["workingDir"]}"' if given.get("workingDir") else ""


def flow(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
