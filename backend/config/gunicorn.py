"""How gunicorn serves the platform: ``gunicorn -c python:backend.config.gunicorn``."""

import os

wsgi_app = "backend.config.wsgi"
bind = os.environ.get("BIND", "127.0.0.1:8000")
# Imported once, then forked: half the memory, and a broken import ends the server instead of looping.
preload_app = True
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
graceful_timeout = 2
control_socket_disable = True  # it would lie in the home folder, one for all clones
