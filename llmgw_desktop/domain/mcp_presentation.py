"""How this program presents itself by MCP, the same over HTTP and over stdio.

`llmgw mcp` says it before anything else is read in: plain values, not an import.
"""

NAME = "llmgw"
TITLE = "LLM Gateway"
VERSION = "0.1.0"
"""Of the program, as `pyproject.toml` says it; to read that takes longer than all the rest."""

INSTRUCTIONS = (
    "Ask vendors' coding CLIs and models through one gateway. `<provider>_request` waits for its"
    " answer; what takes longer than 45 s goes on as a job: follow it with `llm_job_status` or"
    " `llm_job_watch`, and collect it with `llm_job_result`. `list_models` says who can be asked."
)

HANDSHAKE_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Of the era that begins with `initialize`; the last is offered to who asks for an unknown one."""
STATELESS_VERSIONS = ("2026-07-28",)
"""Of the era in which each request says its own."""
BATCH_VERSIONS = ("2024-11-05", "2025-03-26")
"""In which several messages may come as one array."""

CAPABILITIES: dict[str, dict[str, bool]] = {
    "prompts": {"listChanged": True},
    "resources": {"listChanged": True, "subscribe": True},
    "tools": {"listChanged": True},
}
"""In both eras."""

MAX_MESSAGE_BYTES = 4 << 20
"""The longest message that a client may send."""

PROFILES = ("core", "review", "full")
"""How much of the toolbox a client carries, the least first."""
