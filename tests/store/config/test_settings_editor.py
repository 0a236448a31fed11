"""Changing the settings file: nothing else moves, and nothing is lost or overwritten."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import ConfigError, SettingsConflict, StoreUnavailable
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.store.settings.editor import Edit, SettingsEditor, Written
from llmgw_desktop.store.settings.reader import settings_of
from llmgw_desktop.store.toml_changes import AddTable, Change, MoveElement, RemoveTable, SetKeys

FILE = """\
# My gateway. Ask Ada before changing it.

[http]
port = 3333   # as the clients know it

[providers.kept]
kind = "groq"

# paid by the company
[providers.work]
kind = "openai"   # spaces   kept
api_key_env = 'WORK_KEY'
#base_url = "https://old.example.com"

# --- at home ---

[providers.home]
kind = "openai-compatible"
base_url = "http://127.0.0.1:11434/v1"
models = [
  "qwen3",  # small
  "llama",
]
local = true
[[providers.home.accounts]]
name = "first"

# --- routes ---

# cheap ones first
[[routes]]
name = "small"
match = { model = "*haiku*" }   # opt-in
to = ["kept:qwen3"]

[[routes]]
name = "rest"
to = ["kept"]
enabled = true
"""


def loads(file: str, raw: bytes) -> LoadedSettings:
    return settings_of(file, raw, {})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    return path


@pytest.fixture
def editor(path: Path) -> SettingsEditor:
    return SettingsEditor(path, loads)


def do(editor: SettingsEditor, path: Path, *changes: Change, overrule: bool = False) -> Written:
    return editor.apply(Edit(base=path.read_bytes(), changes=changes), overrule=overrule)


def off(name: str) -> SetKeys:
    return SetKeys(table=("providers", name), values={"enabled": False})


def test_a_toggle_adds_one_line_and_undo_takes_it_away(editor: SettingsEditor, path: Path) -> None:
    written = do(editor, path, off("work"))
    assert path.read_text() == FILE.replace(
        '#base_url = "https://old.example.com"\n',
        '#base_url = "https://old.example.com"\nenabled = false\n',
    )
    editor.undo(written)
    assert path.read_text() == FILE


def test_a_value_keeps_the_comment_beside_it(editor: SettingsEditor, path: Path) -> None:
    do(editor, path, SetKeys(table=("providers", "work"), values={"kind": "groq"}))
    assert path.read_text() == FILE.replace('"openai"   #', '"groq"   #')


def test_tables_inside_stay_when_their_table_is_set(editor: SettingsEditor, path: Path) -> None:
    do(editor, path, off("home"))
    assert path.read_text() == FILE.replace("local = true\n", "local = true\nenabled = false\n")


def test_an_account_is_set_where_it_stands(editor: SettingsEditor, path: Path) -> None:
    table = ("providers", "home", "accounts", 0)
    do(editor, path, SetKeys(table=table, values={"enabled": False}))
    assert path.read_text() == FILE.replace('name = "first"\n', 'name = "first"\nenabled = false\n')


def test_a_new_provider_stands_behind_the_others(editor: SettingsEditor, path: Path) -> None:
    values = {"kind": "anthropic", "api_key_env": "ANTHROPIC_API_KEY"}
    do(editor, path, AddTable(table=("providers", "claude"), values=values))
    assert path.read_text() == FILE.replace(
        'name = "first"\n',
        'name = "first"\n\n[providers.claude]\nkind = "anthropic"\n'
        'api_key_env = "ANTHROPIC_API_KEY"\n',
    )


def test_removing_takes_the_comment_above_and_leaves_the_others(
    editor: SettingsEditor, path: Path
) -> None:
    written = do(editor, path, RemoveTable(table=("providers", "work")))
    text = path.read_text()
    assert "paid by" not in text
    assert "WORK_KEY" not in text
    assert "# --- at home ---\n\n[providers.home]" in text
    editor.undo(written)
    assert path.read_text() == FILE


def test_removing_takes_the_tables_inside(editor: SettingsEditor, path: Path) -> None:
    do(editor, path, RemoveTable(table=("providers", "home")))
    assert set(tomllib.loads(path.read_text())["providers"]) == {"kept", "work"}
    assert "# --- routes ---\n\n# cheap ones first\n[[routes]]" in path.read_text()


def test_a_route_moves_with_the_words_above_it(editor: SettingsEditor, path: Path) -> None:
    written = do(editor, path, MoveElement(tables=("routes",), at=1, to=0))
    assert path.read_text().endswith(
        '# --- routes ---\n\n[[routes]]\nname = "rest"\nto = ["kept"]\nenabled = true\n\n'
        '# cheap ones first\n[[routes]]\nname = "small"\nmatch = { model = "*haiku*" }   # opt-in\n'
        'to = ["kept:qwen3"]\n'
    )
    editor.undo(written)
    assert path.read_text() == FILE


def test_a_first_provider_in_no_file_at_all(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "config.toml"
    editor = SettingsEditor(path, loads)
    added = AddTable(table=("providers", "a"), values={"kind": "groq"})
    editor.apply(Edit(base=b"", changes=(added,)))
    assert path.read_text() == '[providers.a]\nkind = "groq"\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_line_ends_and_the_mark_of_windows_stay(editor: SettingsEditor, path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode())
    do(editor, path, off("work"))
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf# My")
    assert raw.count(b"\n") == raw.count(b"\r\n") == FILE.count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        '[providers]\na = { kind = "groq" } # one line\n',
        'providers.a.kind = "groq" # dotted\n[http]\n',
        '[providers]\na.kind = "groq"',
        '["providers".\'a\']\nkind = "groq"',
    ],
)
def test_other_spellings_are_changed_in_their_own_way(
    editor: SettingsEditor, path: Path, text: str
) -> None:
    path.write_text(text)
    written = do(editor, path, off("a"))
    assert tomllib.loads(path.read_text())["providers"] == {"a": {"kind": "groq", "enabled": False}}
    comments = [part.partition("\n")[0] for part in text.split("#")[1:]]
    assert all(comment in path.read_text() for comment in comments)
    editor.undo(written)
    assert path.read_text() == text


def test_what_cannot_be_changed_in_place_is_left_alone(editor: SettingsEditor, path: Path) -> None:
    text = 'routes = [{ to = ["a"] }, { to = ["a:m"] }]\n[providers.a]\nkind = "groq"\n'
    path.write_text(text)
    with pytest.raises(ConfigError, match="routes: is written in a form"):
        do(editor, path, MoveElement(tables=("routes",), at=0, to=1))
    assert path.read_text() == text


def test_a_broken_file_is_never_overwritten(editor: SettingsEditor, path: Path) -> None:
    base = path.read_bytes()
    path.write_text(FILE + "what is this\n")
    with pytest.raises(ConfigError, match="not valid TOML"):
        editor.apply(Edit(base=base, changes=(off("work"),)))
    assert path.read_text() == FILE + "what is this\n"


def test_an_outcome_that_cannot_be_used_is_not_written(editor: SettingsEditor, path: Path) -> None:
    added = AddTable(table=("providers", "lan"), values={"kind": "openai-compatible"})
    with pytest.raises(ConfigError, match=r"providers\.lan\.base_url: expected the address"):
        do(editor, path, added)
    assert path.read_text() == FILE


def test_a_disk_that_cannot_be_written_is_said(
    editor: SettingsEditor, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes, **_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("llmgw_desktop.store.settings.editor.write_whole", full)
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        do(editor, path, off("work"))
    assert path.read_text() == FILE


@pytest.mark.parametrize("undone", [False, True])
def test_a_hand_that_saves_while_the_disk_is_busy_loses_nothing(
    editor: SettingsEditor, path: Path, monkeypatch: pytest.MonkeyPatch, undone: bool
) -> None:
    edit = Edit(base=path.read_bytes(), changes=(off("work"),))
    act = partial(editor.undo, editor.apply(edit)) if undone else partial(editor.apply, edit)
    by_hand = path.read_bytes() + b"\n# a word of mine\n"
    sync = os.fsync

    def slow(handle: int) -> None:
        sync(handle)
        path.write_bytes(by_hand)

    monkeypatch.setattr(os, "fsync", slow)
    with pytest.raises(ConfigError, match="being changed at this moment"):
        act()
    assert path.read_bytes() == by_hand
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_link_stays_a_link(editor: SettingsEditor, path: Path) -> None:
    real = path.with_name("dotfiles.toml")
    path.rename(real)
    path.symlink_to(real)
    do(editor, path, off("work"))
    assert path.is_symlink()
    assert b"enabled = false" in real.read_bytes()


def test_another_table_changed_by_hand_is_merged(editor: SettingsEditor, path: Path) -> None:
    base = path.read_bytes()
    path.write_text(FILE.replace("3333", "4444"))
    written = editor.apply(Edit(base=base, changes=(off("work"),)))
    assert "port = 4444   # as" in path.read_text()
    assert "enabled = false" in path.read_text()
    path.write_text(path.read_text().replace("4444", "5555"))
    editor.undo(written)
    assert path.read_text() == FILE.replace("3333", "5555")


def by_hand(path: Path) -> str:
    path.write_text(FILE.replace("'WORK_KEY'", '"OTHER_KEY"'))
    return path.read_text()


def test_the_same_table_changed_by_hand_is_a_conflict(editor: SettingsEditor, path: Path) -> None:
    base = path.read_bytes()
    theirs = by_hand(path)
    with pytest.raises(SettingsConflict) as caught:
        editor.apply(Edit(base=base, changes=(off("work"),)))
    assert path.read_text() == theirs
    assert caught.value.table == "providers.work"
    assert "'WORK_KEY'" in caught.value.mine
    assert "enabled = false" in caught.value.mine
    assert '"OTHER_KEY"' in caught.value.theirs


def test_keeping_mine_keeps_the_rest_of_theirs(editor: SettingsEditor, path: Path) -> None:
    base = path.read_bytes()
    by_hand(path)
    editor.apply(Edit(base=base, changes=(off("work"),)), overrule=True)
    table = tomllib.loads(path.read_text())["providers"]["work"]
    assert table == {"kind": "openai", "api_key_env": "OTHER_KEY", "enabled": False}


def test_a_table_that_was_removed_by_hand_comes_back_if_mine_is_kept(
    editor: SettingsEditor, path: Path
) -> None:
    base = path.read_bytes()
    do(editor, path, RemoveTable(table=("providers", "work")))
    edit = Edit(base=base, changes=(off("work"),))
    with pytest.raises(SettingsConflict) as caught:
        editor.apply(edit)
    assert caught.value.theirs == ""
    editor.apply(edit, overrule=True)
    table = tomllib.loads(path.read_text())["providers"]["work"]
    assert table == {"kind": "openai", "api_key_env": "WORK_KEY", "enabled": False}


def test_a_route_is_found_again_where_another_came_before_it(
    editor: SettingsEditor, path: Path
) -> None:
    base = path.read_bytes()
    path.write_text(FILE.replace("# cheap", '[[routes]]\nname = "new"\nto = ["work"]\n\n# cheap'))
    changed = SetKeys(table=("routes", 0), values={"enabled": False})
    editor.apply(Edit(base=base, changes=(changed,)))
    routes = tomllib.loads(path.read_text())["routes"]
    assert [(each["name"], each.get("enabled")) for each in routes] == [
        ("new", None),
        ("small", False),
        ("rest", True),
    ]


def test_an_order_that_changed_meanwhile_is_a_conflict(editor: SettingsEditor, path: Path) -> None:
    base = path.read_bytes()
    do(editor, path, MoveElement(tables=("routes",), at=0, to=1))
    with pytest.raises(SettingsConflict, match="routes: was changed"):
        editor.apply(Edit(base=base, changes=(MoveElement(tables=("routes",), at=0, to=1),)))


def test_a_removed_route_comes_back_to_its_place(editor: SettingsEditor, path: Path) -> None:
    written = do(editor, path, RemoveTable(table=("routes", 0)))
    path.write_text(path.read_text().replace("3333", "4444"))
    editor.undo(written)
    assert [each["name"] for each in tomllib.loads(path.read_text())["routes"]] == ["small", "rest"]
    assert "# cheap ones first\n[[routes]]" in path.read_text()


BLANKS = st.sampled_from(["", "\n", "\n\n", "\n# between\n\n", "# above\n"])
SETTINGS = st.lists(
    st.sampled_from(
        [
            "# a comment\n",
            'models = [\n  "m", # [x]\n]\n',
            "local = false  # so\n",
            'api_key_env = "K"\n',
            "protocols = ['anthropic']\n",
            'note = """\n[providers.no]\n"""\n',
        ]
    ),
    unique=True,
    max_size=4,
).map("".join)


@st.composite
def files(draw: st.DrawFn) -> str:
    tables = [
        f'[providers.p{at}]\nkind = "groq"\n{draw(SETTINGS)}'
        for at in range(draw(st.integers(1, 3)))
    ]
    routes = range(draw(st.integers(0, 3)))
    tables += [f'[[routes]]  # {at}\nto = ["p0"]\nname = "r{at}"\n' for at in routes]
    if draw(st.booleans()):
        tables.append("[http]\nport = 1234\n")
    tables = draw(st.permutations(tables))
    text = draw(BLANKS) + "".join(f"{table}{draw(BLANKS)}" for table in tables)
    text = text.rstrip("\n") if draw(st.booleans()) else text
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@st.composite
def changes_to(draw: st.DrawFn, text: str) -> Change:
    data = tomllib.loads(text)
    names, routes = list(data.get("providers", {})), len(data.get("routes", []))
    spare = [name for name in names if name != "p0"]  # the routes lead to that one
    kinds = ["add", "set"] + ["remove"] * bool(spare) + ["move", "set route"] * bool(routes)
    match draw(st.sampled_from(kinds)):
        case "set":
            values = draw(
                st.dictionaries(
                    st.sampled_from(["enabled", "local", "models", "api_key_env"]),
                    st.none() | st.booleans(),
                    max_size=3,
                )
            )
            fit = {"models": ["a", "b"], "api_key_env": "NEW"}
            chosen = {key: value and fit.get(key, value) for key, value in values.items()}
            clean = {key: value for key, value in chosen.items() if value or key not in fit}
            return SetKeys(table=("providers", draw(st.sampled_from(names))), values=clean)
        case "remove":
            return RemoveTable(table=("providers", draw(st.sampled_from(spare))))
        case "move":
            at, to = draw(st.integers(0, routes - 1)), draw(st.integers(0, routes - 1))
            return MoveElement(tables=("routes",), at=at, to=to)
        case "set route":
            table = ("routes", draw(st.integers(0, routes - 1)))
            return SetKeys(table=table, values={"match": {"model": "m*"}, "enabled": False})
    name = next(name for name in "abcdefgh" if name not in names)
    return AddTable(table=("providers", name), values={"kind": "groq"})


@given(data=st.data())
def test_any_edits_undone_give_the_same_bytes(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("edits") / "config.toml"
    editor = SettingsEditor(path, loads)
    first = data.draw(files())
    path.write_bytes(first.encode())
    done = []
    for _ in range(data.draw(st.integers(1, 4))):
        before = path.read_bytes().decode()
        change = data.draw(changes_to(before))
        done.append(do(editor, path, change))
        after = path.read_bytes().decode()
        kept = [line for line in before.splitlines() if "between" in line]
        assert [line for line in after.splitlines() if "between" in line] == kept
    for written in reversed(done):
        editor.undo(written)
    assert path.read_bytes() == first.encode()


@given(data=st.data())
def test_an_edit_touches_its_own_table_alone(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("edits") / "config.toml"
    editor = SettingsEditor(path, loads)
    path.write_bytes(data.draw(files()).encode())
    before = path.read_bytes().decode()
    names = list(tomllib.loads(before)["providers"])
    name = data.draw(st.sampled_from(names))
    do(editor, path, SetKeys(table=("providers", name), values={"enabled": False}))
    at = before.index(f"[providers.{name}]")
    after = path.read_bytes().decode()
    assert after.startswith(before[:at])
    following = re.search(r"\n\[(?:providers\.p|\[routes|http)", before[at:])
    assert after.endswith(before[at + following.start() :] if following else "")


def test_editors_in_two_threads_lose_nothing(editor: SettingsEditor, path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    base = path.read_bytes()
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(partial(editor.apply, Edit(base=base, changes=(off(name),))))
            for name in ("work", "home")
        ]
        for job in jobs:
            job.result()
    providers = tomllib.loads(path.read_text())["providers"]
    assert [name for name in providers if providers[name].get("enabled") is False] == [
        "work",
        "home",
    ]
