"""Serves one org over HTTP on 127.0.0.1, and tells its port once it listens."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import uvicorn

from .app import create_app
from .org import Org

HOST = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one."""
    # asyncio switches Nagle's algorithm off only on sockets that say they are TCP; else every answer waits 40 ms.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
    except OSError:
        found.close()
        raise
    found.listen(256)
    return found


def write_port(file: Path, port: int) -> None:
    """Writes the port in one step, so that a reader never sees half of it."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(f"{port}\n")
    draft.replace(file)


class Server(uvicorn.Server):
    """Stops at once on the first signal: nothing here is worth waiting for."""

    def handle_exit(self, sig: int, frame: object) -> None:
        self.should_exit = True
        self.force_exit = True


def server_for(org: Org) -> Server:
    config = uvicorn.Config(
        create_app(org), log_level="warning", access_log=False, timeout_keep_alive=75, proxy_headers=False,
        lifespan="off", server_header=False,
    )  # fmt: skip
    return Server(config)


def serve(org: Org | None = None, *, port: int = 8200, port_file: Path | None = None) -> None:
    """Serves until SIGTERM or SIGINT. Raises OSError when the port is taken."""
    org = org or Org()
    listening = listen(port)
    org.base_url = f"http://{HOST}:{listening.getsockname()[1]}"
    if port_file:
        write_port(Path(port_file), listening.getsockname()[1])
    print(f"sandbox org  {org.base_url}", flush=True)
    server_for(org).run(sockets=[listening])


class RunningOrg:
    """An org served from a thread of this program: `with RunningOrg() as org: org.base_url`."""

    def __init__(self, org: Org | None = None, port: int = 0) -> None:
        self.org = org or Org(approve=True)
        self.listening = listen(port)
        self.org.base_url = f"http://{HOST}:{self.listening.getsockname()[1]}"
        self.server = server_for(self.org)
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        self.server.run(sockets=[self.listening])

    def __enter__(self) -> Org:
        self.thread.start()
        return self.org

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = self.server.force_exit = True
        self.thread.join(5)
        self.listening.close()
