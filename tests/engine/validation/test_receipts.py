"""Receipts verify with nothing but their file, and not one byte of it can be another."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.canonical import canonical
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.validation import (
    Intent,
    PanelRequest,
    Receipt,
    Seat,
    SeatAnswer,
    SeatState,
    ValidationRun,
)
from llmgw_desktop.engine.validation.receipts import (
    NotGenuine,
    SigningKey,
    as_file,
    as_markdown,
    as_object,
    digest_of,
    minted,
    verify,
    verify_chain,
)
from llmgw_desktop.engine.validation.report import read
from llmgw_desktop.engine.validation.sealing import sealed_body
from llmgw_desktop.store.vault.derived_keys import ReceiptKey

KEY = ReceiptKey(bytes(range(32)))
TEXT = "Verdict: PASS\nRationale: It holds, says é."


def run(number: int = 1) -> ValidationRun:
    seats = (Seat(name="claude", cli=CliName.CLAUDE), Seat(name="openai/gpt-x", model="gpt-x"))
    return ValidationRun(
        id=f"val_{number:x}",
        owner="me",
        client="test",
        made_at_s=1_763_730_118.25,
        request=PanelRequest(intent=Intent.VALIDATE, seats=seats, question="Is it so?"),
        answers=tuple(
            SeatAnswer(
                seat=seat,
                state=SeatState.COMPLETED,
                text=TEXT,
                sha256=digest_of(TEXT),
                cost_usd=0.015,
                ended_at_s=1_763_730_120.5,
            )
            for seat in seats
        ),
        judge=replace(
            SeatAnswer(seat=seats[0], state=SeatState.COMPLETED), text="x", sha256=digest_of("x")
        ),
        judge_order=("openai/gpt-x", "claude"),
    )


def receipt(number: int = 1, prev: str = "", key: SigningKey = KEY) -> Receipt:
    body = sealed_body(read(run(number)))
    return minted(body, owner="me", minted_at_s=1_763_730_121.0, key=key)(number, prev)


RAW = {"claude": TEXT, "openai/gpt-x": TEXT, "judge": "x"}
FILE = as_file(receipt(), RAW)


def test_a_receipt_verifies() -> None:
    told = verify(FILE, KEY.public_key)
    assert told.seq == 1
    assert told.has_raw_answers
    assert told.body["agreement"]["confidence"] == "medium"
    assert told.body["answers"][0]["costUsd"] == "0.015000"
    assert verify(as_file(receipt())).public_key == KEY.public_key


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
@settings(max_examples=300)
def test_any_byte_that_is_another_is_found(place: int, change: int) -> None:
    changed = bytearray(FILE)
    changed[place] ^= change
    with pytest.raises(NotGenuine):
        verify(bytes(changed))


@given(st.integers(0, len(FILE)), st.binary(min_size=1, max_size=3))
def test_more_bytes_are_found(place: int, more: bytes) -> None:
    with pytest.raises(NotGenuine):
        verify(FILE[:place] + more + FILE[place:])


@given(st.integers(0, len(FILE) - 1))
def test_fewer_bytes_are_found(length: int) -> None:
    with pytest.raises(NotGenuine):
        verify(FILE[:length])


@given(st.binary(max_size=200) | st.just(b"[" * 100_000) | st.just(b"1" * 10_000))
def test_what_is_no_receipt_is_none(data: bytes) -> None:
    with pytest.raises(NotGenuine):
        verify(data)


def test_another_key_is_found() -> None:
    other = ReceiptKey(b"x" * 32)
    forged = as_file(receipt(key=other))
    assert verify(forged).public_key == other.public_key
    with pytest.raises(NotGenuine, match="another key"):
        verify(forged, KEY.public_key)


class NobodysKey:
    """Of small order: the one signature fits every text, or one in so many."""

    def __init__(self, public_key: str) -> None:
        self.public_key = public_key

    def sign(self, message: bytes) -> bytes:
        return (1).to_bytes(32, "little") + bytes(32)


def test_a_key_that_needs_no_secret_signs_nothing() -> None:
    named = (1).to_bytes(32, "little")
    for key in (named, named[:31] + b"\x80", bytes.fromhex("ec" + "ff" * 30 + "7f"), bytes(32)):
        for number in range(1, 9):
            forged = receipt(number, key=NobodysKey(key.hex()))
            with pytest.raises(NotGenuine, match="nobody made"):
                verify(as_file(forged))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answers": [1], "seq": 1, "prevSha256": ""},
        {"answers": [], "seq": "1", "prevSha256": ""},
        {"answers": [], "seq": 1, "prevSha256": None},
        {"answers": [], "seq": 1, "prevSha256": "", "judge": {"seat": 1}},
        {"validationId": "val_1\nother.json: genuine."},
        {"validationId": "\x1b[2J"},
        {"validationId": None},
        {"answers": [{"seat": "a\nb", "sha256": "0"}]},
    ],
)
def test_whoever_has_a_key_can_sign_no_nonsense(body: dict[str, Any]) -> None:
    whole = {"validationId": "x", **body}
    made = minted(whole, owner="me", minted_at_s=1.0, key=KEY)
    told = as_object(made(1, ""))
    if body:
        forged = {**told["body"], **body}
        signed = canonical(forged)
        told = {
            "body": forged,
            "sha256": digest_of(signed.decode()),
            "signature": KEY.sign(b"llmgw-desktop validation receipt 1\n" + signed).hex(),
        }
    with pytest.raises(NotGenuine, match="parts of it are missing"):
        verify(canonical(told) + b"\n")


def test_formatted_anew_it_says_so() -> None:
    pretty = json.dumps(json.loads(FILE), indent=2).encode()
    with pytest.raises(NotGenuine, match="byte for byte"):
        verify(pretty)


def test_raw_answers_of_others_are_found() -> None:
    for raw in ({"claude": "Verdict: FAIL"}, {"gemini": TEXT}, {"judge": TEXT}):
        with pytest.raises(NotGenuine, match="raw answer"):
            verify(as_file(receipt(), raw))


def test_neighbours_are_chained() -> None:
    one = receipt(1)
    two = receipt(2, one.sha256)
    three = receipt(3, two.sha256)
    told = [verify(as_file(each)) for each in (three, one, two)]
    assert verify_chain(told) == []
    assert verify_chain([told[0], told[1]]) == []
    other = verify(as_file(receipt(2, "ab" * 32)))
    assert len(verify_chain([*told[:2], other])) == 2
    assert verify_chain([told[2], other]) == ["Two different receipts have the number 2."]


def test_for_people() -> None:
    text = as_markdown(receipt(), {"claude": TEXT})
    assert KEY.public_key in text
    assert "| claude |" in text
    assert "A openai/gpt-x, B claude" in text
    assert "> Rationale: It holds, says é." in text
