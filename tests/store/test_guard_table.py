"""`[[guards]]`: each rule does what it says, or stops the start with its line."""

import pytest

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.guard import Finding, GuardAction, GuardRule, PromptRole
from llmgw_desktop.store.settings.reader import settings_of

WHOLE = b"""
[[guards]]
name = "no-nightingale"
action = "block"
deny = ['(?i)nightingale']
allow = ['(?i)please']
roles = ["user", "tool"]
clients = ["ci"]
providers = ["practice"]
on = false
[[guards]]
name = "hide"
action = "mask"
find = ["email", "secret"]
"""
REFUSED = {
    "deny = ['(?<=a)b']": "no pattern that RE2 takes",
    "deny = ['a*']": "fits even where there is nothing",
    "deny = ['a', 'a']": "stands in it twice",
    "deny = []": "list of 1 to 200",
    f"deny = ['{'a' * 1001}']": "1 to 1,000 characters",
    "find = ['emial']": "expected one of email",
    "find = 'email'": "expected a list of some of email",
    "roles = ['users']": "expected one of system, user",
    "providers = ['nobody']": "there is no provider 'nobody'",
    "clients = ['*']": "left out",
    "denny = ['a']": "is nothing of a guard",
    "on = 1": "expected true or false",
    "on = true": "it would do nothing",
    "allow = ['a']\naction = 'mask'": "not for mask",
    "allow = ['a']\ndeny = ['a']": "nothing would ever pass",
    "action = 'stop'": "expected one of block, mask, warn",
    "name = 'A b'": "small letters",
}


def test_whole_tables_are_read() -> None:
    first, second = settings_of("config.toml", WHOLE, {}).settings.guards
    assert first == GuardRule(
        name="no-nightingale",
        action=GuardAction.BLOCK,
        deny=("(?i)nightingale",),
        allow=("(?i)please",),
        roles=(PromptRole.USER, PromptRole.TOOL),
        clients=("ci",),
        providers=("practice",),
        is_on=False,
    )
    found = (Finding.EMAIL, Finding.SECRET)
    assert second == GuardRule(name="hide", action=GuardAction.MASK, find=found)


@pytest.mark.parametrize(("lines", "words"), REFUSED.items())
def test_a_rule_that_would_do_nothing_refuses_the_file(lines: str, words: str) -> None:
    usual = {"name": 'name = "a"', "action": 'action = "block"'}
    said = [line for key, line in usual.items() if f"{key} =" not in lines]
    raw = "\n".join(["[[guards]]", lines, *said]).encode()
    with pytest.raises(ConfigError) as refused:
        settings_of("config.toml", raw, {})
    assert words in str(refused.value)
    assert refused.value.line is not None
    assert refused.value.key.startswith("guards[0]")


def test_two_guards_of_one_name_and_a_table_alone_are_refused() -> None:
    twice = b"""[[guards]]\nname = "a"\naction = "warn"\nfind = ["ssn"]\n""" * 2
    with pytest.raises(ConfigError, match=r"line 6.*guards\[1\]\.name.*called 'a' already"):
        settings_of("config.toml", twice, {})
    with pytest.raises(ConfigError, match=r"expected tables, each \[\[guards\]\]"):
        settings_of("config.toml", b"[guards]\nname = 'a'\n", {})
    nameless = b"[[guards]]\naction = 'warn'\nfind = ['ssn']\n"
    with pytest.raises(ConfigError, match="a guard needs name"):
        settings_of("config.toml", nameless, {})


def test_all_patterns_together_are_bounded() -> None:
    def settings(count: int) -> bytes:
        tables = []
        for at in range(0, count, 200):
            patterns = ", ".join(f"'p{number}'" for number in range(min(200, count - at)))
            tables.append(f"[[guards]]\nname = 'g{at}'\naction = 'warn'\ndeny = [{patterns}]\n")
        return "".join(tables).encode()

    assert len(settings_of("config.toml", settings(1000), {}).settings.guards) == 5
    with pytest.raises(ConfigError, match="at most 1,000 patterns in all guards together"):
        settings_of("config.toml", settings(1001), {})
