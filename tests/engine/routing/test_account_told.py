"""Which of a provider's accounts answered: in the answer's headers, in the flight, in the sums."""

from __future__ import annotations

from pathlib import Path

from tests.engine.conftest import house_in

SECOND = """
[[providers.chat.accounts]]
name = "second"
api_key_env = "SECOND_KEY"
priority = 1
"""
ASKED = {"messages": [{"role": "user", "content": "Hello."}]}


async def test_the_account_is_told_where_it_is_not_the_providers_own(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", SECOND, {"SECOND_KEY": "sk-second"}) as house:
        for model, account in (("chat/gpt-stub", None), ("chat/second:gpt-stub", "chat/second")):
            async with house.post("/v1/chat/completions", {**ASKED, "model": model}) as response:
                assert response.status == 200
                assert response.headers["x-llmgw-provider"] == "chat"
                assert response.headers.get("x-llmgw-account") == account
        assert [flight.account for flight in house.closed] == ["chat", "chat/second"]
        assert {flight.provider for flight in house.closed} == {"chat"}
