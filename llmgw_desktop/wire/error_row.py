"""What one of our errors is in the vendors' dialects."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    status: int
    anthropic: str
    openai: str
    advice: str = ""
    """What to do, in one sentence; what happened and why is said where the error is raised. Empty
    where only that place can say what to do, and does."""
    code: str | None = None
    """OpenAI's code; the error's own kind where the vendor has no word."""
    gemini_advice: str = ""
    """What to do where Google's clients do it in another way than all others."""


INVALID = "invalid_request_error"
