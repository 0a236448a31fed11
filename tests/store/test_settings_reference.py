"""docs/settings.md says what the code does. Run this file to write it anew."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.jobs.workspace import AllowedRoot, WorkspaceSettings
from llmgw_desktop.domain.mcp_server import McpServer
from llmgw_desktop.domain.provider import Account, Provider
from llmgw_desktop.domain.routing.route import RouteMatch
from llmgw_desktop.domain.setting import Setting, Share, Size, TableKind
from llmgw_desktop.domain.settings.whole import single_tables
from llmgw_desktop.store.settings.mcp_servers import SERVER_KEYS
from llmgw_desktop.store.settings.places import WAY_KEYS
from llmgw_desktop.store.settings.providers import ACCOUNT_KEYS, PROVIDER_KEYS
from llmgw_desktop.store.settings.reader import NOT_USED_YET, load_settings
from llmgw_desktop.store.settings.routes import MATCH_KEYS
from llmgw_desktop.store.settings.schema import (
    ELEMENT,
    NAME,
    TableFacts,
    all_tables,
    plain_value,
)
from llmgw_desktop.store.settings.workspaces import ROOT_KEYS, WORKSPACES_KEYS
from llmgw_desktop.store.toml_changes import written_value

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"

HEAD = """\
# Settings

Everything that can be set stands in one file, `config.toml`, in the configuration folder
(`LLMGW_HOME/config/` where `LLMGW_HOME` is set; else where your system keeps configuration, for
example `~/.config/llmgw-desktop/`). A missing file means the defaults. The windows change one table
of it when you ask them to: comments, order and spelling of all else stay as they are, and a file
with a fault is never written over. Where you have changed the same table by hand meanwhile, both
sides are shown and you choose. The program reads the file again when it has changed: at once, or,
with `llmgw serve` on another system than Linux, with the next request or look at `/health`. A file
with a fault stops the start with one sentence (file, line, key, what was expected); while the
gateway runs, the last good settings stay in force, and the sentence stands in the window, the log
and `/health/detail`.
Unknown names are ignored with a warning; refused where something meant to protect would not hold.

An environment variable wins over the file. Keys never stand in the file: it names the entry of the
vault or the environment variable that holds one. Sizes are bytes, or a text with a unit (`"5 GB"`);
units step by 1024.

The window's page Settings has them in groups, each with its words, bounds and default, with what
somebody has changed and a way back, and finds them by name or meaning; of tables with names it
tells how many there are, and leads to where they are changed. Three things on it are not in the
file: whether the program starts when you log in (off until you ask; the system keeps it, and what
you change there is what is shown), which notices you want, and whether the window is light or dark.
`llmgw settings list` says what holds now and who says so; `llmgw settings set http.port 4000` and
`llmgw settings reset http.port` change the file as the window does. Tables with names are told by
them: `clis.codex.max_running`, `routes.cheap.enabled`, `clients."my tool".parallel`; what has no
name by its place in the file, `prices[0].input`. Values that may be secret are not shown.
`llmgw settings schema` is the JSON Schema of the file, for editors.

`since` is the first version that knows a setting.

This page is made from the code and compared with it by the tests.
"""

PROSE = {
    "[http.oauth]": """\
Programs that ask to be let in, and a person who answers: [oauth.md](oauth.md).
""",
    "[providers.NAME]": """\
One table for each account or server; the name has 1 to 64 small letters, digits, `-` and `_`. The
practice provider is built in as `practice`; its table takes only `kind = "practice"` and `enabled`.

Addresses begin with `http://` or `https://`, without user name, password, `?` or `#`. Addresses of
your own computer and network need `local = true`, also where a name only leads there. Link-local
addresses and those of the metadata services of clouds are refused always, in every spelling.

A vendor's own service needs `vault` or `api_key_env`; a server of another address needs one only
where it wants a key. An entry of the [vault](vault.md) is read when a request needs it, the one of
the request's project first, and a change is used at once. Where the key is missing, requests to
that provider are answered with a 502 that names it; of a missing variable a warning says so, too.
Environment variables are read when the gateway starts: after setting one, start it anew from where
the variable is set. A variable that it has already may be named at any time.

