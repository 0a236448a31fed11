"""Losses in words: every name has them, with the reason of the codec whose fault it is."""

from typing import Any

import pytest

from llmgw_desktop.app.flights.losses import FEATURE_WORDS, Loss, losses_told
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.provider import ASKING_PROTOCOLS, CALLER_PROTOCOLS, ModelProtocol
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.losses import Feature
from tests.support.made_flights import failed, running, summary


def told(*names: str, **changes: Any) -> tuple[Loss, ...]:
    facts: dict[str, Any] = {"upstream_protocol": ModelProtocol.GEMINI, **changes}
    found = losses_told(summary(1, losses=names, **facts))
    assert found is not None
    return found.losses


def sentence(**changes: Any) -> str:
    found = losses_told(summary(1, **{"upstream_protocol": ModelProtocol.GEMINI, **changes}))
    assert found is not None
    return found.sentence


def test_a_flight_in_one_dialect_has_nothing_to_tell() -> None:
    assert losses_told(summary(1)) is None
    assert losses_told(summary(1, upstream_protocol=ModelProtocol.ANTHROPIC)) is None


def test_a_prompt_that_its_server_cut_is_told_in_whatever_dialect() -> None:
    cut = "prompt_cut:4096 of about 10208 tokens"
    found = losses_told(summary(1, losses=(cut,)))
    assert found is not None
    assert found.title == "Not all of it read"
    assert found.sentence == "The server may not have read all of the prompt."
    (loss,) = found.losses
    assert loss.what == "Prompt, of which the server counted 4096 of about 10208 tokens"
    assert "num_ctx" in loss.why
    assert sentence(losses=(cut, "seed")).startswith("1 thing could not be carried")


def test_a_loss_has_a_name_words_and_a_reason() -> None:
    assert told("penalties", "hosted_tool:web_fetch", "field:container") == (
        Loss(name="penalties", what="Penalties", why="Models since 2.5 refuse penalties."),
        Loss(
            name="hosted_tool:web_fetch",
            what="Tool run by a provider (web_fetch)",
            why="Tools that other vendors run are left out where Google has none of the kind, and"
            " so are their settings; models before 3 take none beside functions.",
        ),
        Loss(
            name="field:container",
            what="Field container",
            why="It has no counterpart outside Anthropic Messages.",
        ),
    )


def test_what_was_lost_on_the_way_back_lies_with_the_callers_dialect() -> None:
    (loss,) = told(
        "stop_kind",
        protocol=ModelProtocol.OPENAI_RESPONSES,
        upstream_protocol=ModelProtocol.OPENAI_CHAT,
    )
    assert loss.why.startswith("An answer is complete, cut by its length or filtered")
    (loss,) = told("output_media", protocol=ModelProtocol.ANTHROPIC)
    assert loss.why == "Answers hold no images or sound; a text says that there was one."


def test_a_reason_that_only_the_callers_dialect_knows() -> None:
    assert Feature.TEMPERATURE not in codec_of(ModelProtocol.GEMINI).losses
    (loss,) = told("temperature")
    assert loss.why == "Refused by newer models and with thinking; at most 1."
    (loss,) = told("candidates")
    assert loss.why == "Gemini has no place for it."


def test_a_name_of_a_newer_version_is_shown_as_it_is() -> None:
    assert told("telepathy:deep") == (Loss(name="telepathy:deep", what="telepathy:deep", why=""),)


@pytest.mark.parametrize("protocol", ASKING_PROTOCOLS)
def test_every_loss_of_every_codec_makes_a_sentence(protocol: ModelProtocol) -> None:
    assert set(FEATURE_WORDS) == set(Feature)
    losses = codec_of(protocol).losses
    caller = next(each for each in CALLER_PROTOCOLS if each is not protocol)
    for loss in told(*losses, protocol=caller, upstream_protocol=protocol):
        assert loss.what[0].isupper()
        assert loss.why[:1].isupper() or loss.why.startswith("`")
        assert loss.why.endswith((".", "`"))


def test_the_sentence_says_how_far_it_is_true() -> None:
    between = "between Anthropic Messages and Gemini"
    assert sentence(losses=("top_k",)) == f"1 thing could not be carried {between}."
    assert sentence() == f"Nothing was lost {between}."
    assert sentence(state=FlightState.CUT) == f"Nothing was lost {between}, as far as it came."
    facts: dict[str, Any] = {"upstream_protocol": ModelProtocol.GEMINI}
    under_way = losses_told(running(1, **facts))
    assert under_way is not None
    assert under_way.sentence == f"Nothing was lost {between} so far."
    refused = losses_told(failed(1, error_kind="loss_refused", **facts))
    assert refused is not None
    assert refused.sentence.startswith("Nothing was sent: this client allows no losses.")


def test_the_list_can_be_copied() -> None:
    facts: dict[str, Any] = {"upstream_protocol": ModelProtocol.GEMINI}
    found = losses_told(summary(1, losses=("seed", "field:a"), **facts))
    assert found is not None
    assert found.copy_text.splitlines() == [
        "2 things could not be carried between Anthropic Messages and Gemini.",
        "seed: Seed. Seeds have 32 bits.",
        "field:a: Field a. It has no counterpart outside Anthropic Messages.",
    ]
