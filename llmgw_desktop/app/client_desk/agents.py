"""Which program a client is, from what it says of itself with each request. Its own word."""

import re

from llmgw_desktop.app.inert_text import inert_line

_PRODUCT = re.compile(r"([A-Za-z][\w .+-]{0,60}?)/v?([\w.+-]{1,30})")
_VERSION = re.compile(r"\d[\d.]*\d|\d")
_NAMES = (
    ("claude-cli", "Claude Code"),
    ("claude-code", "Claude Code"),
    ("codex", "Codex"),
    ("geminicli", "Gemini CLI"),
    ("gemini-cli", "Gemini CLI"),
    ("opencode", "opencode"),
    ("cursor", "Cursor"),
    ("zed", "Zed"),
    ("githubcopilot", "GitHub Copilot"),
    ("vscode", "VS Code"),
    ("anthropic", "Anthropic SDK"),
    ("asyncanthropic", "Anthropic SDK"),
    ("asyncopenai", "OpenAI SDK"),
    ("openai", "OpenAI SDK"),
    ("google-genai-sdk", "Google GenAI SDK"),
    ("python-httpx", "Python (httpx)"),
    ("python-requests", "Python (requests)"),
    ("python-urllib", "Python"),
    ("aiohttp", "Python (aiohttp)"),
    ("go-http-client", "Go"),
    ("node", "Node.js"),
    ("undici", "Node.js"),
    ("curl", "curl"),
    ("wget", "Wget"),
    ("llmgw", "LLM Gateway"),
    ("mozilla", "a browser"),
)
"""Beginnings of what programs call themselves, and what people call them."""
_LANGUAGE = re.compile(r"^\w+/(Python|JS|Go|Java|Ruby|CSharp|PHP)\b", re.IGNORECASE)


def program_words(agent: str) -> str:
    """«Claude Code 2.1.8», «OpenAI SDK (Python) 1.2»; empty where it said nothing."""
    agent = inert_line(agent, 300)
    found = _PRODUCT.search(agent)
    if found is None:
        return inert_line(agent, 40)
    said = found.group(1).casefold()
    name = next((words for begin, words in _NAMES if said.startswith(begin)), "")
    if name == "a browser":
        return name
    language = _LANGUAGE.match(agent)
    if name and language is not None:
        name = f"{name} ({language.group(1)})"
        version = _VERSION.search(agent[language.end() :])
    else:
        version = _VERSION.search(found.group(2))
    shown = name or inert_line(found.group(1).strip(), 40)
    return f"{shown} {version.group()}" if version is not None else shown
