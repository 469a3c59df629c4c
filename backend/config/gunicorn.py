"""How gunicorn serves the platform: ``gunicorn -c python:backend.config.gunicorn``."""

import os
from typing import TYPE_CHECKING

from prometheus_client.multiprocess import mark_process_dead

from backend.observability.logs import logging_config
from backend.observability.metrics.directory import VARIABLE, name_service

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

wsgi_app = "backend.config.wsgi"
bind = os.environ.get("BIND", "127.0.0.1:8000")
# Imported once, then forked: half the memory, and a broken import ends the server instead of looping.
preload_app = True
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
graceful_timeout = 10  # what is being answered when it is told to end is finished
control_socket_disable = True  # it would lie in the home folder, one for all clones
# Its own lines look like ours; requests are told by our middleware, without addresses of people.
logconfig_dict = logging_config(layout=os.environ.get("LOG_FORMAT", "json"), level=os.environ.get("LOG_LEVEL", "INFO"))
name_service("web")


def post_worker_init(worker: "Worker") -> None:
    """Load the compiled kernels now: else whoever asks first waits two seconds for them."""
    from backend.pipeline.tasks import load_kernels  # Django is ready only here

    load_kernels()


def child_exit(server: "Arbiter", worker: "Worker") -> None:
    """Forget what only a living process can tell; what it counted stays counted."""
    if VARIABLE in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
