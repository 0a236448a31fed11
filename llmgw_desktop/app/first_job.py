"""What somebody does who has no job yet: a command to paste, or what to install first."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstJob:
    """`command` is empty where there is none to give yet."""

    words: str
    command: str = ""


def first_job(base_urls: Mapping[str, str], key_file: str, ready: Sequence[str]) -> FirstJob:
    """`ready`: the CLIs that can be asked, by their names."""
    if not base_urls:
        return FirstJob(words="The gateway is not running. A command will stand here when it is.")
    if not ready:
        return FirstJob(
            words="Install one of the CLIs that the gateway can run (claude, codex, gemini, grok, "
            "mistral, opencode or copilot), sign in with it, and look here again."
        )
    body = f'{{"cli":"{ready[0]}","prompt":"Say hello."}}'
    lines = (
        f"curl -sS {shlex.quote(base_urls['OpenAI'] + '/jobs')}",
        f'-H "Authorization: Bearer $(cat {shlex.quote(key_file)})"',
        "-H 'content-type: application/json'",
        f"-d '{body}'",
    )
    return FirstJob(
        words="Each run of a vendor's CLI is listed here and goes on when this app is closed. "
        "Paste this into a terminal:",
        command=" \\\n  ".join(lines),
    )
