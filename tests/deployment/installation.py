"""An installation made of docker-compose.yml and the Dockerfile, without Docker.

The image becomes a folder that nobody may write to, /tmp a folder of each service, /run/secrets the folder of
secrets.sh. Commands, environment, health checks and grace periods are those of the two files.
"""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from numba.core.caching import UserProvidedCacheLocator

from backend.common.embedded import State, postgres_server, redis_server
from backend.common.embedded.processes import Process, ProcessGroup, Program
from solidago.engine.jit import CACHE_FOLDER
from tests.deployment.compose import ROOT, services
from tests.deployment.test_image import FINAL, said, sources_copied

UNITS = {"s": 1, "m": 60}


@dataclass
class Installation:
    """Where everything is, and what runs."""

    folder: Path
    facts: dict[str, Any]  # of docker-compose.yml
    ports: dict[str, int]
    group: ProcessGroup
    replaced: Mapping[str, str]  # what is elsewhere than in a container

    @property
    def app(self) -> Path:
        return self.folder / "app"

    # ------------------------------------------------------------ what the files say, with places of this machine
    def here(self, text: str, name: str) -> str:
        places = {**self.replaced, "/run/secrets": str(self.folder / "secrets"), "/tmp": str(self.temporary(name))}
        theirs = "|".join(map(re.escape, places))
        return re.sub(rf"({theirs})(?![\w-])", lambda match: places[match[1]], text)

    def temporary(self, name: str) -> Path:
        folder = self.folder / "tmp" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def environment(self, name: str) -> dict[str, str]:
        image = dict(word.split("=", 1) for word in said("ENV", FINAL)[0].split())
        given = {
            key: self.here(value, name) for key, value in (image | self.facts[name].get("environment", {})).items()
        }
        programs = (Path(sys.executable).parent, redis_server.binary().parent, os.environ["PATH"])
        return given | {"PATH": ":".join(map(str, programs)), "HOSTNAME": socket.gethostname()}

    def command(self, name: str) -> list[str]:
        default = re.findall(r'"([^"]+)"', said("CMD", FINAL)[0])
        return [self.here(word, name) for word in self.facts[name].get("command", default)]

    def entrypoint(self) -> str:
        return re.findall(r'"/app/([^"]+)"', said("ENTRYPOINT", FINAL)[0])[0]

    # ------------------------------------------------------------ running
    def start(self, name: str) -> Process:
        return self.group.start(
            Program(
                name=name,
                argv=["env", "-C", self.app, f"./{self.entrypoint()}", *self.command(name)],
                log=self.folder / f"{name}.log",
                env=self.environment(name),
                unprivileged=postgres_server.without_root(),
            )
        )

    def run(self, name: str, *command: str) -> str:
        """Run a command as `docker compose run` would, and return what it prints."""
        argv = [*postgres_server.without_root(), f"./{self.entrypoint()}", *(command or self.command(name))]
        done = subprocess.run(argv, cwd=self.app, env=self.environment(name), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def is_healthy(self, name: str) -> bool:
        kind, *words = (self.here(word, name) for word in self.facts[name]["healthcheck"]["test"])
        argv = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        return subprocess.run(argv, cwd=self.app, env=self.environment(name), capture_output=True).returncode == 0

    def wait_until_healthy(self, name: str) -> None:
        def ready() -> bool:
            # Not at once again: the checks are programs of their own, and would slow down what they wait for.
            return self.is_healthy(name) or bool(time.sleep(1))

        self.group.wait_until(ready, seconds(self.facts[name]["healthcheck"]["start_period"]) + 60)

    def stop(self, process: Process) -> int:
        """End a process as Docker does, within its grace period, and return its exit code."""
        process.stop(patience=seconds(self.facts[process.name]["stop_grace_period"]))
        self.group.members.remove(process)
        code: int = process._popen.returncode
        return code

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()


def seconds(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]]


