"""`python -m web`: the web application, until SIGTERM or Ctrl-C."""

import argparse
import os
import sys
from importlib import import_module
from urllib.parse import urlsplit

import uvicorn

from models.settings import DEFAULT_SECRET, Settings, is_loopback
from web.alive import serve_with_others
from web.connections import Shared, serving


def main() -> None:
    """Serve on the address that is asked for, in as many processes."""
    asked = argparse.ArgumentParser(prog="python -m web", description=__doc__)
    asked.add_argument("--host", default="127.0.0.1", help="where it listens")
    asked.add_argument("--port", type=int, default=8000)
    asked.add_argument("--workers", type=int, default=1, help="how many processes")
    asked.add_argument(
        "--sockets",
        type=int,
        nargs="+",
        help="serve on these, inherited and shared with other processes, in place of host and port",
    )
    asked.add_argument("--reload", action="store_true", help="start again when a file changes")
    asked.add_argument(
        "--when-told",
        action="store_true",
        help="load everything, and listen when standard input has a line or ends",
    )
    options = asked.parse_args()
    settings = Settings()
    hosts = (options.host, urlsplit(settings.base_url).hostname or "")
    if settings.secret_key == DEFAULT_SECRET and not all(map(is_loopback, hosts)):
        sys.exit("Beyond this machine it needs a secret of its own: set SCC_SECRET_KEY.")
    if options.when_told:
        import_module("web.app")
        sys.stdin.readline()
    if options.sockets:
        serve_with_others(settings, [Shared(fileno=number) for number in options.sockets])
        return
    os.environ["SCC_BOUND_TO"] = options.host  # for the application, which reads it for itself
    uvicorn.run(
        "web.app:create_app",
        factory=True,
        host=options.host,
        port=options.port,
        workers=options.workers,
        reload=options.reload,
        reload_dirs=["models", "notifications", "templates", "web"] if options.reload else None,
        **serving(settings),
    )


if __name__ == "__main__":
    main()
