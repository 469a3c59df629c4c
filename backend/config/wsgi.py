"""The WSGI application that gunicorn serves."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application


def application_get() -> WSGIHandler:
    """Return the application, or refuse to serve with a key that the next process would not share.

    Raises
    ------
    ImproperlyConfigured
    """
    if settings.SECRET_KEY_IS_THROWN_AWAY:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set, so every process would forget the sessions of the others. Set it to a long random"
            " text, the same for all processes (or SECRET_KEY_FILE to a file that holds it), or serve through"
            " `manage.py with_services -- COMMAND`, which keeps one."
        )
    return get_wsgi_application()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

application = application_get()
