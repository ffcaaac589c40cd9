# running_docs.sh - every command of docs/running.md does what it is there for: each block of sh is run, in their order, over a
# PostgreSQL and a Slurm of the test's own.
. "$(dirname "$0")/lib.sh"
. "$VARVE_SOURCE/tests/postgresql.sh"
. "$VARVE_SOURCE/tests/slurm.sh"
postgresql_begin
slurm_begin
page=$VARVE_SOURCE/docs/running.md
DB=$PGURL
export DB
mkdir bin
ln -s "$VARVE" bin/varve
ln -s "$VARVE_SOURCE/examples" examples
PATH=$work/bin:$PATH
unset -f varve

count=$(grep -c '^```sh$' "$page")
[ "$count" -ge 7 ] || fail "there are only $count blocks of commands"
for i in $(seq "$count"); do
    awk -v wanted="$i" '/^```sh$/ { n++; inside = 1; next } /^```/ { inside = 0 } inside && n == wanted' "$page" >block
    [ -s block ] || fail "block $i is empty"
    run sh -e block
    [ "$code" -eq 0 ] || fail "$page: $(cat block)"
    case $(cat block) in
    *--dry-run*) out_has "#SBATCH --array=0-63%16" ;;
    *varve\ submit*) slurm_wait "$(sed -n 's/^Submitted .* job \([0-9]*\):.*/\1/p' out)" || fail "the job does not end" ;;
    esac
done

# All of the studies have come to their end, with the same trials.
varve() { "$VARVE" "$@"; }
trials_of first >expected
[ "$(wc -l <expected)" -eq 5 ] || fail "the first study has other than 5 trials"
for study in second third fourth fifth; do
    trials_of "$DB#$study" >got
    [ "$(grep -c '"COMPLETED"' got)" -eq 5 ] || fail "study $study has other than 5 finished trials: $(cat got varve-*.log)"
done

# What the page says of options and of refusals is so.
for option in $(grep -o -- '`--[a-z][a-z-]*' "$page" | tr -d '\`' | sort -u); do
    for command_name in search worker submit; do varve $command_name --help; done | grep -q -- "^  $option " ||
        case $option in --sshlogin | --signal) ;; *) false ;; esac || fail "the page names $option, which no command has"
done
run varve search examples/dense_dropout.c --storage 'postgresql://me:secret@host/database'
exits 2; err_has "PGPASSFILE"
PGPASSWORD=secret run varve submit examples/dense_dropout.c --engine slurm --storage "$DB"
exits 2; err_has "PGPASSWORD would be kept"
