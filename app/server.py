"""Serving the page on this machine: looks, headers, health."""

from pathlib import Path

import gradio as gr
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "monospace")
_HEADERS = {
    # Gradio's own page needs inline scripts and styles, and evaluates its templates.
    "content-security-policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


class SafeHeaders:
    """Adds the headers that keep a page from loading or sending anything elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, send_with_headers)


def serve(page: gr.Blocks, host: str, port: int) -> str:
    """Begin to serve ``page`` and return its address; ``page.block_thread()`` then waits for Ctrl+C.

    Raises OSError when the port is taken.
    """
    here = Path(__file__).parent
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        ssr_mode=False,
        run_history=False,
        footer_links=[],
        # Nothing is ever uploaded.
        max_file_size=1,
        favicon_path=here / "favicon.svg",
        theme=_theme(),
        css_paths=here / "page.css",
        app_kwargs={
            "routes": [Route("/healthz", _healthy)],
            "middleware": [Middleware(SafeHeaders)],
            "docs_url": None,
            "redoc_url": None,
        },
    )
    return str(address)


async def _healthy(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def _theme() -> gr.themes.Base:
    """Return a plain theme without fonts from elsewhere; the looks are in ``page.css``."""
    return gr.themes.Base(font=_SANS, font_mono=_MONO).set(
        body_background_fill="#faf8f4",
        body_background_fill_dark="#171512",
        body_text_color="#25211c",
        body_text_color_dark="#ece6dc",
    )
