"""What a run gets at that is in somebody else's hands: contained nothing, and else all there is."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.workspaces.command import run as run_command
from llmgw_desktop.app.workspaces.workspaces import containment_here
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.platform.held_thread import can_be_closed
from tests.engine.conftest import House, house_in
from tests.support.fake_clis import make_fake_clis

HOSTILE = Path(__file__).parents[2] / "support" / "hostile_cli.py"
SECRET = "sk-ant-the-gateways-own-0123456789abcdef"
WHY_NOT = containment_here(os.environ).problem()
contained = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
LEFT_OPEN = (
    frozenset()
    if can_be_closed()
    else frozenset(
        {
            "an abstract socket",
            "the abstract socket of a screen",
            "a key in the user's keyring of the kernel, by its number",
            "type into a terminal that it has",
        }
    )
)
"""By kernels that cannot close them (before Linux 6.12)."""


@contextmanager
def _computer(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What there is to get at."""
    home, person = tmp_path / "gateway", tmp_path / "person"
    secrets = {
        home / "data/jobs/job_other/asked.json": "{}",
        home / "data/homes/other/.codex/auth.json": "{}",
        person / ".ssh/id_ed25519": "key",
        person / ".aws/credentials": "key",
        person / ".codex/auth.json": "key",
        person / ".local/share/keyrings/login.keyring": "key",
        person / ".config/seen": "1",
        tmp_path / "other/words": "words",
        Path(f"/tmp/llmgw-job_{os.getpid()}/words"): "words",
        Path(f"/dev/shm/llmgw-{os.getpid()}"): "words",
    }
    for file, text in secrets.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    work = tmp_path / "work"
    work.mkdir()
    (work / "planted-link").symlink_to(home / "run")
    (home / "run").mkdir(exist_ok=True)
    abstract = f"llmgw-test-{os.getpid()}"
    screen = f"/tmp/.X11-unix/X{os.getpid()}"
    Path(screen).parent.mkdir(mode=0o1777, exist_ok=True)
    sockets = {
        "the session's bus": tmp_path / "session/bus",
        "the keyring": tmp_path / "session/keyring/control",
        "a screen": tmp_path / "session/wayland-0",
        "an X screen": Path(screen),
        "the ssh agent": person / ".ssh/agent",
        "the gpg agent": person / ".gnupg/S.gpg-agent",
        "a password manager": person / ".1password/agent.sock",
        "what starts containers": person / "a b/docker.sock",
    }
    for each in sockets.values():
        each.parent.mkdir(parents=True, exist_ok=True)
    key_name = f"llmgw-test-{os.getpid()}"
    with ExitStack() as stack:
        stack.callback(Path(screen).unlink)
        listening = (home / "run/s", tmp_path / "bus", *sockets.values())
        for address in (f"\0{abstract}", f"\0{screen}", *map(str, listening)):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        other = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        handle = stack.enter_context((tmp_path / "other/words").open())
        terminal = stack.enter_context(_terminal())
        stack.enter_context(_kernel_keys(key_name))
        bystander = subprocess.Popen(["sleep", "600"], env={"KEY": SECRET})
        try:
            yield {
                "home": str(home),
                "person": str(person),
                "pid": os.getpid(),
                "secret": SECRET,
                "handle": handle.fileno(),
                "other": other.getsockname()[1],
                "abstract": abstract,
                "bus": str(tmp_path / "bus"),
                "sockets": {name: str(each) for name, each in sockets.items()},
                "screen": screen,
                "kernel_key": key_name,
                "shm_key": stack.enter_context(_old_shared_memory()),
                "terminal": terminal,
                "project": str(tmp_path / "other"),
                "temp": f"/tmp/llmgw-job_{os.getpid()}",
                "shared": f"/dev/shm/llmgw-{os.getpid()}",
            }
        finally:
            bystander.kill()
            bystander.wait()
            for file in list(secrets)[-2:]:
                file.unlink()
            Path(f"/tmp/llmgw-job_{os.getpid()}").rmdir()


