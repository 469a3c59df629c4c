"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest

from backend.observability.selectors import switch_is_on
from backend.observability.switches import COMPARING

THEME_COOKIE = "theme"
THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, object]:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "site_name": settings.SITE_NAME,
        "theme": theme if theme in THEMES else "",
        "is_read_only": not switch_is_on(COMPARING),
    }
