#!/usr/bin/env python3
"""Stands for Claude Code as it asks: its prompt is a command, which it asks for and then runs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def say(**message: Any) -> None:
    print(json.dumps(message), flush=True)


def heard() -> Any:
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    return json.loads(line)


def took(message: Any) -> None:
    told = {"subtype": "success", "request_id": message["request_id"], "response": {}}
    say(type="control_response", response=told)


def main() -> None:
    if "--permission-prompt-tool=stdio" not in sys.argv:
        say(type="result", subtype="success", is_error=True, result="it does not ask")
        sys.exit(1)
    while (message := heard())["type"] != "user":
        took(message)
    command = message["message"]["content"][0]["text"]
    say(type="system", subtype="init", permissionMode="default", model="m", session_id="s")
    asked = {"subtype": "can_use_tool", "tool_name": "Bash", "input": {"command": command}}
    say(type="control_request", request_id="r1", request=asked)
    answer = heard()
    if answer["type"] != "control_response":
        sys.exit(1)
    given = answer["response"]["response"]
    if given["behavior"] == "allow":
        subprocess.run(given["updatedInput"]["command"], shell=True, check=False)
    text = given.get("message", "done")
    say(type="assistant", message={"id": "m", "content": [{"type": "text", "text": text}]})
    say(type="result", subtype="success", is_error=False, result=text, stop_reason="end_turn")
    if heard():
        sys.exit(3)


main()
