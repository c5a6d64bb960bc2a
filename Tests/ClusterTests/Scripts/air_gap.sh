#!/usr/bin/env bash
# Cuts a node on this machine off from all that is not on this machine, and counts what tries to leave nevertheless:
# packets of the processes that are named, of all that these start, and of pods.
#
# usage: air_gap.sh on BRIDGE PID... | count | off
set -euo pipefail

CHAIN=LABGATE-AIR-GAP
CGROUP=labgate-air-gap
# A hierarchy without controllers will do: the packet filter looks at the membership alone.
FOLDER=$(findmnt --raw --noheadings --types cgroup2 --output TARGET | head -n 1)

both() { iptables --wait 10 "$@" && ip6tables --wait 10 "$@"; }

# apply ACTION BRIDGE - adds or deletes what leads to the chain.
apply() {
    both "$1" OUTPUT -m cgroup --path "$CGROUP" -j "$CHAIN"
    both "$1" FORWARD -i "$2" -j "$CHAIN"
}

on() {
    local bridge=$1 pid
    shift
    off
    mkdir "$FOLDER/$CGROUP"
    both -N "$CHAIN"
    both -A "$CHAIN" -o lo -j RETURN
    both -A "$CHAIN" -o "$bridge" -j RETURN
    both -A "$CHAIN" -j REJECT
    apply -A "$bridge"
    for pid; do echo "$pid" >"$FOLDER/$CGROUP/cgroup.procs"; done
}

count() {
    local table
    for table in iptables ip6tables; do "$table" --wait 10 -nvxL "$CHAIN"; done |
        awk '$3 == "REJECT" { sum += $1 } END { print sum + 0 }'
}

# From any state that an interrupted run may have left.
off() {
    local bridge pid
    bridge=$(iptables --wait 10 -S FORWARD | sed -n "s/.*-i \([^ ]*\) -j $CHAIN$/\1/p")
    [[ ! $bridge ]] || apply -D "$bridge"
    ! iptables --wait 10 -nL "$CHAIN" >/dev/null 2>&1 || { both -F "$CHAIN" && both -X "$CHAIN"; }
    [[ -d $FOLDER/$CGROUP ]] || return 0
    # The processes go back to the root of the hierarchy; a fork may be quicker than the list.
    until rmdir "$FOLDER/$CGROUP" 2>/dev/null; do
        for pid in $(<"$FOLDER/$CGROUP/cgroup.procs"); do echo "$pid" >"$FOLDER/cgroup.procs" 2>/dev/null || true; done
    done
}

"$@"
