#!/usr/bin/env bash
# Runs a command beside a Secret Service of its own: fresh home, fresh message bus, an unlocked keyring, no screen.
# Where dbus or gnome-keyring is missing it says so and does nothing.
set -euo pipefail
for needed in dbus-run-session gnome-keyring-daemon; do
    command -v "$needed" >/dev/null || { echo "not run: $needed is missing (packages dbus, gnome-keyring)"; exit 0; }
done
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir -m 700 "$home/run"
env -u DISPLAY -u WAYLAND_DISPLAY -u DBUS_SESSION_BUS_ADDRESS HOME="$home" XDG_RUNTIME_DIR="$home/run" \
    dbus-run-session -- bash -c \
    'printf "x\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"' run "$@"
