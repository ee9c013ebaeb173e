#!/usr/bin/env bash
# with-postgres.sh <command ...>: runs the command with TPX_DATABASE_URL of a real PostgreSQL server (Debian's) that
# listens on a free port and goes, data and all, when the command has ended.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1) || true
if [[ -z $bin ]]; then
  echo 'There is no PostgreSQL server here. Install it: apt-get install postgresql' >&2
  exit 1
fi
folder=$(mktemp -d /tmp/tpx-postgres-XXXXXX)
trap 'rm -rf "$folder"' EXIT
as() { if [[ $(id -u) == 0 ]]; then (cd "$folder" && setpriv --reuid=postgres --regid=postgres --clear-groups "$@"); else "$@"; fi; }
if [[ $(id -u) == 0 ]]; then chown postgres "$folder"; fi

port=$(node -e 'const s=require("node:net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
password=$(head -c 18 /dev/urandom | base64)
as bash -c "umask 077; printf '%s' '$password' > '$folder/password'"
as "$bin/initdb" --pgdata="$folder/data" --username=tpx --pwfile="$folder/password" --auth=scram-sha-256 \
  --encoding=UTF8 --locale=C.UTF-8 >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
as "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --wait --silent start \
  -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=300"
trap 'as "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate --silent stop || true; rm -rf "$folder"' EXIT

encoded=$(node -p 'encodeURIComponent(process.argv[1])' "$password")
TPX_DATABASE_URL="postgres://tpx:$encoded@127.0.0.1:$port/postgres" "$@"
