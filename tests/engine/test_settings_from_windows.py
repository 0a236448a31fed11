"""What a window changes in the settings, the engine does with the next request."""

from __future__ import annotations

import asyncio

from llmgw_desktop.app.providers.accounts import KeySource, ProviderForm
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.routing.route import RouteQuestion
from tests.engine.conftest import House
from tests.support.answers import Refusal


async def test_a_provider_that_is_switched_off_answers_no_more(house: House) -> None:
    container = house.container
    names = [card.name for card in container.providers.cards() if not card.is_practice]
    before = container.places.config_file.read_bytes()
    assert names
    question = RouteQuestion(protocol=ModelProtocol.ANTHROPIC, model="claude-stub")
    assert container.routes.try_it(question).is_answered
    written = [
        container.settings_writer.apply(container.providers.toggle(names[0], on=False).edit())
    ]
    for name in names[1:]:
        container.check_settings()
        wish = container.providers.toggle(name, on=False)
        written.append(container.settings_writer.apply(wish.edit()))
    container.check_settings()
    assert not container.routes.try_it(question).is_answered
    for each in reversed(written):
        container.settings_writer.undo(each)
    container.check_settings()
    assert container.routes.try_it(question).is_answered
    assert container.places.config_file.read_bytes() == before


async def test_a_test_reaches_the_provider_with_its_key(house: House) -> None:
    name = house.container.providers.cards()[0].name
    (test,) = await house.container.providers.test(name)
    assert test.words
    (seen,) = house.lane.requests
    assert seen.path.endswith("/v1/models")
    assert seen.header("x-api-key") == "sk-provider"


async def test_a_key_typed_into_the_window_lies_in_the_vault_and_is_used(house: House) -> None:
    container = house.container
    form = ProviderForm(
        name="second",
        kind=ProviderKind.ANTHROPIC,
        base_url=house.lane.root_url,
        local=True,
        key_source=KeySource.VAULT,
        secret="sk-typed-by-hand",
    )
    edit = await asyncio.to_thread(container.providers.add(form).edit)
    await asyncio.to_thread(container.settings_writer.apply, edit)
    container.check_settings()
    text = container.places.config_file.read_text()
    assert 'vault = "anthropic/second"' in text
    assert "typed-by-hand" not in text
    await container.providers.test("second")
    assert house.lane.requests[-1].header("x-api-key") == "sk-typed-by-hand"


async def test_cards_show_what_the_engine_knows_of_an_account(house: House) -> None:
    house.lane.always = Refusal(status=429, retry_after="600")
    body = {
        "model": "claude-stub",
        "max_tokens": 8,
        "messages": [{"role": "user", "content": "Hello"}],
    }
    async with house.post("/v1/messages", body) as answer:
        assert answer.status == 429
    (account,) = house.container.providers.cards()[0].accounts
    assert account.reason == "Left alone for now: claude-stub (10 m)."
    assert account.can_ask_again
    assert account.quotas
    house.container.providers.ask_again(account.id)
    (account,) = house.container.providers.cards()[0].accounts
    assert (account.reason, account.can_ask_again) == ("", False)
