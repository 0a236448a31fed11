"""What the writers of a request share: for whom it is, under which names, and what is lost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llmgw_desktop.domain.content import Vendor
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.codec import Target
from llmgw_desktop.wire.translate.ids import CallIds
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.names import ToolNames

_WITHOUT_REASONING = re.compile(r"(?:gpt-(?:3|4)|chatgpt-|text-)")
_WITH_REASONING = re.compile(r"(?:o\d|gpt-(?:[5-9]|\d\d)|codex)")

Body = dict[str, Any]
Members = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """One request on its way."""

    target: Target
    names: ToolNames
    ids: CallIds
    report: LossReport

    @property
    def is_codex(self) -> bool:
        return self.target.protocol is ModelProtocol.CODEX

    @property
    def vendor(self) -> Vendor:
        return self.target.vendor

    @property
    def is_own(self) -> bool:
        """The vendor's own service, which knows custom tools, namespaces and sealed reasoning."""
        return is_own(self.target)

    @property
    def may_reason(self) -> bool:
        """False for the vendor's models that are known to refuse everything about reasoning."""
        return not (self.is_own and _WITHOUT_REASONING.match(_bare(self.target.model)))

    @property
    def reasons(self) -> bool:
        """True for the vendor's models that are known to refuse sampling."""
        return self.is_own and _WITH_REASONING.match(_bare(self.target.model)) is not None


def is_own(target: Target) -> bool:
    return target.vendor is Vendor.OPENAI or target.protocol is ModelProtocol.CODEX


def _bare(model: str) -> str:
    return model.rpartition("/")[2].lower()
