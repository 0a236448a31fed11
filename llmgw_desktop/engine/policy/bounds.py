"""Whose policy holds for a request: its client's, and besides that of the label it came with."""

from dataclasses import dataclass

from llmgw_desktop.engine.policy.ready import Ready


@dataclass(frozen=True, slots=True)
class Spender:
    """Who asked: a client by id and name, and what its caller said that it was."""

    client_id: str
    name: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """A policy that holds for a spender: its client's, or where `label` is set its label's."""

    ready: Ready
    spender: Spender
    known: str
    """As what its table is found again when there are new settings."""
    label: str = ""

    @property
    def id(self) -> str:
        return bound_id(self.spender.client_id, self.label)

    @property
    def name(self) -> str:
        return _with_label(self.known, self.label)

    @property
    def words(self) -> str:
        """For people."""
        return _with_label(self.spender.name, self.label)


def bound_id(client_id: str, label: str = "") -> str:
    """By which it is kept what was spent; no client's id has this mark."""
    return f"{client_id}#{label}" if label else client_id


def _with_label(name: str, label: str) -> str:
    return f"{name}/{label}" if label else name
