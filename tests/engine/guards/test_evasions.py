"""300 ways to write what guards look for so that a program does not see it: which are found, and
which are not and are named in docs/guards.md."""

import base64
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.guard import Finding, GuardAction, GuardRule, PromptRole
from llmgw_desktop.engine.guards.folding import readings
from llmgw_desktop.engine.guards.masking import Masker
from llmgw_desktop.engine.guards.rules import Selection
from llmgw_desktop.engine.guards.scanning import PromptScan
from llmgw_desktop.wire.guards.prompt_parts import PromptPart
from llmgw_desktop.wire.json_strings import Decoded

Way = Callable[[str], str]
VALUES = {
    "email": "ann.lee@example.com",
    "phone": "+49 30 901820 44",
    "credit_card": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00",
    "ssn": "123-45-6789",
    "pattern": "project nightingale",
    "ip_address": "203.0.113.77",
}
RULE = GuardRule(
    name="hide",
    action=GuardAction.MASK,
    find=(
        Finding.EMAIL,
        Finding.PHONE,
        Finding.CREDIT_CARD,
        Finding.IBAN,
        Finding.SSN,
        Finding.IP_ADDRESS,
    ),
    deny=(r"(?i)project\s+nightingale",),
)
SELECTION = Selection([RULE])
NATIONAL = (
    *("de89370400440532013000", "De89 3704 0044 0532 0130 00", "DE89.3704.0044.0532.0130.00"),
    *("gb29 nwbk 6016 1331 9268 19", "DE89-3704-0044-0532-0130-00"),
    *("4111.1111.1111.1111", "5555  5555  5555  4444", "3782-822463-10005"),
    *("123 45 6789", "123.45.6789"),
    *(
        "joe@bücher.de",
        "jörg@example.com",
        "почта@пример.рф",
        "用户@例子.广告",
        "a@xn--bcher-kva.de",
    ),
    *("020 7946 0958", "(030) 901820-44", "06 12 34 56 78", "0171/1234567", "0041 44 668 18 00"),
    *("212 555 2671", "(212)  555-2671"),
)
NOT_NATIONAL = (
    *("01.02.2024 12:30:45", "05-11-2023 08:15", "0.1234 0.5678 0.9", "1 000 000 000 000"),
    *("DE88 3704 0044 0532 0130 00", "de88370400440532013000", "123 45.6789", "build 4111.1111"),
    *("@größe", "über@ alles", "0012 3", "10 20 3000 4000"),
)


def _between(sign: str) -> Way:
    return sign.join


def _blank(sign: str) -> Way:
    return lambda value: value.replace(" ", sign)


def _letters(table: str, of: str) -> Way:
    return lambda value: value.translate(str.maketrans(of, table))


def _shifted(first: int, of: str) -> Way:
    """The alphabet of another block."""
    codes = {ord(each): first + at for at, each in enumerate(of)}
    return lambda value: value.translate(codes)


LOWER = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
UNSEEN = tuple(
    map(
        chr,
        (0x200B, 0x200C, 0x200D, 0x2060, 0xAD, 0xFEFF, 0x200F, 0x202A, 0xFE0F, 0xE0061, 0x34F),
    )
)
BLANKS = tuple(
    map(
        chr,
        (9, 0x85, 0xA0, 0x1680, 0x2002, 0x2009, 0x2028, 0x2029, 0x202F, 0x205F, 0x2800, 0x3000),
    )
)
CAUGHT: dict[str, Way] = {
    **{f"unseen {ord(each):x}": _between(each) for each in UNSEEN},
    **{f"blank {ord(each):x}": _blank(each) for each in BLANKS},
    "two blanks": _blank("  "),
    "full width": lambda value: "".join(
        chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in value
    ),
    "bold": _shifted(0x1D41A, LOWER),
    "sans italic": _shifted(0x1D622, LOWER),
    "monospace": _shifted(0x1D68A, LOWER),
    "double struck digits": _shifted(0x1D7D8, DIGITS),
    "circled": _shifted(0x24D0, LOWER),
    "arabic digits": _shifted(0x660, DIGITS),
    "persian digits": _shifted(0x6F0, DIGITS),
    "devanagari digits": _shifted(0x966, DIGITS),
    "bengali digits": _shifted(0x9E6, DIGITS),
    "superscripts": _letters("⁰¹²³⁴⁵⁶⁷⁸⁹", DIGITS),
    "subscripts": _letters("₀₁₂₃₄₅₆₇₈₉", DIGITS),
    "keycaps": lambda value: "".join(
        f"{each}\ufe0f\u20e3" if each in DIGITS else each for each in value
    ),
    "cyrillic": _letters("аеорсухі", "aeopcyxi"),
    "cyrillic capitals": _letters("АВЕ", "ABE"),
    "greek": _letters("οαιρ", "oaip"),
    "armenian": _letters("օհց", "ohg"),
    "no dots": _letters("ıȷ", "ij"),
    "accents": lambda value: "".join(f"{each}\u0308" if each.isalpha() else each for each in value),
    "small capitals": _letters("ᴀᴇɪɴᴏʀᴛ", "aeinort"),
    "non-breaking hyphens": _letters("‑", "-"),
    "minus signs": _letters("−", "-"),
    "en dashes": _letters("–", "-"),
    "one dot leaders": _letters("․", "."),
    "full stops": _letters("。", "."),
    "commercial at": _letters("﹫", "@"),
    "capitals": str.upper,
    "unseen at the ends": lambda value: f"\u200b{value}\u200b",
}
MISSED: dict[str, Way] = {
    "reversed": lambda value: value[::-1],
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "percents": lambda value: quote(value, safe="").replace("e", "%65").replace("1", "%31"),
    "binary": lambda value: " ".join(f"{ord(each):08b}" for each in value),
    "hexadecimal": lambda value: value.encode().hex(),
    "entities": lambda value: "".join(f"&#{ord(each)};" for each in value),
    "words for signs": lambda value: value.replace("@", " at ").replace(".", " dot "),
    "a blank between all": lambda value: "   ".join(value.replace(" ", "")),
    "a star between all": lambda value: "*".join(value),
}


