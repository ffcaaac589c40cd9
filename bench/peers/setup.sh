#!/bin/sh
# setup.sh DIR [BACKEND...] - one virtual environment per Keras backend: DIR/tensorflow, DIR/jax, DIR/torch.
set -eu
dir=${1:?usage: setup.sh DIR [BACKEND...]}
shift
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- tensorflow jax torch
for backend; do
    python3 -m venv "$dir/$backend"
    "$dir/$backend/bin/pip" install --quiet --requirement "$here/requirements-$backend.txt"
done
