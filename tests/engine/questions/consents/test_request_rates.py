"""How often one source may ask."""

from llmgw_desktop.engine.questions.consents import tickets
from llmgw_desktop.engine.questions.consents.tickets import RequestRates
from tests.support.turned_clock import TurnedClock


def test_addresses_of_one_network_are_one_source_where_a_host_has_many() -> None:
    clock = TurnedClock()
    asked = RequestRates(clock, 1)
    assert asked.may_ask("2001:db8:1:2::1")
    assert not asked.may_ask("2001:db8:1:2:ffff::2")
    assert asked.may_ask("2001:db8:1:3::1")
    assert asked.may_ask("::1")
    assert asked.may_ask("10.0.0.1")
    assert not asked.may_ask("::ffff:10.0.0.1")
    assert asked.may_ask("fe80::1%eth0")
    assert asked.may_ask("no address")


def test_what_was_refused_does_not_count() -> None:
    clock = TurnedClock()
    asked = RequestRates(clock, 1)
    assert asked.may_ask("10.0.0.1")
    clock.pass_s(59)
    assert not asked.may_ask("10.0.0.1")
    clock.pass_s(2)
    assert asked.may_ask("10.0.0.1")


def test_a_flood_of_sources_is_kept_in_bounds() -> None:
    asked = RequestRates(TurnedClock(), 1)
    for number in range(3000):
        address = f"10.0.{number // 250}.{number % 250}"
        assert asked.may_ask(address)
        assert asked.is_news(address)
    assert len(asked._asked) <= tickets._MOST_SOURCES
    assert len(asked._told) <= tickets._MOST_SOURCES


def test_a_refusal_is_news_once_a_minute() -> None:
    clock = TurnedClock()
    asked = RequestRates(clock, 1)
    assert [asked.is_news("10.0.0.1") for _ in range(3)] == [True, False, False]
    assert asked.is_news("10.0.0.2")
    clock.pass_s(60)
    assert asked.is_news("10.0.0.1")
