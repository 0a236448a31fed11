"""One run of the protocol's conformance suite against a door."""

from __future__ import annotations

import asyncio
import os
import platform
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.support import npm_cli

_KEY_GIVER = Path(__file__).with_name("mcp_conformance_key.mjs")
PACKAGE = "@modelcontextprotocol/conformance"
_NODE = "22"
"""The suites use what earlier ones have not."""
_ADDRESS = re.compile(r"http://127[.]0[.]0[.]1:[0-9]+/oauth/authorize[?][^ \t\r\n\x1b]+")


async def run_suite(
    version: str, url: str, key: str, folder: Path, *arguments: str, timeout_s: float
) -> tuple[int, str]:
    """Its exit code, which is 0 where all but the expected passed, and what it said."""
    machine = "arm64" if platform.machine() in ("aarch64", "arm64") else "x64"
    node = await asyncio.to_thread(npm_cli.install, f"node-linux-{machine}", _NODE, "node")
    suite = await asyncio.to_thread(npm_cli.install, PACKAGE, version, "conformance")
    process = await asyncio.create_subprocess_exec(
        str(node),
        "--import",
        str(_KEY_GIVER),
        str(suite),
        "server",
        "--url",
        url,
        *arguments,
        "-o",
        str(folder / "results"),
        cwd=folder,
        env={
            "PATH": f"{node.parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "CONFORMANCE_KEY": key,
            "CONFORMANCE_SUITE": str(suite.resolve()),
            "CONFORMANCE_URL": url.rpartition("/")[0],
            "NO_PROXY": "127.0.0.1,localhost",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(timeout_s):
            said, _ = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return process.returncode, said.decode(errors="replace")


async def run_client(
    version: str, command: str, folder: Path, *arguments: str, timeout_s: float
) -> tuple[int, str]:
    """The suite for clients: `command` is started with the address of its server."""
    machine = "arm64" if platform.machine() in ("aarch64", "arm64") else "x64"
    node = await asyncio.to_thread(npm_cli.install, f"node-linux-{machine}", _NODE, "node")
    suite = await asyncio.to_thread(npm_cli.install, PACKAGE, version, "conformance")
    process = await asyncio.create_subprocess_exec(
        *(str(node), str(suite), "client", "--command", command, *arguments),
        *("--timeout", "120000", "-o", str(folder / "results")),
        cwd=Path(__file__).parents[2],
        env={
            "PATH": f"{node.parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "NO_PROXY": "127.0.0.1,localhost",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(timeout_s):
            said, _ = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return process.returncode, said.decode(errors="replace")


async def run_authorization(
    version: str,
    arguments: list[str],
    folder: Path,
    browse: Callable[[str], Awaitable[None]],
    *,
    timeout_s: float,
) -> tuple[int, str]:
    """The suite for authorization servers: `browse` opens the address that it prints."""
    machine = "arm64" if platform.machine() in ("aarch64", "arm64") else "x64"
    node = await asyncio.to_thread(npm_cli.install, f"node-linux-{machine}", _NODE, "node")
    suite = await asyncio.to_thread(npm_cli.install, PACKAGE, version, "conformance")
    process = await asyncio.create_subprocess_exec(
        *(str(node), str(suite), "authorization", *arguments, "-o", str(folder / "results")),
        cwd=folder,
        env={"PATH": f"{node.parent}:{os.environ['PATH']}", "HOME": str(folder)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, opened = "", set[str]()
    try:
        async with asyncio.timeout(timeout_s):
            assert process.stdout is not None
            while line := await process.stdout.readline():
                said += line.decode(errors="replace")
                for address in _ADDRESS.findall(line.decode(errors="replace")):
                    if address not in opened:
                        opened.add(address)
                        await browse(address)
            await process.wait()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return process.returncode, said
