"""Early stopping judges no epoch in which a method isn't itself yet."""

import numpy as np
import pytest
from helpers import small
from skorch.callbacks import Callback

from sknoisy.classifiers import CoTeachingClassifier, TransitionCorrectedClassifier
from sknoisy.noise import SymmetricNoise
from sknoisy.objectives import DeterminantMutualInformation, MeanLoss, Mixup, Stages


class Judge(Callback):
    """A network that was best in its first epoch."""

    def on_epoch_end(self, net, **kwargs):
        net.history.record("valid_acc", 1 / len(net.history))


@pytest.mark.parametrize(
    ("make", "warm_up"),
    [
        (small, 0),
        (lambda **o: CoTeachingClassifier(warm_up_epochs=6, **o), 6),
        (lambda **o: TransitionCorrectedClassifier(warm_up_epochs=6, **o), 6),
    ],
)
def test_training_goes_on_for_some_epochs_after_the_warm_up(make, warm_up, table):
    clf = make(
        max_epochs=30, early_stopping=True, n_iter_no_change=3, callbacks=[Judge()]
    )
    assert clf.fit(*table).n_iter_ == warm_up + 1 + 3


def test_what_wraps_an_objective_warms_up_as_it_does():
    dmi = DeterminantMutualInformation(n_epochs=16)
    assert Mixup(dmi, 1.0).warm_up_epochs == dmi.warm_up_epochs == 4
    assert Stages(MeanLoss(None), MeanLoss(None), 5).warm_up_epochs == 5
    assert MeanLoss(None).warm_up_epochs == 0


class Matrices(Callback):
    """Remembers the matrix that an objective has learned so far, and how it did."""

    def on_train_begin(self, net, **kwargs):
        self.seen = []

    def on_epoch_end(self, net, **kwargs):
        learned = net.criterion_.inner[1].transition().detach().numpy()
        self.seen.append(learned.copy())


@pytest.mark.parametrize("early_stopping", [True, "label_wave"])
@pytest.mark.parametrize("transition", ["total_variation", "volmin"])
def test_a_learned_matrix_is_that_of_the_networks_epoch(
    early_stopping, transition, table
):
    X, y = table
    clf = TransitionCorrectedClassifier(
        transition=transition,
        early_stopping=early_stopping,
        validation_fraction=0.3 if early_stopping is True else None,
        lr_schedule="constant",
        max_epochs=60,
        n_iter_no_change=5,
        batch_size=32,
        callbacks=[("matrices", Matrices())],
        random_state=0,
    )
    clf.fit(X, SymmetricNoise(0.3, random_state=0).fit_corrupt(y))
    seen = np.array(dict(clf.net_.callbacks_)["matrices"].seen)
    distances = np.abs(seen - clf.transition_matrix_).max(axis=(1, 2))
    stop = dict(clf.net_.callbacks_).get("early_stopping")
    best = clf.n_iter_ - 5 if stop is None else stop.best_epoch_
    assert clf.n_iter_ < 60
    assert distances.argmin() == best - 1 != len(seen) - 1
