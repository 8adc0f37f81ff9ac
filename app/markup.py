"""Small pieces of HTML, everything in them escaped."""

import re
from html import escape

_TARGET = r"\((?:[^()]|\([^()]*\))*\)"
_IMAGE = re.compile(rf"!\[([^\]]*)\]{_TARGET}")
_LINK = re.compile(rf"\[([^\]]+)\]{_TARGET}")
_TAG = re.compile(r"</?[a-zA-Z!][^>]*>")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_ICONS = {
    "like": "M8 13.4 2.9 8.5a3.2 3.2 0 0 1 4.5-4.6l.6.6.6-.6a3.2 3.2 0 0 1 4.5 4.6Z",
    "reject": "m4 4 8 8m0-8-8 8",
    "seen": "m3 8.5 3.2 3.2L13 5",
    "more": "M8 3v10M3 8h10",
    "forget": "m4.5 4.5 7 7m0-7-7 7",
}


def text(value: object) -> str:
    """Return ``value`` as HTML text, safe between tags and inside quoted attributes."""
    return escape(str(value), quote=True)


def icon(name: str) -> str:
    """Return a small line drawing; it says nothing that the words beside it do not."""
    return f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{_ICONS[name]}"/></svg>'


def button(press: str, inside: str, says: str = "", kind: str = "quiet", **facts: str) -> str:
    """Return a button that sends ``press`` and ``facts`` to the server.

    ``inside`` is HTML; ``says`` is what a screen reader says instead of it.
    """
    given = "".join(f' data-{name}="{text(value)}"' for name, value in facts.items())
    label = f' aria-label="{text(says)}" title="{text(says)}"' if says else ""
    return f'<button type="button" class="{kind}" data-press="{press}"{given}{label}>{inside}</button>'


def prose(written: str) -> str:
    """Return words of the language model as paragraphs: images, links and tags are reduced to their text."""
    bare = _TAG.sub("", _LINK.sub(r"\1", _IMAGE.sub(r"\1", written)))
    paragraphs = [part.strip() for part in re.split(r"\n{2,}", bare) if part.strip()]
    return "".join(f"<p>{_inline(part)}</p>" for part in paragraphs)


def _inline(part: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", text(part)).replace("\n", "<br>")
