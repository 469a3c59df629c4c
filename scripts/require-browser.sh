#!/usr/bin/env bash
# Make sure that the tests have a Chromium: install Debian's where it is missing and we may.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium
else
  echo "The browser tests need Chromium. Install it: sudo apt-get install chromium" >&2
  exit 1
fi
