"""All routes, one line an area."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# One way in: the log-in page, which limits how often a password may be tried.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/", include("backend.config.api_urls")),
    path("", include("frontend.urls")),
]

handler400 = "backend.config.error_pages.bad_request"
handler429 = "backend.config.error_pages.too_many_requests"
handler500 = "backend.config.error_pages.server_error"
