"""Prefect's server, as a process that ends with the one that started it.

    python -m flows.server PORT

Its standard input is a pipe that nothing is written to: it closes when the parent is gone, however
it went, so that a killed `huiyi` leaves no server behind.
"""

import os
import signal
import sys
import threading

import uvicorn


def main(port: int) -> None:
    """Serve Prefect's API on loopback until the parent is gone, or says so."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host="127.0.0.1",
        port=port,
        lifespan="on",
        log_level="error",
    )


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]))