@contextmanager
def installed(folder: Path, *, domain: str) -> Iterator[Installation]:
    """Yield an installation whose stores run."""
    subprocess.run([ROOT / "deploy/secrets.sh", folder / "secrets"], check=True, capture_output=True)
    make_image(folder / "app")
    ports = {name: free_port() for name in ("web", "redis", "http", "https", "proxy")}
    with ExitStack() as stack:
        stores = stack.enter_context(ProcessGroup())
        sockets = start_postgres(folder, stores)
        replaced = {
            "@postgres:5432/helianthus": f"@/helianthus?host={sockets}",
            "redis-cli": f"redis-cli -p {ports['redis']}",
            "redis:6379": f"127.0.0.1:{ports['redis']}",
            "0.0.0.0:8000": f"127.0.0.1:{ports['web']}",
            "web:8000": f"127.0.0.1:{ports['web']}",
            "127.0.0.1:8081": f"127.0.0.1:{ports['proxy']}",
            "/metrics": str(folder / "metrics"),
        }
        group = stack.enter_context(ProcessGroup())
        facts = services({"DOMAIN": domain})
        installation = Installation(folder, facts, ports, group, replaced)
        start_redis(installation, stores)
        yield installation


# ---------------------------------------------------------------- the image
def make_image(app: Path) -> None:
    """Copy what the image holds, with what its build makes, into a folder that is read only."""
    for name in [*sources_copied(), "staticfiles"]:
        source, target = ROOT / name, app / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    copy_kernels(app)
    for path in [app, *app.rglob("*")]:
        path.chmod(path.stat().st_mode & 0o555)


def copy_kernels(app: Path) -> None:
    """Hand on compiled kernels under the names that numba would give them there: half a minute is spared."""
    assert CACHE_FOLDER is not None
    compiled = Path(CACHE_FOLDER)
    for package in {path.parent for path in (ROOT / "solidago").rglob("*.py")}:
        name = numba_folder(package)
        if (compiled / name).is_dir():
            moved = numba_folder(app / package.relative_to(ROOT))
            shutil.copytree(compiled / name, app / "kernels" / compiled.name / moved)


def numba_folder(package: Path) -> str:
    name: str = UserProvidedCacheLocator.get_suitable_cache_subpath(str(package / "module.py"))
    return name


def listing(folder: Path) -> str:
    """Return a digest of every name, time and size below a folder."""
    paths = ((path, path.lstat()) for path in sorted(folder.rglob("*")))
    text = "\n".join(f"{path} {stat.st_mtime_ns} {stat.st_size}" for path, stat in paths)
    return hashlib.sha256(text.encode()).hexdigest()


# ---------------------------------------------------------------- the stores
def start_postgres(folder: Path, group: ProcessGroup) -> Path:
    """Start a server that asks for the password of the secrets, and return the folder of its socket."""
    state = State(folder / "state")
    state.create()
    url = postgres_server.start(state, group, durable=False)
    with psycopg.connect(url, autocommit=True) as connection:
        password = (folder / "secrets/postgres_password").read_text()
        connection.execute(psycopg.sql.SQL("ALTER ROLE helianthus PASSWORD {}").format(password))
        state.path("postgres").joinpath("pg_hba.conf").write_text("local all all scram-sha-256\n")
        connection.execute("SELECT pg_reload_conf()")
    return state.socket_folder()


def start_redis(installation: Installation, group: ProcessGroup) -> None:
    """Run the very command of docker-compose.yml, with a folder and a port of this machine."""
    data = installation.temporary("redis")
    command = [installation.here(word, "redis") for word in installation.facts["redis"]["command"]]
    command[-1] = command[-1].replace("dir /data", f"dir {data}\nbind 127.0.0.1\nport {installation.ports['redis']}")
    log, env = installation.folder / "redis.log", installation.environment("redis")
    group.start(Program(name="redis", argv=command, log=log, env=env))
    group.wait_until(lambda: installation.is_healthy("redis"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
