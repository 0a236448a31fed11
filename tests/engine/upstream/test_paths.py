"""Where below a provider's base URL a request goes, whatever its model is called."""

from __future__ import annotations

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.upstream.answer import UpstreamCall, upstream_path


def _path(model: str) -> str:
    upstream = Upstream(
        provider="g",
        kind=ProviderKind.GOOGLE,
        protocol=ModelProtocol.GEMINI,
        base_url="https://example.com",
    )
    return upstream_path(
        UpstreamCall(
            candidate=Candidate(upstream=upstream, model=model),
            operation=Operation.GENERATE,
            streaming=False,
            body=b"{}",
            headers={},
        )
    )


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-3", "models/gemini-3"),
        ("models/gemini-3", "models/gemini-3"),
        ("tunedModels/mine", "tunedModels/mine"),
        ("a?key=1#x", "models/a%3Fkey%3D1%23x"),
        ("a\r\nb: c", "models/a%0D%0Ab%3A%20c"),
        ("%2e%2e/b", "models/%252e%252e/b"),
        ("..a/b..", "models/..a/b.."),
    ],
)
def test_a_name_stays_a_name(model: str, path: str) -> None:
    assert _path(model) == f"/v1beta/{path}:generateContent"


@pytest.mark.parametrize("model", ["..", "../x", "a/../../x", "models/./x", "a//x", "models/"])
def test_a_name_leads_nowhere_else(model: str) -> None:
    with pytest.raises(MalformedRequest, match="name of a model"):
        _path(model)
