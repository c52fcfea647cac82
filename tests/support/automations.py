"""What a council ties to our events in Prefect, and somebody who is called then."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import yaml
from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import PrefectClient
from prefect.events.schemas.automations import AutomationCore

EXAMPLE = Path(__file__).parents[2] / "docs/automations/warning-notice-to-teams.yaml"


@contextmanager
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address on this machine that takes what is posted to it and says it back."""
    received: list[dict[str, Any]] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(json.loads(body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Takes)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/workflows", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def install_example(client: PrefectClient, url: str, **trigger: Any) -> UUID:
    """Install the automation of the documentation, as it says there, with another trigger if told.

    Args:
        client: Prefect.
        url: Where the channel is called.
        trigger: What differs from the documentation's trigger.
    """
    block = Webhook(url=url, headers={"Content-Type": "application/json"})
    block_id = await block.asave(f"channel-{uuid4().hex[:8]}")
    example = yaml.safe_load(EXAMPLE.read_text())
    example["actions"][0]["block_document_id"] = str(block_id)
    example["trigger"] |= trigger
    return await client.create_automation(AutomationCore.model_validate(example))
