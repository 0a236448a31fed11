"""Headers pass the gateway by name: keys never leave, control headers never enter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.headers import HeaderPolicy

ANTHROPIC, OPENAI = ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT
KEY = "llmgw-secretsecretsecretsecret"
CLAUDE_CODE = [
    ("Accept", "application/json"),
    ("Content-Type", "application/json"),
    ("User-Agent", "claude-cli/2.1.329 (external, sdk-cli)"),
    ("X-Claude-Code-Session-Id", "da6ba4e5-e026-4326-9903-928c5c64463a"),
    ("X-Stainless-Arch", "x64"),
    ("X-Stainless-Retry-Count", "0"),
    ("anthropic-beta", "claude-code-20250219,interleaved-thinking-2025-05-14"),
    ("anthropic-dangerous-direct-browser-access", "true"),
    ("anthropic-version", "2023-06-01"),
    ("x-app", "cli"),
]
DROPPED = [
    ("x-api-key", KEY),
    ("Authorization", f"Bearer {KEY}"),
    ("X-Goog-Api-Key", KEY),
    ("api-key", KEY),
    ("Proxy-Authorization", f"Basic {KEY}"),
    ("Cookie", f"session={KEY}"),
    ("Connection", "keep-alive"),
    ("Keep-Alive", "timeout=5"),
    ("TE", "trailers"),
    ("Trailer", "x"),
    ("Transfer-Encoding", "chunked"),
    ("Upgrade", "h2c"),
    ("Host", "127.0.0.1:3333"),
    ("Content-Length", "49256"),
    ("Content-Encoding", "gzip"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Expect", "100-continue"),
    ("Digest", "sha-256=abc"),
    ("X-LLMGW-Caller", "me"),
    ("x-llmgw-profile", "core"),
    ("X-Project", "p"),
    ("Forwarded", "for=10.0.0.1"),
    ("X-Forwarded-For", "10.0.0.1"),
    ("X-Real-IP", "10.0.0.1"),
    ("Via", "1.1 proxy"),
    ("Origin", "http://localhost"),
    ("Referer", "http://localhost/page"),
    ("Sec-Fetch-Site", "none"),
    ("Sec-CH-UA", "x"),
]


@pytest.fixture
def policy() -> HeaderPolicy:
    return HeaderPolicy()


def test_what_a_coding_agent_says_to_its_vendor_arrives(policy: HeaderPolicy) -> None:
    sent = CIMultiDict([*DROPPED, *CLAUDE_CODE])
    for _ in range(2):  # the second time from memory
        forwarded = policy.request_headers_to_forward(sent, ANTHROPIC)
        assert forwarded == {name.lower(): value for name, value in CLAUDE_CODE}


@pytest.mark.parametrize(("name", "value"), DROPPED, ids=[name for name, _ in DROPPED])
def test_in_any_spelling_the_dropped_are_dropped(
    policy: HeaderPolicy, name: str, value: str
) -> None:
    for spelled in (name, name.lower(), name.upper(), name.title()):
        sent = CIMultiDict([(spelled, value)])
        assert policy.request_headers_to_forward(sent, OPENAI) == {}


def test_the_version_is_added_where_the_vendor_demands_it(policy: HeaderPolicy) -> None:
    none: CIMultiDict[str] = CIMultiDict()
    assert policy.request_headers_to_forward(none, ANTHROPIC) == {"anthropic-version": "2023-06-01"}
    assert policy.request_headers_to_forward(none, OPENAI) == {}
    own = CIMultiDict([("Anthropic-Version", "2024-01-01")])
    assert policy.request_headers_to_forward(own, ANTHROPIC) == {"anthropic-version": "2024-01-01"}


def test_headers_named_by_connection_stay_on_this_hop(policy: HeaderPolicy) -> None:
    sent = CIMultiDict(
        [
            ("Connection", "X-Hop, keep-alive"),
            ("connection", "anthropic-version , OPENAI-Project"),
            ("X-Hop", "1"),
            ("openai-project", "p"),
            ("anthropic-version", "evil"),
            ("openai-organization", "o"),
        ]
    )
    assert policy.request_headers_to_forward(sent, ANTHROPIC) == {
        "openai-organization": "o",
        "anthropic-version": "2023-06-01",
    }
    answered = CIMultiDict([("Connection", "X-Hop"), ("x-hop", "1"), ("x-kept", "2")])
    assert policy.answer_headers_to_forward(answered) == [("x-kept", "2")]


def test_repeated_headers_are_joined(policy: HeaderPolicy) -> None:
    sent = CIMultiDict([("anthropic-beta", "a"), ("Anthropic-Beta", "b,c")])
    assert policy.request_headers_to_forward(sent, OPENAI) == {"anthropic-beta": "a, b,c"}


def test_further_names_can_be_kept_from_the_upstream() -> None:
    policy = HeaderPolicy(never_upstream=["X-Trusted-User"])
    sent = CIMultiDict([("x-trusted-user", "root"), ("x-other", "1")])
    assert policy.request_headers_to_forward(sent, OPENAI) == {"x-other": "1"}


def test_values_that_cannot_be_written_again_are_dropped(policy: HeaderPolicy) -> None:
    sent = CIMultiDict([("a", "\udcff"), ("b", "x\r\ny: z"), ("c", "né"), ("d", "é\n")])
    sent.extend([("e", "\x1b[2J"), ("f", "\x9b2J"), ("g", "a\tb"), ("h", "\0")])
    assert policy.request_headers_to_forward(sent, OPENAI) == {"c": "né", "g": "a\tb"}
    assert policy.answer_headers_to_forward(sent) == [("c", "né"), ("g", "a\tb")]


def test_of_an_answer_the_vendors_figures_and_ids_pass(policy: HeaderPolicy) -> None:
    kept = [
        ("Content-Type", "text/event-stream; charset=utf-8"),
        ("Retry-After", "7"),
        ("request-id", "req_1"),
        ("x-request-id", "req_2"),
        ("anthropic-ratelimit-tokens-remaining", "9"),
        ("x-ratelimit-limit-requests", "50"),
        ("openai-processing-ms", "12"),
        ("x-should-retry", "false"),
        ("x-kept", "a"),
        ("x-kept", "b"),
    ]
    dropped = [
        ("Connection", "close"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "3"),
        ("Content-Encoding", "br"),
        ("Set-Cookie", "__cf_bm=1"),
        ("Location", "https://evil.example/"),
        ("WWW-Authenticate", "Bearer"),
        ("ETag", "x"),
        ("Allow", "GET"),
        ("Server", "cloudflare"),
        ("Date", "today"),
        ("Alt-Svc", "h3"),
        ("Strict-Transport-Security", "max-age=1"),
        ("Access-Control-Allow-Origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("Content-Security-Policy", "x"),
        ("Clear-Site-Data", "*"),
        ("X-LLMGW-Flight", "forged"),
        ("Proxy-Authenticate", "Basic"),
    ]
    answered = CIMultiDict([*dropped, *kept])
    assert policy.answer_headers_to_forward(answered) == kept


def test_credentials_are_masked_in_records(policy: HeaderPolicy) -> None:
    secret = "sk-ant-api03-abcdefghijklmnop"
    sent = CIMultiDict(
        [
            ("Authorization", f"Bearer {secret}"),
            ("authorization", secret),
            ("x-api-key", secret),
            ("X-Goog-Api-Key", "AIza" + "b" * 35),
            ("cookie", f"a={secret}; b=1"),
            ("x-amz-security-token", "t0ken"),
            ("x-my-secret", "hello world"),
            ("x-note", f"the key is {secret}, keep it"),
            ("x-url", "http://user:pass@host/path"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ]
    )
    masked = policy.masked_headers(sent)
    assert [name for name, _ in masked] == [name for name, _ in sent.items()]
    assert [value for _, value in masked] == [
        "Bearer ***",
        "***",
        "***",
        "***",
        "***",
        "***",
        "***",
        "the key is ***, keep it",
        "http://***@host/path",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ]


def test_every_connection_line_nominates(policy: HeaderPolicy) -> None:
    sent = CIMultiDict([("Connection", "keep-alive"), ("connection", "x-hop"), ("x-hop", "1")])
    assert policy.request_headers_to_forward(sent, OPENAI) == {}
    assert policy.answer_headers_to_forward(sent) == []


def test_figures_about_tokens_are_no_credentials(policy: HeaderPolicy) -> None:
    answered = CIMultiDict(
        [
            *CLAUDE_CODE,
            ("anthropic-ratelimit-input-tokens-remaining", "40000"),
            ("x-ratelimit-limit-tokens", "30000"),
            ("x-ratelimit-reset-token", "6ms"),
        ]
    )
    assert policy.masked_headers(answered) == tuple(answered.items())


def test_a_record_of_a_value_is_bounded_and_can_be_written(policy: HeaderPolicy) -> None:
    masked = policy.masked_headers(CIMultiDict([("a", "x" * 100_000), ("b", "\udcff")]))
    assert len(masked[0][1]) < 10_000
    assert masked[1][1].encode()


@pytest.mark.parametrize(
    "name",
    [
        *("accept", "content-type", "host", "date", "x-app", "x-stainless-os", "anthropic-beta"),
        *("request-id", "x-ratelimit-remaining-tokens", "x-ratelimit-authorization"),
    ],
)
def test_a_key_in_a_header_that_holds_none_is_masked_and_not_remembered(
    policy: HeaderPolicy, name: str
) -> None:
    for value in (KEY, f"Bearer {KEY}", "sk-ant-0123456789abcdef"):
        assert policy.masked_headers({name: value}) == ((name, "***"),)
        assert not policy._clean


def test_what_was_masked_once_is_masked_again(policy: HeaderPolicy) -> None:
    sent = CIMultiDict([("x-api-key", KEY), ("x-note", f"my {KEY}"), ("x-app", "cli")])
    first = policy.masked_headers(sent)
    assert policy.masked_headers(sent) == first
    assert KEY not in str(first)
    assert KEY not in str(policy._clean)


def test_the_memory_for_headers_is_bounded(policy: HeaderPolicy) -> None:
    for number in range(3000):
        sent = CIMultiDict([("x-a", str(number)), ("x-b", f"{number} {'l' * 300}")])
        assert policy.masked_headers(sent) == tuple(sent.items())
    assert len(policy._clean) <= 512
    assert all(len(value) <= 200 for _, value in policy._clean)


def test_the_memory_for_names_is_bounded(policy: HeaderPolicy) -> None:
    for number in range(3000):
        sent = CIMultiDict([(f"x-{number}", "1"), (f"x-{'l' * 200}-{number}", "1")])
        assert len(policy.request_headers_to_forward(sent, OPENAI)) == 2
    assert len(policy._up) <= 1024
    assert all(len(name) <= 128 for name in policy._up)


header_names = st.sampled_from([name for name, _ in DROPPED + CLAUDE_CODE]) | st.text(
    "abcXYZ-_0", min_size=1, max_size=20
)


@given(
    pairs=st.lists(st.tuples(header_names, st.just(KEY) | st.text(max_size=20)), max_size=20),
    nominated=st.lists(header_names, max_size=3),
)
def test_our_keys_never_pass_in_a_key_carrier(
    pairs: list[tuple[str, str]], nominated: list[str]
) -> None:
    policy = HeaderPolicy()
    sent = CIMultiDict([*pairs, ("Connection", ",".join(nominated))])
    forwarded = policy.request_headers_to_forward(sent, ANTHROPIC)
    gone = {name.lower() for name, _ in DROPPED} | {name.lower() for name in nominated}
    assert not set(forwarded) & (gone - {"anthropic-version"})
    assert "anthropic-version" in forwarded
    for value in forwarded.values():
        value.encode()
        assert "\n" not in value
