#!/usr/bin/env bash
# Installs the system packages the window needs (Debian, Ubuntu) when it may, else prints the one line to run.
# --check only says what is missing. --pictures adds what tests and screenshots need, --server what the tests of the
# team store need: PostgreSQL, which is not put on anybody's machine unasked.
set -euo pipefail
wanted=(libglib2.0-0 libdbus-1-3 libfontconfig1 libgl1 libegl1 libxkbcommon0 libxcb-cursor0 libxcb-icccm4
        libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0 libwayland-cursor0 fonts-dejavu-core python3-venv g++ make)
case " $* " in *" --pictures "*) wanted+=(xvfb xauth dbus gnome-keyring) ;; esac
case " $* " in *" --server "*) wanted+=(postgresql) ;; esac

if ! command -v dpkg-query >/dev/null; then
    echo "No dpkg here: if the window does not open, 'workbench doctor' names the missing libraries."
    exit 0
fi
missing=()
for name in "${wanted[@]}"; do
    # Debian 13 and Ubuntu 24.04 renamed libglib2.0-0 to libglib2.0-0t64; the old name is then only provided.
    state=$(dpkg-query -W -f '${Status}\n' "$name" "${name}t64" 2>/dev/null || true)
    if [[ $state != *"ok installed"* ]]; then
        missing+=("$name")
    fi
done
[ "${#missing[@]}" -eq 0 ] && exit 0

line="apt-get install -y --no-install-recommends ${missing[*]}"
case " $* " in *" --check "*) echo "missing; run: sudo $line"; exit 1 ;; esac
if [ "$(id -u)" -eq 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive $line -qq >/dev/null
elif sudo -n true 2>/dev/null; then
    sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive $line -qq >/dev/null
else
    echo "These system packages are missing. Please run, then 'make setup' again:"
    echo "  sudo $line"
    exit 1
fi
