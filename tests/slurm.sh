# slurm.sh - a Slurm of one machine for tests: three nodes, which are all this one. Sourced after a folder is there.
#
#     slurm_begin FOLDER    true: it runs, and SLURM_CONF is set; else why not is in FOLDER/why
#     slurm_end             ends it; for a trap
#
# No systemd, no cgroups, no accounting; everything is in FOLDER. The daemons run as whoever calls. Ports are drawn until
# they are free.
slurm_folder=

slurm_fail() {
    echo "$*" >"$slurm_folder/why"
    slurm_end
    return 1
}

# Debian puts daemons where a user's PATH does not look.
slurm_needs() {
    PATH=$PATH:/usr/sbin:/sbin
    export PATH
    for needed in munged slurmctld slurmd sbatch squeue scancel scontrol; do
        command -v $needed >/dev/null || { slurm_fail "$needed is not installed (packages slurm-wlm and munge)"; return 1; }
    done
}

slurm_munge() {
    munge=$slurm_folder/munge
    mkdir -m 755 "$munge"
    (umask 077; head -c 1024 /dev/urandom >"$munge/key")
    munged --force --key-file="$munge/key" --socket="$munge/socket" --pid-file="$munge/pid" --log-file="$munge/log" \
        --seed-file="$munge/seed" >"$munge/out" 2>&1 || slurm_fail "munged does not start: $(tail -n 1 "$munge/out")"
}

slurm_configure() { # the lowest of four ports
    mkdir -p "$slurm_folder/state"
    cat >"$SLURM_CONF" <<CONF
ClusterName=varve
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$slurm_folder/munge/socket
SlurmctldPort=$1
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SlurmctldTimeout=300
SlurmdTimeout=300
KillWait=5
MinJobAge=600
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
StateSaveLocation=$slurm_folder/state
SlurmctldPidFile=$slurm_folder/slurmctld.pid
SlurmctldLogFile=$slurm_folder/slurmctld.log
SlurmdSpoolDir=$slurm_folder/spool.%n
SlurmdPidFile=$slurm_folder/slurmd.%n.pid
SlurmdLogFile=$slurm_folder/slurmd.%n.log
CONF
    for node in 1 2 3; do
        echo "NodeName=n$node NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$(($1 + node)) CPUs=2 RealMemory=4000 State=UNKNOWN" >>"$SLURM_CONF"
    done
    echo "PartitionName=all Nodes=n1,n2,n3 Default=YES MaxTime=INFINITE State=UP" >>"$SLURM_CONF"
}

slurm_up() {
    slurmctld -c -f "$SLURM_CONF" >"$slurm_folder/out" 2>&1 || return 1
    for node in n1 n2 n3; do slurmd -c -f "$SLURM_CONF" -N $node >>"$slurm_folder/out" 2>&1 || return 1; done
    for _ in $(seq 100); do
        [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 3 ] && return 0
        sleep 0.1
    done
    return 1
}

slurm_down() {
    for pid in "$slurm_folder"/slurmd.*.pid "$slurm_folder/slurmctld.pid"; do
        [ -s "$pid" ] && kill "$(cat "$pid")" 2>/dev/null
    done
    for _ in $(seq 50); do
        ls "$slurm_folder"/slurm*.pid >/dev/null 2>&1 || return 0
        sleep 0.1
    done
}

slurm_begin() {
    slurm_folder=$1
    SLURM_CONF=$slurm_folder/slurm.conf
    export SLURM_CONF
    mkdir -p "$slurm_folder"
    chmod 755 "$slurm_folder"
    slurm_needs && slurm_munge || return 1
    for try in 1 2 3 4 5; do
        slurm_configure $((16000 + ($$ * 7 + try * 911) % 16000))
        slurm_up && return 0
        slurm_down
    done
    slurm_fail "slurm does not start: $(tail -n 1 "$slurm_folder/out") $(tail -n 2 "$slurm_folder/slurmctld.log" 2>/dev/null)"
}

slurm_end() {
    [ -n "$slurm_folder" ] || return 0
    slurm_down
    [ -s "$slurm_folder/munge/pid" ] && kill "$(cat "$slurm_folder/munge/pid")" 2>/dev/null
    slurm_folder=
}
