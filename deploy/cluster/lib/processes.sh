# shellcheck shell=bash
# Starts and stops components. A running one is known by a record of its process id and start time, so that a process
# that got the same id later is never taken for it.

# process_start_time PID - prints when the process started, in clock ticks since boot; fails if it has ended. That is
# field 22 of /proc/PID/stat, proc(5); the second field may hold blanks, so count from its bracket. A zombie has ended
# when its other threads have: until then it may still hold its ports.
process_start_time() {
    local stat fields threads
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    read -r -a fields <<<"${stat##*) }"
    threads=("/proc/$1/task"/*)
    [[ ${fields[0]} != Z ]] || ((${#threads[@]} > 1)) || return 1
    echo "${fields[19]}"
}

# component_pid NAME - prints the process id of the component; fails if it does not run.
component_pid() {
    local pid start_time
    { read -r pid start_time <"$RUN/pids/$1"; } 2>/dev/null || return 1
    [[ $(process_start_time "$pid") == "$start_time" ]] && echo "$pid"
}

# start_component NAME - starts it if it does not run and waits until it is ready. From then on it is started again
# whenever it ends by itself: a node whose runtime has crashed would take no lab any more.
start_component() {
    local name=$1 COMMAND=()
    if ! component_pid "$name" >/dev/null; then
        end_keeper "$name"
        component_command "$name"
        mkdir -p "$RUN/pids" "$LOGS"
        launch "$RUN/pids/$name.keeper" "$LOGS/$name.log" "$CLUSTER_FOLDER/lib/keep" "$RUN/pids/$name" "${COMMAND[@]}"
    fi
    await_component "$name" || {
        end_keeper "$name"
        tail -n 5 "$LOGS/$name.log"
        echo "$name does not start; its log is $LOGS/$name.log"
        return 1
    }
}

# end_keeper NAME - has the component not be started again when it ends.
end_keeper() {
    local pid
    if pid=$(component_pid "$1.keeper"); then
        kill -KILL "$pid" 2>/dev/null || true
        await 10 component_gone "$1.keeper" || die "the keeper of $1 (process $pid) does not end, even by SIGKILL"
    fi
    rm -f "$RUN/pids/$1.keeper"
}

start_components() {
    local name
    for name; do start_component "$name"; done
}

# renew_component NAME - starts it anew if it runs with other arguments than it is to have.
renew_component() {
    local pid running COMMAND=()
    pid=$(component_pid "$1") || return 0
    component_command "$1"
    mapfile -d '' -t running <"/proc/$pid/cmdline"
    [[ ${running[*]} == "${COMMAND[*]}" ]] && return
    stop_component "$1"
    start_component "$1"
}

# await_component NAME - waits until it is ready; fails when its time is over, or early when it ends by itself.
await_component() {
    local deadline=$((SECONDS + READY_SECONDS)) appearance=$((SECONDS + 3))
    until component_pid "$1" && component_ready "$1"; do
        ((SECONDS < deadline)) || return 1
        ((SECONDS < appearance)) || component_pid "$1" || return 1
        sleep 0.1
    done >/dev/null 2>&1
}

# No component looks for a cloud's metadata service: the kubelet would wait for it at every start.
#
# launch RECORD LOG COMMAND... - runs the command in a session of its own, on record, with none of the caller's files open.
launch() {
    # shellcheck disable=SC2016  # expanded by the inner bash
    setsid --fork env -i HOME="$STATE" PATH="$NODE_ROOT/usr/bin:$NODE_ROOT/usr/sbin:/usr/sbin:/usr/bin:/sbin:/bin" \
        AWS_EC2_METADATA_DISABLED=true bash -c '
            for fd in /proc/$$/fd/*; do
                fd=${fd##*/}
                ((fd <= 2)) || eval "exec $fd>&-"
            done
            exec "$@"
        ' launch "$CLUSTER_FOLDER/lib/record" "$1" "${@:3}" </dev/null >>"$2" 2>&1
}

# stop_component NAME - asks it to end, ends it by force when it does not; returns when it is gone.
stop_component() {
    local pid
    end_keeper "$1"
    if pid=$(component_pid "$1"); then
        kill -TERM "$pid" 2>/dev/null || true
        await "$STOP_SECONDS" component_gone "$1" || kill_component "$1"
    fi
    rm -f "$RUN/pids/$1"
}

# kill_component NAME - ends it at once; returns when it is gone.
kill_component() {
    local pid
    end_keeper "$1"
    if pid=$(component_pid "$1"); then
        kill -KILL "$pid" 2>/dev/null || true
        await 10 component_gone "$1" || die "$1 (process $pid) does not end, even by SIGKILL"
    fi
    rm -f "$RUN/pids/$1"
}

component_gone() { ! component_pid "$1"; }
