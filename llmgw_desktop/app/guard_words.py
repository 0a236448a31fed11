"""What guards found in a request, for people. Never the words that they found."""

from collections.abc import Mapping
from dataclasses import dataclass

from llmgw_desktop.domain.flight import FlightSummary
from llmgw_desktop.domain.guard import MOST_COUNTED, Finding, GuardAction, GuardHit, PromptRole

_ROLE_WORDS: Mapping[PromptRole, str] = {
    PromptRole.SYSTEM: "instructions and tools",
    PromptRole.USER: "the user's words",
    PromptRole.ASSISTANT: "the model's words",
    PromptRole.TOOL: "tools' results",
}
_ACTION_WORDS: Mapping[GuardAction, str] = {
    GuardAction.BLOCK: "Blocked",
    GuardAction.MASK: "Hidden",
    GuardAction.WARN: "Noted",
}
_FINDING_WORDS: Mapping[Finding, tuple[str, str]] = {
    Finding.EMAIL: ("email address", "email addresses"),
    Finding.PHONE: ("phone number", "phone numbers"),
    Finding.CREDIT_CARD: ("credit card number", "credit card numbers"),
    Finding.IBAN: ("IBAN", "IBANs"),
    Finding.IP_ADDRESS: ("IP address", "IP addresses"),
    Finding.SSN: ("social security number", "social security numbers"),
    Finding.SECRET: ("key or token", "keys and tokens"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """What one rule found of one kind."""

    name: str
    """As the settings call the rule."""
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardsTold:
    """What the section of the overview says."""

    sentence: str
    lines: tuple[FoundLine, ...]

    @property
    def copy_text(self) -> str:
        """For a report to somebody: one line a finding."""
        return "\n".join([self.sentence, *(f"{each.what}: {each.why}" for each in self.lines)])


def guards_told(flight: FlightSummary) -> GuardsTold | None:
    """None where nothing was found."""
    hits = flight.guard_hits
    if not hits:
        return None
    lines = tuple(
        FoundLine(name=hit.rule, what=f"{_ACTION_WORDS[hit.action]} by {hit.rule}", why=_why(hit))
        for hit in hits
    )
    return GuardsTold(sentence=_sentence(hits), lines=lines)


def _sentence(hits: tuple[GuardHit, ...]) -> str:
    actions = {hit.action for hit in hits}
    if GuardAction.BLOCK in actions:
        return "Nothing was sent to anybody."
    if GuardAction.MASK in actions:
        return (
            "Placeholders were sent in the place of what was hidden, and are all that is "
            "recorded. The client gets the real words back."
        )
    return "The request went on as it was."


def _why(hit: GuardHit) -> str:
    where = _ROLE_WORDS[hit.role]
    if hit.what == "allow":
        return f"Nothing that has to stand in {where} does."
    known = _FINDING_WORDS.get(Finding(hit.what)) if hit.what in set(Finding) else None
    count = f"{hit.count:,} or more" if hit.count == MOST_COUNTED else f"{hit.count:,}"
    if known is not None:
        told = f"{count} {known[0] if hit.count == 1 else known[1]}"
    else:
        told = f"{hit.what.capitalize()} of deny, {count} {'time' if hit.count == 1 else 'times'}"
    return f"{told} in {where}."
