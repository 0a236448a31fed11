"""A vault of names alone, for windows and their use cases."""

from __future__ import annotations


class PlainVault:
    def __init__(self, *names: str) -> None:
        self.names = set(names)
        self.projects: list[str] = []
        self.kept: list[tuple[str, str, str]] = []

    def keep_key(self, provider: str, name: str, secret: str, project: str = "") -> str:
        self.kept.append((provider, name, secret))
        self.projects.append(project)
        self.names.add(f"{provider}/{name}")
        return f"{provider}/{name}"

    def missing(self, reference: str) -> str:
        known = not reference or reference in self.names
        return "" if known else f"the vault has no key {reference}"

    def known(self) -> tuple[str, ...]:
        return tuple(sorted(self.names))
