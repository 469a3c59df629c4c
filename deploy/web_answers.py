"""Exits with 0 if this container's web server is alive. It does not ask the stores: without them it lives on."""

import http.client
import os
import sys

port = int(os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2])
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
try:
    connection.request("GET", "/healthz")
    sys.exit(connection.getresponse().status != http.HTTPStatus.OK)
except OSError as error:
    sys.exit(f"The web server does not answer at port {port}: {error}")
