"""The real program as a benchmark starts it: its own home, one stub provider, one client key."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from llmgw_desktop.store.paths import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningGateway:
    url: str
    pid: int
    key: str
    home: Path
    ready_after_cpu_s: float
    """CPU seconds that the process had used when it said that it was ready."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@contextmanager
def running_gateway(
    upstream: str,
    *,
    window: bool = False,
    lateness_file: Path | None = None,
    providers: str | None = None,
    program: Sequence[str] = (),
    flights: Path | None = None,
) -> Iterator[RunningGateway]:
    """`llmgw serve`, or the app with its window shown on the offscreen platform.

    With a `lateness_file` a timer notes how late it is: with the window in the app's Qt thread
    (late_desktop.py), else in the loop (late_serve.py). `providers` stands in the settings in the
    place of the one that speaks Chat Completions. `program`: what runs in the program's place.
    `flights`: a database that is copied into the home.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        env = {
            **os.environ,
            "LLMGW_HOME": str(home),
            "STUB_KEY": "stub",
            "LLM_GATEWAY_HTTP_PORT": "0",
            "QT_QPA_PLATFORM": "offscreen",
        }
        config = home / "config" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            providers
            or provider_table("stub", "openai-compatible", f"{upstream}/v1", model="stub-model")
        )
        usual = [sys.executable, "-m", "llmgw_desktop"]
        made = subprocess.run(
            [*usual, "key", "add", "bench"], env=env, capture_output=True, text=True, check=True
        )
        if flights is not None:
            shutil.copyfile(flights, Places.of(env).flights_db)
        if lateness_file is not None:
            script = "late_desktop.py" if window else "late_serve.py"
            usual = [sys.executable, str(Path(__file__).with_name(script))]
            env["BENCH_LATENESS_FILE"] = str(lateness_file)
        process = subprocess.Popen(
            [*(program or usual), "desktop" if window else "serve"],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = _wait_for_url(home / "run" / "gateway.json", process)
            yield RunningGateway(
                url=url,
                pid=process.pid,
                key=made.stdout.strip(),
                home=home,
                ready_after_cpu_s=_cpu_s(process.pid),
            )
        finally:
            process.terminate()
            process.wait(20)


def provider_table(name: str, kind: str, base_url: str, *, model: str) -> str:
    """One provider of the settings."""
    return (
        f"[providers.{name}]\nkind = '{kind}'\nbase_url = '{base_url}'\n"
        f"api_key_env = 'STUB_KEY'\nmodels = ['{model}']\nlocal = true\n"
    )


def _wait_for_url(run_file: Path, process: subprocess.Popen[bytes]) -> str:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"the gateway ended with code {process.returncode}")
        try:
            return str(json.loads(run_file.read_text())["url"])
        except (OSError, ValueError):
            time.sleep(0.01)
    raise RuntimeError("the gateway did not become ready")


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
