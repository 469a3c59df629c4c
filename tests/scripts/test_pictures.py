"""The pictures of docs/maths.md are drawn by the library, the same every time, and readable on any page."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scripts.pictures.__main__ import PICTURES, main

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "docs" / "images" / "maths"


def test_every_picture_is_stored_and_explained_to_those_who_do_not_see_it() -> None:
    assert {path.stem for path in STORED.glob("*.svg")} == set(PICTURES)
    shown = dict(re.findall(r"!\[([^\]]+)\]\(images/maths/([a-z-]+)\.svg\)", (ROOT / "docs" / "maths.md").read_text()))
    assert set(shown.values()) == set(PICTURES)
    assert min(map(len, shown)) > 40


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_small_and_follows_the_reader_s_theme(name: str) -> None:
    drawn = (STORED / f"{name}.svg").read_text()
    assert len(drawn) < 60_000
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert "prefers-color-scheme: dark" in drawn
    assert drawn.count("var(--ink") > 5


@pytest.mark.slow
def test_drawing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        main(["--out", str(tmp_path / folder)])
    for name in PICTURES:
        first, second = ((tmp_path / folder / f"{name}.svg").read_bytes() for folder in ("first", "second"))
        assert first == second


def test_drawing_one_picture_leaves_the_others_out(tmp_path: Path) -> None:
    main(["median", "--out", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["median.svg"]


def test_an_unknown_picture_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sunset"])
    assert "unknown picture: sunset; known are: judgment" in capsys.readouterr().err
