"""How heavy the page to compare is, and how soon it can be used, on a slow phone with a running demonstration.

``python -m benchmarks.page_weight ADDRESS LOGIN_FILE``; LOGIN_FILE is the JSON file of names and passwords that
``manage.py load_demo`` keeps.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, StorageState, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NAME, POLL = "visitor", "rivermouth-budget"
PHONE = {"width": 360, "height": 740}
SLOWER = 4
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 768e3 / 8}
"""Fast 3G as WebPageTest defines it: 150 ms, 1.6 Mbit/s down, 768 kbit/s up."""
HEAVIEST, LATEST = 60_000, 1_000
"""Wanted: bytes at most, milliseconds at most."""

WATCH = """
new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.busyUntil = task.startTime + task.duration;
}).observe({ type: "longtask", buffered: true });
const look = () => document.querySelector("judge-slider[data-state] input[type=range]")
    ? (window.usableAt = performance.now())
    : requestAnimationFrame(look);
look();
"""
STILL = 500
"""Milliseconds without a long task, after loading, that show that there is none to come."""
TIMES = """(still) => new Promise((done) => {
    const tell = () => {
        const painted = performance.getEntriesByName("first-contentful-paint")[0].startTime;
        const usable = Math.max(painted, window.usableAt, window.busyUntil ?? 0);
        done({ painted, usable, answered: performance.getEntriesByType("navigation")[0].responseStart });
    };
    const look = () => window.usableAt ? setTimeout(tell, still) : requestAnimationFrame(look);
    look();
})"""
TOUCH = """() => new Promise((done) => {
    const start = performance.now();
    dispatchEvent(new Event("pointerdown"));
    const look = () => window.htmx ? done(performance.now() - start) : requestAnimationFrame(look);
    look();
})"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Bytes that came, headers included, in how many answers; milliseconds since the address was opened.

    ``usable``: the slider is seen and moves, and the last task longer than 50 ms is over. Until then came ``bytes`` in
    ``answers``; ``all_bytes`` and ``all_answers`` are with what waits for the first touch, there ``ready`` after it.
    """

    bytes: int
    answers: int
    all_bytes: int
    all_answers: int
    answered: float
    painted: float
    usable: float
    ready: float


def main() -> None:
    """Visit some times with an empty cache and with a full one, and print the medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page_weight", description=__doc__.splitlines()[0])
    parser.add_argument("address", help="where the demonstration is served, for example http://127.0.0.1:8000")
    parser.add_argument("login_file", type=Path)
    parser.add_argument("--poll", default=POLL, help="the poll's name in addresses")
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    path = next(filter(None, map(shutil.which, BROWSERS)), None) or sys.exit("No Chromium found: install chromium.")
    home = given.address.rstrip("/")
    page = f"{home}/polls/{given.poll}/compare/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        session = _logged_in(browser, home, json.loads(given.login_file.read_text("utf-8"))[NAME])
        visits = [_visits(browser, session, page) for _ in range(given.repeats)]
        browser.close()
    print(f"{page}, {SLOWER} times slower processor, {NETWORK['latency']} ms and 1.6 Mbit/s, {given.repeats} times")
    for name, taken in zip(("empty cache", "full cache"), zip(*visits, strict=True), strict=True):
        print(f"{name}: {_summary(taken)}")
    print(f"wanted: at most {HEAVIEST / 1e3:.0f} kB, usable within {LATEST} ms, with an empty cache")


def _logged_in(browser: Browser, home: str, password: str) -> StorageState:
    page = browser.new_page()
    page.goto(f"{home}/accounts/login/")
    page.fill("[name=login]", NAME)
    page.fill("[name=password]", password)
    page.click("main form button")
    if "/accounts/login/" in page.url:
        sys.exit(f"The login of {NAME} was refused: is the login file that of this demonstration?")
    return page.context.storage_state()


def _visits(browser: Browser, session: StorageState, address: str) -> tuple[Visit, Visit]:
    context = browser.new_context(storage_state=session, viewport=PHONE, reduced_motion="reduce")  # type: ignore[arg-type] # a size
    first, second = _visit(context, address), _visit(context, address)
    context.close()
    return first, second


def _visit(context: BrowserContext, address: str) -> Visit:
    page = context.new_page()
    page.add_init_script(WATCH)
    cdp = context.new_cdp_session(page)
    fetched = _slowed(cdp)
    page.goto(address, wait_until="load")
    times = page.evaluate(TIMES, STILL)
    ready = page.evaluate(TOUCH)
    page.close()
    until_use = [size for size, at in fetched if at <= times["usable"]]
    return Visit(
        bytes=sum(until_use),
        answers=len(until_use),
        all_bytes=sum(size for size, _ in fetched),
        all_answers=len(fetched),
        ready=ready,
        **times,
    )


def _slowed(cdp: CDPSession) -> list[tuple[int, float]]:
    """Slow the page down; return a list that fills with the sizes of what it fetches and when it came, in ms."""
    fetched: list[tuple[int, float]] = []
    starts: list[float] = []

    def keep(event: dict[str, Any]) -> None:
        fetched.append((int(event["encodedDataLength"]), 1e3 * (event["timestamp"] - starts[0])))

    cdp.on("Network.requestWillBeSent", lambda event: starts.append(event["timestamp"]))
    cdp.on("Network.loadingFinished", keep)
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", NETWORK)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return fetched


def _summary(visits: tuple[Visit, ...]) -> str:
    def median(name: str) -> float:
        return float(statistics.median(getattr(visit, name) for visit in visits))

    return (
        f"{median('bytes') / 1e3:.1f} kB in {median('answers'):.0f} answers until use; "
        f"first byte {median('answered'):.0f} ms, painted {median('painted'):.0f} ms, "
        f"usable {median('usable'):.0f} ms; "
        f"all: {median('all_bytes') / 1e3:.1f} kB in {median('all_answers'):.0f} answers, "
        f"{median('ready'):.0f} ms after the first touch"
    )


if __name__ == "__main__":
    main()
