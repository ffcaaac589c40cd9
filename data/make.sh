#!/bin/sh
# make.sh - makes the data sets of this folder from the Debian packages that carry them (Debian 12, network needed).
# What it makes is committed; run it to check that, or after a new Debian release.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
apt-get download python3-sklearn python3-statsmodels
for package in ./*.deb; do
    echo "$(dpkg-deb -f "$package" Package) $(dpkg-deb -f "$package" Version)"
    dpkg-deb -x "$package" .
done
packages=usr/lib/python3/dist-packages
install -m 644 "$packages/sklearn/datasets/data/digits.csv.gz" "$here/digits.csv.gz"
install -m 644 "$packages/sklearn/datasets/data/breast_cancer.csv" "$here/breast-cancer.csv"
install -m 644 "$packages/statsmodels/datasets/co2/co2.csv" "$here/co2.csv"
cd "$here"
sha256sum digits.csv.gz breast-cancer.csv co2.csv
