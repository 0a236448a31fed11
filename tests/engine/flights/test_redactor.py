"""Secrets do not survive; everything else does, byte for byte."""

import json
import secrets
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.engine.flights.redactor import MASK, Redactor

ALNUM = string.ascii_letters + string.digits


def _word(length: int, letters: str = ALNUM) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))


SAMPLES = {
    "anthropic": lambda: "sk-ant-api03-" + _word(90),
    "openai": lambda: "sk-proj-" + _word(120),
    "openrouter": lambda: "sk-or-v1-" + _word(64),
    "own": lambda: "llmgw-" + _word(43),
    "google": lambda: "AIza" + _word(35),
    "google oauth": lambda: "ya29." + _word(60),
    "github": lambda: "ghp_" + _word(36),
    "github fine": lambda: "github_pat_" + _word(60),
    "gitlab": lambda: "glpat-" + _word(20),
    "slack": lambda: "xoxb-" + _word(30),
    "aws": lambda: "AKIA" + _word(16, string.ascii_uppercase + string.digits),
    "groq": lambda: "gsk_" + _word(52),
    "hugging face": lambda: "hf_" + _word(34),
    "npm": lambda: "npm_" + _word(36),
    "jwt": lambda: "eyJ" + _word(30) + ".eyJ" + _word(80) + "." + _word(43),
    "private key": lambda: (
        "-----BEGIN RSA PRIVATE KEY-----\n" + _word(200) + "\n-----END RSA PRIVATE KEY-----"
    ),
}


@pytest.mark.parametrize("family", SAMPLES)
@pytest.mark.parametrize("around", ["{}", "key={}&x=1", "Bearer {}\r\n", "({})", "a\n{}\nb"])
def test_a_secret_is_gone_and_its_surroundings_stay(family: str, around: str) -> None:
    secret = SAMPLES[family]()
    before, _, after = around.partition("{}")

    cleaned = Redactor().clean(around.format(secret).encode())

    assert cleaned == before.encode() + MASK + after.encode()


@pytest.mark.parametrize("family", SAMPLES)
def test_a_secret_inside_json_is_gone_and_the_json_stays_json(family: str) -> None:
    secret = SAMPLES[family]()
    body = json.dumps({"a": [{"text": f"my key:\n{secret}\nis secret"}], "b": 1}).encode()

    cleaned = Redactor().clean(body)

    assert secret.encode() not in cleaned
    assert json.loads(cleaned)["b"] == 1


@pytest.mark.parametrize(
    "harmless",
    [
        "risk-assessment-of-the-whole-undertaking",
        "task-1234567890123456789",
        "sk-short",
        "data:image/png;base64,iVBORw0KGgoAKIAIOSFODNN7EXAMPLEx",
        "eyJ is how a token begins",
        "-----BEGIN CERTIFICATE-----",
    ],
)
def test_what_only_resembles_a_secret_stays(harmless: str) -> None:
    assert Redactor().clean(harmless.encode()) == harmless.encode()


def test_several_secrets_in_one_body() -> None:
    first, second = SAMPLES["anthropic"](), SAMPLES["github"]()

    cleaned = Redactor().clean(f"{first} and {second} and {first}".encode())

    assert cleaned == MASK + b" and " + MASK + b" and " + MASK


@given(st.text(alphabet=string.printable.replace("-", "").replace("_", ""), max_size=400))
def test_text_without_any_beginning_comes_back_as_it_was(text: str) -> None:
    body = text.replace("AIza", "").replace("ya29.", "").replace("eyJ", "").encode()
    body = body.replace(b"AKIA", b"").replace(b"ASIA", b"").replace(b"xox", b"")
    assert Redactor().clean(body) == body


@given(st.binary(max_size=2000))
def test_any_bytes_are_taken(body: bytes) -> None:
    assert Redactor().clean(Redactor().clean(body)) == Redactor().clean(body)


def test_a_body_made_to_be_slow_is_read_in_linear_time() -> None:
    """Doubling the body may not quadruple the work."""

    def seconds(size: int) -> float:
        body = b"sk-" * size + b"eyJa." * size + b"-----BEGIN PRIVATE KEY-----AAAA" * (size // 16)
        started = time.process_time()
        Redactor().clean(body)
        return time.process_time() - started

    small = min(seconds(20_000) for _ in range(3))
    large = min(seconds(80_000) for _ in range(3))
    assert large < 12 * max(small, 0.002), (small, large)
