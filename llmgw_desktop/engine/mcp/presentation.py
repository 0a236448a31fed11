"""Who this server says it is, without the SDK: `llmgw mcp` answers `initialize` by it."""

import importlib.metadata
from typing import Any

NAME = "llmgw"
TITLE = "LLM Gateway Desktop"
DISTRIBUTION = "llmgw-desktop"

INSTRUCTIONS = """\
One gateway to the coding CLIs and models of this computer.
Ask: claude_request, codex_request, gemini_request, grok_request, mistral_request,
opencode_request, copilot_request (a CLI with the person's own sign-in); llm_generate (a model by
its API). Only what is installed answers: list_models says what there is.
Long work: a *_request that outlasts its deadline answers with status "deferred" and a jobId, and
goes on; *_request_async answers so at once. Wait with llm_job_watch, read with llm_job_result, end
with llm_job_cancel. A job outlives this connection: never ask again for what still runs.
Sessions: pass an answer's sessionId to go on with its conversation; session_list shows yours.
Several opinions: validate_with_models, second_opinion, red_team_review, consensus_check,
review_changes; compare_answers and synthesize_validation work on what they gave. A reviewer that
is missing or failed counts for nothing: neither as agreement nor as an objection.
Credentials and files: vault_*. Folders that jobs may work in: workspace_*.
Errors: isError with {success: false, error, errorCategory, field, retryable}. `field` names the
wrong argument; where retryable is false, change something before you ask again.
Profiles: ?profile=core|review|full lists fewer or more tools; every tool can be called in each.
Prompts hold worked flows: three_reviewers, red_and_blue, consensus_before_one_way_door,
implement_review_fix."""


def version() -> str:
    """Of this program; "0" where it runs without having been installed."""
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return "0"


def server_info() -> dict[str, Any]:
    return {"name": NAME, "title": TITLE, "version": version()}


def capabilities() -> dict[str, Any]:
    """Of a connection that was opened with `initialize`."""
    return {
        "tools": {"listChanged": True},
        "resources": {"listChanged": True, "subscribe": True},
        "prompts": {"listChanged": True},
        "completions": {},
    }
