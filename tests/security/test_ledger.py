"""No attack of the list is forgotten."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.security.ledger import ATTACKS

HERE = Path(__file__).parent
_NAMED = re.compile(r"test_([a-z]\d+)_")


@cache
def _tests_of(path: Path) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.name for node in tree if isinstance(node, kinds)}


@cache
def _here() -> set[str]:
    return {name for path in HERE.glob("test_*.py") for name in _tests_of(path)}


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_has_its_test(attack: str) -> None:
    told = ATTACKS[attack]
    if told.not_here:
        assert len(told.not_here) > 10, "a reason is a sentence"
        return
    for place in told.elsewhere:
        file, _, name = place.partition("::")
        assert name in _tests_of(HERE.parent / file), place
    if not told.elsewhere:
        assert any(name.startswith(f"test_{attack}_") for name in _here()), attack


def test_every_test_is_of_an_attack() -> None:
    named = {found.group(1) for name in _here() if (found := _NAMED.match(name))}
    assert named <= set(ATTACKS)
    assert len(named) >= 20
