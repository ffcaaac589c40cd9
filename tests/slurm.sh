#!/bin/sh
# slurm.sh - a throw-away Slurm of one machine for tests: three nodes, all of which are this one. Everything of it is in a
# folder of its own; no systemd, no cgroups, no accounting; the daemons run as whoever calls. Sourced:
#
#     slurm_begin    needs $work, a folder of the test's own. Sets SLURM_CONF. It ends as soon as the test does, however that
#                    ends. Exit status 77: no Slurm can be started here (1 where CI or VARVE_REQUIRE_ALL is set).
#
slurm_absent() {
    echo "slurm.sh: no Slurm can be started here: $*" >&2
    [ -z "${CI:-}${VARVE_REQUIRE_ALL:-}" ] || exit 1
    exit 77
}

# Debian puts daemons where a user's PATH does not look.
slurm_find() {
    PATH=$PATH:/usr/sbin:/sbin
    export PATH
    for needed in munged slurmctld slurmd sbatch squeue scancel scontrol; do
        command -v $needed >/dev/null || slurm_absent "no $needed (Debian: apt-get install slurm-wlm munge)"
    done
}

slurm_munge() {
    munge=$slurm_folder/munge
    mkdir -m 755 "$munge"
    (umask 077; head -c 1024 /dev/urandom >"$munge/key")
    munged --force --key-file="$munge/key" --socket="$munge/socket" --pid-file="$munge/pid" --log-file="$munge/log" \
        --seed-file="$munge/seed" >"$munge/out" 2>&1 7>&- ||
        slurm_absent "munged does not start: $(tail -n 1 "$munge/out")"
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
    echo 'CgroupPlugin=cgroup/v1' >"$slurm_folder/cgroup.conf" # else slurmd looks for one that is mounted, and needs it
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

# Ends it all when its input ends: with the test.
slurm_keep() {
    cat >/dev/null
    cd / || exit 1
    slurm_folder=$1
    SLURM_CONF=$1/slurm.conf
    export SLURM_CONF
    PATH=$PATH:/usr/sbin:/sbin
    scancel --full -s KILL -u "$(id -un)" # jobs outlive the daemons
    scancel -u "$(id -un)"
    slurm_down
    [ -s "$1/munge/pid" ] && kill "$(cat "$1/munge/pid")" 2>/dev/null
    rm -rf "$1"
}

slurm_begin() {
    slurm_find
    slurm_folder=$(mktemp -d /tmp/varve-slurm-XXXXXX) # sockets need short names
    SLURM_CONF=$slurm_folder/slurm.conf
    export SLURM_CONF
    chmod 755 "$slurm_folder"
    [ -p "$work/slurm_alive" ] || mkfifo "$work/slurm_alive"
    exec 7<>"$work/slurm_alive"
    setsid sh "$VARVE_SOURCE/tests/slurm.sh" keep "$slurm_folder" <"$work/slurm_alive" >/dev/null 2>&1 7>&- &
    slurm_munge
    for try in 1 2 3 4 5; do
        slurm_configure $((16000 + ($$ * 7 + try * 911) % 16000))
        slurm_up 7>&- && return 0
        slurm_down
    done
    slurm_absent "$(tail -n 1 "$slurm_folder/out") $(tail -n 2 "$slurm_folder/slurmctld.log" 2>/dev/null)"
}

# Until no job of that number is there any more, at most 120 s.
slurm_wait() {
    for _ in $(seq 600); do
        [ -z "$(squeue -h -j "$1" 2>/dev/null)" ] && return 0
        sleep 0.2
    done
    return 1
}

case ${0##*/}:${1:-} in
slurm.sh:keep) slurm_keep "$2" ;;
esac
