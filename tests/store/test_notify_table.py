"""`[[notify]]`: each target can be reached as it is written, or the start stops with its line."""

import pytest

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.flights.alarms import AlarmKind, NotifyTarget
from llmgw_desktop.store.settings.reader import settings_of

WHOLE = b"""
[[notify]]
name = "hook"
url = "https://example.com/in/"
events = ["price", "refused"]
vault = "notify/hook"
timeout_s = 5
proxy = "none"
on = false
[[notify]]
name = "own"
command = ["notify-send", "An alarm of $HOME"]
"""
REFUSED = {
    'name = "A b"\nurl = "https://example.com"': "small letters",
    'url = "https://example.com"': "a target needs name",
    'name = "a"': "a url or a command",
    'name = "a"\nurl = "https://example.com"\ncommand = ["x"]': "a url or a command",
    'name = "a"\nurl = "http://example.com"': "expected https://",
    'name = "a"\nurl = "http://127.0.0.1/x"': "local = true",
    'name = "a"\nurl = "http://169.254.169.254/x"\nlocal = true': "metadata",
    'name = "a"\nurl = "https://me:pw@example.com"': "no user name or password",
    'name = "a"\nurl = "https://example.com?token=1"': "without ? and #",
    'name = "a"\ncommand = []': "a program and its arguments",
    'name = "a"\ncommand = "notify-send x"': "a program and its arguments",
    'name = "a"\ncommand = ["x"]\nvault = "a/b"': "is for an address",
    'name = "a"\ncommand = ["x"]\nevents = ["prices"]': "one of other_model",
    'name = "a"\ncommand = ["x"]\ntimeout_s = 0': "from 1 to 60",
    'name = "a"\ncommand = ["x"]\n[[notify]]\nname = "a"\ncommand = ["y"]': "called 'a' already",
}


def test_whole_tables_are_read() -> None:
    hook, own = settings_of("config.toml", WHOLE, {}).settings.notify
    assert hook.url == "https://example.com/in"
    assert hook.events == (AlarmKind.PRICE, AlarmKind.REFUSED)
    assert (hook.vault, hook.timeout_s, hook.is_on) == ("notify/hook", 5.0, False)
    assert own == NotifyTarget(name="own", command=("notify-send", "An alarm of $HOME"))
    assert own.events == tuple(AlarmKind)


def test_the_environments_proxy_holds() -> None:
    env = {"HTTPS_PROXY": "http://me:pw@proxy.example:3128"}
    settings = settings_of(
        "c", b'[[notify]]\nname = "a"\nurl = "https://example.com/x"\n', env
    ).settings
    (target,) = settings.notify
    assert target.way.place == "proxy.example:3128"
    assert "pw" in settings.api_keys
    assert "pw" not in repr(target)


@pytest.mark.parametrize("table", REFUSED)
def test_what_would_tell_nobody_is_refused(table: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings_of("config.toml", b"[[notify]]\n" + table.encode(), {})
    assert REFUSED[table] in str(refused.value)
