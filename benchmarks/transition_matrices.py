"""Transition matrices estimated on three classes of Fashion-MNIST.

Two class-conditional noises that leave half and 40 % of the labels right, and two that
depend on the image. Every estimate sees the noisy labels and what a small network makes
of them, out of fold; `gold` alone sees true labels, a hundred of them. Rows are written
as they come: a run that was stopped goes on where it was.
"""

import itertools

import numpy as np
from _common import (
    Rows,
    cpu_seconds,
    make_parser,
    markdown_table,
    run_missing,
    software,
    use_one_thread,
    write_text,
)
from sklearn.decomposition import PCA
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from sknoisy import NoisyLabelClassifier
from sknoisy.datasets import fetch_fashion_mnist
from sknoisy.metrics import realized_transition, total_variation, transition_error
from sknoisy.noise import ClassConditionalNoise, InstanceDependentNoise
from sknoisy.transition import estimate_transition

T05 = [[0.5, 0.2, 0.3], [0.3, 0.5, 0.2], [0.2, 0.3, 0.5]]
T06 = [[0.4, 0.3, 0.3], [0.3, 0.4, 0.3], [0.3, 0.3, 0.4]]
NOISES = {
    "T0.5": lambda seed: ClassConditionalNoise(T05, random_state=seed),
    "T0.6": lambda seed: ClassConditionalNoise(T06, random_state=seed),
    "instance 30 %": lambda seed: InstanceDependentNoise(0.3, random_state=seed),
    "instance 45 %": lambda seed: InstanceDependentNoise(0.45, random_state=seed),
}
WANTED = {"T0.5": 0.010, "T0.6": 0.015}
# name -> the estimate, its parameters, and what it sees as features
METHODS = {
    "likelihood": ("likelihood", {}, None),
    "counts": ("counts", {}, None),
    "counts, surest half": ("counts", {"fraction": 0.5}, None),
    "confident_joint": ("confident_joint", {}, None),
    "anchor": ("anchor", {}, None),
    "anchor, mean of 100": ("anchor", {"percentile": 100, "n_anchors": 100}, None),
    "dual_t": ("dual_t", {}, None),
    "hoc, 30 principal components": ("hoc", {}, "features"),
    "hoc, out-of-fold probabilities": ("hoc", {}, "pred_probs"),
    "gold, 100 trusted": ("gold", {}, None),
}
DRAWN = "the drawn labels themselves"
KEYS = ["size", "epochs", "noise", "seed", "method"]
VALUES = ["mean_absolute", "total_variation", "cpu_seconds", "network_accuracy"]


class Runner:
    """Estimates one matrix after another; keeps what the last networks said."""

    def __init__(self):
        data = fetch_fashion_mnist()
        few = data.y_train < 3
        images = data.X_train[few].reshape(few.sum(), -1)
        self.X, self.y = np.float32(images) / 255, data.y_train[few].astype(int)
        self.key, self.data = None, None

    def run(self, *, size, epochs, noise, seed, method):
        """Return the columns `VALUES` of one job."""
        if self.key != (size, epochs, noise, seed):
            self.key = size, epochs, noise, seed
            self.data = self.prepare(size, epochs, noise, seed)
        facts, wanted, accuracy = self.data
        seconds, found = cpu_seconds(lambda: self.estimate(method, facts))
        return {
            "mean_absolute": round(transition_error(wanted, found), 5),
            "total_variation": round(total_variation(wanted, found).max(), 5),
            "cpu_seconds": round(seconds, 2),
            "network_accuracy": accuracy,
        }

    def prepare(self, size, epochs, noise, seed):
        """Return what estimates see, the matrix, and how the networks did."""
        n = len(self.y) if size == "all" else int(size)
        X, y = self.X[:n], self.y[:n]
        model = NOISES[noise](seed).fit(X, y)
        labels = model.corrupt(y, X)
        network = NoisyLabelClassifier(
            loss="ce", max_epochs=epochs, device="cpu", random_state=seed
        )
        folds = StratifiedKFold(3, shuffle=True, random_state=seed)
        probs = cross_val_predict(network, X, labels, cv=folds, method="predict_proba")
        facts = {
            "pred_probs": probs,
            "labels": labels,
            "features": PCA(30, random_state=seed).fit_transform(X),
            "true_labels": y,
            "trusted": np.arange(n) < 100,
        }
        accuracy = round(float(np.mean(probs.argmax(axis=1) == y)), 4)
        return facts, model.transition_matrix_, accuracy

    def estimate(self, method, facts):
        """Return the matrix that a method finds."""
        if method == DRAWN:
            return realized_transition(facts["true_labels"], facts["labels"])
        name, parameters, features = METHODS[method]
        facts = {**facts, "features": facts.get(features)}
        return estimate_transition(name, **facts, **parameters)


