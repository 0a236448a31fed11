"""Why a run of a CLI failed, in words: what happened, why, what to do."""

import re
from typing import Final

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.jobs.job import JobState

Words = tuple[str, str, str]

_OF_RUNS: dict[str, Words] = {
    JobState.CANCELED: (
        "The run was canceled.",
        "Its client or a person at this computer stopped it.",
        "Nothing to mend here. What it had said until then is kept with its job.",
    ),
    ErrorCategory.AUTH: (
        "The CLI is not signed in.",
        "It has no sign-in on this computer, or its vendor refuses the one it has.",
        "Sign in as the words below say, in a terminal, then ask again.",
    ),
    ErrorCategory.TIMEOUT: (
        "The run took too long and was stopped.",
        "Runs have a time limit; most CLIs try for ever when their vendor cannot be reached.",
        "Check the network, or raise timeout_ms under [jobs] in the settings.",
    ),
    ErrorCategory.IDLE_TIMEOUT: (
        "The run said nothing for too long and was stopped.",
        "The CLI hung, or worked on something that takes longer than it may.",
        "Ask again with a larger idleTimeoutMs.",
    ),
    ErrorCategory.OUTPUT_OVERFLOW: (
        "The run wrote more than it may and was stopped.",
        "The output of a run is limited.",
        "Ask for less, or raise max_job_output_bytes under [limits] in the settings.",
    ),
    ErrorCategory.SPAWN: (
        "The CLI could not be started.",
        "It is not installed, or its program cannot be run.",
        "Install it, or set its command under [clis] in the settings.",
    ),
    ErrorCategory.CLI: (
        "The CLI failed.",
        "It ended without having said that it was done, or said that it was not.",
        "The words below are its own. Its job keeps all that it wrote.",
    ),
    ErrorCategory.SATURATED: (
        "The run's turn did not come.",
        "As many runs went on as may.",
        "Ask again later, or raise the limits in the settings.",
    ),
    ErrorCategory.INPUT_TOO_LARGE: (
        "The CLI was asked for too much at once.",
        "The prompt is longer than the CLI or its model takes.",
        "Shorten it.",
    ),
    ErrorCategory.INVALID_INPUT: (
        "The CLI refused what it was asked.",
        "A model, a session or an option is not one that it knows.",
        "The words below say which.",
    ),
    ErrorCategory.RATE_LIMIT: (
        "The CLI's vendor refused it for a while.",
        "The limit of your plan or account is reached.",
        "Wait, or choose another CLI or model.",
    ),
    ErrorCategory.UPSTREAM: (
        "The CLI's vendor failed.",
        "It could not be reached, or answered with an error of its own.",
        "Ask again; if it stays so, look at the vendor's status page.",
    ),
    ErrorCategory.INTERRUPTED: (
        "The run was cut off.",
        "The computer was restarted while it went on, or what looked after it was killed.",
        "Ask again; where its session is known, go on with that.",
    ),
    ErrorCategory.EMPTY: (
        "The CLI ended well and answered nothing.",
        "Some CLIs do that when a tool they need is not allowed.",
        "Allow the tool, or ask in other words.",
    ),
}

REFUSED_RUNS: dict[str, Words] = {
    "saturated": (
        "The gateway had no place for one more run.",
        "As many runs of CLIs went on as may, and as many waited as may.",
        "Try again later, or raise the limits in the settings.",
    ),
    "invalid_run": (
        "The run could not be started as it was asked for.",
        "Something in the request does not fit the CLI, or this computer.",
        "Correct the field that is named below.",
    ),
    "session_busy": (
        "Another run of this session goes on.",
        "Two runs at once would lose what one of them says.",
        "Wait for it, cancel it, or fork the session.",
    ),
    "no_such_job": (
        "There is no such job.",
        "It was deleted, or is another client's.",
        "Look at the client's own jobs.",
    ),
    "no_such_session": (
        "There is no such session.",
        "It was deleted or forgotten, or is another client's.",
        "Look at the client's own sessions.",
    ),
    "no_such_workspace": (
        "There is no such workspace.",
        "No folder is registered under this alias, or this CLI may not work in it.",
        "See `llmgw workspace list`, or register the folder with `llmgw workspace add`.",
    ),
    "job_not_parked": (
        "The job does not wait for a limit.",
        "Only a job that is parked can be told to go on: this one runs, waits for its turn, or has"
        " ended.",
        "Look at how it stands: llmgw jobs show ID.",
    ),
    "job_still_live": (
        "The job has not ended.",
        "Only jobs that have ended can be deleted.",
        "Cancel it first.",
    ),
}
"""By the error's kind: nothing was started."""


def words_of_run(kind: str) -> Words | None:
    return _OF_RUNS.get(kind)


_PAGES: Final = ("Providers", "Routes", "Clients")
_SETTING = re.compile(r"(?<![\w.])(?:http|upstream|limits|recorder|jobs)\.[a-z_]+(?![\w.])")


def place_named(*sentences: str) -> str:
    """Where our own sentences of an error send a person: the name of a setting, or the key of a
    page; empty where they send nobody."""
    words = " ".join(sentences)
    if setting := _SETTING.search(words):
        return setting.group()
    return next((page.lower() for page in _PAGES if page in words), "")


FAILED_CALLS: dict[str, tuple[str, str, str]] = {
    "tool_failed": (
        "The tool was called, and told of an error.",
        "Whatever it was to do did not work, as the words below say.",
        "The model that called it has read the same. The arguments stand under Request.",
    ),
    **dict.fromkeys(
        ("tool_server", "tool_server_refused"),
        (
            "The tool's server did not do what it was asked.",
            "It is not there, crashed, is silent, or refuses the call or its arguments.",
            "`llmgw tools list` says how it is; the words below tell what went wrong.",
        ),
    ),
    "tool_server_forbidden": (
        "The tool was not called.",
        "A rule of yours or an answer of yours says no, or nobody answered in time.",
        "The words below say which: see `[[rules]]`, and `ask` of the server.",
    ),
}
"""Of tools of other MCP servers."""
