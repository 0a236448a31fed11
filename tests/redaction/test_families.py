"""Keys of all vendors are found, whole and wherever they stand; what only resembles one stays."""

import pytest

from llmgw_desktop.redaction.detector import FAMILIES, find, kinds, may_hold
from llmgw_desktop.redaction.redactor import MASK, Redactor
from tests.redaction.samples import SAMPLES, sample, stump

REDACTOR = Redactor()


def test_each_family_is_named_once_and_has_a_sample() -> None:
    assert len(set(kinds())) == len(kinds())
    assert {family.name for family in FAMILIES} == set(SAMPLES)
    assert len(FAMILIES) >= 150


@pytest.mark.parametrize("name", SAMPLES)
def test_a_key_goes_whole_and_what_is_around_it_stays(name: str) -> None:
    for around in ("{}", "it is {}, said she", "({})", "a\n{}\nb", '["{}"]', "<b>{}</b>"):
        key = sample(SAMPLES[name])
        before, _, after = around.partition("{}")
        text = f"{before}{key}{after}".encode()
        assert may_hold(text)
        assert REDACTOR.clean(text) == before.encode() + MASK + after.encode(), (name, text)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_family_is_told(name: str) -> None:
    of_others = {  # two vendors write alike
        "Scale AI key": {"Lob key"},
        "Sendbird, Zuplo key": set(),
        "Composio key": {"Modal token"},
    }
    found = [find(sample(SAMPLES[name]).encode()) for _ in range(3)]
    assert {each[0].kind for each in found} <= {name} | of_others.get(name, set())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_stump_and_the_middle_of_a_word_stay(name: str) -> None:
    text = f"it is {stump(SAMPLES[name])} of it".encode()
    assert REDACTOR.clean(text) == text
    key = sample(SAMPLES[name])
    glued = f"tool9{key}".encode()
    whole = [each for each in find(glued) if each.start == 5 and each.end == len(glued)]
    assert not whole, (name, glued)
