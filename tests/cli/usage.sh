# usage.sh - a command line that cannot be meant is refused with status 2 and one sentence that says what would do.
. "$(dirname "$0")/lib.sh"
write_model model.c

refused() { # TEXT COMMAND...
    text=$1
    shift
    run varve "$@"
    exits 2; out_empty; err_has "$text"
}

run varve
exits 2; out_empty; err_has "usage: varve COMMAND"
refused 'there is no command "serach"; did you mean "search"?' serach model.c
refused 'there is no command "xyzzy"' xyzzy
refused 'there is no command "xyzzy"' help xyzzy
refused 'FILE is missing' search
refused 'TRIAL is missing' show somewhere
refused '"more" is one word too many' summary model.c more
refused 'there is no option --epoch; did you mean --epochs?' search model.c --epoch 3
refused 'there is no option --max_trials; did you mean --max-trials?' search model.c --max_trials=3
refused 'there is no option --quux' search model.c --quux
refused 'there is no option -x' search model.c -x
refused '--epochs: 0 is not in 1..1000000' search model.c --epochs 0
refused '--epochs: -3 is not in 1..1000000' search model.c --epochs=-3
refused '--epochs: 99999999999999999999 is not in 1..1000000' search model.c --epochs 99999999999999999999
refused '--epochs: "3x" is not a whole number' search model.c --epochs 3x
refused '--epochs: "" is not a whole number' search model.c --epochs=
refused '--epochs: N is missing' search model.c --epochs
refused '--validation-split: 1.5 is not in 0..0.99' search model.c --validation-split 1.5
refused '--validation-split: nan is not in 0..0.99' search model.c --validation-split nan
refused '--seed: -1 is not a whole number' search model.c --seed -1
refused '--seed: 18446744073709551616 is not a whole number' search model.c --seed 18446744073709551616
refused '--overwrite takes no value' search model.c --overwrite=yes
refused '--directory: D is empty' search model.c --directory=
refused '--data SPEC is missing' evaluate somewhere
refused '--data SPEC is missing' predict somewhere
refused 'neither a trial'"'"'s number nor best' show somewhere first
refused 'oracle "clever": there is none of this name; there are: auto, random, grid' search model.c --tuner clever --data "$TABLE"
refused 'my_metric' search model.c --objective my_metric --data "$TABLE"
refused 'model.c names no data; give --data SPEC' search model.c
for command_name in explain search; do
    refused '--budget "flush=3": there is no "flush"; there are params, macs, ram, flash' $command_name model.c --budget flush=3
    refused '--budget "params=3q": there is no unit "q"' $command_name model.c --budget params=3q
    refused '--budget "params=x": "x" is no number' $command_name model.c --budget ram=3,params=x
    refused '--budget: params is there twice' $command_name model.c --budget params=3,params=4
    refused '--budget "macs": must be macs=NUMBER' $command_name model.c --budget macs
    refused '--precision: there is no "int4"; there are: int8, float32' $command_name model.c --precision int4
done
refused '--input: "10x" is not a shape of 1 to 4 sizes, such as 28x28x1 or 10' explain model.c --input 10x
for shape in 0 x -1 1x2x3x4x5 10,10 99999999999999999999 3000000000; do refused "--input: \"$shape\" is not a shape" explain model.c "--input=$shape"; done
refused 'model.c: there is no hyperparameter "layer"; did you mean "layers"?' explain model.c --at layer=1
refused 'model.c: there is no hyperparameter "xyzzy"' explain model.c --at xyzzy=1
refused 'model.c: layers: "3" is not in its domain, int 1..2' explain model.c --at layers=3
refused 'model.c: layers: "two" is not in its domain' explain model.c --at layers=two
refused '--at: "layers" is not NAME=VALUE' explain model.c --at layers
refused '--at: "" is not NAME=VALUE' explain model.c --at layers=1,
refused 'model.c: layers is given twice' explain model.c --at layers=1,layers=2
refused 'units_1 is not active in that configuration' explain model.c --at layers=1,units_1=8
refused 'no_such_set' explain model.c --data no_such_set
refused 'no_such_set' search model.c --data no_such_set
refused 'missing.csv' search model.c --data 'csv:missing.csv?target=y'
refused 'missing.c: No such file or directory' summary missing.c
refused 'is not a file' summary .

# Options before, between and after; -- ends them; the last one counts.
run varve summary --json -- model.c
exits 0; err_empty; out_json '.[0].hypermodel == "model"'
cp model.c ./--odd.c
run varve summary -- --odd.c
exits 0; out_has "layers"
