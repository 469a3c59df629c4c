"""A browser of the staff's, and where the pages are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from backend.accounts.models import User
from tests.factories import UserFactory


def page(model: Any, name: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.fixture(autouse=True)
def _no_sidebar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the list of all models beside each page: a third of the time."""
    monkeypatch.setattr(admin.site, "enable_nav_sidebar", False)


@pytest.fixture
def boss(db: None) -> User:
    return UserFactory(username="boss", is_staff=True, is_superuser=True)


@pytest.fixture
def staff(client: Client, boss: User) -> Client:
    """Return a browser of a superuser's."""
    client.force_login(boss)
    return client


@pytest.fixture
def helper(db: None) -> Callable[..., Client]:
    """Return a function that opens a browser for somebody of the staff with some permissions."""

    def log_in(*permissions: str) -> Client:
        user = UserFactory(is_staff=True)
        names = [permission.split(".") for permission in permissions]
        for label, codename in names:
            user.user_permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
        client = Client()
        client.force_login(user)
        return client

    return log_in


def act(client: Client, model: Any, action: str, *rows: Any, **sent: str) -> Any:
    """Send an action on rows, and say yes where that is not left out."""
    return client.post(page(model), {"action": action, "_selected_action": [row.pk for row in rows], **sent})
