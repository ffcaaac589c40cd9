# plot.sh - every kind of plot of a real study is well-formed XML, and its table has the numbers that export has.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv
run varve search model.c --data "$TABLE" --project p --max-trials 6 --tuner random
exits 0
kinds=$(varve plot --help | sed -n '/^KIND is one of/,$p' | awk 'NR > 1 { print $1 }')
[ "$(echo "$kinds" | wc -l)" -ge 11 ] || fail "there are few kinds: $kinds"

# Element by element: an SVG with a title and a description, no script, no link to anywhere.
well_formed() { # FILE
    python3 - "$1" <<'PYTHON' || fail "$1 is not as it should be"
import sys, xml.etree.ElementTree as tree
svg = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == svg + "svg" and root.get("viewBox")
assert len(root.find(svg + "title").text) > 3 and len(root.find(svg + "desc").text) > 20
assert root.find(svg + "style") is not None
for element in root.iter():
    assert element.tag not in (svg + "script", svg + "image", svg + "foreignObject")
    assert not any("href" in name or name.startswith("on") for name in element.keys())
PYTHON
}

for kind in $kinds; do
    run varve plot "$kind" p -o "$kind.svg"
    exits 0; out_empty; err_empty
    well_formed "$kind.svg"
    run varve plot "$kind" p
    exits 0; err_empty
    cmp -s out "$kind.svg" || fail "$kind: standard output and file differ"
    run varve plot "$kind" p --csv
    exits 0; err_empty
    cp out "$kind.csv"
    [ "$(wc -l <out)" -ge 2 ] || [ "$kind" = intermediate ] || fail "$kind: the table is empty"
    run varve plot "$kind" p -o - --json
    exits 0; err_empty
    out_json ".[0] | .figures[0].kind == \"$kind\" and (.columns | length > 0 or \"$kind\" == \"intermediate\") and (.theme | keys == [\"dark\", \"light\"])"
done

# ---- the numbers are those of export -----------------------------------------------------------------------------------
columns() { # FILE COLUMN...: of a CSV without quotes, by name
    tr -d '\r' <"$1" | awk -F, -v names="$2" 'BEGIN { n = split(names, wanted, " ") }
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        { line = ""; for (k = 1; k <= n; k++) line = line (k > 1 ? "," : "") $at[wanted[k]]; print line }'
}
varve export p >export.csv
for names in "trial status score.val_loss" "trial hp.layers hp.units_0 hp.units_1" "trial seconds worker"; do
    for kind in history slice parallel timeline; do
        head -n 1 "$kind.csv" | tr -d '\r' | tr ',' '\n' >head
        for name in $names; do grep -qx "$name" head || continue 2; done
        columns export.csv "$names" >expected
        columns "$kind.csv" "$names" >got
        cmp -s expected got || fail "$kind and export differ in $names"
        touch "compared-$(echo "$names" | tr ' ' '-')"
    done
done
[ "$(ls | grep -c '^compared-')" -eq 3 ] || fail "some columns are in no table"
[ "$(wc -l <curves.csv)" -eq $((6 * 3 + 1)) ] || fail "curves: not a row for each epoch of 6 trials"
run varve show p 0 --json
jq -r '[.curves[] | select(.metric == "val_loss") | .values] | transpose | map(add / length)[]' out >expected
columns curves.csv "trial metric.val_loss" | awk -F, '$1 == "0" { print $2 }' >got
paste expected got | awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > 1e-12 || NF != 2) exit 1 }' || fail "curves differ from those of show"
[ "$(varve results p --json | jq '[.trials[] | select(.status == "COMPLETED") | .score] | min')" = \
    "$(columns history.csv best_so_far | tail -n 1)" ] || fail "the best so far is not the best"

# ---- all of them, and what cannot be meant -------------------------------------------------------------------------------
run varve plot all p -o folder
exits 0; out_empty; err_empty
for kind in $kinds; do
    cmp -s "$kind.svg" "folder/$kind.svg" || fail "all draws another $kind"
    cmp -s "$kind.csv" "folder/$kind.csv" || fail "all has another table of $kind"
done
# What is drawn is in the tables: the surface of a contour, who made the layers of a network.
head -n 1 contour.csv | grep -q 'expected.val_loss' || fail "the table of the contour lacks its surface"
[ "$(tr -d '\r' <contour.csv | grep -c '^,,')" -ge 4 ] || fail "the table of the contour has no places"
columns depth.csv network | grep -q ': layers' || fail "the table of depths does not say who made the layers"
run varve plot contour p --x units_0 --y layers -o chosen.svg
exits 0
grep -q ">units_0<" chosen.svg || fail "--x is not taken"
run varve plot history p --objective val_loss --csv
exits 0; cmp -s out history.csv || fail "--objective draws something else"

refused() { # TEXT COMMAND...
    text=$1
    shift
    run varve "$@"
    exits 2; out_empty; err_has "$text"
}
refused 'did you mean "history"' plot histroy p
refused 'there is no plot "xyzzy"' plot xyzzy p
refused "KIND is missing" plot
refused "PROJECT is missing" plot history
refused "ends in none of .svg, .csv, .json" plot history p -o history.png
refused "only one of them" plot history p --csv --json
refused "no objective accuracy" plot history p --objective accuracy
refused "no hyperparameter width" plot contour p --x width
refused "folder -o FOLDER" plot all p
refused "only a contour has it" plot slice p --x units_0
refused "units_0 twice" plot contour p --x units_0 --y units_0
refused "in the project's own folder" plot history p -o p/history.svg
run varve plot history nowhere
exits 3; out_empty; one_line_err
run varve plot history p -o nowhere/history.svg
exits 1; out_empty; one_line_err

# No plots among a study's own files.
for folder in p p/plots ./p/../p; do
    run varve plot all p -o $folder
    exits 2; out_empty; one_line_err; err_has "--output: $folder would lie in the project's own folder"
done
[ "$(find p | grep -c -e svg -e csv -e plots)" -eq 0 ] || fail "plots are in the project"
