"""The program that plays an agent: a few lines of shell that say what Claude Code says when it asks
before it acts. It does nothing at all, whatever the answer is.
"""

PROMPT = "Publish the package"
COMMAND = "npm publish --access public"
_INIT = (
    r'{"type":"system","subtype":"init","cwd":"/project","session_id":'
    r'"0b1c7f0e-6f0d-4c8b-9d86-3d1f6a1c2e11","model":"claude-opus-5-5","permissionMode":"default"}'
)
_BEGINS = (
    r'{"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":'
    r'"The version is 2.4.1, the tests pass, and the changelog names it. Publishing it now."}]}}'
)
_ASKS = (
    r'{"type":"control_request","request_id":"demo-1","request":{"subtype":"can_use_tool",'
    r'"tool_name":"Bash","input":{"command":"' + COMMAND + r'","description":"Publish 2.4.1"}}}'
)
_SAYS = (
    r'{"type":"assistant","message":{"id":"m2","content":[{"type":"text","text":"%s"}]}}\n'
    r'{"type":"result","subtype":"success","is_error":false,"result":"%s",'
    r'"stop_reason":"end_turn"}\n'
)
_CLAUDE = f"""#!/bin/sh
case "$1$2" in
*--help) exit 0;;
*--version) echo "2.1.329 (Claude Code)"; exit 0;;
esac
while read -r line; do
  case $line in
  *'"type":"user"'*|*'"type": "user"'*) break;;
  esac
  id=${{line#*'"request_id":'}}; id=${{id#*'"'}}; id=${{id%%'"'*}}
  printf '{{"type":"control_response","response":{{"subtype":"success",'
  printf '"request_id":"%s","response":{{}}}}}}\\n' "$id"
done
printf '%s\\n' '{_INIT}' '{_BEGINS}'
sleep 1
printf '%s\\n' '{_ASKS}'
read -r answer
case $answer in
*'"allow"'*) said='Published (not really: this is a demo).';;
*) said='Not published: it was denied.';;
esac
printf '{_SAYS}' "$said" "$said"
while read -r line; do :; done
"""
AGENT = {"claude": _CLAUDE}
"""Programs by their names, as PATH finds them."""
AGENT_SIGN_IN = (".claude/.credentials.json",)
"""Below HOME: what says that somebody has signed in."""
