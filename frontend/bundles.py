"""Files that pages load together, joined into one when static files are collected: each answer costs a phone time.

Sources stay apart. Where files keep their plain names (``DEBUG``, tests) pages load the sources themselves.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile

from backend.common.static import ManifestStorage

BUNDLES: Mapping[str, tuple[str, ...]] = {
    "frontend/css/every-page.css": tuple(
        f"frontend/css/{part}.css" for part in ("tokens", "base", "layout", "components", "charts")
    ),
    "frontend/js/every-page.js": tuple(f"frontend/js/{part}.js" for part in ("trouble", "time-zone", "tabs")),
    "frontend/js/comparing.js": tuple(
        f"frontend/js/{part}.js" for part in ("judge-slider", "kept-open", "compare-keys", "save-state", "later")
    ),
}
"""Which sources each one holds, in order: a module after those that it imports from. They are in one folder, so that
the addresses in them stay right."""

_IMPORT = re.compile(r'^import \{ (?P<names>[\w, ]+) \} from "\./(?P<file>[\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|let|class|function) )", re.MULTILINE)
_TOP_LEVEL = re.compile(r"^(?:const|let|class|function) (\w+)", re.MULTILINE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


class BundlingStorage(ManifestStorage):
    """Adds the bundles to the files that are collected."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join what belongs together, then hash and compress everything."""
        if not dry_run:
            for name, parts in BUNDLES.items():
                self.delete(name)
                self.save(name, ContentFile(joined(parts, self._source)))
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)

    def _source(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read().decode("utf-8"))


def bundle_files(name: str) -> tuple[str, ...]:
    """Return the names of the static files to load for a bundle: itself, or its sources where it was not made."""
    is_made = isinstance(staticfiles_storage, BundlingStorage) and not settings.DEBUG
    return (name,) if is_made else BUNDLES[name]


def joined(parts: tuple[str, ...], source: Callable[[str], str]) -> str:
    """Return one style sheet or module of several.

    Raises
    ------
    ImproperlyConfigured
        Two modules use the same name, or one imports what is not before it.
    """
    texts = {part: source(part) for part in parts}
    if parts[0].endswith(".css"):
        return "\n".join(_CSS_COMMENT.sub("", text) for text in texts.values())
    return _one_module(texts)


def _one_module(texts: Mapping[str, str]) -> str:
    module, before = "", set[str]()
    for part, text in texts.items():
        if missing := {found["file"] for found in _IMPORT.finditer(text)} - before:
            raise ImproperlyConfigured(f"{part} imports {', '.join(missing)}, which is not before it in its bundle.")
        module += _EXPORT.sub("", _IMPORT.sub("", text)) + "\n"
        before.add(part.rpartition("/")[2])
    names = _TOP_LEVEL.findall(module)
    if twice := {name for name in names if names.count(name) > 1}:
        raise ImproperlyConfigured(f"Several modules of {', '.join(texts)} name {', '.join(sorted(twice))}.")
    if re.search(r"^(import|export)\b", module, re.MULTILINE):
        raise ImproperlyConfigured(f"An import or export of {', '.join(texts)} is of a form that is not understood.")
    return module
