#!/bin/sh
# Runs every test on SQLite, and again on PostgreSQL where one answers. Installs Chromium where it may.
set -eu
export PYTHONUNBUFFERED=1

if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Chromium for the browser tests ..."
        apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
    else
        echo "The browser tests need Chromium and are left out. On Debian: sudo apt-get install chromium"
    fi
fi

echo "== SQLite"
.venv/bin/pytest -n 2 "$@"

url="${HANDSLAG_TEST_POSTGRES:-postgres://postgres@127.0.0.1:5432/postgres}"
if .venv/bin/python -c "import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=3).close()" "$url" 2>/dev/null; then
    echo "== PostgreSQL"
    # Figures come from files and need no database: once is enough.
    files="cell_keys definitions disclosure_control microdata releases reports"
    HANDSLAG_TEST_DATABASE="$url" .venv/bin/pytest -n 2 $(printf -- "--ignore=tests/test_%s.py " $files) "$@"
else
    echo "== PostgreSQL does not answer at $url and is left out. Set HANDSLAG_TEST_POSTGRES to run on it."
fi
