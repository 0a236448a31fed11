"""What a prompt may hold: what the operator denies in it, or has hidden on its way out."""

import re
from collections.abc import Iterable
from enum import StrEnum

from llmgw_desktop.domain.policy import PolicyError
from llmgw_desktop.domain.values import value

_NO_LETTER = re.compile(r"[^A-Z0-9]+")


class GuardAction(StrEnum):
    """What becomes of a request in which something was found."""

    BLOCK = "block"
    MASK = "mask"
    """It goes on with placeholders in the place of what was found, and in the answer they become
    what they stand for again."""
    WARN = "warn"
    """It goes on as it is; its flight says what was found."""


class PromptRole(StrEnum):
    """Whose words a part of a prompt are."""

    SYSTEM = "system"
    """Developer messages too."""
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    """What a tool gave back."""


class Finding(StrEnum):
    """What can be looked for by its name instead of a pattern."""

    EMAIL = "email"
    PHONE = "phone"
    CREDIT_CARD = "credit_card"
    """With a right check digit."""
    IBAN = "iban"
    IP_ADDRESS = "ip_address"
    SSN = "ssn"
    SECRET = "secret"  # noqa: S105 - a kind, not one
    """Keys and tokens by their shapes, the same that are taken out of records."""


@value
class GuardRule:
    """One `[[guards]]` table. Patterns are RE2's: their time is linear in what is read."""

    name: str
    action: GuardAction
    deny: tuple[str, ...] = ()
    """What must not stand in it."""
    find: tuple[Finding, ...] = ()
    allow: tuple[str, ...] = ()
    """If there are any, one has to stand in what the last words of the scoped roles say; what is
    denied is denied all the same. Words that are not there hold none of them."""
    roles: tuple[PromptRole, ...] = (PromptRole.USER,)
    clients: tuple[str, ...] = ()
    """As `[clients]` names them; empty: all."""
    providers: tuple[str, ...] = ()
    """It counts where one of these may answer; empty: all."""
    is_on: bool = True


MOST_COUNTED = 1000
"""More of one kind in one request are not told apart."""


@value
class GuardHit:
    """What one rule found in one request. Never the words themselves."""

    rule: str
    action: GuardAction
    what: str
    """A finding's name, `pattern 3`, or `allow` where nothing stood that has to."""
    role: PromptRole
    count: int
    """At most MOST_COUNTED."""


def label_of(what: str) -> str:
    """As it stands in a placeholder: `EMAIL`, or a rule's name in capitals."""
    return _NO_LETTER.sub("_", what.upper())


def names_of(hits: Iterable[GuardHit]) -> str:
    """For a header: `hide;count=2, watch;count=1`, without those that block."""
    counts: dict[str, int] = {}
    for hit in hits:
        if hit.action is not GuardAction.BLOCK:
            counts[hit.rule] = counts.get(hit.rule, 0) + hit.count
    return ", ".join(f"{rule};count={count}" for rule, count in counts.items())


class PromptBlocked(PolicyError):
    """The operator does not want such a prompt sent on."""

    kind = "prompt_blocked"
