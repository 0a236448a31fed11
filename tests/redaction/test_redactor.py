"""Secrets do not survive; everything else does, byte for byte."""

import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.redaction.redactor import MASK, Redactor
from tests.redaction.samples import SAMPLES, sample


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
    first, second = sample(SAMPLES["Anthropic API key"]), sample(SAMPLES["GitHub token"])

    cleaned = Redactor().clean(f"{first} and {second} and {first}".encode())

    assert cleaned == MASK + b" and " + MASK + b" and " + MASK


@given(st.binary(max_size=2000))
def test_any_bytes_are_taken(body: bytes) -> None:
    assert Redactor().clean(Redactor().clean(body)) == Redactor().clean(body)


ROWS = [*SAMPLES.values()][::12]
HOSTILE = [
    *(
        "token:",
        "password=",
        'password="',
        "key = abc1 ",
        "a://b:",
        "a://b:c@",
        "://x:y1z2@",
        "-u a:",
    ),
    *("Cookie: a=", "authorization: bearer ", "bearer aaaaaaaaaaaaaaaa1 ", "-----BEGIN ", "sk-a1"),
    *("-----BEGIN PRIVATE KEY-----", "eyJaaaaaaaaaa.", "<password>", "<key", "mistral key ", "\\"),
    *(
        "\\u0041",
        '\\\\\\"',
        "%41",
        "ZGF0",
        'data: {"a":"b"}\n\n',
        '{"index":1,"a":"sk-a1"}\n',
        "[0m",
    ),
    *("login a password ", "mysql -p", "--password a ", "?token=a1b2c3&", "_KEY=", '"password": '),
    *(
        "A" * 60 + "\n",
        "PuTTY-User-Key-File-2: ",
        'x="',
        "glc_a",
        "t1.",
        "1//0",
        "[SECRET_0a",
        "[0m",
    ),
    *(
        "-----END ",
        "A" * 64 + "\n-----END ",
        "-----END PRIVATE KEY-----",
        '"passwords":["',
        '{"tokens":{',
    ),
    *(
        "6b",
        "6B2d",
        "%2525",
        "\\x6b",
        "\0k",
        "\u200bs",
        "Y21WaFpH",
        "DB_PASSWORD=(a",
        "password: a(",
    ),
    *('"token":"${a', "password='your-", 'secret="a_', '\\"secrets\\":{'),
]


@pytest.mark.parametrize("unit", [*HOSTILE, *(each.partition("{")[0] for each in ROWS)])
def test_no_body_made_of_a_beginning_takes_more_than_linear_time(unit: str) -> None:
    """Eight times the body may not take fifty times the work."""

    def seconds(size: int) -> float:
        bodies = [unit.encode() * (size // len(unit)), f"{unit}.".encode() * (size // len(unit))]
        started = time.process_time()
        for body in bodies:
            Redactor().clean(body)
        return time.process_time() - started

    small, large = min(seconds(10_000) for _ in range(2)), seconds(80_000)
    assert large < 50 * max(small, 0.004), (small, large)


@pytest.mark.parametrize(
    "body",
    [
        lambda n: b'data: {"index":1,"index":0, ' + b'\\"' * n,
        lambda n: b'{"messages":[{},{}],"index":1,"i":{"index":0},"a":' + b'["b",' * n + b"]" * n,
        lambda n: b'data: {"index":1,"i":{"index":0},' + b'"aindex":1,"b":"c",' * n,
        lambda n: b'data: {"a":["b"]}\n\ndata: {"a":' + b'["\\",' * n,
        lambda n: b'data: {"a":"b"}\n\ndata: {"a":1}' + b"\ndata: [x" * n,
        lambda n: b'{"a":"b"}\n{"a":"b"}' + b'\n{"a":"' * n,
        lambda n: b'{"passwords":' + b'{"a":["\\"' * n,
        lambda n: b'{"m":"' + (b"\\u0041" + b"\\" * 60) * (n // 20) + b'"}',
    ],
)
def test_what_does_not_end_or_lies_deep_takes_linear_time(body: Callable[[int], bytes]) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        Redactor().clean(body(size))
        return time.process_time() - started

    small, large = min(seconds(2_000) for _ in range(2)), seconds(16_000)
    assert large < 50 * max(small, 0.004), (small, large)


@pytest.mark.parametrize(
    "before", ["\\u003d", "\\u0022", "%3D", "\x1b[32m", "\\u001b[1;31m", "\\n", "=", '"']
)
def test_an_escape_before_a_secret_does_not_hide_it(before: str) -> None:
    secret = sample(SAMPLES["Anthropic API key"])
    cleaned = Redactor().clean(f"API_KEY{before}{secret} end".encode())
    assert cleaned == f"API_KEY{before}".encode() + MASK + b" end"


def test_a_private_key_without_an_end_is_taken_too() -> None:
    body = b"x -----BEGIN OPENSSH PRIVATE KEY-----\n" + b"A" * 500
    assert Redactor().clean(body) == b"x " + MASK


LINES = "\n".join(sample("{b64}") for _ in range(8))
KEY = (
    f"-----BEGIN EC PRIVATE KEY-----\n{LINES}\n{sample('{b20}')}==\n-----END EC PRIVATE KEY-----\n"
)


@pytest.mark.parametrize("written", [str, lambda text: json.dumps(text)[1:-1]])
@pytest.mark.parametrize("cut", [9, 31, 60, 100, 300, 500])
def test_a_private_key_that_was_cut_goes_as_far_as_it_is_there(
    written: Callable[[str], str], cut: int
) -> None:
    for before, part in (("so it is:\n", KEY[cut:]), ("", KEY[: 50 + cut])):
        cleaned = Redactor().clean_text(written(f"{before}{part}") + ' and "so on"')
        assert MASK.decode() in cleaned
        assert cleaned.startswith(written(before))
        lines = [line for line in part.splitlines() if "-----" not in line]
        assert not any(line[-16:] in cleaned for line in lines if len(line) > 16), cleaned


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN CERTIFICATE-----\n" + LINES + "\n-----END CERTIFICATE-----\n",
        "It ends with the line\n-----END RSA PRIVATE KEY-----\nand a line end.",
        "-----BEGIN RSA PRIVATE KEY-----\nand so on\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_what_speaks_of_private_keys_stays(text: str) -> None:
    assert Redactor().clean_text(text) == text


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
