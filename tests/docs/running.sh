# running.sh - all studies of the page come to their end, with the same trials; what it says of refusals is so.
grep -q '#SBATCH --array=0-63%16' ../state/outputs || fail "the job script is not shown"
jobs=$(sed -n 's/^Submitted .* job \([0-9]*\):.*/\1/p' ../state/outputs)
[ -n "$jobs" ] || fail "no job was submitted"
for job in $jobs; do slurm_wait "$job" || fail "the job does not end"; done

trials_of first >expected
[ "$(wc -l <expected)" -eq 5 ] || fail "the first study has other than 5 trials"
for study in second third fourth fifth; do
    trials_of "$DB#$study" >got
    [ "$(grep -c '"COMPLETED"' got)" -eq 5 ] || fail "study $study has other than 5 finished trials: $(cat got varve-*.log)"
done

run varve search examples/dense_dropout.c --storage 'postgresql://me:secret@host/database'
exits 2; err_has "PGPASSFILE"
PGPASSWORD=secret run varve submit examples/dense_dropout.c --engine slurm --storage "$DB"
exits 2; err_has "PGPASSWORD would be kept"
