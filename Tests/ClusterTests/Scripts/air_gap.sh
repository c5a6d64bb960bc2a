#!/usr/bin/env bash
# Cuts a node on this machine off from all that is not on this machine, and counts what tries to leave nevertheless:
# packets of the processes that are named, of all that these start, and of pods, which have addresses in NETWORK.
#
# usage: air_gap.sh on NETWORK PID... | count | off
set -euo pipefail

CHAIN=LABGATE-AIR-GAP
CGROUP=labgate-air-gap
# A hierarchy without controllers will do: the packet filter looks at the membership alone.
FOLDER=$(findmnt --raw --noheadings --types cgroup2 --output TARGET | head -n 1)

both() { iptables --wait 10 "$@" && ip6tables --wait 10 "$@"; }

on() {
    local network=$1 pid
    shift
    off
    mkdir "$FOLDER/$CGROUP"
    both -N "$CHAIN"
    both -A "$CHAIN" -o lo -j RETURN
    iptables --wait 10 -A "$CHAIN" -d "$network" -j RETURN
    both -A "$CHAIN" -j REJECT
    both -A OUTPUT -m cgroup --path "$CGROUP" -j "$CHAIN"
    # Pods have no IPv6 address that is carried anywhere.
    iptables --wait 10 -A FORWARD -s "$network" -j "$CHAIN"
    for pid; do echo "$pid" >"$FOLDER/$CGROUP/cgroup.procs"; done
}

count() {
    local table
    for table in iptables ip6tables; do "$table" --wait 10 -nvxL "$CHAIN"; done |
        awk '$3 == "REJECT" { sum += $1 } END { print sum + 0 }'
}

# From any state that an interrupted run may have left.
off() {
    local table rule try
    for table in iptables ip6tables; do
        "$table" --wait 10 -S | sed -n "s/^-A \(.* -j $CHAIN\)$/\1/p" | while read -r -a rule; do
            "$table" --wait 10 -D "${rule[@]}"
        done
        ! "$table" --wait 10 -nL "$CHAIN" >/dev/null 2>&1 ||
            { "$table" --wait 10 -F "$CHAIN" && "$table" --wait 10 -X "$CHAIN"; }
    done
    # The processes go back to the root of the hierarchy; one may fork meanwhile.
    for try in {1..50}; do
        [[ -d $FOLDER/$CGROUP ]] || return 0
        leave
        rmdir "$FOLDER/$CGROUP" 2>/dev/null || sleep 0.1
    done
    [[ ! -d $FOLDER/$CGROUP ]]
}

leave() {
    local pid
    for pid in $(<"$FOLDER/$CGROUP/cgroup.procs"); do echo "$pid" >"$FOLDER/cgroup.procs" 2>/dev/null || true; done
}

"$@"
