# report.sh - varve report: one whole file, which nothing can run in but what is its own, whatever the study says.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

run varve search model.c --data "$TABLE" --project p --max-trials 3
exits 0

# The file: a document that asks for nothing, and has the data.
run varve report p -o r.html
exits 0; out_empty; err_empty
head -c 15 r.html | grep -qF '<!doctype html>' || fail "the report is no HTML document"
grep -qF "default-src 'none'; script-src 'sha256-" r.html || fail "the report has no policy"
if grep -qE '<(script|link|img|iframe)[^>]+(src|href)=|<[a-z]+ [^>]*style=| on[a-z]+="' r.html; then
    fail "the report asks for something, or has styles and scripts in attributes"
fi
grep -qF 'Redistribution and use in source and binary forms' r.html || fail "the report lacks the licence of what it has in it"

# The hashes are those of its scripts and styles, each of them.
[ "$(grep -oF "'sha256-" r.html | wc -l)" -eq "$(grep -cE '^<(script|style)>' r.html)" ] || fail "hashes and scripts do not match"
run openssl version
if [ "$code" -eq 0 ]; then
    sed -n '/^<style>/,/<\/style>$/p' r.html | sed -n '1,/<\/style>$/p' | sed '1s/<style>//' >style
    # The element's end stands on the asset's last line, or on one of its own.
    printf '%s' "$(cat style)" | sed '$s/<\/style>$//' >first
    hash=$(openssl dgst -sha256 -binary first | openssl base64)
    grep -qF "'sha256-$hash'" r.html || { printf '\n' >>first; hash=$(openssl dgst -sha256 -binary first | openssl base64); }
    grep -qF "'sha256-$hash'" r.html || fail "the policy lacks the hash of the first style"
fi

# The data by itself, and in the page, the same but for when it was written.
run varve report p --json
exits 0; err_empty
out_json '.[0] | .study.trials == 3 and (.best | length) == 3 and .best[0].layers != null and (.best[0].curves | length) > 0'
out_json '.[0] | .trials.n == 3 and ([.trials.columns[] | .title] | index("layers") != null and index("val_loss") != null)'
out_json '.[0].sheet as $sheet | [.[0].trials.columns[] | $sheet.columns[.column] | length] | all(. == 3)'
out_json '.[0] | (.sheet.figures | length) > 0 and ([.sheet.figures[].kind] | index("history") != null)'
out_json '.[0].made | .version != null and ([.facts[] | .[0]] | index("Objective") != null)'
jq -S 'del(.made.time, .study.workers[].heard_of_seconds_ago)' out >alone
sed -n '/id="data">$/,/^<\/script>$/p' r.html | sed '1d;$d' | jq -S 'del(.made.time, .study.workers[].heard_of_seconds_ago)' >inside
cmp -s alone inside || fail "the page has other data than --json prints"
run varve report p --top 1 --json
out_json '.[0].best | length == 1'
run varve report p
exits 0; err_empty; out_has '<!doctype html>'

# Names of others are in it, and end nothing.
cat >space.yaml <<'YAML'
objective: score:max
space:
  "<script>alert(1)<!--": {type: float, min: 0, max: 1}
  "a'&\u202e\"b": {type: choice, values: ["</script><script>alert(1)</script>", "'\"&"]}
YAML
run varve tune space.yaml --tuner random --max-trials 3 --project h -- sh -c 'echo "varve: score=1"'
exits 0
run varve report h -o h.html
exits 0; err_empty
[ "$(grep -oF '</script>' h.html | wc -l)" -eq "$(grep -oF '</script>' r.html | wc -l)" ] || fail "a name ends a script"
if sed -n '/id="data">$/,/^<\/script>$/p' h.html | sed '1d;$d' | grep -qF '<'; then fail "the data has a <"; fi

# It is there whole or not at all, and takes the place of files only.
run varve report nowhere -o n.html
exits 3; one_line_err
[ ! -e n.html ] || fail "a report of nothing is there"
run varve report p -o p/r.html
exits 2; err_has "project's own folder"
mkdir folder
run varve report p -o folder
exits 2; err_has "no ordinary file"
run varve report p -o missing/r.html
exits 1; one_line_err
if [ -w /dev/full ]; then
    command="varve report p >/dev/full"
    "$VARVE" report p >/dev/full 2>err
    code=$?
    exits 1; one_line_err
fi

run varve --licences
exits 0; out_has 'Mike Bostock'; out_has 'THIS SOFTWARE IS PROVIDED'
