"""A wire to a server on this machine, at any moment of which something may happen."""

import contextlib
import socket
import threading
from collections.abc import Callable


class Wire:
    """Passes on what clients and the server say; half-way through the n-th message something happens.

    A message is what a client sends at once: a small request, or a piece of a large one. Once the wire
    is cut, nobody gets through.
    """

    def __init__(self, server: tuple[str, int]) -> None:
        self._server, self._lock = server, threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        self.reset()
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self, moment: int = 0, event: Callable[[], None] = lambda: None) -> None:
        """Count anew, and let the event happen at that moment; never at 0."""
        self.messages, self._moment, self._event, self._is_cut = 0, moment, event, False
        self.has_happened = False

    def cut(self, *, for_good: bool = True) -> None:
        """Let every connection die, and if for good, make no other."""
        self._is_cut = for_good
        for end in list(self._open):
            self._close(end)

    def close(self) -> None:
        """Take no more connections."""
        self.cut()
        self._listener.close()

    def _close(self, end: socket.socket) -> None:
        self._open.discard(end)
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                client.close()
                continue
            server = socket.create_connection(self._server)
            self._open |= {client, server}
            for pair in ((client, server, self._passed), (server, client, self._plain)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, put: Callable[..., None]) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                put(target, piece)
        self._close(source)
        self._close(target)

    def _plain(self, target: socket.socket, piece: bytes) -> None:
        target.sendall(piece)

    def _passed(self, target: socket.socket, piece: bytes) -> None:
        with self._lock:
            self.messages += 1
            is_now = self.messages == self._moment
        half = len(piece) // 2
        target.sendall(piece[:half])
        if is_now:
            self.has_happened = True
            self._event()
        target.sendall(piece[half:])
