"""A model as our own model lists show it; each protocol's file writes it in its own shape."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """One line of `GET /v1/models`."""

    id: str
    provider: str
    created_s: int | None = None
    """Unix seconds; None when nobody told."""
    is_practice: bool = False
