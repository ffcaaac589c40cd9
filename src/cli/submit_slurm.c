/* submit_slurm.c - workers as a Slurm job array.
 *
 * The worker takes the batch shell's place (exec), so that the signals which Slurm sends to that shell reach it: SIGUSR1
 * two minutes before the time limit, SIGTERM from scancel -b and before a job is requeued. It then ends its epochs, keeps
 * them, and gives its trials back. A requeued worker begins by looking what there is to do: nothing has to be told to it.
 */
#include "cli/submit.h"

static void write_time(double seconds, vvi_text *script)
{
    const long minutes = (long)((seconds + 59) / 60);
    vvi_text_printf(script, "#SBATCH --time=%ld-%02ld:%02ld:00\n", minutes / 1440, minutes / 60 % 24, minutes % 60);
    vvi_text_printf(script, "#SBATCH --signal=B:USR1@120\n");
}

static void write_array(const vvi_options *o, vvi_text *script)
{
    vvi_text_printf(script, "#SBATCH --array=0-%d", o->workers - 1);
    if (o->array_limit > 0) vvi_text_printf(script, "%%%d", o->array_limit);
    vvi_text_printf(script, "\n");
}

static void write_option(const char *name, const char *value, vvi_text *script)
{
    if (value == NULL) return;
    vvi_text_printf(script, "#SBATCH --%s=", name);
    vvi_text_add_quoted(script, value);
    vvi_text_printf(script, "\n");
}

static void write(const vvi_submission *s, vvi_text *script)
{
    const vvi_options *o = s->options;
    vvi_text_printf(script, "#!/bin/sh\n");
    write_option("job-name", s->name, script);
    write_array(o, script);
    vvi_text_printf(script, "#SBATCH --ntasks=1\n#SBATCH --cpus-per-task=%d\n", o->cpus);
    write_option("mem", o->memory, script);
    write_option("partition", o->partition, script);
    if (o->time_s > 0) write_time(o->time_s, script);
    vvi_text_printf(script, "#SBATCH --requeue\n#SBATCH --open-mode=append\n#SBATCH --output=varve-%%A_%%a.log\n");
    vvi_text_printf(script, "exec ");
    vvi_submission_worker(s, script);
    vvi_text_printf(script, "\n");
}

const vvi_engine vvi_engine_slurm = {
    .name = "slurm",
    .command = "sbatch",
    .first = "--parsable",
    .hint = "squeue -j %s shows it, scancel %s ends it",
    .write = write,
};
