"""The demonstration before anything starts; scripts/prove.sh runs the whole of it."""

import socket

import pytest
from django.core.management import CommandError, call_command


def test_port_in_use_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port}: Address already in use. Choose another: make demo PORT="):
            call_command("demo", port=port)


def test_port_that_cannot_be_is_a_clear_error() -> None:
    with pytest.raises(CommandError, match=r"99999 is no port\. Choose one from 1024 to 65535"):
        call_command("demo", port=99999)
