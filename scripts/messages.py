"""The texts that people read, and their translations. Babel does what GNU gettext would have to be installed for.

usage: python scripts/messages.py update | check | compile

update   gather the texts of the code into the catalogue, keep the translations that still fit
check    fail where the catalogue lags behind the code, or a translation is missing or has lost a placeholder
compile  write the file that Django reads beside the catalogue
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("backend", "frontend")
LOCALE = "fr"
CATALOGUE = ROOT / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
WIDTH = 110


def gathered() -> Catalog:
    """Return the texts of the code, in the order of its files."""
    catalog = Catalog(locale=LOCALE, charset="utf-8")
    for path in _sources():
        for _, texts, comments, context in extract(
            "python", BytesIO(_code(path)), KEYWORDS, ("Translators:",), {"encoding": "utf-8"}
        ):
            name = path.relative_to(ROOT).as_posix()
            catalog.add(texts, locations=[(name, 1)], auto_comments=comments, context=context)
    return catalog


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))
        for kind in ("html", "txt"):
            yield from sorted(path for path in (ROOT / package).rglob(f"*.{kind}") if "templates" in path.parts)


def _code(path: Path) -> bytes:
    """Return a file as Python: of a template, Django keeps the translated texts and blanks the rest."""
    text = path.read_text()
    if path.suffix != ".py":
        # On one line and within brackets, where neither indentation nor line ends mean anything.
        text = f"({templatize(text, origin=str(path))})".replace("\n", " ")
    return text.encode()


def known() -> Catalog:
    """Return the catalogue as it is stored."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=LOCALE)


def update() -> int:
    catalog = known()
    catalog.update(gathered(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    with CATALOGUE.open("wb") as file:
        write_po(file, catalog, width=WIDTH, include_lineno=False, omit_header=True)
    missing = sum(not translated(message) for message in _messages(catalog))
    print(f"{CATALOGUE.relative_to(ROOT)}: {len(catalog)} texts, {missing} to be translated")
    return 0


def check() -> int:
    problems = list(_problems(known(), gathered()))
    print("\n".join(problems) or "every text is translated")
    return bool(problems)


def _problems(catalog: Catalog, wanted: Catalog) -> Iterator[str]:
    stored = {_key(message): message for message in _messages(catalog)}
    current = {_key(message) for message in _messages(wanted)}
    yield from (f"not in the catalogue (run: make messages): {key[1]!r}" for key in sorted(current - set(stored)))
    yield from (f"no longer in the code (run: make messages): {key[1]!r}" for key in sorted(set(stored) - current))
    for message in stored.values():
        if not translated(message) or message.fuzzy:
            yield f"not translated: {message.id!r}"
        yield from (f"{error}: {message.id!r}" for error in message.check(catalog))


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", str(message.id)


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def compile_() -> int:
    catalog = known()
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)
    return 0


if __name__ == "__main__":
    verbs = {"update": update, "check": check, "compile": compile_}
    if len(sys.argv) != 2 or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    settings.configure()
    django.setup()
    sys.exit(verbs[sys.argv[1]]())
