"""Hold a real conversation with a running Parley, through its API and in Chromium.

python .ci/converse.py http://127.0.0.1:7860 screenshot.png
"""

import sys
import time
from pathlib import Path

from gradio_client import Client
from playwright.sync_api import expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def through_the_api(address: str) -> None:
    """Take three turns; the last must come with items and words about the first of them."""
    client = Client(address, verbose=False)
    conversation = None
    for said in ("a heist film, nothing violent", "stylish", "just recommend something"):
        began = time.monotonic()
        reply = client.predict(said, conversation, api_name="/chat")
        conversation = reply["conversation"]
        shown = ", ".join(item["title"] for item in reply["items"])
        print(f"> {said}\n{reply['text']}\n  [{reply['action']}: {shown}] {time.monotonic() - began:.1f} s")
    if not reply["items"] or reply["items"][0]["title"] not in reply["text"]:
        raise SystemExit(f"the third turn recommended nothing that it speaks of: {reply}")


def in_the_browser(address: str, screenshot: Path) -> None:
    """Take three turns in the page, one of them with a chip, and save what it looks like."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        box = page.get_by_role("textbox").first
        box.fill("something like Heat, but funnier")
        box.press("Enter")
        chip = page.get_by_role("button", name="Just recommend")
        expect(chip).to_be_visible(timeout=60_000)
        chip.click()
        expect(page.get_by_role("button", name="Seen it").first).to_be_visible(timeout=60_000)
        box.fill("why the first one?")
        box.press("Enter")
        expect(page.get_by_text("shares").first).to_be_visible(timeout=60_000)
        page.screenshot(path=screenshot)
        browser.close()
    print(f"screenshot: {screenshot.stat().st_size:,} bytes")


if __name__ == "__main__":
    through_the_api(sys.argv[1])
    in_the_browser(sys.argv[1], Path(sys.argv[2]))
