"""The dashboard in headless Chromium: it plays, steps, resets, changes, shows, exports, and asks no other machine.

``make test-browser`` installs what it needs and runs this. With ``OFFTHERUN_SCREENSHOTS`` a picture of each view is
left in that folder. How long loading and a step take is printed, not judged.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from time import perf_counter, sleep

import pytest

from experiments.scenario import load
from experiments.small_world import COUNTS

pytestmark = pytest.mark.browser
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 60_000  # milliseconds
VIEWS = ("Market", "Buybacks", "Balance sheets", "Depth", "Network", "Two arms")
SMALL = "\n".join(
    ['base = "baseline"', "[run]", "rounds = 4", "burn_in_days = 2"]
    + [f"[population.{kind}]\ncount = {number}" for kind, number in COUNTS.items()]
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the dashboard of a small market is served."""
    scenario = tmp_path_factory.mktemp("dashboard") / "small.toml"
    scenario.write_text(SMALL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "experiments.cli", "dashboard", str(scenario), "--port", str(port)]
    env = os.environ | {"PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, start_new_session=True)
    said = []
    for line in server.stdout:
        said.append(line)
        if line.startswith("open"):
            break
    assert said and said[-1].startswith("open"), said
    wait_for(port)
    yield f"http://localhost:{port}"
    os.killpg(server.pid, 15)
    server.wait()


def wait_for(port):
    """Wait until somebody listens."""
    for _ in range(600):
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    pytest.fail(f"nobody listens on port {port}")


class Noted:
    """A page, and what it asked for and complained of."""

    def __init__(self, browser, address):
        self.asked, self.complaints, self.address = [], [], address
        self.page = browser.new_page(viewport={"width": 1500, "height": 1000}, accept_downloads=True)
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        started = perf_counter()
        self.page.goto(address)
        self.day(0)
        print(f"loaded in {perf_counter() - started:.1f} s")

    def day(self, number):
        """Wait for a day."""
        self.page.get_by_text(f"Day {number}:").wait_for()

    def press(self, name):
        """Press a button when it can be pressed."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def step(self, to):
        """Live a day."""
        started = perf_counter()
        self.press("Step")
        self.day(to)
        print(f"a day in {perf_counter() - started:.2f} s")

    def keep(self, name):
        """Leave a picture, if they are wanted."""
        folder = os.environ.get("OFFTHERUN_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.wait_for_timeout(500)
            self.page.screenshot(path=f"{folder}/{name.lower().replace(' ', '-')}.png", full_page=True)

    def slide(self, name, presses):
        """Move a slider to the right by so many steps, with the keyboard."""
        self.page.get_by_role("slider").nth(name).focus()
        for _ in range(presses):
            self.page.keyboard.press("ArrowRight")


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, or another of its kind."""
    from playwright.sync_api import sync_playwright

    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert found, f"no browser, expected one of {', '.join(BROWSERS)}; Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(browser, address):
    """A tab of its own; in the end nothing was asked of another machine, and nobody complained."""
    noted = Noted(browser, address)
    yield noted
    noted.page.close()
    elsewhere = [url for url in noted.asked if not re.match(rf"(http|ws)://localhost:{address[-5:]}|data:|blob:", url)]
    assert elsewhere == [] and noted.complaints == []


def pictures(tab, least, do):
    """Do something; wait until all pictures are others than before, whole, and so many."""
    old = tab.page.evaluate("[...document.images].map(i => i.src)")
    do()
    new = "[...document.images].every(i => i.complete && i.naturalWidth > 100 && !old.includes(i.src))"
    tab.page.wait_for_function(f"old => document.images.length >= {least} && {new}", arg=old)


def test_it_steps_plays_pauses_and_begins_again(tab):
    tab.step(1)
    tab.step(2)
    tab.press("Play")
    tab.day(4)
    tab.press("Pause")
    tab.page.get_by_role("button", name="Play", exact=True).wait_for()
    tab.press("Reset")
    tab.day(0)


def test_every_view_has_its_pictures(tab):
    tab.step(1)
    for view in VIEWS:
        if view != VIEWS[0]:
            pictures(tab, 1, lambda name=view: tab.press(name))
        tab.keep(view)
    pictures(tab, 1, lambda: tab.step(2))  # both arms: the last view is that of two


def test_a_security_has_a_book_and_owners_and_an_institution_an_account(tab):
    tab.step(1)
    pictures(tab, 2, lambda: tab.press("Security"))
    tab.keep("Security")
    tab.press("Institution")
    tab.page.get_by_text("treasury cash").wait_for()
    tab.keep("Institution")


def test_what_is_moved_is_noted_and_the_exported_scenario_is_it(tab, tmp_path):
    tab.step(1)
    tab.slide(0, 2)
    tab.page.get_by_text("Buybacks: size, times the calendar's: 1.2").wait_for()
    tab.slide(2, 1)
    tab.page.get_by_text("billion dollars a day: 0.5").wait_for()
    tab.press("Export")
    tab.page.get_by_text("buyback_size from 1.0 to 1.2").first.wait_for()
    tab.keep("Export")
    tab.step(2)
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Export as a scenario").click()
    file = tmp_path / "sliders.toml"
    download.value.save_as(file)
    world = load(str(file))
    assert world.policy.buybacks.scale == pytest.approx(1.2) and world.flows[-1].holder == "foreign_official"
    out = tmp_path / "run"
    command = [sys.executable, "-m", "experiments.cli", "run", str(file), "--days", "1", "--quiet", "--out", str(out)]
    assert subprocess.run(command, check=False).returncode == 0 and (out / "manifest.json").is_file()


def test_each_tab_has_a_market_of_its_own(tab, browser, address):
    tab.step(1)
    other = Noted(browser, address)
    other.step(1)
    other.step(2)
    tab.step(2)
    other.page.close()
