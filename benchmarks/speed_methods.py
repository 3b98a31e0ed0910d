"""CPU time of methods that know more than a loss, beside plain cross entropy.

Each trains the same network for the same epochs on the same labels, 30 % of them wrong;
all take their turn in every round. One network is divided by one plain fit, two by two
of them, that is by what training them apart costs.
"""

from dataclasses import dataclass

import numpy as np
import torch
from _common import (
    make_parser,
    markdown_table,
    paired_ratio,
    say,
    software,
    time_in_turns,
    use_one_thread,
    write_text,
)
from torch.nn import functional as F

from sknoisy import (
    CoTeachingClassifier,
    MutualLearningClassifier,
    NoisyLabelClassifier,
    TransitionCorrectedClassifier,
)
from sknoisy.losses import LOSSES
from sknoisy.modules import MLP, LeNet5
from sknoisy.noise import SymmetricNoise, symmetric_transition

N_CLASSES, NOISE = 10, 0.3
BATCH, LR = 128, 1e-3
HEADER = ["method", "networks", "of plain", "of the fastest", "bound", ""]


@dataclass
class Method:
    """A way to make an estimator, how many networks it trains, and what it may cost."""

    make: callable
    n_networks: int = 1
    bound: float | None = None


def loss(name, bound=None, **parameters):
    """Return a loss, or another method of one network."""
    parameters["loss" if name in LOSSES else "method"] = name
    return Method(lambda: NoisyLabelClassifier(**parameters), bound=bound)


def corrected(correction, bound=None):
    """Return a correction by a matrix that is known, so that none is estimated."""
    T = symmetric_transition(N_CLASSES, NOISE)
    return Method(
        lambda: TransitionCorrectedClassifier(
            transition=T, correction=correction, warm_up_epochs=0
        ),
        bound=bound,
    )


def teaching(strategy, bound=None):
    """Return a strategy of co-teaching that leaves samples out from the first epoch."""
    return Method(
        lambda: CoTeachingClassifier(
            strategy=strategy, noise_rate=NOISE, warm_up_epochs=0
        ),
        n_networks=2,
        bound=bound,
    )


METHODS = {
    "gce": loss("gce"),
    "elr": loss("elr", 1.15),
    "sop": loss("sop", 1.15),
    "peer": loss("peer", 1.1),
    'peer, form="sampled"': loss("peer", method__form="sampled"),
    "cores": loss("cores"),
    "dmi": loss("dmi"),
    "ogc": loss("ogc"),
    "ohem": loss("ohem"),
    "truncated_gce": loss("truncated_gce"),
    "sparse_regularization": loss("sparse_regularization"),
    "ce, mixup=1": loss("ce", mixup=1.0),
    'ce, optimizer="sam"': loss("ce", optimizer="sam"),
    "forward correction": corrected("forward", 1.1),
    "backward correction": corrected("backward"),
    "importance reweighting": corrected("reweight"),
    "co-teaching": teaching("co_teaching", 1.1),
    "co-teaching+": teaching("co_teaching_plus"),
    "JoCoR": teaching("jocor"),
    "decoupling": teaching("decoupling"),
    "deep mutual learning": Method(MutualLearningClassifier, n_networks=2),
}
BY_HAND = "co-teaching, a loop as published"


@dataclass
class Workload:
    """Something to train on for so many epochs."""

    name: str
    network: type
    X: np.ndarray
    y: np.ndarray
    epochs: int = 2

    def fit(self, method):
        """Fit as a user does; the network, the steps and their rate are said aloud."""
        estimator = method.make()
        if estimator.optimizer != "sam":
            estimator.set_params(optimizer="adam")
        estimator.set_params(
            module=self.network,
            max_epochs=self.epochs,
            batch_size=BATCH,
            lr=LR,
            weight_decay=0,
            device="cpu",
            random_state=0,
        )
        return estimator.fit(self.X, self.y)

    def make_network(self):
        """Return the network that the estimators make."""
        shape = self.X.shape[1:]
        size = {"n_features": shape[0]} if len(shape) == 1 else {"input_shape": shape}
        return self.network(n_classes=N_CLASSES, **size)