@contextmanager
def _terminal() -> Iterator[str]:
    ours, theirs = os.openpty()
    yield os.ttyname(theirs)
    os.close(theirs)
    os.close(ours)


@contextmanager
def _kernel_keys(name: str) -> Iterator[None]:
    """One that the session has, one that the user has; none where the kernel keeps none."""
    libc = ctypes.CDLL(None, use_errno=True)
    text = SECRET.encode()
    made = [libc.syscall(248, b"user", name.encode(), text, len(text), each) for each in (-3, -4)]
    yield
    for each, keyring in zip(made, (-3, -4), strict=True):
        libc.syscall(250, 9, each, keyring)


@contextmanager
def _old_shared_memory() -> Iterator[int]:
    """Its key."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    key = 0x4C000000 | os.getpid()
    number = libc.shmget(key, 5, 0o1600)
    assert number >= 0
    at = libc.shmat(number, None, 0)
    ctypes.memmove(at, b"words", 5)
    yield key
    libc.shmdt(ctypes.c_void_p(at))
    libc.shmctl(number, 0, None)


def _env(tmp_path: Path) -> dict[str, str]:
    own = Path(sys.executable).parent
    return {
        "PATH": f"{own}:{os.environ['PATH']}",
        "HOME": str(tmp_path / "person"),
        "LLM_GATEWAY_SECRET": SECRET,
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'bus'}",
        "SSH_AUTH_SOCK": str(tmp_path / "bus"),
        "XDG_RUNTIME_DIR": str(tmp_path / "session"),
    }


async def _attacked(tmp_path: Path, settings: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the hostile one tried and what went well; what was said of its containment."""
    toml = f'[clis.claude]\ncommand = "{HOSTILE}"\n{settings}'
    with _computer(tmp_path) as facts:
        async with house_in(tmp_path / "gateway", toml, _env(tmp_path)) as house:
            facts["url"] = house.container.gateway.status.url
            (tmp_path / "work/facts.json").write_text(json.dumps(facts))
            told = await _run(house, "attack", workingDir=str(tmp_path / "work"))
            return json.loads(told["text"]), told["containment"]


async def _run(house: House, prompt: str, **fields: Any) -> Any:
    body = {"cli": "claude", "prompt": prompt, "wait": True, **fields}
    async with house.post("/v1/jobs", body) as answer:
        told = await answer.json()
    async with asyncio.timeout(120):  # the door answers before a job that takes long
        while told["state"] in ("queued", "running"):
            await asyncio.sleep(0.1)
            async with house.get(f"/v1/jobs/{told['id']}") as answer:
                told = await answer.json()
    assert told["state"] == "completed", told
    return told


@contained
async def test_a_contained_run_gets_at_nothing(tmp_path: Path) -> None:
    found, told = await _attacked(tmp_path, "")
    assert told == {"contained": True, "by": "bubblewrap", "network": "on", "why": None}
    assert found["tried"] >= 80
    assert (found["connects"], found["elsewhere"]) == (True, True), "its models are asked for here"
    assert set(found["there"]) == set(LEFT_OPEN)
    assert not list(tmp_path.glob("**/planted")), "what it says is one thing"


async def test_one_that_is_not_contained_gets_at_most_of_it(tmp_path: Path) -> None:
    """Else the table would prove nothing."""
    found, told = await _attacked(tmp_path, 'contain = "never"\n')
    assert told == {
        "contained": False,
        "by": None,
        "network": "on",
        "why": "The settings say so.",
    }
    assert len(found["there"]) >= 55, found


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    program = make_fake_clis(tmp_path / "bin")["claude"]
    (tmp_path / "person/.claude").mkdir(parents=True)
    toml = f'[clis.claude]\ncommand = "{program}"\nwritable = ["~/asked"]\n'
    (tmp_path / "person/asked").touch()
    async with house_in(tmp_path / "gateway", toml, _env(tmp_path)) as house:
        yield house


def _repository(folder: Path) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "src/a").write_text("a")
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b", *("commit", "-qm", "a")),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, timeout=30)
    return folder


