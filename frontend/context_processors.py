"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest

THEME_COOKIE = "theme"
THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, str]:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {"site_name": settings.SITE_NAME, "theme": theme if theme in THEMES else ""}
