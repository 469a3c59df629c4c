"""All routes, one line an area."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("api/", include("backend.config.api_urls")),
    path("", include("frontend.urls")),
]

handler400 = "backend.config.error_pages.bad_request"
handler500 = "backend.config.error_pages.server_error"
