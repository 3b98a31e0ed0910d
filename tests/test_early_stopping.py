"""Early stopping judges no epoch in which a method isn't itself yet."""

import pytest
from helpers import small
from skorch.callbacks import Callback

from sknoisy.classifiers import CoTeachingClassifier, TransitionCorrectedClassifier
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
