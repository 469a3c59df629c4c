#!/bin/sh
# Starts whatever the container is for. numba reads compiled kernels only from a folder that it may write to, and the
# image is read-only: hand each container its own copy.
set -eu
if [ -d kernels ] && [ ! -d "${NUMBA_CACHE_DIR:=/tmp/kernels}" ]; then
  cp -R kernels "$NUMBA_CACHE_DIR"
  chmod -R u+w "$NUMBA_CACHE_DIR"
fi
exec "$@"
