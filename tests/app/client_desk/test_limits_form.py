"""Limits as they are typed: understood, refused in the loader's words, written as one table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.app.policy.limits_form import LimitLine, Limits, LimitsForm
from llmgw_desktop.store.settings.editor import SettingsEditor
from llmgw_desktop.store.settings.reader import load_settings, settings_of
from tests.support.plain_desk import SCENE


class Bench:
    """A real settings file with its editor."""

    def __init__(self, path: Path, text: str = SCENE) -> None:
        self.path = path
        path.write_text(text)
        self.editor = SettingsEditor(path, lambda file, raw: settings_of(file, raw, {}))
        self.limits = Limits(lambda: load_settings(path, {}))

    def save(self, table: str, **changes: object) -> str:
        form = self.limits.form_of(table)
        wish = self.limits.change_from(table)(replace(form, **changes))  # type: ignore[arg-type]
        self.editor.apply(wish.edit())
        load_settings(self.path, {})
        return self.path.read_text()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "config.toml")


def test_a_form_shows_what_stands_in_the_file(bench: Bench) -> None:
    form = bench.limits.form_of("nightly-review")
    assert form == LimitsForm(
        models=("claude-*", "fast"),
        providers=("anthropic",),
        budgets=(
            LimitLine(amount="5", measure="usd", per="day"),
            LimitLine(amount="20,000,000", measure="tokens", per="month"),
        ),
        rate_limits=(LimitLine(amount="60", measure="requests", per="minute"),),
        parallel="4",
        expires="2027-01-31",
        time_zone="Europe/Berlin",
    )
    assert bench.limits.wrong(form) == {}
    before = bench.path.read_bytes()
    assert bench.save("nightly-review").encode() == before, "unchanged is not written anew"
    assert bench.limits.form_of("nobody") == LimitsForm()


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        ({"budgets": (LimitLine(amount="$2.50", measure="usd", per="week"),)}, "usd = 2.5"),
        ({"budgets": (LimitLine(amount="1.5 M", per="day"),)}, "tokens = 1500000"),
        ({"rate_limits": (LimitLine(amount="90k", per="90"),)}, "{tokens = 90000, per = 90}"),
        ({"expires": "2027-02-01 10:30"}, "expires = 2027-02-01T10:30:00"),
        ({"parallel": "1,000"}, "parallel = 1000"),
        ({"models": (" gpt-* ", "")}, 'models = ["gpt-*"]'),
    ],
)
def test_what_is_typed_is_written(bench: Bench, changes: dict[str, object], written: str) -> None:
    assert written in bench.save("nightly-review", **changes)


@pytest.mark.parametrize(
    ("changes", "key", "words", "line"),
    [
        ({"parallel": "0"}, "parallel", "Expected a whole number from 1 to 10000.", None),
        ({"parallel": "many"}, "parallel", "Expected a whole number", None),
        ({"expires": "tomorrow"}, "expires", "Expected a date such as 2027-01-31", None),
        ({"time_zone": "Berlin"}, "time_zone", "such as Europe/Berlin", None),
        ({"time_zone": 'x"\n'}, "time_zone", "such as Europe/Berlin", None),
        ({"providers": ("gone",)}, "providers", "There is no provider 'gone'", None),
        ({"models": ("x" * 201,)}, "models", "1 to 200 characters", None),
        (
            {"budgets": (LimitLine(amount="1"), LimitLine(amount="-1", measure="usd"))},
            "budgets",
            "Expected usd = a number above 0.",
            1,
        ),
        ({"budgets": (LimitLine(amount="nan"),)}, "budgets", "a number above 0", 0),
        ({"budgets": (LimitLine(amount="1"),) * 2}, "budgets", "of the same kind", None),
        ({"rate_limits": (LimitLine(amount="1", per="0"),)}, "rate_limits", "Expected per", 0),
    ],
)
def test_what_cannot_be_used_is_said_in_the_words_of_the_settings(
    bench: Bench, changes: dict[str, object], key: str, words: str, line: int | None
) -> None:
    form = replace(LimitsForm(), **changes)  # type: ignore[arg-type]
    found = bench.limits.wrong(form)
    assert list(found) == [key]
    assert words in found[key].words
    assert found[key].line == line


def test_a_table_in_which_nothing_is_left_goes(bench: Bench) -> None:
    assert "[clients.codex]" not in bench.save("codex", budgets=())
    assert "[clients.translator]" in bench.path.read_text()


def test_a_client_without_a_table_gets_one(bench: Bench) -> None:
    text = bench.save("a b", parallel="3")
    assert '[clients."a b"]\nparallel = 3\n' in text
    assert "parallel = 16" in bench.save("*", time_zone="Asia/Tokyo")


def test_limits_of_callers_stay_as_they_are(tmp_path: Path) -> None:
    only_labels = "[clients.shared.labels.ci]\nparallel = 2\n"
    bench = Bench(tmp_path / "config.toml", only_labels)
    text = bench.save("shared", parallel="9")
    assert only_labels in text
    assert bench.limits.form_of("shared").parallel == "9"
    text = bench.save("shared", parallel="")
    assert only_labels in text
    assert bench.limits.form_of("shared") == LimitsForm()