The way there, through a proxy or with certificates of your own: [proxies.md](proxies.md).
""",
    "[[providers.NAME.accounts]]": """\
Several credentials of one provider, one table each. An `api_key_env` in the provider's own table is
then the account `default`, before those listed. Outside its provider an account is called
`NAME/ACCOUNT`; which of them answers: [routing.md](routing.md).
""",
    "[clis.NAME]": """\
One table for each vendor's CLI that is to be used otherwise than as it is: `claude`, `codex`,
`gemini`, `grok`, `mistral`, `opencode`, `copilot`. As providers they are called `claude-cli`,
`codex-cli` and so on; a program asks for `claude-cli/sonnet`, or for `claude-cli/default` to leave
the model to the CLI. No other name leads to a CLI, and a route only where it names one.
What such a request may make a CLI do: [cli-models.md](cli-models.md).
""",
    "[[routes]]": """\
Rules, the first that matches counts: [routing.md](routing.md) with examples. At most 500.
""",
    "[aliases]": """\
Each line is a name and what it stands for: a model as a program could ask for it (`model`,
`provider/model`, `provider/account:model`), another alias, or a list of up to 20 of them, tried in
order. An alias that comes back to itself is refused.

## Which provider answers

A route that matches; else an alias; else the model's own name: [routing.md](routing.md).
""",
    "[[prices]]": """\
