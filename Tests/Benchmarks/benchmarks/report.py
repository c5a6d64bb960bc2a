"""The table: medians of the rounds, ratios, and what is aimed at."""

import math
import statistics


def percentile(values, fraction):
    """The smallest of the values that is not below this fraction of them."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(fraction * len(ordered)) - 1)]


def median_of_rounds(rounds, name, fold=None):
    """The median over the rounds of one contender's figure, or of what `fold` makes of its figures in a round."""
    return statistics.median(fold(values[name]) if fold else values[name] for values in rounds)


class Table:
    """Rows of figures, told to the terminal as they come."""

    COLUMNS = (("measure", 39), ("unit", 8), ("labgate", 9), ("kubectl", 9), ("sshd", 9), ("libssh", 9),
               ("/kubectl", 8), ("/sshd", 7), ("/libssh", 7), ("aim", 34), ("met", 3))

    def __init__(self, out):
        self._out = out
        self._rows = []

    def add(self, measure, unit, figures, aim="", met=None):
        """A row. `figures` by contender; ratios are those of labgate's figure to the others'."""
        row = [measure, unit, *[self._figure(figures.get(name)) for name in ("labgate", "kubectl", "sshd", "libssh")]]
        for other in ("kubectl", "sshd", "libssh"):
            row.append(f"{figures['labgate'] / figures[other]:.2f}" if figures.get(other) else "")
        row += [aim, "" if met is None else "yes" if met else "NO"]
        self._rows.append(row)
        print(f"  {measure}: " + ", ".join(f"{name} {self._figure(value)}" for name, value in figures.items())
              + f" {unit}", file=self._out, flush=True)

    @staticmethod
    def _figure(value):
        if value is None:
            return ""
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"

    def __str__(self):
        lines = []
        for row in [[name for name, _ in self.COLUMNS], *self._rows]:
            cells = [
                cell.ljust(width) if title in ("measure", "unit", "aim") else cell.rjust(width)
                for cell, (title, width) in zip(row, self.COLUMNS)
            ]
            lines.append("  ".join(cells).rstrip())
        lines.insert(1, "-" * max(len(line) for line in lines))
        return "\n".join(lines)


class Figures:
    """Figures of labgate alone, told as they come."""

    def __init__(self, out):
        self._out = out

    def add(self, measure, value, unit, note=""):
        text = f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
        print(f"{measure:<58}{text:>9} {unit:<8} {note}".rstrip(), file=self._out, flush=True)
