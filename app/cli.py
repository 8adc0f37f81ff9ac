"""Chat with Parley in the browser.

    python app.py --catalog films --port 7860

The first start fetches the language model, which takes a few minutes; later ones take seconds.
"""

import argparse
import os
import socket
from collections.abc import Sequence
from pathlib import Path

from app.settings import PARLEY, Settings, checked_port, from_environment
from catalog.items import UnknownItemError
from retrieval.base import WeightsError


def main(argv: Sequence[str] | None = None) -> None:
    """Start Parley and serve its page until interrupted."""
    try:
        settings = _settings(argv)
        _check_free(settings)
        _serve(settings)
    # Each of these says what is wrong and what to do about it, so no trace is needed.
    except (OSError, ValueError, WeightsError, UnknownItemError) as error:
        raise SystemExit(f"parley: {error}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _settings(argv: Sequence[str] | None) -> Settings:
    known = from_environment()
    parser = argparse.ArgumentParser(
        prog="app.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--catalog", default=known.catalog, help="what to recommend (default: %(default)s)")
    parser.add_argument("--host", default=known.host, help="address to serve on (default: %(default)s)")
    parser.add_argument("--port", default=str(known.port), help="port to serve on (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=known.home, help="folder for all data (default: %(default)s)")
    parser.add_argument("--model", default=known.model, help=f"{PARLEY}, hub id or folder (default: %(default)s)")
    parser.add_argument(
        "--allow-adding",
        action="store_true",
        help="let whoever reaches the page add items to the catalogue, for good, through its API (default: off)",
    )
    given = parser.parse_args(argv)
    home, port = given.home.expanduser(), checked_port(given.port)
    return Settings(home, given.catalog, given.host, port, given.model, given.allow_adding)


def _check_free(settings: Settings) -> None:
    """Raise OSError when the port is taken: better now than after everything was loaded."""
    try:
        with socket.create_server((settings.host, settings.port)):
            pass
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        way_out = "choose another with --port, or stop what is running there"
        raise OSError(f"cannot serve on {settings.host}:{settings.port} ({reason}); {way_out}") from error


def _serve(settings: Settings) -> None:
    _say("Parley is getting ready.")
    # These import torch and Gradio; --help and a wrong argument need not wait for them.
    from app.server import serve
    from app.start import ready_bot
    from app.ui import build

    bot, additions = ready_bot(settings, _say)
    try:
        page = build(bot, additions if settings.allow_adding else None)
        address = serve(page, settings.host, settings.port)
        _say(f"Parley is ready: {address}  (Ctrl+C ends it)")
        page.block_thread()
    finally:
        bot.close()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201
