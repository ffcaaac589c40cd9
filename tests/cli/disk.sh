# disk.sh - a full disk stops a search with one clear line; the study opens again, and with room the search goes on to what
# it would have come to undisturbed. The disk is a small file system in memory, in a mount namespace of this test's own.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

# Without root, namespaces may be forbidden: then nothing here can be checked.
unshare -rm true 2>/dev/null || {
    echo "SKIPPED: no mount namespace (unshare -rm); a full disk was not tried here"
    exit 77
}

trials=12
essence() { # PROJECT
    for id in $(seq 0 $((trials - 1))); do
        varve show "$1" "$id" --json | jq -S -c 'del(.seconds, .began, .ended, .worker) | del(.execution_details[].seconds)'
    done
}

run varve search model.c --data "$TABLE" --tuner random --json --project whole --max-trials $trials
exits 0
essence whole >expected

cat >full.sh <<'SH'
mkdir disk
mount -t tmpfs -o size="$1" tmpfs disk || exit 70
"$VARVE" search model.c --data "$TABLE" --tuner random --json --project disk/study --max-trials "$2" >events 2>err
echo $? >code
"$VARVE" results disk/study --json >before 2>>err || exit 71
mount -o remount,size=64m disk || exit 72
"$VARVE" search model.c --data "$TABLE" --tuner random --json --project disk/study --max-trials "$2" >again 2>&1 || exit 73
cp -r disk/study "$3"
SH

for size in 200k 260k 300k 340k 400k; do
    rm -rf disk filled code
    command="a search on a disk of $size"
    export VARVE TABLE
    unshare -rm sh full.sh $size $trials filled
    code=$?
    cp events out
    exits 0
    code=$(cat code)
    exits 1
    err_has "the disk is full"
    one_line_err
    essence filled >got
    cmp -s expected got || fail "$size: not the undisturbed search: $(diff expected got | head -n 4)"
done

# Networks of a megabyte: it is weights and states that fill the disk, and no trial is to blame for that.
write_build wide.c ', .objective = "val_loss", .epochs = 2' <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(50000, .activation = VV_TANH));
    vv_add(m, vv_dense(1));
    vv_compile(m, .optimizer = vv_sgd(.learning_rate = vv_float(hp, "rate", .min = 1e-6, .max = 1e-5)), .loss = VV_MSE);
    return m;
C
trials=5
run varve search wide.c --data "$TABLE" --tuner random --json --project wide --max-trials $trials
exits 0
essence wide >expected
# One at a time: what two write at once may leave not even the database a page, and then it is that which says so.
sed -i 's/model\.c/wide.c --workers 1/' full.sh
rm -rf disk filled code
command="a search for networks of 1.2 MB on a disk of 3 MB"
unshare -rm sh full.sh 3m $trials filled
code=$?
cp events out
exits 0
code=$(cat code)
exits 1
err_has "No space left on device"
one_line_err
out_lacks '"FAILED"'
essence filled >got
cmp -s expected got || fail "not the undisturbed search: $(diff expected got | head -n 4)"
