# importance.sh - which hyperparameters matter, on the terminal and for programs.
. "$(dirname "$0")/lib.sh"

# A program whose score is known: x alone, but for a little of y; z does nothing.
cat >space.yaml <<'YAML'
space:
  x: {type: float, min: 0, max: 1}
  y: {type: float, min: 0, max: 1}
  z: {type: choice, values: [a, b]}
YAML
cat >inputs <<'SH'
#!/bin/sh
awk "BEGIN { print \"varve: score=\" 10 * $1 + $2 \" one=$1 two=$2\" }"
SH
chmod +x inputs
run varve tune space.yaml --project p --objective score:min --max-trials 60 --tuner random --seed 1 -- \
    ./inputs {x} {y}
exits 0

run varve importance p
exits 0; err_empty
sed 's/[█▏▎▍▌▋▊▉]/x/g' out >narrow
within_80_columns narrow
out_has 'p: which hyperparameters matter for score, by fANOVA (Hutter, Hoos,'
out_has 'From 60 completed trials. The model explains'
out_has '90 % interval'
out_has '███████████████'
[ "$(grep -E '^[xyz] ' out | head -n 1 | cut -c 1)" = x ] || fail "x is not the first"
cp out first
run varve importance p
cmp -s out first || fail "the same trials have other shares"

run varve importance p --json
exits 0; err_empty
out_json '.[0] | .method == "fanova" and .objective == "score" and .trials == 60 and .why_not == null and .explained > 0.8'
out_json '.[0].shares | length == 3 and .[0].name == "x" and .[0].share > 0.9 and .[1].share < 0.1'
out_json '.[0].shares | all(.low <= .share and .share <= .high and .trials == 60)'
run varve importance p --method ped-anova --objective score --json
exits 0; err_empty
out_json '.[0] | .method == "ped-anova" and .explained == null and .shares[0].name == "x"'
run varve importance p --method ped-anova
exits 0; out_has 'by PED-ANOVA'; out_has 'From 60 completed trials.'

run varve importance p --method guess
exits 2; out_empty; one_line_err; err_has 'there are: fanova, ped-anova'
run varve importance p --objective speed
exits 2; out_empty; one_line_err; err_has 'the study has no "speed"; it has: score'
run varve importance nowhere
exits 3; out_empty; one_line_err

# Where there is too little to say anything, it says so.
run varve tune space.yaml --project few --objective score:min --max-trials 2 --tuner random -- echo varve: score=1
exits 0
run varve importance few
exits 0; err_empty; out_has 'Nothing can be said: 2 completed trials have a finite score; at least 4 are'
run varve importance few --json
exits 0; out_json '.[0] | .shares == [] and (.why_not | test("at least 4")) and .explained == null'

# Of several objectives the first, or the one that is named.
run varve tune space.yaml --project two --objective one:min,two:max --max-trials 40 --tuner random --seed 2 -- \
    ./inputs {x} {y}
exits 0
run varve importance two --json
out_json '.[0] | .objective == "one" and .shares[0].name == "x"'
run varve importance two --objective two --json
out_json '.[0] | .objective == "two" and .shares[0].name == "y"'
