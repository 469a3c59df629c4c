"""Pages about the site itself, and how it looks."""

from collections.abc import Container

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt

from backend.accounts.models import User
from backend.accounts.services import language_remember
from frontend.context_processors import THEME_COOKIE, THEMES
from frontend.pages.http import PageRequest, page

YEAR = 365 * 24 * 3600


@page("GET", "HEAD")
def how_it_works(request: PageRequest) -> HttpResponse:
    return render(request, "how_it_works.html")


# Exempt so that pages for visitors need no token, hence no cookie: forging these changes nothing but looks.
@csrf_exempt
@page("POST")
def theme(request: PageRequest) -> HttpResponse:
    """Remember light or dark, or forget it (the device decides)."""
    return _remembered(request, THEME_COOKIE, request.POST.get("theme", ""), THEMES)


@csrf_exempt
@page("POST")
def language(request: PageRequest) -> HttpResponse:
    """Remember the reader's language, or forget it (the browser decides)."""
    language, known = request.POST.get("language", ""), dict(settings.LANGUAGES)
    if isinstance(request.user, User):
        language_remember(user=request.user, language=language if language in known else "")
    return _remembered(request, settings.LANGUAGE_COOKIE_NAME, language, known)


def _remembered(request: PageRequest, cookie: str, value: str, known: Container[str]) -> HttpResponse:
    """Keep a choice in a cookie, drop the cookie for any other value, and lead back to where the reader was."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = HttpResponseRedirect(target)
    if value in known:
        response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    else:
        response.delete_cookie(cookie, samesite="Lax")
    return response
