# submit.sh - workers as a job array of a real Slurm, over one PostgreSQL: every trial once; a warning before the time limit,
# and being requeued, cost nothing.
. "$(dirname "$0")/lib.sh"
. "$VARVE_SOURCE/tests/postgresql.sh"
. "$VARVE_SOURCE/tests/slurm.sh"
write_model model.c
write_table table.csv
model=$work/model.c

# ---- what is refused, what is written --------------------------------------------------------------------------------

refuse() { # TEXT ARGUMENTS
    text=$1
    shift
    run varve submit model.c "$@"
    exits 2; out_empty; one_line_err; err_has "$text"
}
url=postgresql://host/database
refuse '--engine: there is no "pbs"; there is: slurm' --engine pbs --storage $url
refuse '--storage URL is missing' --engine slurm
refuse '--storage: a password on a command line' --engine slurm --storage postgresql://me:secret@host/database
PGPASSWORD=secret refuse 'PGPASSWORD would be kept with the job' --engine slurm --storage $url
unset PGPASSWORD
run varve submit none.c --engine slurm --storage $url --dry-run
exits 2; out_empty; one_line_err; err_has "none.c"

run varve submit model.c --engine slurm --storage $url --dry-run
exits 0; err_empty
printf '%s\n' '#!/bin/sh' '#SBATCH --job-name=model' '#SBATCH --array=0-0' '#SBATCH --ntasks=1' '#SBATCH --cpus-per-task=1' \
    '#SBATCH --requeue' '#SBATCH --open-mode=append' '#SBATCH --output=varve-%A_%a.log' \
    "exec $(realpath "$VARVE") worker $model --storage $url --study model --workers 1" >expected
cmp -s expected out || fail "another script than expected"
run varve submit model.c --engine slurm --workers 64 --cpus 4 --memory 8G --time 90m --partition gpu --array-limit 16 \
    --data "$TABLE" --storage $url --study "it's mine" --dry-run -- --account=me '--comment=a b'
exits 0; err_empty
for line in "--job-name='it'\\''s mine'" --array=0-63%16 --cpus-per-task=4 --mem=8G --partition=gpu --time=0-01:30:00 \
    --signal=B:USR1@120; do
    grep -qxF -- "#SBATCH $line" out || fail "the script lacks $line"
done
out_has "--data '$TABLE' --storage $url --study 'it'\\''s mine' --workers 4"
out_has "# to be submitted with: sbatch --account=me '--comment=a b'"
sh -n out || fail "the script is no shell script"

# ---- a real one ------------------------------------------------------------------------------------------------------

postgresql_begin
slurm_begin
search() { varve search model.c --data "$TABLE" --max-trials 12 --tuner random "$@"; }
submit() { varve submit model.c --engine slurm --storage "$PGURL" "$@"; }
job_of() { # the number in the last answer
    sed -n 's/^Submitted .* as slurm job \([0-9]*\):.*/\1/p' out
}
done_all() { # JOB
    slurm_wait "$1" || fail "job $1 does not end: $(squeue)$(cat varve-"$1"_*.log)"
}
# What workers say, but for the order in which they say it.
ends() { # JOB: how many of its trials ended as COMPLETED
    cat varve-"$1"_*.log | grep -c "COMPLETED"
}

run submit --study s
exits 3; out_empty; one_line_err; err_has "there is no study yet; begin it with varve search --begin-only"
search --project whole >/dev/null || fail "the undisturbed search"
trials_of whole >expected
[ "$(wc -l <expected)" -eq 12 ] || fail "the undisturbed search has other than 12 trials"

run search --storage "$PGURL" --study s --begin-only
exits 0; out_has "The study has begun."
run submit --study s --workers 3
exits 0; err_empty; out_has "Submitted 3 workers as slurm job "; out_has "squeue -j $(job_of) shows it"
job=$(job_of)
done_all "$job"
trials_of "$PGURL#s" >got
cmp -s expected got || fail "not the undisturbed search: $(diff expected got | head -n 4)"
[ "$(ends "$job")" -eq 12 ] || fail "12 trials ended $(ends "$job") times: $(cat varve-"$job"_*.log)"

run submit --study s --json -- --job-name=other
exits 0; err_empty; out_json '.[0] | .engine == "slurm" and .workers == 1'
done_all "$(jq -r .job out)"
run submit --study s -- --no-such-option
exits 1; out_empty; err_has "sbatch has not taken the job"

# ---- warned, requeued -------------------------------------------------------------------------------------------------

await_epochs() { # STUDY: until two epochs are there
    for _ in $(seq 300); do
        [ "$(varve results "$PGURL#$1" --json 2>/dev/null | jq '[.trials[].epochs] | add // 0')" -ge 2 ] && return 0
        sleep 0.1
    done
    fail "study $1: no epochs: $(squeue; cat varve-*.log)"
}
export SLOW=1
run search --storage "$PGURL" --study warned --begin-only
run submit --study warned --workers 2 --time 10m
job=$(job_of)
await_epochs warned
scancel -b -s USR1 "$job"
done_all "$job"
run varve results "$PGURL#warned" --json
out_json '.[0].trials | map(.status) | (index("INTERRUPTED") != null) and (index("RUNNING") == null)'
out_json '.[0].trials | map(select(.status == "INTERRUPTED")) | map(.epochs) | add > 0'
unset SLOW
run submit --study warned --workers 2
done_all "$(job_of)"
trials_of "$PGURL#warned" >got
cmp -s expected got || fail "warned, and gone on with: not the undisturbed search: $(diff expected got | head -n 4)"

export SLOW=1
run search --storage "$PGURL" --study requeued --begin-only
run submit --study requeued
job=$(job_of)
await_epochs requeued
scontrol requeue "${job}_0" || fail "scontrol requeue"
for _ in $(seq 300); do [ "$(squeue -h -j "$job" -t PENDING -o %T)" = PENDING ] && break; sleep 0.1; done
run varve results "$PGURL#requeued" --json
out_json '.[0].trials | map(.status) | index("RUNNING") == null'
scontrol update JobId="${job}_0" StartTime=now || fail "scontrol update" # Slurm would wait for two minutes
unset SLOW
run submit --study requeued # the requeued one is slow: another helps
done_all "$(job_of)"
done_all "$job"
trials_of "$PGURL#requeued" >got
cmp -s expected got || fail "requeued: not the undisturbed search: $(diff expected got | head -n 4)"
