# shellcheck shell=bash
# What a person sees: one line per step on stderr; long output goes to a log that is named when something fails.

# The log of the step that is running; callers set it once their folder exists.
STEP_LOG=/dev/null
# The process that redraws the seconds, if one runs.
STEP_TICKER=

# Prints one line to stderr.
say() { printf '%s\n' "$*" >&2; }

# Ends the program with one line that says what is wrong and what to do.
die() {
    say "${0##*/}: $*"
    exit 1
}

# step TITLE COMMAND [ARGUMENT...] - runs the command with its output in $STEP_LOG and shows TITLE, the seconds it has
# taken so far (on a terminal) and how it ended. The command runs in a subshell with errexit on: variables it sets are
# lost, and its first failing command ends it.
step() {
    local title=$1 started=$SECONDS status=0
    shift
    printf '==> %s\n' "$title" >>"$STEP_LOG"
    if [[ -t 2 ]]; then
        step_ticker "$title" $$ 9>&- &
        STEP_TICKER=$!
    fi
    set +e
    (
        set -e
        "$@"
    ) </dev/null >>"$STEP_LOG" 2>&1
    status=$?
    set -e
    step_ticker_end
    if ((status != 0)); then
        say "  failed  $title"
        tail -n 5 "$STEP_LOG" | sed 's/^/          /' >&2
        die "stopped at \"$title\"; the whole output is in $STEP_LOG"
    fi
    printf '  %5ss  %s\n' "$((SECONDS - started))" "$title" >&2
}

step_ticker_end() {
    [[ $STEP_TICKER ]] || return 0
    kill "$STEP_TICKER" 2>/dev/null || true
    wait "$STEP_TICKER" 2>/dev/null || true
    STEP_TICKER=
    printf '\r\e[K' >&2
}

# step_ticker TITLE PID - redraws the title with the seconds passed until process PID ends.
step_ticker() {
    local started=$SECONDS
    while kill -0 "$2" 2>/dev/null; do
        printf '\r  %5ss  %s ...' "$((SECONDS - started))" "$1" >&2
        sleep 1
    done
}

# on_interrupt ADVICE - ends the program on Ctrl-C or SIGTERM with a line that says what to do next.
on_interrupt() {
    INTERRUPT_ADVICE=$1
    trap 'step_ticker_end; say "interrupted; $INTERRUPT_ADVICE"; exit 130' INT TERM
}

# await SECONDS COMMAND [ARGUMENT...] - repeats the command until it succeeds; fails when the time is over.
await() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}