def make_workloads(quick=False):
    """Return the workloads of the table."""
    rng = np.random.default_rng(0)
    n, n_images = (600, 200) if quick else (20_000, 1_000)
    y = rng.integers(N_CLASSES, size=n)
    noisy = SymmetricNoise(NOISE, random_state=0).fit_corrupt(y)
    # classes that can be learned: who selects by predictions has something to select
    centers = rng.standard_normal((N_CLASSES, 100))
    table = centers[y] + 3 * rng.standard_normal((n, 100))
    images = rng.random((n_images, 28, 28))
    images[np.arange(n_images), 2 * y[:n_images]] += 1
    return [
        Workload(
            f"MLP 100-256-256-10, {n:,} rows", MLP, table.astype(np.float32), noisy
        ),
        Workload(
            f"LeNet-5, {n_images:,} images 28×28",
            LeNet5,
            images.astype(np.float32),
            noisy[:n_images],
        ),
    ]


def co_teaching_by_hand(work):
    """Write co-teaching down as its paper says: two networks, two optimizers.

    Each network's losses are sorted for the other one, which goes through the chosen
    samples' losses anew; neither optimizer is fused, as none was then.
    """
    torch.manual_seed(0)
    X, y = torch.from_numpy(work.X), torch.from_numpy(work.y)
    pair = [work.make_network().train() for _ in range(2)]
    optimizers = [torch.optim.Adam(network.parameters(), lr=LR) for network in pair]
    for _ in range(work.epochs):
        for rows in torch.randperm(len(X)).split(BATCH):
            features, labels = X[rows], y[rows]
            logits = [network(features) for network in pair]
            losses = [F.cross_entropy(z, labels, reduction="none") for z in logits]
            n_kept = int((1 - NOISE) * len(rows))
            easy = [values.argsort()[:n_kept] for values in losses]
            for z, chosen, optimizer in zip(
                logits, reversed(easy), optimizers, strict=True
            ):
                optimizer.zero_grad()
                F.cross_entropy(z[chosen], labels[chosen]).backward()
                optimizer.step()


def table(work, methods, rounds):
    """Return the table of one workload."""
    plain = Method(lambda: NoisyLabelClassifier(loss="ce"))
    contestants = {"plain": lambda: work.fit(plain)}
    contestants |= {
        name: lambda method=method: work.fit(method) for name, method in methods.items()
    }
    contestants[BY_HAND] = lambda: co_teaching_by_hand(work)
    seconds = time_in_turns(contestants, rounds=rounds)
    methods = {**methods, BY_HAND: Method(None, n_networks=2)}
    lines = [
        line(name, method, seconds[name], seconds["plain"])
        for name, method in methods.items()
    ]
    return markdown_table(HEADER, lines)


def line(name, method, seconds, plain):
    """Return one line: what a method takes of as many plain fits."""
    plain = method.n_networks * plain
    ratio, low, high = paired_ratio(seconds, plain)
    say(f"{name}: {ratio:.2f}")
    bound, met = "", ""
    if method.bound is not None:
        bound, met = f"≤ {method.bound}", "pass"
        if ratio > method.bound:
            met = "**miss**"
    return [
        name,
        method.n_networks,
        f"{ratio:.2f} ({low:.2f}–{high:.2f})",
        f"{seconds.min() / plain.min():.2f}",
        bound,
        met,
    ]


def main(argv=None):
    """Measure, print, write ``speed_methods.md``."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument(
        "--only", default="", help="methods that contain this, printed but not written"
    )
    args = parser.parse_args(argv)
    use_one_thread()
    rounds = 1 if args.quick else args.rounds
    methods = {name: METHODS[name] for name in METHODS if args.only in name}
    parts = []
    for work in make_workloads(args.quick):
        epochs = f"{work.epochs} epochs"
        parts += [f"## {work.name}, {epochs}", table(work, methods, rounds)]
    if args.only:
        print("\n\n".join(parts))
        return
    write_text(
        args.out / "speed_methods.md",
        "# What methods cost beside plain cross entropy",
        f"CPU time of `fit` on one torch thread, median of {rounds} rounds in which all"
        " take their turn; in brackets the quartiles of the ratio, and beside it the"
        " ratio of the fastest rounds, which a busy machine disturbs least. One network"
        ' is divided by one fit of `NoisyLabelClassifier(loss="ce")`, two networks by'
        f" two. Fused Adam, batches of {BATCH}; 30 % of the labels are wrong. The"
        " matrix is given to the corrections and the noise rate to co-teaching, so"
        " that no estimate is timed, and both set in at the first step. The loop as"
        " published trains two networks with an optimizer each, neither of them fused.",
        *parts,
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


if __name__ == "__main__":
    main()
