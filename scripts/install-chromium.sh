#!/bin/sh
# Installs Debian's Chromium as root and prints where it is. Elsewhere set SEG_CHROMIUM to a Chromium of your own.
set -eu
if [ -n "${SEG_CHROMIUM:-}" ]; then
  echo "$SEG_CHROMIUM"
  exit 0
fi
if ! command -v chromium >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >&2
fi
command -v chromium
