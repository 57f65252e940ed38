"""Starting the screen as its own process: a free port, this machine only, the browser opened when it answers."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import webbrowser
from pathlib import Path

from geodata.errors import DataError, Text
from geodata.progress import Progress

HOME = "127.0.0.1"
PORTS_TRIED = 20
LAST_PORT = 65_535
OPEN_WITHIN_SECONDS = 60.0
EVERYWHERE = {"0.0.0.0", "::"}


def start_screen(home: Path, folder: Path | None, address: str, port: int, browser: bool, progress: Progress) -> int:
    """Run app.py of `home` on `folder` until it ends; its exit code.

    Raises DataError where no port from `port` on is free.
    """
    free = free_port(address, port)
    if free != port:
        progress(
            Text(
                f"ポート {port} は使われているので、{free} を使います（すでに開いている画面があるかもしれません）。",
                f"port {port} is taken (perhaps by a screen that is open already); using {free}",
            )
        )
    if address != HOME:
        progress(
            Text(
                f"注意: {address} で待ち受けます。同じネットワークの人は、パスワードなしでこの調査を見て操作できます。",
                f"Careful: listening on {address}. Anyone on the network can see and use this study without a password.",
            )
        )
    url = f"http://{_reached(address)}:{free}"
    progress(Text(f"画面: {url}　（終わるときは Ctrl+C）", f"the screen: {url}  (Ctrl+C ends it)"))
    server = subprocess.Popen(command(home, folder, address, free), cwd=home)
    if browser:
        threading.Thread(target=_open_when_ready, args=(url, free, address, server), daemon=True).start()
    try:
        return server.wait()
    except KeyboardInterrupt:  # Ctrl+C reaches the server too: it ends by itself
        server.wait()
        return 0


def command(home: Path, folder: Path | None, address: str, port: int) -> list[str]:
    """The command line of the server. The settings of `.streamlit/config.toml` in `home` hold besides."""
    line = [sys.executable, "-m", "streamlit", "run", str(home / "app.py"), f"--server.port={port}"]
    if address != HOME:
        names = ["*"] if address in EVERYWHERE else [address, HOME, "localhost"]
        line += [f"--server.address={address}", *(f"--server.allowedHosts={name}" for name in names)]
    return [*line, "--", *([str(folder.resolve())] if folder else [])]


def free_port(address: str, port: int) -> int:
    """The first port from `port` on that nobody listens on. Raises DataError where there is none."""
    for tried in range(port, min(port + PORTS_TRIED, LAST_PORT + 1)):
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            if sys.platform != "win32":  # there the option would let two listen at once
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, tried))
            except OSError:
                continue
            return tried
    raise DataError(
        "port-taken",
        Text(
            f"{address} のポート {port}〜{port + PORTS_TRIED - 1} はどれも使えません",
            f"none of the ports {port} to {port + PORTS_TRIED - 1} of {address} can be used",
        ),
        Text(
            "開いたままの画面を閉じるか、--port でほかの番号（例 --port 8600）を指定してください。",
            "close screens that are still open, or name another number, e.g. --port 8600",
        ),
    )


def _reached(address: str) -> str:
    name = HOME if address in EVERYWHERE else address
    return f"[{name}]" if ":" in name else name


def _open_when_ready(url: str, port: int, address: str, server: subprocess.Popen[bytes]) -> None:
    """Open the browser as soon as the server listens; without one (a server room) nothing happens."""
    last = time.monotonic() + OPEN_WITHIN_SECONDS
    while server.poll() is None and time.monotonic() < last:
        try:
            socket.create_connection((HOME if address in EVERYWHERE else address, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
            continue
        webbrowser.open(url)
        return
