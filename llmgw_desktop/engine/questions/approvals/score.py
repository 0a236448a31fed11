"""How many points a run has that the gate is asked about: the table, and reading a request by it.

`docs/approval-gate.md` has the same table; a test compares them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import ApprovalPolicy
from llmgw_desktop.domain.values import value

LIMITS: Mapping[ApprovalPolicy, int] = MappingProxyType(
    {
        ApprovalPolicy.STRICT: 2,
        ApprovalPolicy.BALANCED: 5,
        ApprovalPolicy.PERMISSIVE: 7,
    }
)
"""The most points with which a run is let pass."""


@value
class RiskSign:
    """One row: what is looked for, and what it counts."""

    code: str
    points: int
    words: str
    """For a record, behind the points."""


BYPASS = RiskSign(code="bypass", points=3, words="asks for more than the safe mode")
FULL_AUTO = RiskSign(code="full_auto", points=2, words="goes on by itself (full auto)")
BOTH = RiskSign(code="bypass_and_full_auto", points=2, words="both of them together")
MCP_SERVER = RiskSign(code="mcp_server", points=0, words="MCP server, by its own score")
NO_TOOLS = RiskSign(code="review_without_tools", points=6, words="a review that may use no tool")
BLINDED = RiskSign(
    code="review_blinded", points=6, words="a review that may not read, search or run anything"
)
SUPPRESSED = RiskSign(
    code="tool_suppression", points=4, words="a review whose prompt tells it to look at nothing"
)
WORDS = RiskSign(
    code="prompt_words", points=3, words="the prompt speaks of destruction or of credentials"
)
SIGNS = (BYPASS, FULL_AUTO, BOTH, MCP_SERVER, NO_TOOLS, BLINDED, SUPPRESSED, WORDS)

RISKY_WORDS = "delete|destroy|wipe|exfiltrate|credential|token|password|secret"
READING_TOOLS = ("Read", "Grep", "Glob", "Bash")
REVIEW_WORDS = r"\b(?:code[- ]?review|review|audit|red[- ]?team|critique|second opinion|validate)"
SUPPRESSION = (
    r"\b(?:do not|don't|never|without)\b[^.\n]{0,40}\b(?:tools?|files?|commands?|read|open|inspect)"
)
_RISKY = re.compile(RISKY_WORDS, re.IGNORECASE)
_REVIEW = re.compile(REVIEW_WORDS, re.IGNORECASE)
_SUPPRESSION = re.compile(SUPPRESSION, re.IGNORECASE)
_BLIND = frozenset(each.casefold() for each in READING_TOOLS)
_ALLOWED, _DENIED = ("allowedTools",), ("disallowedTools", "excludedTools")


@value
class Score:
    """What was found."""

    points: int
    reasons: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    """The fields that ask for more than the safe mode."""
    full_auto: bool = False
    is_review: bool = False
    violations: tuple[str, ...] = ()
    """Codes of what spoils a review, whoever answers for the run."""


@dataclass(slots=True)
class _Sum:
    points: int = 0
    reasons: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def add(self, sign: RiskSign, what: str = "", points: int | None = None) -> None:
        more = sign.points if points is None else points
        self.points += more
        self.reasons.append(f"+{more} {sign.words}{what and f': {what}'}")


def scored(
    cli: CliName,
    options: Mapping[str, Any],
    prompt: str,
    servers: Sequence[tuple[str, int]] = (),
) -> Score:
    """`servers`: MCP servers by name, with their scores."""
    rights, total = cli_of(cli).rights, _Sum()
    wide = tuple(name for name, value in options.items() if rights.is_wide(name, value))
    full_auto = any(rights.is_auto(name, value) for name, value in options.items())
    if wide:
        total.add(BYPASS, ", ".join(wide))
    if full_auto:
        total.add(FULL_AUTO)
    if wide and full_auto:
        total.add(BOTH)
    for name, points in servers:
        if points:
            total.add(MCP_SERVER, name, points)
    is_review = _REVIEW.search(prompt) is not None
    if is_review:
        _review(total, options, prompt)
    if _RISKY.search(prompt):
        total.add(WORDS)
    return Score(
        points=total.points,
        reasons=tuple(total.reasons),
        wide=wide,
        full_auto=full_auto,
        is_review=is_review,
        violations=tuple(total.violations),
    )


def _review(total: _Sum, options: Mapping[str, Any], prompt: str) -> None:
    """A reviewer who cannot look would still say that all is well."""
    found: list[tuple[RiskSign, str]] = []
    if any(options.get(name) == [] for name in _ALLOWED):
        found.append((NO_TOOLS, ""))
    given = [options.get(name) for name in _DENIED]
    named = [tool for each in given if isinstance(each, list) for tool in each]
    blinded = [tool for tool in map(str, named) if bare_tool(tool).casefold() in _BLIND]
    if blinded:
        found.append((BLINDED, ", ".join(blinded[:4])[:80]))
    if _SUPPRESSION.search(prompt):
        found.append((SUPPRESSED, ""))
    for sign, what in found:
        total.add(sign, what)
        total.violations.append(sign.code)


def bare_tool(name: str) -> str:
    """`Bash(git:*)` is about Bash."""
    return name.partition("(")[0].strip()
