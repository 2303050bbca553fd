"""A gateway and a venue as processes, each waited for by what it says, and a line between caller and gateway that can be cut."""

from __future__ import annotations

import queue
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx

from tollgate import Client

PATIENCE_S = 120
ROOT = Path(__file__).resolve().parents[2]

CONFIG = """\
listen = "127.0.0.1:{listen}"
data_dir = "{data}"
trading = "{trading}"
{more}
[server]
failed_auth_per_minute_max = 3
public_names = [{names}]
[broker]
kind = "tws"
port = {port}
account = "DUV0000001"
"""


class Process:
    """A process of the binary."""

    def __init__(self, words: list[str], home: Path) -> None:
        env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
        self.child = subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.is_killed = False
        assert self.child.stdout is not None
        threading.Thread(target=self._read, args=(self.child.stdout,), daemon=True).start()

    def _read(self, output: IO[str]) -> None:
        with output:
            for line in output:
                self.lines.put(line)
        self.lines.put(None)

    def line(self, prefix: str) -> str:
        """The rest of the first line that begins so."""
        seen = []
        while (line := self.lines.get(timeout=PATIENCE_S)) is not None:
            if line.startswith(prefix):
                return line.removeprefix(prefix).strip()
            seen.append(line)
        raise AssertionError(f"no line beginning with {prefix!r}; seen: {''.join(seen)}")

    @property
    def ended(self) -> int | None:
        """Its exit code, or the signal that ended it as a negative number, unless this test did."""
        return None if self.is_killed else self.child.poll()

    def kill(self) -> None:
        """`kill -9`."""
        self.is_killed = True
        self.child.kill()
        self.child.wait(timeout=PATIENCE_S)

    def end(self) -> int:
        """Its exit code after SIGTERM."""
        self.child.terminate()
        return self.child.wait(timeout=PATIENCE_S)


class Stage:
    """A home directory with a venue, and a gateway that comes and goes at one address."""

    def __init__(
        self,
        tollgate: str,
        home: Path,
        more: str = "",
        names: tuple[str, ...] = (),
        trading: str = "paper",
        venue: tuple[str, ...] = (),
    ) -> None:
        self.tollgate, self.home, self.more, self.names, self.trading = tollgate, home, more, names, trading
        words = [tollgate, "venue", "--tws-port", "0", "--control-port", "0", "--sessions", "always", "--throttle", "off"]
        self.venue = Process([*words, *venue], home)
        self.tws_port = self.venue.line("tws 127.0.0.1:")
        self.control = httpx.Client(base_url=f"http://{self.venue.line('control http://')}", trust_env=False)
        self.url = ""
        self.gateway = self.serve()

    def serve(self) -> Process:
        """Starts the gateway, again at the address that it had."""
        listen = self.url.rpartition(":")[2] or "0"
        names = ", ".join(f'"{name}"' for name in self.names)
        config = self.home / "tollgate.toml"
        more = {"port": self.tws_port, "more": self.more, "names": names, "trading": self.trading}
        text = CONFIG.format(listen=listen, data=self.home / "data", **more)
        config.write_text(text, encoding="utf-8")
        self.gateway = Process([self.tollgate, "serve", "--config", str(config)], self.home)
        self.url = self.gateway.line("tollgate is ready at ").split()[0].rstrip(";")
        return self.gateway

    def key_file(self, name: str = "operator") -> Path:
        return self.home / "data" / f"{name}.key"

    def client(self, **more: Any) -> Client:
        """The operator."""
        return Client(**{"url": self.url, "key_file": self.key_file(), **more})

    def ledger(self) -> list[dict[str, Any]]:
        """Every order that the venue ever accepted."""
        orders: list[dict[str, Any]] = self.control.get("/ledger").raise_for_status().json()
        return orders

    def count_of(self, key: str) -> int:
        """How many orders carry that key: the independent witness."""
        return sum(1 for order in self.ledger() if order["order_ref"].endswith(f":{key}"))

    def fault(self, when: dict[str, Any], do: Any) -> None:
        """Orders a fault at the venue."""
        self.control.post("/faults", json={"when": when, "do": do}).raise_for_status()

    def end(self) -> None:
        """Ends both; a venue that ended by itself, or by somebody else, makes whatever was seen worthless."""
        self.control.close()
        ended = self.venue.ended
        for process in (self.gateway, self.venue):
            process.kill()
        assert ended is None, f"the venue ended before the test did: {ended}"


class CutLine:
    """A line to the gateway, at an address of its own, on which something happens to requests.

    `before_request` runs before a request is passed on, `before_answer` once the gateway has it. With `cuts_left` the caller is
    cut off where the answer would come.
    """

    def __init__(self) -> None:
        self.stage: Stage | None = None
        self.cuts_left = 0
        self.requests: list[bytes] = []
        self.before_request: Callable[[], None] = lambda: None
        self.before_answer: Callable[[], None] = lambda: None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.name = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.url = f"http://{self.name}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        assert self.stage is not None
        port = int(self.stage.url.rpartition(":")[2])
        try:
            with caller, socket.create_connection(("127.0.0.1", port)) as gateway:
                while request := _message(caller):
                    self.before_request()
                    gateway.sendall(request)
                    self.requests.append(request)
                    self.before_answer()
                    answer = _message(gateway)
                    if not answer:
                        return
                    if self.cuts_left > 0:
                        # The gateway has answered, so it has done whatever it does; the caller never hears.
                        self.cuts_left -= 1
                        return
                    caller.sendall(answer)
        except OSError:
            # A side is gone: so is the line.
            return

    def close(self) -> None:
        self.listener.close()


def _message(side: socket.socket) -> bytes:
    """One HTTP message with its body; empty at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = side.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else b"0"):
        body += side.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def staged(tollgate: str, home: Path, **more: Any) -> Iterator[Stage]:
    """A stage that is cleared away."""
    home.mkdir(parents=True, exist_ok=True)
    stage = Stage(tollgate, home, **more)
    try:
        yield stage
    finally:
        stage.end()
