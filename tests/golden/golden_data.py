"""Three public data sets as arrays, from the folder that holds them."""
import csv
import gzip

import numpy as np


def enlarge(images, size):
    """Bilinear, pixel centres at half: [n, a, a] -> [n, size, size]."""
    a = images.shape[1]
    at = np.clip((np.arange(size) + 0.5) * a / size - 0.5, 0, a - 1)
    low = np.minimum(at.astype(int), a - 2)
    m = np.zeros((size, a))
    m[np.arange(size), low] = 1 - (at - low)
    m[np.arange(size), low + 1] += at - low
    return np.einsum("ij,njk,lk->nil", m, images, m)


def digits(folder):
    """All 1797 digits as [n, 28, 28, 1] in 0..1, and their classes."""
    with gzip.open(f"{folder}/digits/digits.csv.gz", "rt") as f:
        rows = np.loadtxt(f, delimiter=",")
    x = enlarge(rows[:, :64].reshape(-1, 8, 8) / 16, 28)
    return x[..., None].astype(np.float32), rows[:, 64].astype(np.float32)


def breast_cancer(folder):
    """All 569 rows: the first ten columns, standardised; 0 malignant, 1 benign, as [n, 1]."""
    rows = np.loadtxt(f"{folder}/breast-cancer/breast_cancer.csv", delimiter=",", skiprows=1)
    x = rows[:, :10]
    return ((x - x.mean(0)) / x.std(0)).astype(np.float32), rows[:, -1:].astype(np.float32)


def co2(folder):
    """The weekly series, gaps filled linearly, standardised."""
    with open(f"{folder}/timeseries/co2-weekly.csv", newline="") as f:
        v = np.array([float(r["co2"] or "nan") for r in csv.DictReader(f)])
    gap = np.isnan(v)
    v[gap] = np.interp(np.flatnonzero(gap), np.flatnonzero(~gap), v[~gap])
    return ((v - v.mean()) / v.std()).astype(np.float32)
