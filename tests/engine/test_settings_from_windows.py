"""What a window changes in the settings, the engine does with the next request."""

from __future__ import annotations

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import RouteQuestion
from tests.engine.conftest import House


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
