"""Whose price holds: the person's own, the vendor's, or none."""

from llmgw_desktop.domain.flights.price import Price, PriceRule, Rates
from llmgw_desktop.domain.provider import Provider, ProviderKind
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.flights.pricing import Pricing
from llmgw_desktop.store.routing.prices import PriceTable, load_price_table

VENDOR = Provider(
    name="work", kind=ProviderKind.ANTHROPIC, base_url="https://api.anthropic.com", local=False
)
OWN = Provider(name="lab", kind=ProviderKind.ANTHROPIC, base_url="http://127.0.0.1:1", local=True)
OTHER = Provider(
    name="far", kind=ProviderKind.OPENAI_COMPATIBLE, base_url="https://api.mistral.ai/v1"
)
USAGE = Usage(input_tokens=1_000_000, output_tokens=0)


def _rule(provider: str, model: str, dollars: float) -> PriceRule:
    price = Price(rates=Rates(input=dollars, output=dollars))
    return PriceRule(provider=provider, model=model, price=price)


def _pricing(*rules: PriceRule) -> Pricing:
    pricing = Pricing()
    pricing.apply([VENDOR, OWN, OTHER], rules)
    return pricing


def test_a_vendors_own_service_has_its_public_price() -> None:
    assert _pricing().bill("work", ["claude-opus-4-8"], USAGE).usd == 5.0
    model = load_price_table().models_of("mistral")[0]
    assert _pricing().price_of("far", model) is not None


def test_a_server_of_ones_own_has_no_public_price() -> None:
    assert _pricing().bill("lab", ["claude-opus-4-8"], USAGE).usd is None


def test_the_first_own_price_that_matches_holds() -> None:
    pricing = _pricing(_rule("lab", "*", 0.0), _rule("*", "claude-*", 7.0), _rule("*", "*", 1.0))
    assert pricing.bill("lab", ["claude-opus-4-8"], USAGE).usd == 0.0
    assert pricing.bill("work", ["claude-opus-4-8"], USAGE).usd == 7.0
    assert pricing.bill("gone", ["anything"], USAGE).usd == 1.0


def test_new_settings_forget_old_prices() -> None:
    pricing = _pricing(_rule("*", "*", 1.0))
    assert pricing.bill("work", ["m"], USAGE).usd == 1.0
    pricing.apply([VENDOR], [])
    assert pricing.bill("work", ["m"], USAGE).usd is None


def test_the_table_is_read_when_a_price_is_wanted_and_once() -> None:
    loads: list[PriceTable] = []

    def load() -> PriceTable:
        loads.append(load_price_table())
        return loads[-1]

    pricing = Pricing(load)
    pricing.apply([VENDOR], [])
    assert pricing.bill(None, ["m"], USAGE).usd is None
    assert not loads
    for number in range(3):
        pricing.bill("work", [f"m{number}"], USAGE)
    assert len(loads) == 1


def test_names_from_outside_do_not_fill_memory() -> None:
    pricing = _pricing()
    for number in range(3000):
        assert pricing.bill("work", [f"m{number}"], USAGE).usd is None
    assert len(pricing._found) <= 1024
