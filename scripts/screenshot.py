#!/usr/bin/env python
"""Make the README's pictures from a running demonstration: ``scripts/screenshot.py ADDRESS LOGIN_FILE``.

LOGIN_FILE is the JSON file of names and passwords that ``manage.py load_demo`` keeps.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NAME = "visitor"
SIZE = ViewportSize(width=1280, height=1080)
LARGEST_BYTES = 300_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="where the demonstration is served, for example http://127.0.0.1:8000")
    parser.add_argument("login_file", type=Path)
    parser.add_argument("--poll", default="rivermouth-budget", help="the poll's name in addresses")
    given = parser.parse_args()
    password = json.loads(given.login_file.read_text("utf-8"))[NAME]
    path = next(filter(None, map(shutil.which, BROWSERS)), None) or sys.exit("No Chromium found: install chromium.")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        take(browser, given.address.rstrip("/"), given.poll, password)
        browser.close()


def take(browser: Browser, address: str, poll: str, password: str) -> None:
    page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
    page.goto(f"{address}/polls/{poll}/")
    save(page, "poll.png")
    first, second = (uid_of(link.get_attribute("href") or "") for link in page.locator(".item h3 a").all()[:2])
    page.goto(f"{address}/accounts/login/")
    page.fill("[name=login]", NAME)
    page.fill("[name=password]", password)
    page.click("main form button")
    if "/accounts/login/" in page.url:
        sys.exit(f"The login of {NAME} was refused: is the login file that of this demonstration?")
    page.goto(f"{address}/polls/{poll}/compare/?left={first}&right={second}")
    page.locator("details.more > summary").click()
    sliders = page.get_by_role("slider")
    for slider, value in zip(sliders.all(), ("6", "-3", "0"), strict=False):
        slider.fill(value)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    save(page, "compare.png")


def uid_of(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def save(page: Page, name: str) -> None:
    file = IMAGES / name
    page.screenshot(path=file)
    size = file.stat().st_size
    if size > LARGEST_BYTES:
        sys.exit(f"{name} has {size} bytes: at most {LARGEST_BYTES} are wanted.")
    print(f"{file.relative_to(IMAGES.parents[1])}: {size // 1000} kB")


if __name__ == "__main__":
    main()