@contained
async def test_its_work_is_done_where_it_was_sent(house: House, tmp_path: Path) -> None:
    """The project around its folder, a worktree with its repository, the CLI's own files; HOME can
    only be read, and what tools keep there for later is another one."""
    project = _repository(tmp_path / "project")
    (tmp_path / "person/.cache").mkdir()
    (tmp_path / "person/.gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.org\n")
    prompt = """
        echo new >../made; touch "$HOME/.claude/kept" "$HOME/.cache/x"
        touch "$HOME/planted" 2>/dev/null ;
        git commit -qam b && answer done
    """
    told = await _run(house, "echo b >a;" + prompt, workingDir=str(project / "src"))
    assert "done" in told["text"], told
    assert (project / "made").read_text() == "new\n"
    assert (tmp_path / "person/.claude/kept").exists()
    assert not (tmp_path / "person/.cache/x").exists()
    assert not (tmp_path / "person/planted").exists()
    in_tree = """
        echo c >c; git add c; git commit -qm c && r=$(git rev-parse --git-common-dir)
        (echo x >>$r/config) || (echo x >$r/hooks/post-commit) || answer kept
    """
    told = await _run(house, in_tree, workingDir=str(project), worktree=True)
    assert "kept" in told["text"], told
    looked = ["git", "log", "--format=%s", f"gateway/{told['worktree']['name']}"]
    log = subprocess.run(looked, cwd=project, capture_output=True, text=True, check=True)
    assert log.stdout.split() == ["c", "b", "a"]


@contained
@pytest.mark.parametrize("way", ["beside", "a link", "a link to what is seen"])
async def test_a_program_beside_the_gateways_folder_is_started(tmp_path: Path, way: str) -> None:
    """The folder of both is not shown. What reads its script lies in a third one."""
    shell = tmp_path / "tools/sh"
    shell.parent.mkdir()
    shutil.copy("/bin/sh", shell)
    (tmp_path / "sh").symlink_to(shell)
    made = make_fake_clis(tmp_path / ("person/a" if way == "a link to what is seen" else "a"))
    text = made["claude"].read_text()
    made["claude"].write_text(text.replace("#!/bin/sh", f"#!{tmp_path}/sh", 1))
    program = tmp_path / "claude"
    if way == "beside":
        made["claude"].rename(program)
    else:
        program.symlink_to(made["claude"])
    (tmp_path / "person").mkdir(exist_ok=True)
    toml = f'[clis.claude]\ncommand = "{program}"\nwritable = ["~"]\n'
    async with house_in(tmp_path / "gateway", toml, _env(tmp_path)) as house:
        told = await _run(house, "answer done")
    assert "done" in told["text"]
    assert told["containment"]["contained"] is True


@contained
@pytest.mark.parametrize("what", ["program", "starter", "gone starter"])
async def test_a_program_that_no_run_sees_is_told_by_a_sentence(tmp_path: Path, what: str) -> None:
    """bubblewrap says of each that there is no such file."""
    hidden = tmp_path / "gateway/bin"
    made = make_fake_clis(hidden if what == "program" else tmp_path / "bin")["claude"]
    if what != "program":
        hidden.mkdir(parents=True)
        starter = hidden / "sh" if what == "starter" else tmp_path / "sh"
        if what == "starter":
            shutil.copy("/bin/sh", starter)
        made.write_text(made.read_text().replace("#!/bin/sh", f"#!{starter}", 1))
    (tmp_path / "person").mkdir()
    toml = f'[clis.claude]\ncommand = "{made}"\nwritable = ["~"]\n'
    async with house_in(tmp_path / "gateway", toml, _env(tmp_path)) as house:
        body = {"cli": "claude", "prompt": "answer hi", "wait": True}
        async with house.post("/v1/jobs", body) as answer:
            told = (await answer.json())["error"]["message"]
    if what == "gone starter":
        assert told == (
            f"It could not be started: {starter}, which {made} is started by, is not there."
        )
        return
    unseen = str(made) if what == "program" else f"{starter}, which {made} is started by,"
    assert told == (
        f"It could not be started: {unseen} lies in the gateway's own folder"
        f" {tmp_path / 'gateway'}, of which a contained run sees nothing; put it elsewhere, or set"
        ' contain = "never" for this CLI.'
    )


