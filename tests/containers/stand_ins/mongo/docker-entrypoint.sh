#!/usr/bin/env bash
# Stand-in for the official entrypoint: the data belongs to mongodb, the first start makes the root
# user while the server listens on the loopback alone and asks nobody who they are.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  chown mongodb:mongodb /data/db /data/configdb
  exec gosu mongodb "$BASH_SOURCE" "$@"
fi
if [ -n "${MONGO_INITDB_ROOT_USERNAME:-}" ] && [ ! -e /data/db/stand-in-root ]; then
  python3 /usr/local/bin/front.py make-root
  touch /data/db/stand-in-root
fi
exec "$@"
