"""Serves HTTP apps of this process from a thread of its own: emulators, and the receiver of webhooks.

Needs uvicorn, which the extras `emulator` and `webhook` bring.
"""

from typing import TYPE_CHECKING, Any

from docferry.serving.listener import listen
from docferry.serving.thread import ServerThread

if TYPE_CHECKING:
    from docferry.serving.server import PromptServer

__all__ = ["ServerThread", "listen", "make_server"]

KEEP_ALIVE_SECONDS = 75


def make_server(app: Any, **more: Any) -> "PromptServer":  # noqa: ANN401 - an ASGI app, and uvicorn's settings
    """A server that says nothing of itself, logs nothing and leaves signals alone.

    Args:
        app: An ASGI app.
        more: Settings of `uvicorn.Config` besides.
    """
    import uvicorn  # noqa: PLC0415 - an extra

    from docferry.serving.server import PromptServer  # noqa: PLC0415 - it imports uvicorn

    return PromptServer(
        uvicorn.Config(
            app,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
            **more,
        )
    )
