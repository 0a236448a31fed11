"""The kinds of upstream that clients are translated for, each with the model that it offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.gateway import ProviderTable
from tests.support.lane import Lane, Manners


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamKind:
    name: str
    kind: str
    protocol: str
    model: str
    vendor: str | None
    """Who makes its signatures; None where it has none."""
    shows_thinking: bool = True
    manners: Manners = "vendor"

    def provider(self, lane: Lane) -> ProviderTable:
        has_version = self.kind not in ("anthropic", "google")
        return ProviderTable(
            name=self.name,
            kind=self.kind,
            base_url=lane.base_url if has_version else lane.root_url,
            models=(self.model,),
            protocols=(self.protocol,),
        )


UPSTREAMS: Mapping[str, UpstreamKind] = {
    each.name: each
    for each in (
        UpstreamKind(
            name="anthropic",
            kind="anthropic",
            protocol="anthropic",
            model="claude-opus-4-5",
            vendor="anthropic",
        ),
        UpstreamKind(
            name="chat",
            kind="openai",
            protocol="openai-chat",
            model="gpt-5-mini",
            vendor=None,
            shows_thinking=False,
        ),
        UpstreamKind(
            name="compatible",
            kind="openai-compatible",
            protocol="openai-chat",
            model="qwen3-32b",
            vendor=None,
            manners="compatible",
        ),
        UpstreamKind(
            name="responses",
            kind="openai",
            protocol="openai-responses",
            model="gpt-5.1",
            vendor="openai",
        ),
        UpstreamKind(
            name="gemini",
            kind="google",
            protocol="gemini",
            model="gemini-3-pro-preview",
            vendor="google",
        ),
    )
}
