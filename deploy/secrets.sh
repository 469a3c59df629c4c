#!/bin/sh
# Makes the secrets that docker-compose.yml reads, each in a file. What is there stays as it is.
#   deploy/secrets.sh [FOLDER]      (default: secrets, beside docker-compose.yml)
set -eu
folder=${1:-$(dirname "$0")/../secrets}
umask 077
mkdir -p "$folder"

random() { head -c 48 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'; }

# Only the owner enters the folder; in it, files are readable, since each container has its own user.
make() {
  [ -e "$folder/$1" ] || printf '%s' "$2" >"$folder/$1"
  chmod 0444 "$folder/$1"
}

for name in secret_key postgres_password redis_password metrics_token; do make "$name" "$(random)"; done
# None to begin with: see "Mail" and "A secret has leaked" in docs/operations.md.
for name in secret_key_fallbacks email_password; do make "$name" ""; done
echo "The secrets are in $folder. Keep a copy of secret_key apart from your backups."
