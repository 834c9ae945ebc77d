#!/bin/sh
# Installs Open MPI's launcher and library, without which the tests of several processes skip. For Debian as root.
set -eu

command -v mpirun >/dev/null && exit 0
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openmpi-bin libopenmpi3 >&2
