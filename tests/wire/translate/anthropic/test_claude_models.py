import pytest

from llmgw_desktop.wire.translate.anthropic.models import OffSwitch, ThinkingSwitch, claude_model

NONE, BUDGET, ADAPTIVE = ThinkingSwitch.NONE, ThinkingSwitch.BUDGET, ThinkingSwitch.ADAPTIVE


@pytest.mark.parametrize(
    ("name", "thinking", "tokens"),
    [
        ("claude-2.1", NONE, 4096),
        ("claude-instant-1.2", NONE, 4096),
        ("claude-3-opus-20240229", NONE, 4096),
        ("claude-3-5-sonnet-20241022", NONE, 8192),
        ("claude-3-7-sonnet-latest", BUDGET, 64_000),
        ("claude-opus-4-20250514", BUDGET, 32_000),
        ("claude-4-opus-20250514", BUDGET, 32_000),
        ("claude-opus-4-1-20250805", BUDGET, 32_000),
        ("claude-sonnet-4-20250514", BUDGET, 64_000),
        ("claude-opus-4-5-20251101", BUDGET, 64_000),
        ("anthropic/claude-opus-4.5", BUDGET, 64_000),
        ("us.anthropic.claude-opus-4-6-v1", ADAPTIVE, 128_000),
        ("claude-sonnet-4-6", ADAPTIVE, 128_000),
        ("anthropic/claude-sonnet-4.6", ADAPTIVE, 128_000),
        ("claude-opus-4-8", ADAPTIVE, 128_000),
        ("CLAUDE-FABLE-5", ADAPTIVE, 128_000),
        ("claude-mythos-preview", ADAPTIVE, None),
        ("claude-next", ADAPTIVE, None),
        ("kimi-k2-thinking", BUDGET, None),
    ],
)
def test_models_are_known_by_their_names(
    name: str, thinking: ThinkingSwitch, tokens: int | None
) -> None:
    model = claude_model(name)
    assert (model.thinking, model.max_output) == (thinking, tokens)


@pytest.mark.parametrize(
    ("name", "off"),
    [
        ("claude-opus-4-8", OffSwitch.OMIT),
        ("claude-opus-5", OffSwitch.DISABLED),
        ("claude-opus-5-5", OffSwitch.NEVER),
        ("claude-fable-5-2", OffSwitch.NEVER),
        ("claude-mythos-preview", OffSwitch.NEVER),
        ("claude-sonnet-5", OffSwitch.DISABLED),
        ("claude-sonnet-5-5", OffSwitch.BETWEEN_TOOLS),
        ("claude-haiku-5-5", OffSwitch.DISABLED),
    ],
)
def test_how_thinking_is_turned_off(name: str, off: OffSwitch) -> None:
    assert claude_model(name).off is off