@contained
async def test_one_without_a_network_reaches_no_door(tmp_path: Path) -> None:
    found, told = await _attacked(tmp_path, 'network = "off"\n')
    assert told["network"] == "off"
    assert found["there"] == []
    assert (found["connects"], found["elsewhere"]) == (False, False)


@contained
async def test_one_may_reach_the_gateway_alone(tmp_path: Path) -> None:
    found, told = await _attacked(tmp_path, 'network = "loopback"\n')
    assert told["network"] == "loopback"
    assert found["there"] == []
    assert found["connects"] is True
    assert found["elsewhere"] is False


@contained
async def test_it_is_ended_kindly_and_whole(house: House, tmp_path: Path) -> None:
    """Its own end is told as it was, and nothing that it started outlives it."""
    work = tmp_path / "work"
    work.mkdir()
    begun = 'setsid sleep 300 & trap "touch asked-kindly; exit 3" TERM; touch begun; '
    body = {"cli": "claude", "prompt": begun + "while :; do sleep 0.05; done"}
    async with house.post("/v1/jobs", {**body, "workingDir": str(work)}) as answer:
        job_id = (await answer.json())["id"]
    while not (work / "begun").exists():
        await asyncio.sleep(0.02)
    await house.container.runs.supervisor.cancel(job_id)
    assert (work / "asked-kindly").exists()
    assert not ProcessTree(job_id, None).find()
    async with house.post("/v1/jobs", {**body, "prompt": "kill -9 $$", "wait": True}) as answer:
        assert (await answer.json())["error"]["exitCode"] == 137
    async with house.post("/v1/jobs", {**body, "prompt": "exit 7", "wait": True}) as answer:
        assert (await answer.json())["error"]["exitCode"] == 7


async def test_what_cannot_be_contained_is_said_or_refused(tmp_path: Path) -> None:
    program = make_fake_clis(tmp_path / "bin")["claude"]
    (tmp_path / "person").mkdir()
    (tmp_path / "tools").mkdir()
    for each in ("sh", "cat", "git"):
        (tmp_path / "tools" / each).symlink_to(str(shutil.which(each)))
    env = {**_env(tmp_path), "PATH": str(tmp_path / "tools")}
    toml = f'[clis.claude]\ncommand = "{program}"\n'
    repo = f'[[workspaces.repos]]\nalias = "safe"\npath = "{tmp_path / "safe"}"\n'
    for name in ("safe", "kept"):
        (tmp_path / name).mkdir()
    settings = f'{toml}{repo}contain = "always"\n'
    async with house_in(tmp_path / "gateway", settings, env) as house:
        told = await _run(house, "answer hi")
        assert told["containment"]["contained"] is False
        assert "bubblewrap" in told["containment"]["why"]
        body = {"cli": "claude", "prompt": "answer hi", "workspace": "safe"}
        async with house.post("/v1/jobs", body) as answer:
            error = (await answer.json())["error"]
        assert (answer.status, error["param"]) == (400, "contain")
        assert "demand" in error["message"]
        words = ["workspace", "add", "kept", str(tmp_path / "kept"), "--contain", "always"]
        assert run_command(parse(words), house.container.places, env) == 0
        async with house.post("/v1/jobs", {**body, "workspace": "kept"}) as answer:
            assert (await answer.json())["error"]["param"] == "contain", "a registered one's too"
        body = {"cli": "claude", "prompt": "answer hi", "workingDir": str(tmp_path)}
        async with house.post("/v1/jobs", body) as answer:
            error = (await answer.json())["error"]
        assert (answer.status, error["param"]) == (400, "workingDir")