def values_of(rows, column, **cell):
    """Return a cell's values, one a seed."""
    return [float(row[column]) for row in rows.select(**cell)]


def table_of(rows, settings, column):
    """Return the table methods × noises: mean over seeds, and the worst."""
    lines = []
    for method in [DRAWN, *METHODS]:
        cells = [
            values_of(rows, column, **settings, noise=noise, method=method)
            for noise in NOISES
        ]
        texts = [f"{np.mean(c):.4f} ({max(c):.4f})" if c else "" for c in cells]
        lines.append([method if method == DRAWN else f"`{method}`", *texts])
    return markdown_table(["estimate", *NOISES], lines)


def verdict(rows, settings):
    """Return whether the default reaches what was asked of it."""
    sentences = []
    for noise, wanted in WANTED.items():
        cell = {**settings, "noise": noise, "method": "likelihood"}
        found = np.mean(values_of(rows, "mean_absolute", **cell) or [np.nan])
        sign = "reached" if found <= wanted else "**missed**"
        sentences.append(f"- `likelihood` on {noise}: {found:.4f}, {wanted} {sign}.")
    return "\n".join(sentences)


def report(rows, settings, path):
    """Write the tables of all rows that there are."""
    found = rows.select(**settings)
    n_seeds = len({row["seed"] for row in found})
    accuracy = {
        noise: np.mean(
            values_of(rows, "network_accuracy", **settings, noise=noise) or [np.nan]
        )
        for noise in NOISES
    }
    write_text(
        path,
        "# Transition matrices",
        "Classes 0 to 2 of Fashion-MNIST, 18,000 images. Probabilities are those of"
        f" `NoisyLabelClassifier(loss='ce', max_epochs={settings['epochs']})`, an MLP,"
        " out of three folds; their argmax is the true class of "
        + ", ".join(f"{value:.1%} ({noise})" for noise, value in accuracy.items())
        + f". Mean over {n_seeds} seed{'s' * (n_seeds > 1)}, in brackets the worst.",
        "Mean absolute error of the entries, against the matrix that labels were drawn"
        " from (for instance-dependent noise: its average over the images).",
        table_of(rows, settings, "mean_absolute"),
        "Total variation of the worst row: the share of a class's labels that the"
        " estimate puts elsewhere.",
        table_of(rows, settings, "total_variation"),
        verdict(rows, settings),
        "**Where noise depends on the image, no matrix describes it, and all estimates"
        " are biased**, those most that rest on few samples: anchors are extremes, and"
        " labelled otherwise than the rest of their class. `likelihood` takes part of"
        " what differs from image to image for classes that overlap.",
        "`dual_t` multiplies the noise with itself, as these networks are honest about"
        " it: see its docstring.",
        software("scikit-learn", "numpy", "torch"),
    )


def main(arguments=None):
    parser = make_parser(__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--only-tables", action="store_true", help="run nothing")
    given = parser.parse_args(arguments)
    use_one_thread()
    size, seeds = ("300", given.seeds[:1]) if given.quick else ("all", given.seeds)
    rows = Rows(given.out / "transition_matrices.csv", keys=KEYS, values=VALUES)
    settings = {"size": size, "epochs": given.epochs}
    if not given.only_tables:
        jobs = [
            {**settings, "noise": noise, "seed": seed, "method": method}
            for seed, noise, method in itertools.product(
                seeds, NOISES, [DRAWN, *METHODS]
            )
        ]
        run_missing(jobs, rows, Runner().run)
    report(rows, settings, given.out / "transition_matrices.md")


if __name__ == "__main__":
    main()
