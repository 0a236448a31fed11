"""Routes in words, and changes to them, on a real settings file."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.app.routing.routes import RouteForm, Routes, field_of, match_words
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.domain.errors import ConfigError, UnknownModel
from llmgw_desktop.domain.jobs.cli_settings import CLI_OF_PROVIDER
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import (
    Consideration,
    RouteDecision,
    RouteMatch,
    RouteQuestion,
    Strategy,
)
from tests.support.plain_settings import PlainExplainer, PlainSettings

FILE = """\
[providers.work-openai]
kind = "openai"
api_key_env = "K"
models = ["stub-model"]

# small ones
[[routes]]
name = "small"
match = { client = "claude-code", model = "claude-haiku-*" }
to = ["work-openai:stub-model"]
strategy = "pinned"

[[routes]]
name = "rest"
to = ["work-openai"]
"""


class Desk:
    def __init__(self, path: Path) -> None:
        self.settings = PlainSettings(path, lambda event: None)
        self.settings.write(FILE)
        self.explainer = PlainExplainer()
        self.routes = Routes(lambda: self.settings.loaded, self.explainer)

    def do(self, wish: SettingsWish) -> str:
        self.settings.editor.apply(wish.edit())
        self.settings.read()
        return wish.said

    def names(self) -> list[str]:
        return [row.name for row in self.routes.rows()]

    def table(self, at: int) -> dict[str, object]:
        found: dict[str, object] = tomllib.loads(self.settings.path.read_text())["routes"][at]
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "config.toml")


def test_rules_in_words(desk: Desk) -> None:
    small, rest = desk.routes.rows()
    assert small.words == "claude-haiku-* from claude-code → work-openai:stub-model"
    assert (small.strategy, small.enabled) == ("In this order", True)
    assert rest.words == "every request → work-openai"
    assert rest.strategy == "Subscriptions first"


def test_several_clients_and_a_label_go_through_the_form_and_come_back(desk: Desk) -> None:
    form = replace(desk.routes.form_of(0), client="claude-code | codex", label="aider")
    desk.do(desk.routes.change_from(0)(form))
    assert desk.table(0)["match"] == {
        "clients": ["claude-code", "codex"],
        "label": "aider",
        "model": "claude-haiku-*",
    }
    assert desk.routes.form_of(0) == form
    assert desk.routes.rows()[0].match == (
        "claude-haiku-* from claude-code or codex that says it is aider"
    )
    desk.do(desk.routes.change_from(0)(replace(form, client="codex", label="")))
    assert desk.table(0)["match"] == {"client": "codex", "model": "claude-haiku-*"}


@pytest.mark.parametrize(
    ("match", "words"),
    [
        (RouteMatch(), "every request"),
        (RouteMatch(client="codex"), "any model from codex"),
        (RouteMatch(model="gpt-*", project="x"), "gpt-* in project x"),
        (RouteMatch(protocol=ModelProtocol.GEMINI), "any model, asked in gemini"),
        (RouteMatch(operation=Operation.COUNT_TOKENS), "any model, for token counts only"),
        (RouteMatch(max_input_tokens=2000), "any model, up to 2,000 input tokens"),
        (RouteMatch(min_input_tokens=1), "any model, from 1 input tokens"),
        (
            RouteMatch(min_input_tokens=1, max_input_tokens=2),
            "any model, 1 to 2 input tokens",
        ),
    ],
)
def test_matches_in_words(match: RouteMatch, words: str) -> None:
    assert match_words(match) == words


def test_moving_switching_and_removing(desk: Desk) -> None:
    assert desk.do(desk.routes.move(0, 1)) == "Route small is now number 2."
    assert desk.names() == ["rest", "small"]
    assert "# small ones\n[[routes]]" in desk.settings.path.read_text()
    assert desk.do(desk.routes.toggle(0, on=False)) == "Route rest is off."
    assert [row.enabled for row in desk.routes.rows()] == [False, True]
    assert desk.do(desk.routes.remove(0)) == "Route rest was removed."
    assert desk.names() == ["small"]


def test_adding(desk: Desk) -> None:
    form = RouteForm(
        name="third",
        model="gpt-*",
        max_input_tokens="2,000",
        to=(" work-openai ", ""),
        keep_conversations=False,
    )
    assert desk.do(desk.routes.add(form)) == "Route third was added."
    assert desk.table(2) == {
        "name": "third",
        "match": {"model": "gpt-*", "max_input_tokens": 2000},
        "to": ["work-openai"],
        "keep_conversations": False,
    }
    assert desk.routes.form_of(2) == replace(form, max_input_tokens="2000", to=("work-openai",))


def test_a_change_writes_only_what_was_changed(desk: Desk) -> None:
    change = desk.routes.change_from(0)
    desk.do(change(replace(desk.routes.form_of(0), strategy="automatic")))
    assert desk.settings.path.read_text() == FILE.replace('"pinned"', '"automatic"')
    desk.do(desk.routes.change_from(0)(replace(desk.routes.form_of(0), client="", model="")))
    assert "match" not in desk.table(0)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (RouteForm(name="x", to=("nobody:m",)), "to"),
        (RouteForm(name="x"), "to"),
        (RouteForm(name="x", to=("work-openai",), min_input_tokens="many"), "min_input_tokens"),
        (RouteForm(name="rest", to=("work-openai",)), "name"),
    ],
)
def test_what_the_settings_refuse_is_told_beside_its_field(
    desk: Desk, form: RouteForm, field: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.do(desk.routes.add(form))
    assert field_of(caught.value) == field
    assert desk.settings.path.read_text() == FILE


def test_the_order_where_a_route_names_none(desk: Desk) -> None:
    said = desk.do(desk.routes.set_default_strategy(Strategy.AUTOMATIC))
    assert said == "Where a route says nothing: By quota, price and speed."
    assert desk.routes.default_strategy() is Strategy.AUTOMATIC
    assert desk.routes.rows()[1].strategy == "By quota, price and speed"


def test_what_a_route_can_lead_to(desk: Desk) -> None:
    targets = desk.routes.targets()
    assert targets[:2] == ("work-openai", "work-openai:stub-model")
    clis = [name for each in CLI_OF_PROVIDER for name in (each, f"{each}:default")]
    assert list(targets[2:]) == clis


QUESTION = RouteQuestion(protocol=ModelProtocol.ANTHROPIC, model="claude-haiku-5")


def test_trying_sends_nothing_and_tells_why(desk: Desk) -> None:
    desk.explainer.decision = RouteDecision(
        candidates=(),
        rule="small",
        reason="It fits.",
        considered=(
            Consideration(account="a", model="m", rank=None, reason="It cools."),
            Consideration(account="b", model="m", rank=1, reason="It is next."),
        ),
    )
    tried = desk.routes.try_it(QUESTION)
    assert desk.explainer.asked == [QUESTION]
    assert (tried.words, tried.is_answered) == ("Route small. It fits.", True)
    assert [(each.rank, each.account) for each in tried.candidates] == [(1, "b"), (None, "a")]


def test_a_reason_that_names_the_route_is_not_preceded_by_it(desk: Desk) -> None:
    reason = "Route 'small' matches, number 1 of the list."
    desk.explainer.decision = RouteDecision(candidates=(), rule="small", reason=reason)
    assert desk.routes.try_it(QUESTION).words == reason


def test_trying_what_nobody_answers(desk: Desk) -> None:
    desk.explainer.trouble = UnknownModel("x")
    tried = desk.routes.try_it(QUESTION)
    assert (tried.is_answered, tried.candidates) == (False, ())
    assert tried.words == "No enabled provider has a model named 'x'."
