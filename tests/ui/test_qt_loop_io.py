"""Real input and output on the hosted loop: children, sockets, TLS, files, threads, libraries."""

from __future__ import annotations

import asyncio
import datetime
import errno
import ipaddress
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest
from aiohttp import ClientSession, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from mcp import ClientSession as McpSession
from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from llmgw_desktop.ui.loop.qt_hosted_loop import QtHostedLoop
from tests.support.hosted_loop import complete, hosted_loop

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")
MEGABYTE = bytes(range(256)) * 4096

MCP_SERVER = """
from mcp.server.mcpserver import MCPServer
server = MCPServer("adder")
@server.tool()
def add(a: int, b: int) -> int:
    return a + b
server.run("stdio")
"""


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[QtHostedLoop]:
    with hosted_loop(qapp) as loop:
        yield loop


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


async def send_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def sent_back(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes
) -> bytes:
    writer.write(data)
    answer = await reader.readexactly(len(data))
    writer.close()
    await writer.wait_closed()
    return answer


@posix
def test_many_children_at_once(loop: QtHostedLoop) -> None:
    async def child(number: int) -> tuple[int, bytes]:
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", f"cat; exit {number}", stdin=-1, stdout=-1
        )
        out, _ = await process.communicate(b"%d" % number)
        assert process.returncode is not None
        return process.returncode, out

    async def main() -> list[tuple[int, bytes]]:
        return await asyncio.gather(*[child(number) for number in range(50)])

    assert complete(loop, main()) == [(number, b"%d" % number) for number in range(50)]


@posix
def test_a_child_can_be_killed(loop: QtHostedLoop) -> None:
    async def main() -> int:
        process = await asyncio.create_subprocess_exec("/bin/sleep", "60")
        QTimer.singleShot(20, process.kill)
        return await process.wait()

    assert complete(loop, main()) == -9


@posix
def test_unix_sockets(loop: QtHostedLoop, tmp_path: Path) -> None:
    async def main() -> bytes:
        path = str(tmp_path / "s")
        server = await asyncio.start_unix_server(send_back, path)
        async with server:
            return await sent_back(*await asyncio.open_unix_connection(path), b"hello")

    assert complete(loop, main()) == b"hello"


def test_tls_carries_a_megabyte(loop: QtHostedLoop, certificate: Path) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    asking = ssl.create_default_context(cafile=str(certificate))

    async def main() -> bytes:
        server = await asyncio.start_server(send_back, "127.0.0.1", 0, ssl=serving)
        async with server:
            port = server.sockets[0].getsockname()[1]
            streams = await asyncio.open_connection("127.0.0.1", port, ssl=asking)
            return await sent_back(*streams, MEGABYTE)

    assert complete(loop, main()) == MEGABYTE


def test_sendfile(loop: QtHostedLoop, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(MEGABYTE)

    async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with path.open("rb") as file:
            await loop.sendfile(writer.transport, file)
        writer.close()

    async def main() -> bytes:
        async with await asyncio.start_server(send, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            data = await reader.read(-1)
            writer.close()
            return data

    assert complete(loop, main()) == MEGABYTE


def test_an_http_server_streams_to_an_http_client(loop: QtHostedLoop) -> None:
    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for number in range(50):
            await response.write(b"%d " % number)
            await asyncio.sleep(0.001)
        return response

    async def main() -> list[bytes]:
        app = web.Application()
        app.router.add_get("/", stream)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        async with ClientSession() as session:

            async def ask() -> bytes:
                async with session.get(url) as answer:
                    return await answer.read()

            answers = await asyncio.gather(*[ask() for _ in range(20)])
        await runner.cleanup()
        return answers

    assert complete(loop, main()) == [b"".join(b"%d " % n for n in range(50))] * 20


def test_a_crowd_of_connections_is_taken(loop: QtHostedLoop) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(3))
        writer.close()

    async def ask(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"abc")
        said = await reader.read()
        writer.close()
        return said

    async def main() -> list[bytes]:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=256)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await asyncio.gather(*[ask(port) for _ in range(150)])

    assert complete(loop, main()) == [b"abc"] * 150


