# explain.sh - each piece of notation that explain.h has is taught on the page.
for piece in 'floor(n/2)' 'ceil(n/2)' 'min(n, 3)' 'max(n - 3, 0)' 'sum(' '[n = 3]' '[kind = "deep"]' ' is active]'; do
    grep -qF -- "$piece" "$VARVE_SOURCE/docs/explain.md" || fail "docs/explain.md does not teach $piece"
done
