#!/bin/sh
# Installs a software Vulkan driver (lavapipe of mesa 25 or later), so that WebGPU runs in Node on a machine without a
# GPU. For Debian as root. Older releases take mesa from their backports, from the host that this machine's own apt
# sources name.
set -eu

driver_folder=/usr/share/vulkan/icd.d
package=mesa-vulkan-drivers
needed=25

version() { apt-cache policy "$package" | sed -n "s/^  $1: \([0-9]*\)\..*/\1/p"; }

driver() { ls "$driver_folder"/lvp_icd*.json 2>/dev/null | head -n 1; }

if [ -n "$(driver)" ] && [ "$(version Installed)" -ge "$needed" ] 2>/dev/null; then
  driver
  exit 0
fi

. /etc/os-release
source_file=$(ls /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | head -n 1)
[ -n "$source_file" ] || { echo "install-webgpu-software: expected an apt source, got none" >&2; exit 1; }

if ! grep -qs "$VERSION_CODENAME-backports" /etc/apt/sources.list /etc/apt/sources.list.d/*; then
  # the first archive that serves the release itself, not its security updates
  archive=$(sed -n -e 's/^URIs: *\([^ ]*\).*/\1/p' -e 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p' "$source_file" | head -n 1)
  keyring=$(sed -n 's/^Signed-By: *//p' "$source_file" | head -n 1)
  {
    echo "Types: deb"
    echo "URIs: $archive"
    echo "Suites: $VERSION_CODENAME-backports"
    echo "Components: main"
    [ -z "$keyring" ] || echo "Signed-By: $keyring"
  } >/etc/apt/sources.list.d/seg-backports.sources
fi

apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -t "$VERSION_CODENAME-backports" "$package" libvulkan1 >&2 ||
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" libvulkan1 >&2

installed=$(version Installed)
if [ -z "$(driver)" ] || [ "${installed:-0}" -lt "$needed" ]; then
  echo "install-webgpu-software: expected lavapipe of mesa $needed or later, got ${installed:-none}" >&2
  exit 1
fi
driver
