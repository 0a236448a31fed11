"""Hosts of rules: one host in many spellings, and addresses that say one and lead to another."""

import pytest

from llmgw_desktop.domain.jobs.rules.book import RuleBook
from llmgw_desktop.domain.jobs.rules.command import CommandShell
from llmgw_desktop.domain.jobs.rules.hosts import host_of, hosts_in, hosts_near, same_host
from llmgw_desktop.domain.jobs.rules.ready import Wish
from llmgw_desktop.domain.jobs.rules.rule import RuleKind, RuleVerdict, StandingRule
from llmgw_desktop.wire.shell.windows import read_command


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Good.Example./x", "good.example"),
        ("https://user:pw@good.example:8443/x", "good.example"),
        ("https://other.example@good.example/", "good.example"),
        ("https://a@b@good.example/", "good.example"),
        ("https://good.example#@other.example/", "good.example"),
        ("https://good.example?@other.example/", "good.example"),
        ("https://good.example\\@other.example/", "good.example"),
        ("https:good.example/x", "good.example"),
        ("https:///good.example/x", "good.example"),
        ("https:\\\\good.example\\x", "good.example"),
        ("https://go\tod.exam\nple/", "good.example"),
        ("https://\uff47ood.example/", "good.example"),
        ("https://good\u3002example/", "good.example"),
        ("https://go\u00adod.example/", "good.example"),
        ("https://go%6fd.example/", "good.example"),
        ("https://m\u00fcnchen.example/", "xn--mnchen-3ya.example"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://0177.0.0.01/", "127.0.0.1"),
        ("http://127.1/", "127.0.0.1"),
        ("http://[::ffff:127.0.0.1]:80/", "127.0.0.1"),
        ("http://[0:0:0:0:0:0:0:1]/", "::1"),
        ("http://[fe80::1%25eth0]/", ""),
        ("mailto:a@good.example", ""),
        ("nothing", ""),
        ("", ""),
    ],
)
def test_an_address_leads_to_one_host(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_pattern_keeps_its_wild_cards() -> None:
    assert same_host("*.M\u00fcnchen.example") == "*.xn--mnchen-3ya.example"
    assert same_host("[::1]") == "::1"
    assert same_host("1.2.3.4.5") == "1.2.3.4.5"
    assert same_host("999.1") == "999.1"


def _verdict(command: str, *rules: StandingRule) -> RuleVerdict:
    read = read_command(command, CommandShell.POSIX)
    return RuleBook(rules).judge(Wish(kind=RuleKind.COMMAND, command=read)).verdict


_GOOD = StandingRule(
    name="good", verdict=RuleVerdict.ALLOW, commands=("curl *",), hosts=("good.example",)
)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example#@good.example/",
        "https://evil.example?@good.example/",
        "'https://evil.example\\@good.example/'",
        "'https://evil.example/@good.example/'",
        "https://good.example@evil.example/",
        "https://a@b@evil.example/",
        "'https://{good,evil}.example/'",
        "'https://good.example{.evil.example,}/'",
        "https://good.example.evil.example/",
        "https://good.example%2eevil.example/",
        "https://good.example https://evil.example",
        "https://",
        "https:///evil.example/",
        "good.example evil.example",
        "good.example@evil.example",
        "https://[::1]/",
        "-x evil.example:80 https://good.example",
    ],
)
def test_no_other_host_is_allowed_in_its_name(address: str) -> None:
    assert _verdict(f"curl {address}", _GOOD) is RuleVerdict.ASK


@pytest.mark.parametrize(
    "address",
    [
        "https://good.example/",
        "'https://u:p@good.example:1/x?y#z'",
        "GOOD.example",
        "good.example./x",
    ],
)
def test_a_host_is_allowed_in_its_spellings(address: str) -> None:
    assert _verdict(f"curl {address}", _GOOD) is RuleVerdict.ALLOW


def test_numbers_and_ports_are_no_way_around_a_denial() -> None:
    local = StandingRule(name="local", verdict=RuleVerdict.DENY, hosts=("127.0.0.1", "::1"))
    everything = StandingRule(name="all", verdict=RuleVerdict.ALLOW, kinds=(RuleKind.COMMAND,))
    for address in (
        *("http://127.0.0.1:80/", "http://2130706433/", "http://0x7f000001/", "http://127.1:80"),
        *("http://[::1]:80/", "http://[::ffff:127.0.0.1]/", "127.0.0.1:80", "http:\\\\\\\\127.1"),
    ):
        assert _verdict(f"curl {address}", everything, local) is RuleVerdict.DENY, address
    assert _verdict("curl http://127.0.0.2/", everything, local) is RuleVerdict.ALLOW


def test_plain_words_name_no_host() -> None:
    for text in ("README", "-la", "src/a.py", "5", ""):
        assert not list(hosts_in(text)) or text == "src/a.py"
        assert "a.py" not in hosts_near(text)