@contained
async def test_mcp_within_a_run_shows_the_runs_own_key(tmp_path: Path) -> None:
    """It finds no key of the person's, and needs none; what it may is what runs may."""
    program = make_fake_clis(tmp_path / "bin")["claude"]
    (tmp_path / "person").mkdir()
    work = tmp_path / "work"
    work.mkdir()
    libraries = str(Path(orjson.__file__).resolve().parents[1])  # they may be linked to
    places = [each for each in (*sys.path, libraries) if each.startswith("/")]
    ours = json.dumps([each for each in places if Path(each).exists()])
    toml = f'[clis.claude]\ncommand = "{program}"\nwritable = ["~"]\nreadable = {ours}\n'
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
        *(
            {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": name}}
            for number, name in ((4, "llm_job_list"),)
        ),
    ]
    (work / "said").write_text("".join(json.dumps(each) + "\n" for each in lines))
    script = f"""
        export LLMGW_HOME={tmp_path / "gateway"}
        (cat said; n=0; while [ $((n += 1)) -lt 900 ] &&
            ! (grep -q '"id":2' out && grep -q '"id":4' out); do sleep 0.1; done) |
            {sys.executable} -m llmgw_desktop mcp >out
        answer done
    """
    async with house_in(tmp_path / "gateway", toml, _env(tmp_path)) as house:
        await _run(house, script, workingDir=str(work))
    told = {each["id"]: each for each in map(json.loads, (work / "out").read_text().splitlines())}
    offered = {each["name"] for each in told[2]["result"]["tools"]}
    assert "llm_generate" in offered
    assert not {each for each in offered if "job" in each or each.endswith("_request")}
    assert told[4]["result"]["isError"], "jobs are not its own to ask for"


@pytest.mark.parametrize("network", ["on", "loopback"])
@contained
async def test_what_it_asks_here_is_known_as_its_own(tmp_path: Path, network: str) -> None:
    """By its process, or by the way that it came; whatever key it shows. A gateway that starts
    anew is found again."""
    program = make_fake_clis(tmp_path / "bin")["claude"]
    (tmp_path / "work").mkdir()
    (tmp_path / "person").mkdir()
    toml = f'[clis.claude]\ncommand = "{program}"\nwritable = ["~"]\nnetwork = "{network}"\n'
    asks = f"""
        unset LLMGW_RUN_KEY; touch begun; while ! [ -e go ]; do sleep 0.05; done
        {sys.executable} - <<'END'
import json, urllib.request
body = {{"model": "gpt-stub", "messages": [{{"role": "user", "content": "hi"}}]}}
asked = urllib.request.Request(open("url").read() + "/v1/chat/completions",
    json.dumps(body).encode(), {{"Content-Type": "application/json"}})
asked.add_header("Authorization", "Bearer " + open("key").read())
asked.add_header("Host", open("host").read())
urllib.request.urlopen(asked, timeout=30).read()
END
        answer done
    """
    work = tmp_path / "work"
    async with house_in(tmp_path / "gateway", toml, _env(tmp_path)) as house:
        body = {"cli": "claude", "prompt": asks, "workingDir": str(work)}
        async with house.post("/v1/jobs", body) as answer:
            job_id = (await answer.json())["id"]
        while not (work / "begun").exists():
            await asyncio.sleep(0.02)
        port = house.container.gateway.status.url.rpartition(":")[2]
    async with house_in(tmp_path / "gateway", toml, _env(tmp_path)) as house:
        url = house.url if network == "on" else f"http://127.0.0.1:{port}"
        (work / "url").write_text(url)
        (work / "host").write_text(house.url.removeprefix("http://"))
        (work / "key").write_text(house.container.places.access_key_file.read_text().strip())
        (work / "go").touch()
        ended = await house.container.runs.supervisor.wait(job_id, 60)
        assert ended is not None
        assert ended.state == "completed", ended.error
        async with house.get(f"/v1/jobs/{job_id}") as answer:
            told = (await answer.json())["job"]
        said = await house.container.runs.supervisor.result(job_id)
    assert told["flights"], said and said.stderr[-1500:]
    assert told["flights"]["count"] == 1
