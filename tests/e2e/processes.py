"""Programs that the tests start: each is ended by the one that started it, whatever happens."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep

_running: list[subprocess.Popen[bytes]] = []


@atexit.register
def _end_all() -> None:
    for process in list(_running):
        end(process)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def begin(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str], stdout: Path | None = None
) -> subprocess.Popen[bytes]:
    """Starts a program; standard error, and standard output unless `stdout` names a file of its own, go to `log`."""
    with open(log, "ab") as errors:
        output = open(stdout, "ab") if stdout else errors
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=dict(environment), cwd=log.parent
            )
        finally:
            output.close()
    _running.append(process)
    return process


def end(process: subprocess.Popen[bytes], *, patience: float = 20) -> int:
    """Asks a program to stop and waits; kills it where it does not. Its exit status."""
    if process in _running:
        _running.remove(process)
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a program as a power cut does."""
    if process in _running:
        _running.remove(process)
    process.send_signal(signal.SIGKILL)
    process.wait()


def plain_environment(home: Path) -> dict[str, str]:
    """The caller's environment without any settings of ours or of a proxy in it."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": str(home), "TMPDIR": str(home), "RUST_BACKTRACE": "1"}


def wait_until(ready: Callable[[], bool], what: str, *, seconds: float = 30, every: float = 0.02) -> None:
    """Asks again and again; fails where the answer stays no."""
    deadline = monotonic() + seconds
    while not ready():
        if monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        sleep(every)
