#!/usr/bin/env bash
# Show that the two commands work for a stranger: in a fresh clone of the last commit inside a folder that only
# its owner may enter, with an empty home, as root and as an ordinary user, leaving no process behind.
#
#   scripts/prove.sh           both commands, as root and as an ordinary user (needs root)
#   scripts/prove.sh --as WHO  both commands, as that user
#   scripts/prove.sh --here    make demo only, as the user that calls
set -euo pipefail

source_dir=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/helianthus-prove.XXXXXX")
port=${PORT:-8731}
demo_pid=

say() { echo "prove: $*"; }
fail() {
  say "FAILED: $*" >&2
  exit 1
}

clean_up() {
  [ -z "$demo_pid" ] || kill -KILL -- "-$demo_pid" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
chmod 711 "$work" # others pass through to their own place, which only they may enter

# ---------------------------------------------------------------- as somebody, in a place of theirs
# Runs a command with an empty home and hardly any environment: what tells pip how to reach packages may stay.
as() {
  local user=$1 place=$2 kept=() switch=()
  shift 2
  while IFS= read -r name; do kept+=("$name=${!name}"); done < <(
    compgen -e | grep -E '^(PIP_|UV_|SSL_CERT_|https?_proxy$|no_proxy$|HTTPS?_PROXY$|NO_PROXY$|CI$)' || true
  )
  if [ "$user" != "$(id -un)" ]; then
    switch=(setpriv "--reuid=$(id -u "$user")" "--regid=$(id -g "$user")" --clear-groups)
  fi
  (cd "$place/clone" && exec "${switch[@]}" env -i --default-signal=INT "${kept[@]}" \
    "HOME=$place/home" "PATH=$(path_for "$user")" "LANG=C.UTF-8" "$@")
}

# An ordinary user can seldom read the Python of root's home.
path_for() {
  if [ "$1" = "$(id -un)" ]; then echo "$PATH"; else echo /usr/local/bin:/usr/bin:/bin; fi
}

make_place() {
  local user=$1 place=$2
  install -d -m 700 "$place" "$place/home"
  git clone --quiet "$source_dir" "$place/clone"
  if [ "$user" != "$(id -un)" ]; then chown -R "$user:" "$place"; fi
}

# ---------------------------------------------------------------- what may not be left
leftovers() {
  local place=$1
  {
    grep -alsF "$place" /proc/[0-9]*/cmdline || true
    find /proc/[0-9]*/cwd /proc/[0-9]*/exe -maxdepth 0 -lname "$place*" 2>/dev/null || true
  } | cut -d/ -f3 | sort -u | while read -r pid; do
    { echo "$pid $(tr '\0' ' ' <"/proc/$pid/cmdline")"; } 2>/dev/null || true
  done
}

require_no_leftovers() {
  local place=$1
  for _ in $(seq 100); do
    [ -n "$(leftovers "$place")" ] || return 0
    sleep 0.1
  done
  leftovers "$place" >&2
  fail "processes are left 10 seconds after the end"
}

# ---------------------------------------------------------------- the two commands
start_demo() {
  local user=$1 place=$2 began=$SECONDS
  : >"$place/demo.log"
  set -m # a process group of its own, as a terminal gives
  as "$user" "$place" make demo "PORT=$port" >"$place/demo.log" 2>&1 &
  demo_pid=$!
  set +m
  until grep -q "^Helianthus is ready: " "$place/demo.log"; do
    kill -0 "$demo_pid" 2>/dev/null || { cat "$place/demo.log" >&2 && fail "make demo ended before it was ready"; }
    sleep 0.2
  done
  say "  ready after $((SECONDS - began)) s"
}

stop_demo() {
  local signal=$1 place=$2 began=$SECONDS
  kill "-$signal" -- "-$demo_pid"
  wait "$demo_pid" 2>/dev/null || true
  demo_pid=
  require_no_leftovers "$place"
  say "  nothing left $((SECONDS - began)) s after SIG$signal"
}

require_page() {
  local path=$1 text=$2
  python3 - "http://127.0.0.1:$port$path" "$text" <<'PYTHON' || fail "$path does not show: $text"
import sys, urllib.request
address, text = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
sys.exit(text not in opener.open(address, timeout=30).read().decode())
PYTHON
}

prove_demo() {
  local user=$1 place=$2
  say "make demo, from nothing"
  start_demo "$user" "$place"
  require_page / "Helianthus"
  require_page /api/v1/polls/ '"slug"'
  stop_demo INT "$place"
  say "make demo, again"
  start_demo "$user" "$place"
  require_page / "Helianthus"
  stop_demo KILL "$place"
}

prove_test() {
  local user=$1 place=$2 began=$SECONDS
  say "make test"
  as "$user" "$place" make test >"$place/test.log" 2>&1 || { tail -50 "$place/test.log" >&2 && fail "make test"; }
  say "  $(tail -1 "$place/test.log") ($((SECONDS - began)) s)"
  require_no_leftovers "$place"
}

prove() {
  local user=$1 place=$work/$1
  shift
  say "as $user, in a clone of $(git -C "$source_dir" rev-parse --short HEAD)"
  make_place "$user" "$place"
  for command in "$@"; do "prove_$command" "$user" "$place"; done
}

# The first person with an account, else nobody (who has one too).
ordinary_user() {
  awk -F: '$3 >= 1000 && $3 < 60000 { print $1; found = 1; exit } END { if (!found) print "nobody" }' /etc/passwd
}

case "${1:-}" in
  --here) prove "$(id -un)" demo ;;
  --as) prove "${2:?Say as whom: scripts/prove.sh --as WHO}" demo test ;;
  *)
    prove "$(id -un)" demo test
    if [ "$(id -u)" = 0 ]; then
      prove "$(ordinary_user)" demo test
    else
      say "not proved as another user: only root can become one"
    fi
    ;;
esac
say "proved"
