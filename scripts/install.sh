#!/usr/bin/env bash
# Create or update a virtual environment with exactly the locked packages, each checked by its hash.
# usage: [PYTHON=python3.12] scripts/install.sh FOLDER
set -euo pipefail

cd "$(dirname "$0")/.."
venv=$1
python=${PYTHON:-python3}

fail() {
  echo "setup: $*" >&2
  exit 1
}

require_python() {
  command -v "$python" >/dev/null || fail "there is no $python. Install Python 3.11 or newer, or name it: make setup PYTHON=/path/to/python3"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" -V) is too old: Python 3.11 or newer is needed. Name it: make setup PYTHON=/path/to/python3"
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python cannot make virtual environments. On Debian: apt-get install python3-venv"
}

# uv takes a third of pip's time. It does not read pip's configuration, so hand on what matters.
install_with_uv() {
  local index cert
  index=${PIP_INDEX_URL:-$("$venv/bin/pip" config get global.index-url 2>/dev/null || true)}
  cert=${PIP_CERT:-$("$venv/bin/pip" config get global.cert 2>/dev/null || true)}
  [ -z "$index" ] || export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$index}
  [ -z "$cert" ] || export SSL_CERT_FILE=${SSL_CERT_FILE:-$cert}
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt &&
    "$venv/bin/uv" pip install --quiet --no-cache --compile-bytecode --python "$venv/bin/python" \
      --require-hashes -r requirements/dev.txt
}

install_with_pip() {
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
}

require_python
echo "Installing the locked packages into $venv ..."
# Another interpreter than the one before needs an environment of its own.
[ "$("$venv/bin/python" -V 2>/dev/null)" = "$("$python" -V)" ] || rm -rf "$venv"
[ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"
# Where uv cannot reach the packages (a mirror with a password, a wheel folder), pip may know how.
install_with_uv || { echo "uv could not; trying pip ..." && install_with_pip; }
