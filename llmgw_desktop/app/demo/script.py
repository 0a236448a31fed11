"""What is said in the play: requests of made-up programs, and what the practice vendors answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from llmgw_desktop.app.demo.home import WORK_KEY
from llmgw_desktop.app.demo.vendors import PlayedLine, PlayedUsage

Request = tuple[str, str, Mapping[str, Any]]
"""(client, path, body)."""
MESSAGES, CHAT = "/v1/messages", "/v1/chat/completions"
CLIENTS = ("claude-code", "codex", "nightly-review")
AGENT_NAME = "claude"
PROGRAM_NAME = "Travel notebook"
PLAN = (
    "We move the sessions table to the new schema on Sunday night: stop writes, copy, swap names, "
    "start writes. The old table is dropped on Monday. Does this hold?"
)
_FAILOVER_WORDS = "Why does the build take eleven minutes?"
_BUDGET_WORDS = "Review every commit of this week"
_COLD, _WARM, _BROKEN = "What does the login do?", "And the logout?", "And a session that expires?"
_OPUS, _HAIKU, _GPT, _QWEN = "claude-opus-5-5", "claude-haiku-5", "gpt-5.5", "qwen3-coder-30b"
_DOES_NOT_HOLD = """Verdict: FAIL
Rationale: {why}
Risks:
- There is no way back after Monday.
Suggested next step: Keep the old table for two weeks, and try the swap on a copy first.
"""
_HOLDS = """Verdict: PASS
Rationale: Writes are stopped meanwhile, and both renames are one transaction.
Risks:
- The copy may take longer than the night.
Suggested next step: Measure the copy on a replica.
"""
REVIEWERS: Mapping[str, str] = {
    _OPUS: _DOES_NOT_HOLD.format(why="The only way back is dropped on Monday."),
    _GPT: _DOES_NOT_HOLD.format(why="Foreign keys are not checked after the swap."),
    _QWEN: _HOLDS,
}
"""Models, and what they think of the plan: one dissents."""


def _said(client: str, path: str, model: str, words: str, **more: Any) -> Request:
    asked = [{"role": "user", "content": words}]
    body = {"model": model, "max_tokens": 1024, "stream": True, "messages": asked, **more}
    return client, path, body


STREAMS = (
    _said("claude-code", MESSAGES, _OPUS, "Read src/auth.py and say what it checks."),
    _said("codex", CHAT, _QWEN, "Sort the imports of src/ and say what changed."),
    _said("nightly-review", MESSAGES, _HAIKU, "Review the last commit."),
)
FAILOVER = _said("claude-code", MESSAGES, _OPUS, _FAILOVER_WORDS)
BUDGET = _said("nightly-review", MESSAGES, _OPUS, _BUDGET_WORDS)
_HANDBOOK = "\n".join(
    f"Rule {at}: name what a function does, keep it short, and test the mistake before mending it."
    for at in range(1, 120)
)
_PROMPT_TOKENS = 9_000


def conversation() -> Iterator[Request]:
    """Three turns. In the last one a tool's description holds another time, ahead of all else."""
    said: list[dict[str, str]] = []
    for words, clock in ((_COLD, "09:00"), (_WARM, "09:00"), (_BROKEN, "09:05")):
        said.append({"role": "user", "content": words})
        tool = {
            "name": "read_file",
            "description": f"Reads a file. It is {clock}.",
            "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}},
        }
        kept = {"type": "ephemeral"}
        system = [{"type": "text", "text": _HANDBOOK, "cache_control": kept}]
        body = {
            "model": _OPUS,
            "max_tokens": 1024,
            "stream": True,
            "metadata": {"user_id": "demo-conversation"},
            "system": system,
            "tools": [tool],
            "messages": list(said),
        }
        yield "claude-code", MESSAGES, body
        said.append({"role": "assistant", "content": "It does what its name says."})


LINES: Mapping[tuple[str, str], PlayedLine] = {
    (_OPUS, _FAILOVER_WORDS): PlayedLine(refused=frozenset((WORK_KEY,)), begin_s=0.4),
    (_OPUS, _BUDGET_WORDS): PlayedLine(spent=PlayedUsage(fresh=204_000, answer=400)),
    (_OPUS, _BROKEN): PlayedLine(
        spent=PlayedUsage(fresh=20, cache_write=_PROMPT_TOKENS), begin_s=2.0
    ),
    (_OPUS, _WARM): PlayedLine(spent=PlayedUsage(fresh=20, cache_read=_PROMPT_TOKENS), begin_s=0.4),
    (_OPUS, _COLD): PlayedLine(
        spent=PlayedUsage(fresh=20, cache_write=_PROMPT_TOKENS), begin_s=1.6
    ),
    **{
        (model, "The old table is dropped on Monday."): PlayedLine(
            text=text, begin_s=1.0, piece_s=0.1
        )
        for model, text in REVIEWERS.items()
    },
}
"""By model and words of the request; of several that fit the first counts."""
