"""Programs that speak as vendors' CLIs do and whose prompts are shell scripts: the gateway's own
plans ask them, its own readers hear them.

A prompt may call `begin`, `answer TEXT [COST [INPUT OUTPUT]]` and `refuse STATUS TEXT`. What each
was started with stands in `asked` below HOME, its folder first.
"""

from __future__ import annotations

from pathlib import Path

_CLAUDE = r"""#!/bin/sh
id= fork=
for each in "$@"; do
    case $each in
        --session-id=* | --resume=*) id=${each#*=} ;;
        --continue) id=00000000-0000-4000-8000-00000000c0de ;;
        --fork-session) fork=yes ;;
    esac
done
if [ -n "$fork" ] || [ -z "$id" ]; then id=$(cat /proc/sys/kernel/random/uuid); fi
echo "$PWD $*" >>"$HOME/asked"
begin() {
    printf '{"type":"system","subtype":"init","session_id":"%s","model":"claude-fake"}\n' "$id"
}
say() {
    printf '{"type":"assistant","session_id":"%s","message":{"id":"%s","model":"claude-fake",' \
        "$id" "$1"
    printf '"content":[{"type":"text","text":"%s"}]}}\n' "$1"
}
answer() {
    begin
    say "$1"
    printf '{"type":"result","subtype":"success","is_error":false,"result":"%s",' "$1"
    printf '"session_id":"%s","total_cost_usd":%s,' "$id" "${2:-0.01}"
    printf '"usage":{"input_tokens":%s,"output_tokens":%s,"cache_read_input_tokens":3,' \
        "${3:-10}" "${4:-5}"
    printf '"cache_creation_input_tokens":0},"modelUsage":{"claude-fake":{"inputTokens":1}}}\n'
}
refuse() {
    begin
    printf '{"type":"result","subtype":"success","is_error":true,"result":"%s",' "$2"
    printf '"session_id":"%s","api_error_status":%s}\n' "$id" "$1"
    exit 1
}
You() { # what a run is told that goes on after a limit, as a command: it has an answer of its own
    id=$id . "$HOME/goes-on"
}
eval "$(cat)"
"""
_CODEX = r"""#!/bin/sh
id=
echo "$PWD $*" >>"$HOME/asked"
while [ $# -gt 0 ]; do
    [ "$1" = resume ] || [ "$1" = fork ] && verb=$1
    [ "$1" = -- ] && { shift; id=$1; break; }
    shift
done
if [ "$id" = - ] || [ "$verb" = fork ]; then id=$(cat /proc/sys/kernel/random/uuid); fi
folder=$HOME/.codex/sessions/2026/11/21
rollout() {
    mkdir -p "$folder"
    {
        echo '{"type":"event_msg","payload":{"type":"task_started"}}'
        printf '{"type":"event_msg","payload":{"type":"token_count","info":{'
        printf '"total_token_usage":{"input_tokens":%s},' "$1"
        printf '"last_token_usage":{"input_tokens":%s,"output_tokens":%s}}}}\n' "$2" "$3"
    } >>"$folder/rollout-x-$id.jsonl"
}
quota() {
    mkdir -p "$folder"
    printf '{"type":"event_msg","payload":{"type":"token_count","info":null,"rate_limits":{' \
        >>"$folder/rollout-x-$id.jsonl"
    printf '"primary":{"used_percent":%s,"window_minutes":300,"resets_at":%s}}}}\n' "$1" "$2" \
        >>"$folder/rollout-x-$id.jsonl"
}
answer() {
    printf '{"type":"thread.started","thread_id":"%s"}\n' "$id"
    printf '{"type":"item.completed","item":{"id":"i","type":"agent_message","text":"%s"}}\n' "$1"
    printf '{"type":"turn.completed","usage":{"input_tokens":%s,"output_tokens":%s}}\n' "$2" "$3"
}
eval "$(cat)"
"""


def make_fake_clis(folder: Path) -> dict[str, Path]:
    """By the CLI's name."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for name, text in (("claude", _CLAUDE), ("codex", _CODEX)):
        program = folder / f"fake-{name}"
        program.write_text(text)
        program.chmod(0o700)
        made[name] = program
    return made


def claude_table(program: Path) -> str:
    """Settings for the one that stands for Claude Code: it writes into HOME, contained too."""
    return f'[clis.claude]\ncommand = "{program}"\nwritable = ["~"]\n'
