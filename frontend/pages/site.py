"""Pages about the site itself, and how it looks."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt

from frontend.context_processors import THEME_COOKIE, THEMES
from frontend.pages.http import PageRequest, page

YEAR = 365 * 24 * 3600


@page("GET", "HEAD")
def how_it_works(request: PageRequest) -> HttpResponse:
    return render(request, "how_it_works.html")


# Exempt so that pages for visitors need no token, hence no cookie: forging this changes nothing but colours.
@csrf_exempt
@page("POST")
def theme(request: PageRequest) -> HttpResponse:
    """Remember light or dark, or forget it (the device decides)."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = HttpResponseRedirect(target)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response
