"""Files that are joined when they are collected, and what the page to compare weighs with them."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.templatetags.static import static
from django.test import Client

from frontend.bundles import BUNDLES, BundlingStorage, joined
from tests.factories import UserFactory, poll_with

MOST_ANSWERS, MOST_BYTES = 8, 18_500
"""Of the page to compare until it can be used, without headers; a kilobyte more takes a phone 5 ms."""
MOST_LATER = 17_500
LATER = re.compile(r'<template id="later">.*?</template>', re.DOTALL)
LOADED = re.compile(
    r'(?:<link rel="stylesheet" href|<link rel="icon"[^>]* href|<script[^>]* src|<img[^>]* src)="([^"]+)"'
)


@pytest.fixture
def collected(settings, tmp_path) -> Iterator[Path]:
    """Collect what the page to compare loads, as for production."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "frontend.bundles.BundlingStorage"}}
    names = {part for parts in BUNDLES.values() for part in parts}
    names |= {
        "frontend/css/compare.css",
        "django_htmx/htmx-2.min.js",
        "frontend/img/logo.svg",
        "frontend/img/favicon.svg",
    }
    for name in names:
        with Path(finders.find(name)).open("rb") as file:
            staticfiles_storage.save(name, File(file))
    done = list(staticfiles_storage.post_process({name: (staticfiles_storage, name) for name in names}))
    assert not [error for *_, error in done if isinstance(error, Exception)]
    return tmp_path


def test_it_works(collected):
    assert isinstance(staticfiles_storage, BundlingStorage)
    for name, parts in BUNDLES.items():
        assert re.fullmatch(r"/static/(.+)\.[0-9a-f]{12}\.(css|js)", static(name))
        text = (collected / name).read_text("utf-8")
        if name.endswith(".css"):
            assert "--" in text
            assert "/*" not in text
        else:
            assert text.count("customElements.define") == sum(
                Path(finders.find(part)).read_text("utf-8").count("customElements.define") for part in parts
            )
            assert not re.search(r"^(import|export)\b", text, re.MULTILINE)


@pytest.mark.django_db
def test_the_page_to_compare_is_light(collected, settings):
    client = Client(headers={"accept-encoding": "gzip"})
    client.force_login(UserFactory())
    response = client.get(f"/polls/{poll_with(items=12).slug}/compare/")
    assert response["Content-Encoding"] == "gzip"
    page = gzip.decompress(response.content).decode("utf-8")
    sizes, later = (
        {file: _sent(collected / file.removeprefix("/static/")) for file in LOADED.findall(text)}
        for text in (LATER.sub("", page), "".join(LATER.findall(page)))
    )
    assert len(sizes) + 1 <= MOST_ANSWERS, sizes
    assert len(response.content) + sum(sizes.values()) <= MOST_BYTES, (len(response.content), sizes)
    assert 0 < sum(later.values()) <= MOST_LATER, later


def _sent(path: Path) -> int:
    squeezed = path.with_name(path.name + ".gz")
    return (squeezed if squeezed.exists() else path).stat().st_size


@pytest.mark.django_db
def test_with_plain_names_pages_load_the_sources():
    page = Client().get("/").content.decode()
    for part in BUNDLES["frontend/css/every-page.css"]:
        assert f'href="/static/{part}"' in page
    assert "every-page" not in page


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ({"a.js": "const one = 1;", "b.js": "function one() {}"}, "name one"),
        ({"a.js": 'import { two } from "./b.js";\n', "b.js": "export const two = 2;"}, "not before it"),
        ({"a.js": "export default 1;"}, "form that is not understood"),
        ({"a.js": 'import "./b.js";'}, "form that is not understood"),
    ],
)
def test_modules_that_do_not_go_together_are_refused(sources, words):
    with pytest.raises(ImproperlyConfigured, match=words):
        joined(tuple(sources), sources.__getitem__)


def test_a_module_finds_what_it_imported():
    sources = {"a.js": "export function read() {}\n", "b.js": 'import { read } from "./a.js";\nread();\n'}
    assert joined(tuple(sources), sources.__getitem__).split("\n") == ["function read() {}", "", "read();", "", ""]
