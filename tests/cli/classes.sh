# classes.sh - answers of classifiers: the class by its name, and a probability for each.
. "$(dirname "$0")/lib.sh"
awk 'BEGIN {
    print "x,z,kind"
    name[0] = "pear"; name[1] = "\"apple, red\""; name[2] = "fig"
    for (i = 0; i < 90; i++) printf "%.3f,%.3f,%s\n", i % 3 + (i % 7) / 20, (i % 3 == 1) + (i % 5) / 20, name[i % 3]
}' >kinds.csv
cat >kinds.c <<'C'
#include <varve/varve.h>
static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(vv_choice_int(hp, "units", VV_INTS(8, 16)), .activation = VV_RELU));
    vv_add(m, vv_dense(3, .activation = VV_SOFTMAX));
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY, .metrics = VV_METRICS(VV_ACCURACY),
               .optimizer = vv_adam(.learning_rate = 0.02));
    return m;
}
VV_HYPERMODEL(.build = build, .data = "csv:kinds.csv?target=kind", .objective = "val_accuracy", .max_trials = 2,
              .epochs = 40);
C
run varve search kinds.c --json
exits 0; err_empty
out_json '.[-1].best_score > 0.9'
run varve predict kinds --data 'csv:kinds.csv?target=kind'
exits 0; err_empty
[ "$(head -n 1 out)" = 'row,prediction,"p(apple, red)",p(fig),p(pear)' ] || fail "not the header"
out_has ',"apple, red",'; out_has ',fig,'; out_has ',pear,'
run varve predict kinds --data 'csv:kinds.csv?target=kind' --json
exits 0
out_json '.[0].predictions | length == 90 and all((.probabilities | add) - 1 | fabs < 1e-5)'
out_json '.[0].predictions | map(.prediction) | unique == ["apple, red", "fig", "pear"]'
