"""How this program presents itself by MCP, the same over HTTP and over stdio.

`llmgw mcp` says it before anything else is read in: plain values, not an import.
"""

NAME = "llmgw"
TITLE = "LLM Gateway Desktop"
VERSION = "0.1.0"
"""Of the program, as `pyproject.toml` says it; to read that takes longer than all the rest."""

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
Profiles: ?profile=core|review|full lists fewer or more tools; every tool can be called in each;
?profile=search lists three, by which all are found and called; ?profile=code calls them by code.
Prompts hold worked flows: three_reviewers, red_and_blue, consensus_before_one_way_door,
implement_review_fix."""

HANDSHAKE_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Of the era that begins with `initialize`; the last is offered to who asks for an unknown one."""
STATELESS_VERSIONS = ("2026-07-28",)
"""Of the era in which each request says its own."""
BATCH_VERSIONS = ("2024-11-05", "2025-03-26")
"""In which several messages may come as one array."""

CAPABILITIES: dict[str, dict[str, bool]] = {
    "completions": {},
    "logging": {},
    "prompts": {"listChanged": True},
    "resources": {"listChanged": True, "subscribe": True},
    "tools": {"listChanged": True},
}
"""In both eras."""

MAX_MESSAGE_BYTES = 4 << 20
"""The longest message that a client may send."""

PROFILES = ("core", "review", "full", "search", "code")
"""How much of the toolbox a client carries, the least first."""
