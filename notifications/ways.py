"""Which way out it is, by the settings: asked by all who send, and all who look."""

from models.settings import Settings
from notifications.folder import Folder
from notifications.graph import Graph
from notifications.smtp import Smtp
from notifications.tokens import Tokens
from notifications.way_out import WayOut

SMTP_SCOPE = "https://outlook.office365.com/.default"


def way_out(settings: Settings) -> WayOut:
    """The way out of these settings; connects to nothing."""
    url = settings.mail_url
    if not url:
        return Folder(settings.mail_folder)
    match url.strip().partition("://")[0].lower():
        case "graph":
            return Graph(settings, Tokens(settings, f"{settings.mail_graph.rstrip('/')}/.default"))
        case "xoauth2":
            return Smtp(url, Tokens(settings, SMTP_SCOPE))
    return Smtp(url)
