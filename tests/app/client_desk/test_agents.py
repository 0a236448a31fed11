"""What programs call themselves, in the words of people."""

import pytest

from llmgw_desktop.app.clients.rows import program_words


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("claude-cli/2.1.8 (external, cli)", "Claude Code 2.1.8"),
        ("codex_cli_rs/0.147.0 (Debian 12.0.0; x86_64) xterm", "Codex 0.147.0"),
        ("GeminiCLI/0.9.1/gemini-2.5-pro (linux; x64)", "Gemini CLI 0.9.1"),
        ("OpenAI/Python 1.99.9", "OpenAI SDK (Python) 1.99.9"),
        ("AsyncAnthropic/Python 0.64.0", "Anthropic SDK (Python) 0.64.0"),
        ("python-httpx/0.28.1", "Python (httpx) 0.28.1"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "a browser"),
        ("my-tool/v3", "my-tool 3"),
        ("node", "node"),
        ("", ""),
    ],
)
def test_programs(agent: str, words: str) -> None:
    assert program_words(agent) == words


def test_nothing_of_it_moves_or_hides() -> None:
    words = program_words("evil\u202e\x1b[31m/1")
    assert "\x1b" not in words
    assert "\u202e" not in words