What models cost where the shipped table (`resources/prices.json`, dated, made from the vendors'
public prices) does not say so or you pay another price: the first table that matches holds, and it
holds alone. A price that is not known stays unknown; it is never 0. Servers with `local = true`
have no price but yours, for one may well ask another that is paid: a table with `input = 0`,
`output = 0` and nothing dearer says that all of it is free. The practice provider is free without
a table. What a price means, and what becomes of a cost where a part of it is not known:
[figures.md](figures.md#prices).
""",
    "[clients.NAME]": """\
What a client may spend and ask for: [policy.md](policy.md). The name is that of its key, `local`
for this computer's person, `gateway-bearer`, the id of an OAuth client, or `*` for each client that
has no table of its own. An unknown key is refused here, not warned about: a limit with a slip in
its name would protect nobody.
""",
    "[[guards]]": """\
What prompts may hold: [guards.md](guards.md). At most 100, each with `deny`, `find` or `allow`. An
unknown key and a pattern that RE2 does not take are refused here.
""",
    "[[rules]]": """\
What agents may do, whatever their job says: [rules.md](rules.md). At most 200. A rule with a
mistake is told in a warning: it does nothing where it would have allowed, and asks about all where
it would have denied or asked.
""",
    "[workspaces]": """\
Folders that jobs may be told to work in by an alias, and where programs may make or register more:
[workspaces.md](workspaces.md).
""",
    "[mcp_servers.NAME]": """\
MCP servers that runs may be given by their names (`mcpServers`):
[approval-gate.md](approval-gate.md). One with a mistake is off; the others are used.
""",
    "[routes.match]": """\
What is left out matches all; another key than these is refused. In names `*` stands for any
letters and `?` for one.
""",
}
"""What is told of a table before its rows; of others their words."""

LATER = """\
## Not used by this version

These names have their meaning fixed for versions to come; where they stand, one warning says so:
"""

EXAMPLE = """\
## Example

```toml
[http]
port = 3333

[recorder]
retention_days = 14
max_bytes = "2 GB"

[providers.anthropic]
kind = "anthropic"
api_key_env = "ANTHROPIC_API_KEY"

[providers.ollama]
kind = "openai-compatible"
base_url = "http://127.0.0.1:11434/v1"
models = ["qwen3:8b"]
local = true
```
"""


def reference() -> str:
    later = ", ".join(f"`{'.'.join(path)}`" for path in NOT_USED_YET)
    tables = [_section(table) for table in all_tables() if table.path != _LABELS]
    return "\n".join([HEAD, *tables, f"{LATER}{later}.\n", EXAMPLE])


_LABELS = ("clients", "*", "labels", "*")
"""Told with the clients."""


def _section(table: TableFacts) -> str:
    heading = f"## `{table.title}`"
    if ELEMENT in table.path[:-1]:  # inside an element of a list
        heading = f"### `{table.path[-1]}`"
    elif table.path[0] == "workspaces" and len(table.path) > 1:
        heading = f"#{heading}"
    told = (PROSE.get(table.title) or table.words).strip()
    parts = [heading, *([told] if told else [])]
    if NAME not in table.settings:
        parts.append(_rows(table).strip())
    return "\n\n".join(parts) + "\n"


def _rows(table: TableFacts) -> str:
    """Columns in which nothing would stand are left out."""
    columns = ["key", "value", "default", "environment", "since", "meaning"]
    rows = [_row(key, each, table.defaults) for key, each in table.settings.items()]
    kept = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line[at] for at in kept)} |\n" for line in lines)


def _row(key: str, each: Setting, defaults: Mapping[str, object]) -> list[str]:
    env = ", ".join(f"`{name}`" for name in each.env)
    default = _default(each, defaults[key]) if key in defaults else ""
    expected = each.kind.expected.replace("|", "\\|")
    return [f"`{key}`", expected, default, env, each.since, each.words]


def _default(each: Setting, value: object) -> str:
    if value is None or value in ("", ()):
        return "none"
    if isinstance(each.kind, Share):
        return f"`{each.kind.shown(value)}`"
    told = each.kind.shown(value) if isinstance(each.kind, Size) else value
    return f"`{written_value(plain_value(told))}`"


def test_page_is_the_codes_own() -> None:
    assert PAGE.read_text("utf-8") == reference(), "run this file to write the page anew"


def _fields_of(kept: Any) -> set[str]:
    return {field.name for field in fields(kept)}


def test_every_field_can_be_set() -> None:
    for table in single_tables():
        declared = {each.name for each in fields(table.made)}
        own = {"of_cli"} if table.field == "limits" else set()  # said in each CLI's own table
        assert set(table.settings) == declared - own, table.field
    assert set(PROVIDER_KEYS) == {field.name for field in fields(Provider)} - {
        "name",
        "accounts",
        "way",
    } | {"api_key_env", "vault", *WAY_KEYS}
    own = {"name", "api_key_env", "vault", "weight", "priority", "budgets", "enabled"}
    assert set(ACCOUNT_KEYS) == own
    assert own == {field.name for field in fields(Account)} - {"api_key", "credential"}
    own = {"repos", "allowed_roots", "off"}
    assert set(WORKSPACES_KEYS) == _fields_of(WorkspaceSettings) - own
    assert set(ROOT_KEYS) == _fields_of(AllowedRoot)
    assert set(SERVER_KEYS) == _fields_of(McpServer) - {"name"}
    assert set(MATCH_KEYS) == {field.name for field in fields(RouteMatch)}


def test_defaults_are_values_that_could_be_set() -> None:
    for table in all_tables():
        for key, default in table.defaults.items():
            if default is None or (not table.single and default == ""):
                continue  # nothing is set
            raw = list(default) if isinstance(default, tuple) else default
            assert table.settings[key].kind.read(raw) == default, (table.title, key)


def test_what_is_shown_of_a_value_is_read_as_that_value() -> None:
    for table in all_tables():
        for key, default in table.defaults.items():
            kind = table.settings[key].kind
            if default is not None and default != "" and not isinstance(kind, TableKind):
                assert kind.read_text(kind.shown(default)) == default, (table.title, key)


def test_example_loads(tmp_path: Path) -> None:
    example = EXAMPLE.split("```toml\n")[1].split("```")[0]
    (tmp_path / "config.toml").write_text(example)
    loaded = load_settings(tmp_path / "config.toml", {"ANTHROPIC_API_KEY": "k"})
    assert loaded.warnings == ()
    assert [provider.name for provider in loaded.settings.providers] == ["anthropic", "ollama"]


if __name__ == "__main__":
    PAGE.write_text(reference(), "utf-8")
