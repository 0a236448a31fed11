"""What the doctor found: a value that is written as text for a person, or as JSON for a program.

The names of sections and findings, and the members of each in JSON, stay as they are.
"""

import shutil
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.values import value

_WIDTH_MOST = 110
_MARK_WIDTH = 5
_LONGEST = 2000
_TO_DO = "→ "


class FindingState(StrEnum):
    """How a thing stands. The words are the marks: no colour is needed to tell them apart."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; nothing is wrong."""
    WARN = "warn"
    """Something will not work."""
    FAULT = "FAULT"
    """The gateway cannot serve."""


@value
class DoctorFinding:
    """One thing that was looked at."""

    name: str
    """For programs."""
    title: str
    state: FindingState = FindingState.OK
    says: str
    do: str = ""
    """What a person can do about it."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """For programs, beside the rest."""


@value
class ReportSection:
    """Findings that belong together."""

    name: str
    title: str
    findings: tuple[DoctorFinding, ...]


@value
class Report:
    """All of it."""

    sections: tuple[ReportSection, ...]

    @property
    def can_serve(self) -> bool:
        return not any(True for _ in self._of(FindingState.FAULT))

    def document(self) -> dict[str, Any]:
        return {
            "can_serve": self.can_serve,
            "sections": {
                section.name: [_member(each) for each in section.findings]
                for section in self.sections
            },
        }

    def text(self) -> str:
        width = min(shutil.get_terminal_size().columns, _WIDTH_MOST)
        titles = [len(each.title) for section in self.sections for each in section.findings]
        column = max(titles, default=0)
        lines: list[str] = []
        for section in self.sections:
            lines.append(section.title)
            for each in section.findings:
                lines += _lines(each, column, width)
            lines.append("")
        return "\n".join([*lines, self._verdict()]) + "\n"

    def _verdict(self) -> str:
        warnings = sum(1 for _ in self._of(FindingState.WARN))
        said = {0: "", 1: " One thing wants attention: see warn."}.get(
            warnings, f" {warnings} things want attention: see warn."
        )
        if self.can_serve:
            return f"The gateway can serve.{said}"
        if {each.name for each in self._of(FindingState.FAULT)} == {"store"}:
            return f"The gateway serves you alone, and no program with a key: see FAULT.{said}"
        return f"The gateway cannot serve: see FAULT.{said}"

    def _of(self, state: FindingState) -> Iterable[DoctorFinding]:
        return (
            each for section in self.sections for each in section.findings if each.state is state
        )


def _member(finding: DoctorFinding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "state": finding.state.value.lower(),
        "says": finding.says,
        "do": finding.do or None,
        **finding.more,
    }


def _lines(finding: DoctorFinding, column: int, width: int) -> list[str]:
    head = f"  {finding.state.value:<{_MARK_WIDTH}}  {inert_line(finding.title, 60):<{column}}  "
    indent = " " * len(head)
    wrap = textwrap.TextWrapper(
        width=max(width, len(head) + 30),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    said = wrap.wrap(head + inert_line(finding.says, _LONGEST))
    wrap.initial_indent, wrap.subsequent_indent = f"{indent}{_TO_DO}", f"{indent}  "
    return [*said, *wrap.wrap(inert_line(finding.do, _LONGEST))]
