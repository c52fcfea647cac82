"""The socket of the pages: bound before anything starts, and inherited by all who serve them.

One for all processes, not one for each (SO_REUSEPORT): who comes while one of them is started again
waits where the others take from, and is not cut off with its own queue.
"""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from cli.answers import CommandError

_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


@contextmanager
def bound(host: str, port: int, option: str) -> Iterator[list[socket.socket]]:
    """A socket for each address of a host, held until the end; whoever inherits one listens.

    Raises CommandError, naming the option that chooses another port, when it cannot be used.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise CommandError(f"{host!r} is not an address of this machine. Check --host.") from None
    with ExitStack() as until_the_end:
        held: list[socket.socket] = []
        for place, (family, kind, protocol, _, address) in enumerate(found, 1):
            try:
                held.append(until_the_end.enter_context(_bound(family, kind, protocol, address)))
            except OSError as error:
                # "localhost" has an address of a family that this machine may not have.
                if error.errno in _NOT_HERE and (held or place < len(found)):
                    continue
                raise CommandError(
                    f"Port {port} on {host} cannot be used ({error.strerror}). "
                    f"Choose another one with {option}."
                ) from None
        yield held


def _bound(family: int, kind: int, protocol: int, address: Any) -> socket.socket:
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # the other family has a socket of its own
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
    except OSError:
        opened.close()
        raise
    return opened
