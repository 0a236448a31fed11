"""Prompts in parts: what is said, what of it is stable, and which marks it bears."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.clis import claude, codex
from llmgw_desktop.clis.claude.plan import marked_blocks
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.usage import AnswerShape
from llmgw_desktop.engine.compression.compressor import compressed
from llmgw_desktop.engine.runs.fields import RunAsked, RunDefaults, read_fields
from llmgw_desktop.engine.runs.prompt import LONGEST, PARTS

STABLE = "word " * 4000
"""About 5,000 tokens."""


_SILENT = RunDefaults()


def _asked(cli: Cli = claude.CLI, defaults: RunDefaults = _SILENT, **fields: Any) -> RunAsked:
    return read_fields(cli, fields, defaults)


def _codes(asked: RunAsked) -> list[str]:
    return [each.code for each in asked.warnings]


def test_parts_are_joined_in_their_order_and_empty_ones_left_out() -> None:
    parts = {"task": "t", "context": "c", "tools": "", "system": "s"}
    asked = _asked(codex.CLI, promptParts=parts)
    assert asked.prompt == "s\n\nc\n\nt"
    assert asked.facts.stable_prefix_hash == hashlib.sha256(b"s\n\nc").hexdigest()
    assert asked.facts.stable_prefix_tokens == 1
    alone = _asked(promptParts={"task": "t", "system": None})
    assert (alone.prompt, alone.facts.stable_prefix_hash) == ("t", "")
    assert _asked(prompt="t").facts.stable_prefix_hash == ""


def test_the_beginning_is_the_same_whatever_the_task() -> None:
    one = _asked(promptParts={"system": "é", "task": "a"}, optimizePrompt=True)
    other = _asked(codex.CLI, promptParts={"system": "é", "tools": "", "task": "b"})
    assert one.facts.stable_prefix_hash == other.facts.stable_prefix_hash


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        (
            {"prompt": "a", "promptParts": {"task": "b"}},
            "promptParts",
            "provide exactly one of `prompt` or `promptParts`",
        ),
        ({}, "prompt", "one of `prompt` or `promptParts` is required"),
        ({"prompt": None}, "prompt", "one of `prompt` or `promptParts` is required"),
    ],
)
def test_one_of_both_is_given(fields: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        _asked(**fields)
    assert (str(refused.value), refused.value.field) == (words, field)
    assert refused.value.category is ErrorCategory.INVALID_INPUT


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"prompt": "x" * (LONGEST + 1)}, "prompt"),
        ({"prompt": "𝄞" * (LONGEST // 2) + "x"}, "prompt"),
        ({"promptParts": {"task": "x", "context": "y" * (LONGEST + 1)}}, "promptParts.context"),
        ({"promptParts": {"task": "x" * (LONGEST - 1), "tools": "y"}}, "promptParts"),
    ],
)
def test_what_is_too_long_is_refused_with_both_numbers(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun, match=r"100,00[0-9].* and 100,000 may be") as refused:
        _asked(**fields)
    assert (refused.value.field, refused.value.category) == (field, ErrorCategory.INPUT_TOO_LARGE)


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "x" * LONGEST},
        {"prompt": "𝄞" * (LONGEST // 2)},
        {"promptParts": {"task": "x" * (LONGEST - 3), "tools": "y"}},
    ],
)
def test_what_is_just_as_long_as_may_be_is_taken(fields: dict[str, Any]) -> None:
    assert _asked(**fields).prompt


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"task": " "},
        {"task": 7},
        {"task": "t", "system": ["s"]},
        {"task": "t", "more": "m"},
        {"task": "t", "system": "a\0b"},
        {"task": "t", "cacheControl": {"task": True}},
        {"task": "t", "cacheControl": {"system": "yes"}},
        {"task": "t", "cacheControl": ["system"]},
    ],
)
@pytest.mark.parametrize("cli", [claude.CLI, codex.CLI], ids=["claude", "codex"])
def test_odd_parts_are_refused(cli: Cli, parts: dict[str, Any]) -> None:
    with pytest.raises(InvalidRun) as refused:
        _asked(cli, promptParts=parts)
    assert refused.value.field == "promptParts"


_PART = st.none() | st.text(alphabet="ab é\n𝄞", max_size=12)


@given(
    st.fixed_dictionaries(
        {"task": st.text(alphabet="ab é", min_size=1, max_size=9).filter(str.strip)},
        optional={name: _PART for name in ("system", "tools", "context")},
    ),
    st.dictionaries(st.sampled_from(["system", "tools", "context"]), st.booleans()),
)
def test_with_marks_the_model_reads_the_same_bytes(
    parts: dict[str, Any], marks: dict[str, bool]
) -> None:
    flat = _asked(promptParts=parts).prompt
    asked = _asked(promptParts={**parts, "cacheControl": marks})
    assert asked.prompt == flat
    wanted = [name for name in ("system", "tools", "context") if marks.get(name)]
    held = [name for name in wanted if parts.get(name)]
    assert asked.facts.cache_control_blocks == len(held)
    assert asked.facts.cache_control_ttl_s == (3600 if held else 0)
    assert _codes(asked) == (["cache_control_noop"] if wanted != held else [])
    if not held:
        assert "promptParts" not in asked.options
        return
    blocks = marked_blocks(asked.options["promptParts"], asked.prompt)
    assert "".join(block["text"] for block in blocks) == flat
    assert sum("cache_control" in block for block in blocks) == len(held)
    assert "cache_control" not in blocks[-1]


def test_who_takes_no_marks_is_told_so() -> None:
    parts = {"system": "s", "task": "t", "cacheControl": {"system": True}}
    asked = _asked(codex.CLI, promptParts=parts)
    assert _codes(asked) == ["cache_control_noop"]
    assert (asked.facts.cache_control_blocks, asked.options) == (0, {})


@pytest.mark.parametrize(
    ("model", "length", "is_told"),
    [("sonnet", 1024, True), ("sonnet", 1023, False), ("opus", 4096, True), ("", 4095, False)],
)
def test_what_could_be_cached_and_is_not_is_told(model: str, length: int, is_told: bool) -> None:
    parts = {"system": "x" * 4 * length, "task": "t"}
    told = _codes(_asked(promptParts=parts, model=model))
    assert told == (["cacheable_prefix_uncached"] if is_told else [])
    assert _codes(_asked(codex.CLI, promptParts=parts, model=model)) == []


def test_where_it_is_switched_on_the_last_stable_part_is_marked() -> None:
    marks = RunDefaults(marks_stable_prefix=True)
    parts = {"system": STABLE, "context": "c", "task": "t"}
    asked = _asked(defaults=marks, promptParts=parts)
    given_parts: Any = asked.options["promptParts"]
    assert given_parts["cacheControl"] == {"context": True}
    assert (asked.facts.cache_control_blocks, _codes(asked)) == (1, [])
    short = _asked(defaults=marks, promptParts={"system": "s", "task": "t"})
    assert (short.options, _codes(short)) == ({}, [])
    squeezed = _asked(defaults=marks, promptParts=parts, optimizePrompt=True)
    assert (squeezed.options, _codes(squeezed)) == ({}, ["cacheable_prefix_uncached"])


def test_what_is_marked_is_not_made_shorter() -> None:
    parts = {"system": "s", "task": "t", "cacheControl": {"system": True}}
    with pytest.raises(InvalidRun) as refused:
        _asked(promptParts=parts, optimizePrompt=True)
    assert refused.value.field == "optimizePrompt"


def test_a_prompt_that_is_made_shorter_says_by_how_much() -> None:
    text = "Hello!\n\nSort   these words   \n\n\n\n\n\nby length.   "
    asked = _asked(prompt=text, optimizePrompt=True)
    assert asked.prompt == "Sort these words\n\nby length."
    saving = asked.facts.prompt_saving
    assert saving is not None
    assert (saving.before_tokens, saving.after_tokens) == (12, 7)
    assert _asked(prompt=text).facts.prompt_saving is None
    assert compressed(asked.prompt) == asked.prompt


@pytest.mark.parametrize(
    ("fields", "enabled", "shape"),
    [
        ({}, False, AnswerShape.AS_IT_IS),
        ({}, True, AnswerShape.COMPRESSED),
        ({"compressResponse": False}, True, AnswerShape.AS_IT_IS),
        ({"compressResponse": True}, False, AnswerShape.COMPRESSED),
        ({"optimizeResponse": True, "compressResponse": False}, False, AnswerShape.OPTIMIZED),
        ({"optimizeResponse": False}, True, AnswerShape.COMPRESSED),
    ],
)
def test_how_an_answer_is_wanted(fields: dict[str, Any], enabled: bool, shape: AnswerShape) -> None:
    asked = _asked(defaults=RunDefaults(compresses_answers=enabled), prompt="p", **fields)
    assert asked.answer_shape is shape


def test_the_schema_of_parts_is_closed() -> None:
    assert PARTS["required"] == ["task"]
    assert PARTS["additionalProperties"] is False
    assert PARTS["properties"]["cacheControl"]["additionalProperties"] is False
