"""Static files with hashed names, so that browsers may keep them for ever."""

from typing import Any

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Leaves out extensions of htmx that we do not use and whose imports cannot be hashed."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]  # noqa: RUF012 (Django's)


class ManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # whitenoise has no types
    """Hashes the imports between ES modules as well."""

    support_js_module_import_aggregation = True

    def create_compressor(self, **options: Any) -> Compressor:
        # Brotli takes twelve times as long to save little more than gzip.
        return Compressor(**options | {"use_brotli": False})
