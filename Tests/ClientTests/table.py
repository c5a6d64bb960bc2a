"""Makes CLIENTS.md of what the tests have shown, or checks that it says nothing else.

usage: table.py write|check FILE

FILE has lines of feature, client and outcome, with tabs between them. `check` fails if they say other things than CLIENTS.md,
or more; what could not be tested on this machine is no reason to fail.
"""

import pathlib
import sys

REFUSED = "refused: "
TABLE = pathlib.Path(__file__).parent / "CLIENTS.md"
HEAD = """# Clients

What the tests in this folder have shown with the real programs, against a real labgate whose labs are on a real cluster, and
on one host with a real container engine: both the same. Made by `Tests/run --write-client-table`; `Tests/run` checks it.

"""


def read_shown(path):
    shown = {}
    for line in pathlib.Path(path).read_text().splitlines():
        feature, client, outcome = line.split("\t")
        # A feature that works with one client is not refused to it.
        if shown.get((feature, client)) != "works":
            shown[feature, client] = outcome
    return shown


def in_order(names):
    return list(dict.fromkeys(names))


def render(shown):
    features, clients = in_order(f for f, _ in sorted(shown)), in_order(c for _, c in sorted(shown))
    reasons = in_order(o for _, o in sorted(shown.items()) if o != "works")
    lines = ["| | " + " | ".join(clients) + " |", "|---" * (len(clients) + 1) + "|"]
    for feature in features:
        cells = [mark(shown.get((feature, client)), reasons) for client in clients]
        lines.append(f"| {feature} | " + " | ".join(cells) + " |")
    notes = [f"{number}. {reason.removeprefix(REFUSED)}" for number, reason in enumerate(reasons, 1)]
    return HEAD + "\n".join(lines) + "\n\nEmpty: not tested, or the client has no such thing. What is refused, because:\n\n" + "\n".join(notes) + "\n"


def mark(outcome, reasons):
    if outcome is None:
        return ""
    return "works" if outcome == "works" else f"refused ({reasons.index(outcome) + 1})"


def parse(text):
    """The lines that a table was made of."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    notes = [REFUSED + line.split(". ", 1)[1] for line in text.splitlines() if line[:1].isdigit()]
    shown = {}
    for feature, *cells in rows[1:]:
        for client, cell in zip(rows[0][1:], cells):
            if cell:
                shown[feature, client] = "works" if cell == "works" else notes[int(cell[9:-1]) - 1]
    return shown


def main():
    action, path = sys.argv[1:]
    shown = read_shown(path)
    if action == "write":
        TABLE.write_text(render(shown))
        return
    said = parse(TABLE.read_text()) if TABLE.exists() else {}
    new = {key: outcome for key, outcome in shown.items() if said.get(key) != outcome}
    for (feature, client), outcome in sorted(new.items()):
        print(f"CLIENTS.md does not say: {feature}, {client}: {outcome}", file=sys.stderr)
    for feature, client in sorted(said.keys() - shown.keys()):
        print(f"not tested here: {feature}, {client}", file=sys.stderr)
    sys.exit(1 if new else 0)


main()
