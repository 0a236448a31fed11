"""Secrets do not survive; everything else does, byte for byte."""

import json
import secrets
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.engine.flights.redactor import FAMILIES, MASK, Redactor, SecretFamily

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


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.begins.decode())
def test_no_body_made_of_a_beginning_takes_more_than_linear_time(family: SecretFamily) -> None:
    """Doubling the body may not quadruple the work."""

    def seconds(size: int) -> float:
        whole = b"-----BEGIN PRIVATE KEY-----"
        unit = whole if whole.startswith(family.begins) else family.begins
        bodies = [unit * size, (unit + b".") * size, (unit + b"A" * 9 + b".") * size]
        started = time.process_time()
        for body in bodies:
            Redactor().clean(body)
        return time.process_time() - started

    small = min(seconds(2_000) for _ in range(3))
    large = min(seconds(16_000) for _ in range(3))
    assert large < 40 * max(small, 0.002), (small, large)


@pytest.mark.parametrize(
    "before", ["\\u003d", "\\u0022", "%3D", "\x1b[32m", "\\u001b[1;31m", "\\n", "=", '"']
)
def test_an_escape_before_a_secret_does_not_hide_it(before: str) -> None:
    secret = SAMPLES["anthropic"]()
    cleaned = Redactor().clean(f"API_KEY{before}{secret} end".encode())
    assert cleaned == f"API_KEY{before}".encode() + MASK + b" end"


def test_a_private_key_without_an_end_is_taken_too() -> None:
    body = b"x -----BEGIN OPENSSH PRIVATE KEY-----\n" + b"A" * 500
    assert Redactor().clean(body) == b"x " + MASK


def test_known_secrets_are_taken_whatever_they_look_like() -> None:
    redactor = Redactor()
    redactor.know(["my own odd key", "short"])
    assert redactor.clean(b"a my own odd key, short") == b"a " + MASK + b", short"


@given(st.lists(st.sampled_from([b"a", b"\n", b"sk-", b"sk", b"-", b"own-secret", b"eyJ"])))
def test_a_glance_at_many_bodies_misses_nothing(bodies: list[bytes]) -> None:
    redactor = Redactor()
    redactor.know(["own-secret"])
    assert redactor.may_hold(b"\n".join(bodies)) or all(
        redactor.clean(body) == body for body in bodies
    )
    assert not redactor.may_hold(b"nothing of that kind")


@pytest.mark.parametrize(
    "secret", ["a.b*c+(d", "ключ и ключ", "tab\tand\nline", "nul\0and\\back|bar"]
)
def test_known_secrets_of_odd_letters_are_seen(secret: str) -> None:
    redactor = Redactor()
    redactor.know([secret])
    body = f"it is {secret}.".encode()
    assert redactor.may_hold(body)
    assert redactor.clean(body) == b"it is " + MASK + b"."
    assert not redactor.may_hold(body[:-2])
    redactor.know([])
    assert not redactor.may_hold(body)


def test_what_was_learned_stays_whatever_the_settings_say() -> None:
    redactor = Redactor()
    redactor.know(["from-the-settings"])
    redactor.learn("from-the-vault")
    redactor.learn("from-the-vault")
    redactor.learn("short")
    assert redactor.may_hold(b"a from-the-vault")
    assert (
        redactor.clean(b"from-the-vault from-the-settings short") == MASK + b" " + MASK + b" short"
    )
    redactor.know(["other-settings"])
    assert redactor.clean(b"from-the-vault") == MASK
    assert redactor.clean(b"from-the-settings") == b"from-the-settings"


def test_many_long_secrets_are_no_pattern_too_large() -> None:
    redactor = Redactor()
    secrets = [f"{number:08}".ljust(8000, "x") for number in range(200)]
    for secret in secrets:
        redactor.learn(secret)
    assert redactor.may_hold(f"a {secrets[150]} b".encode())
    assert redactor.clean(f"a {secrets[150]} b".encode()) == b"a " + MASK + b" b"


def test_of_two_secrets_that_begin_alike_none_leaves_its_end() -> None:
    redactor = Redactor()
    redactor.know(["begin-alike", "begin-alike-and-go-on"])
    assert redactor.clean(b"begin-alike-and-go-on, begin-alike") == MASK + b", " + MASK
