"""A model as our own model lists show it; each protocol's file writes it in its own shape."""

from dataclasses import dataclass

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """One line of `GET /v1/models`."""

    id: str
    provider: str
    created_s: int | None = None
    """Unix seconds; None when nobody told."""
    is_practice: bool = False
    stands_for: tuple[str, ...] = ()
    """Of an alias: the names that it leads to, in order. `provider` has the first of them."""

    @property
    def gateway_facts(self) -> dict[str, object]:
        """What our lists say in `x_gateway`, beside what the vendors' own would."""
        facts: dict[str, object] = {"provider": self.provider, "practice": self.is_practice}
        return {**facts, "standsFor": self.stands_for} if self.stands_for else facts

    @property
    def shown_name(self) -> str:
        """For lists that a person chooses from."""
        if self.stands_for:
            return f"{self.id} ({', '.join(self.stands_for[:_SHOWN])})"
        return f"{self.id} (practice)" if self.is_practice else self.id
