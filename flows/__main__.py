"""`python -m flows`: the flow runner, until SIGTERM or Ctrl-C."""

import os

from models.settings import Settings

if __name__ == "__main__":
    # Before Prefect is imported: without an address it would start a server of its own.
    os.environ["PREFECT_API_URL"] = Settings().prefect_api_url or "http://127.0.0.1:4200/api"

    from flows.runner import run

    run()
