"""What ``sknoisy compare`` found: on the terminal, as CSV and as a picture."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklearn.base import clone

from sknoisy._cli._errors import command_errors
from sknoisy._cli._recommendation import recommend
from sknoisy._cli._text_table import text_table
from sknoisy._files import set_aside, write_csv
from sknoisy.inspection import ComparisonDisplay
from sknoisy.reporting import comparison_report
from sknoisy.tables import Table


@dataclass
class Report:
    """A report on one comparison."""

    table: Table
    labels: Any
    estimators: dict
    noise_spec: str
    n_folds: int
    score: str
    folder: Path
    html: bool = False

    def print_head(self):
        """Say what is about to be compared, before it takes its time."""
        print(self.table.describe())
        if features := self.table.describe_features():
            print(f"taken for {features}")
        print(self._noise_line())
        for note in self.table.notes:
            print(f"note: {note}")
        print(flush=True)

    def write_so_far(self, results):
        """Write the table of the methods that are done."""
        done = {name: found for name, found in results.items() if not found.error}
        if done:
            with command_errors(OSError, about="--out: "):
                self._write_csv(ComparisonDisplay(done))

    def finish(self, results):
        """Print the table, write the files and return the exit status."""
        done = {name: found for name, found in results.items() if not found.error}
        failed = {name: found for name, found in results.items() if found.error}
        if done:
            display = ComparisonDisplay(done)
            self._print_table(display)
            with command_errors(OSError, about="--out: "):
                written = [self._write_csv(display), self._write_picture(display)]
                if self.html:
                    written.append(self._write_page(done))
            print(f"Written to {self.folder}: {', '.join(filter(None, written))}")
        for name, found in results.items():
            for message in found.warnings:
                print(f"note: {name} warned: {message}")
        for name, found in failed.items():
            print(f"note: {name} failed: {' '.join(found.error.split())}")
        if done:
            print(recommend(done, self.score))
        return 1 if failed else 0

    def _noise_line(self):
        rate = self.labels.noise_rate
        if self.labels.source == "made":
            return (
                f"noise: {self.noise_spec}, drawn once for every sample: {rate:.1%} of"
                " the given labels are wrong"
            )
        if self.labels.source == "found":
            return (
                f"noise: as found in {self.table.label!r}, which differs from"
                f" {self.table.clean_label!r} for {rate:.1%} of the samples"
            )
        return (
            "noise: unknown, since there are no clean labels to compare with; none was"
            " added"
        )

    def _print_table(self, display):
        kinds = ["clean", "noisy"] if display.has_clean else ["noisy"]
        rows = [
            [
                f"{'*' if name == display.names[0] else ' '} {name}",
                *(_mean_and_spread(display.results[name], kind) for kind in kinds),
                f"{display.results[name].fit_cpu_time.mean():.2f}",
                self._classifier(name),
            ]
            for name in display.names
        ]
        titles = [f"{kind} {self.score}" for kind in kinds]
        print(text_table(["  method", *titles, "CPU s/fit", "classifier"], rows))
        print()
        print(self._how_to_read(display))

    def _classifier(self, name):
        """Return the classifier as one would write it, on one line, but its seed."""
        classifier = clone(self.estimators[name][-1]).set_params(random_state=None)
        return " ".join(repr(classifier).split())

    def _how_to_read(self, display):
        if display.has_clean:
            meaning = (
                "clean: scored on true labels, which is what counts; noisy: on given"
                " ones, which is all one usually has."
            )
        else:
            meaning = "noisy: scored on given labels, wrong ones included."
        return (
            f"{meaning}\n± is the standard deviation over {self.n_folds} folds; * marks"
            " the best."
        )

    def _write_csv(self, display):
        name = "comparison.csv"
        rows = [self._csv_row(method, display) for method in display.names]
        write_csv(self.folder / name, [rows[0], *(row.values() for row in rows)])
        return name

    def _csv_row(self, method, display):
        found = display.results[method]
        row = {"method": method, "classifier": self._classifier(method)}
        for kind in ("clean", "noisy"):
            scores = found.get(f"test_{kind}_score")
            row[f"{kind}_mean"] = "" if scores is None else float(scores.mean())
            row[f"{kind}_std"] = "" if scores is None else float(scores.std())
        rate = self.labels.noise_rate
        return row | {
            "fit_cpu_seconds": float(found.fit_cpu_time.mean()),
            "score": self.score,
            "folds": self.n_folds,
            "data": self.table.name,
            "noise": self.noise_spec,
            "noise_rate": "" if rate is None else rate,
        }

    def _write_picture(self, display):
        try:
            # no pyplot: it would look for a screen
            from matplotlib.figure import Figure
        except ImportError:
            print('note: no picture without matplotlib: pip install "sknoisy[plot]"')
            return None
        figure = Figure(figsize=display.figsize, layout="constrained", dpi=150)
        display.plot(figure.subplots(), title=self._title(), xlabel=self.score)
        with set_aside(self.folder / "comparison.png") as aside:
            figure.savefig(aside)
        return "comparison.png"

    def _write_page(self, done):
        notes = [recommend(done, self.score), self.table.describe()]
        page = comparison_report(
            done,
            score_label=self.score,
            title=self._title(),
            notes=[*notes, self._noise_line(), *self.table.notes],
        )
        return page.save_html(self.folder / "comparison.html").name

    def _title(self):
        rate = self.labels.noise_rate
        if self.labels.source == "made":
            kind = self.noise_spec.partition(":")[0]
            return f"{self.table.name}: {kind} noise, {rate:.1%} of labels wrong"
        if self.labels.source == "found":
            return f"{self.table.name}: {rate:.1%} of labels wrong"
        return f"{self.table.name}: labels as given"


def _mean_and_spread(found, kind):
    scores = found[f"test_{kind}_score"]
    return f"{scores.mean():.3f} ± {scores.std():.3f}"
