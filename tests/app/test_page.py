"""The real page in a real browser, over a chatbot that needs no weights."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from catalog.items import Catalog
from tests.app.fakes import NASTY, FakeBot, serving, tiny_catalog

pytestmark = pytest.mark.browser

_CHROMIUM = "/usr/bin/chromium"
_QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_CHROMIUM, args=_QUIET.split())
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address():
    with serving(FakeBot(tiny_catalog(), seconds=0.01)) as found:
        yield found


def opened(browser: Browser, address: str, width: int = 1280, scheme: str = "light") -> tuple[Page, list[str]]:
    """Return a fresh browser's page and a list that gathers everything it should not do."""
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page, faults = context.new_page(), []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda sent: faults.append(sent.url) if not sent.url.startswith(address) else None)
    page.goto(address)
    expect(page.get_by_role("heading", name="What do you feel like?")).to_be_visible()
    return page, faults


def say(page: Page, words: str) -> None:
    box = page.get_by_label("Message to Parley")
    box.fill(words)
    box.press("Enter")
    expect(box).to_have_value("")
    answered(page, words)


def answered(page: Page, words: str) -> None:
    expect(page.locator("#live p.said")).to_contain_text(words)
    expect(page.locator("#live .turn.live:not(.busy)")).to_be_visible()


def beliefs(page: Page) -> list[str]:
    return page.locator(".beliefs .what").all_inner_texts()


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def recommended(page: Page) -> None:
    say(page, "Something like Heat")
    page.locator("#live [data-press=option]").first.click()
    expect(page.locator("#live .card")).to_have_count(3)
    expect(page.locator("#live .turn.live:not(.busy)")).to_be_visible()


def test_an_evening_from_opener_to_undo(browser, address):
    page, faults = opened(browser, address)
    page.get_by_role("button", name="Something like Heat, but funnier").click()
    answered(page, "Something like Heat")
    page.get_by_role("button", name="Why this question?").click()
    answered(page, "Why do you ask?")
    expect(page.locator("#live svg.figure")).to_be_visible()
    page.locator("#live [data-press=option]").first.click()
    expect(page.locator("#live .card")).to_have_count(3)
    expect(page.locator("#live .turn.live:not(.busy)")).to_be_visible()
    card = page.locator("#live .card").first
    card.get_by_role("button", name=re.compile("^Why ")).click()
    sheet = page.locator(".sheet:popover-open")
    expect(sheet.locator("svg.figure")).to_be_visible()
    expect(sheet).to_contain_text("You like Heat (1995) →")
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(card.get_by_role("button", name=re.compile("^Why "))).to_be_focused()
    card.get_by_role("button", name=re.compile("^Not this: ")).click()
    answered(page, "Not ")
    held = beliefs(page)
    page.get_by_role("button", name="Forget: likes Heat (1995)").click()
    answered(page, "Forget that I like Heat (1995)")
    assert beliefs(page) == [belief for belief in held if belief != "Heat (1995)"]
    page.get_by_role("button", name="Undo").click()
    answered(page, "Take that back")
    assert beliefs(page) == held
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".opening")).to_be_visible()
    assert not faults


def test_two_browsers_never_see_each_other(browser, address):
    mine, _ = opened(browser, address)
    say(mine, "Something like Heat")
    yours, faults = opened(browser, address)
    assert "Heat (1995)" not in yours.content()
    say(yours, "Something like Ronin")
    assert beliefs(mine) == ["Heat (1995)"]
    assert beliefs(yours) == ["Ronin (1998)"]
    mine.reload()
    expect(mine.locator("p.said")).to_contain_text("Something like Heat")
    assert beliefs(mine) == ["Heat (1995)"]
    assert not faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_needs_no_sideways_scrolling(browser, address, scheme):
    page, faults = opened(browser, address, width=390, scheme=scheme)
    assert sideways(page) == 0
    recommended(page)
    assert sideways(page) == 0
    bar = page.locator("#side").bounding_box()
    page.wait_for_function("y => document.querySelector('#live p.said').getBoundingClientRect().top < y", arg=200)
    assert page.locator("#live p.said").bounding_box()["y"] >= bar["y"] + bar["height"]
    expect(page.locator("#beliefs")).to_be_hidden()
    page.get_by_role("button", name=re.compile("^What Parley believes")).click()
    expect(page.locator("#beliefs")).to_be_visible()
    assert sideways(page) == 0
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#beliefs")).to_be_hidden()
    assert not faults


def test_the_whole_page_works_from_the_keyboard(browser, address):
    page, _ = opened(browser, address)
    say(page, "Something like Heat")
    chip = page.locator("#live [data-press=option]").first
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#live .card")).to_have_count(3)
    expect(page.get_by_label("Message to Parley")).to_be_focused()


def test_a_reply_can_be_stopped_and_talked_over(browser):
    with serving(FakeBot(tiny_catalog(), seconds=0.15)) as slow:
        page, faults = opened(browser, slow)
        box = page.get_by_label("Message to Parley")
        box.fill("Something like Heat")
        box.press("Enter")
        expect(page.locator("#live .words p")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#live .turn.live:not(.busy)")).to_be_visible()
        expect(page.locator("#live .words")).not_to_contain_text("?")
        box.fill("a funny one")
        box.press("Enter")
        expect(page.locator("#live p.said")).to_contain_text("a funny one")
        expect(page.locator("#past .words").first).to_contain_text("?")
        assert not faults


def test_titles_that_mean_harm_are_shown_and_do_nothing(browser):
    loud = tuple(replace(item, popularity=2.0) for item in NASTY)
    items = (*loud, *tiny_catalog().items)
    with serving(FakeBot(Catalog("odd", items, "film"))) as odd:
        page, faults = opened(browser, odd)
        expect(page.get_by_role("button", name="Something like ${alert(1)} {{value}}")).to_be_visible()
        say(page, "hello ${alert(5)} {{value}} <img src=x onerror=alert(6)>")
        say(page, "Crime")
        if page.locator("#live [data-press=recommend]").count():
            page.locator("#live [data-press=recommend]").click()
            answered(page, "Just recommend")
        expect(page.locator("#live .card").first).to_be_visible()
        assert page.title() == "Parley"
        assert not faults