def test_who_accepts_and_fails_is_told_of_and_leaves_the_door_open(loop: QtHostedLoop) -> None:
    problems: list[str] = []
    loop.set_exception_handler(lambda _, problem: problems.append(str(problem["exception"])))

    class Welcome(asyncio.Protocol):
        count = 0

        def __init__(self) -> None:
            Welcome.count += 1
            if Welcome.count == 1:
                raise ValueError("not today")

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            assert transport.get_extra_info("peername")
            transport.write(b"welcome")
            transport.close()

    async def visit(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = await reader.read()
        writer.close()
        return said

    async def main() -> list[bytes]:
        server = await loop.create_server(Welcome, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return [await visit(port), await visit(port)]

    assert complete(loop, main()) == [b"", b"welcome"]
    assert problems == ["not today"]


def test_without_descriptors_asyncio_waits_before_it_accepts_again(loop: QtHostedLoop) -> None:
    problems: list[str] = []
    loop.set_exception_handler(lambda _, problem: problems.append(problem["message"]))

    class Full(socket.socket):
        is_full = True

        def accept(self) -> tuple[socket.socket, object]:
            if Full.is_full:
                raise OSError(errno.EMFILE, "too many open files")
            return super().accept()

    async def main() -> bytes:
        listening = Full()
        listening.bind(("127.0.0.1", 0))

        async def greet(_: object, writer: asyncio.StreamWriter) -> None:
            writer.write(b"hello")
            writer.close()

        server = await asyncio.start_server(greet, sock=listening)
        async with server:
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            while not problems:
                await asyncio.sleep(0.005)
            Full.is_full = False
            said = await reader.read()
            writer.close()
            return said

    assert complete(loop, main()) == b"hello"
    assert "out of system resource" in problems[0]


def test_threads_of_the_executor(loop: QtHostedLoop) -> None:
    async def main() -> list[int]:
        done = await asyncio.gather(*[asyncio.to_thread(pow, n, 2) for n in range(200)])
        await loop.shutdown_default_executor()
        return done

    assert complete(loop, main()) == [n * n for n in range(200)]


def test_descriptors_are_watched_until_removed(loop: QtHostedLoop) -> None:
    near, far = socket.socketpair()
    got: list[bytes] = []

    async def main() -> None:
        arrived = asyncio.Event()
        loop.add_reader(near, lambda: (got.append(near.recv(1)), arrived.set()))
        QTimer.singleShot(10, lambda: far.send(b"a"))
        await arrived.wait()
        loop.remove_reader(near)
        far.send(b"b")
        await asyncio.sleep(0.05)

    with near, far:
        complete(loop, main())
    assert got == [b"a"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
def test_fifty_loops_leave_no_descriptor_behind(qapp: QApplication) -> None:
    def one() -> None:
        with hosted_loop(qapp) as loop:
            complete(loop, asyncio.sleep(0))

    one()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        one()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_generators_are_shut_down(loop: QtHostedLoop) -> None:
    ended: list[str] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            while True:
                yield 1
        finally:
            await asyncio.sleep(0)
            ended.append("ended")

    async def main() -> None:
        async for _ in numbers():
            break  # dropped: asyncio's hook has to close it
        while not ended:
            await asyncio.sleep(0.001)

    complete(loop, main())
    complete(loop, loop.shutdown_asyncgens())
    assert ended == ["ended"]


def run_event_loop() -> None:
    nested = QEventLoop()
    QTimer.singleShot(150, nested.quit)
    nested.exec()


def test_a_group_of_anyio_outlives_a_nested_loop(
    loop: QtHostedLoop, caplog: pytest.LogCaptureFixture
) -> None:
    ticks = [0, 0]

    async def tick(who: int) -> None:
        while True:
            await anyio.sleep(0.002)
            ticks[who] += 1

    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(tick, 0)
            group.start_soon(tick, 1)
            await anyio.sleep(0.01)
            run_event_loop()
            before = list(ticks)
            while ticks[0] < before[0] + 3 or ticks[1] < before[1] + 3:
                await anyio.sleep(0.002)
            group.cancel_scope.cancel()

    complete(loop, main())
    assert len(caplog.records) == 1  # the loop says so


def test_an_mcp_session_outlives_a_nested_loop(loop: QtHostedLoop) -> None:
    sums: list[int] = []

    async def main() -> None:
        server = StdioServerParameters(command=sys.executable, args=["-c", MCP_SERVER])
        async with stdio_client(server) as streams, McpSession(*streams) as session:
            await session.initialize()
            before = loop.create_future()
            QTimer.singleShot(50, lambda: (run_event_loop(), before.set_result(len(sums))))
            while not before.done() or len(sums) < before.result() + 5:
                answer = await session.call_tool("add", {"a": len(sums), "b": 1})
                sums.append(int(answer.content[0].text))

    complete(loop, main())
    assert sums == list(range(1, len(sums) + 1))