def _found(text: str) -> dict[str, int]:
    look = PromptScan(SELECTION)
    look.take(PromptPart(PromptRole.USER, 0, text), text.encode("utf-8", "surrogatepass"))
    look.end()
    return {hit.what: hit.count for hit in look.hits}


def _said(text: str) -> Decoded:
    raw = text.encode()
    return Decoded(raw, raw, [(0, 0), (len(raw), len(raw))])


def _cases(ways: dict[str, Way]) -> Iterator[tuple[str, str, str]]:
    for name, way in ways.items():
        for what, value in VALUES.items():
            if (written := way(value)) != value:
                yield name, what, written


def test_there_are_three_hundred() -> None:
    assert len([*_cases(CAUGHT), *_cases(MISSED), *NATIONAL, *NOT_NATIONAL]) >= 300


@pytest.mark.parametrize("way", CAUGHT)
def test_these_are_found_and_hidden_by_their_bytes(way: str) -> None:
    for _, what, written in _cases({way: CAUGHT[way]}):
        text = f"tell me of {written}, please"
        name = "pattern 1" if what == "pattern" else what
        assert name in _found(text), (what, written)
        masker = Masker(SELECTION, b"key", (GuardAction.MASK,))
        part, said = PromptPart(PromptRole.USER, 0, text), _said(text)
        masker.gather(part, said)
        masker.get_ready()
        masker.hide(part, said)
        shown = text.encode()
        for start, end, placeholder in sorted(masker.edits, reverse=True):
            shown = shown[:start] + placeholder + shown[end:]
        left = unicodedata.normalize("NFKD", shown.decode())
        bare = "".join(each for each in VALUES[what] if each.isalnum())
        assert bare[:6] not in "".join(each for each in left if each.isalnum()), (what, shown)
        for placeholder, value in masker.values.items():
            shown = shown.replace(placeholder, value)
        assert shown == text.encode()


@pytest.mark.parametrize("way", MISSED)
def test_these_are_not_and_the_docs_say_so(way: str) -> None:
    for _, what, written in _cases({way: MISSED[way]}):
        if way == "reversed" and what in ("email", "phone"):
            continue  # it is one still
        name = "pattern 1" if what == "pattern" else what
        assert name not in _found(f"tell me of {written}, please"), (what, written)


@pytest.mark.parametrize("written", NATIONAL)
def test_forms_of_other_countries(written: str) -> None:
    assert _found(f"it is {written}, please")


@pytest.mark.parametrize("written", NOT_NATIONAL)
def test_what_looks_like_them_is_none(written: str) -> None:
    assert _found(f"it is {written}, please") == {}


@given(st.text(max_size=60), st.text(max_size=60))
def test_every_part_of_a_copy_stands_somewhere(before: str, behind: str) -> None:
    """Whatever is around it, what is found is told by its own bytes."""
    value = "n\u0308i\u200bghtingale"
    text = f"{before} {value}. {behind}".encode("utf-8", "replace")
    for reading in readings(text):
        if (at := reading.text.find(b"nightingale.")) >= 0:
            start, end = reading.raw_span(at, at + len("nightingale"))
            assert text[start:end].decode().startswith("n\u0308i")
            assert text[start:end].decode().rstrip("\u200b").endswith("ngale")


def test_a_long_text_is_told_by_its_bytes() -> None:
    text = ("für Ä\u0300 " * 3000 + "café nıghtingale!" + " größer" * 3000).encode()
    bare = [*readings(text)][-1]
    at = bare.text.index(b"nightingale")
    start, end = bare.raw_span(at, at + 11)
    assert text[start:end].decode() == "nıghtingale"


@pytest.mark.parametrize("odd", ["\u3164\u0301", "\ufffc\u0301", "\x81\u0301", "\uff9e", "\u115f"])
def test_odd_letters_before_it_move_no_place(odd: str) -> None:
    text = f"{('ｶ' + odd) * 20} nıghtingale 4111\u00a01111".encode()
    for reading in readings(text):
        if (at := reading.text.find(b"nightingale")) >= 0:
            start, end = reading.raw_span(at, at + 11)
            assert text[start:end].decode() == "nıghtingale"


def test_plain_text_has_no_copies() -> None:
    assert [*readings(b"def main() -> None:\n    pass\n")] == []
