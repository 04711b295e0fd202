#!/usr/bin/env bash
# Writes the pinned, hash-checked requirement files from pyproject.toml, for Python 3.11 to 3.13 on all systems.
# Versions younger than a week are left out: a compromised release is usually found within days.
set -euo pipefail
cd "$(dirname "$0")/.."
before=$(date -u -d '7 days ago' +%F)
options=(--universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
         --exclude-newer "$before" --quiet --upgrade)
.venv/bin/python -m pip install --quiet uv
.venv/bin/uv pip compile pyproject.toml "${options[@]}" -o packaging/requirements/run.txt
.venv/bin/uv pip compile pyproject.toml --extra dev --extra pdf --extra parquet --extra postgres --extra cluster \
    "${options[@]}" -o packaging/requirements/dev.txt
.venv/bin/uv pip compile packaging/requirements/build.in "${options[@]}" -o packaging/requirements/build.txt
