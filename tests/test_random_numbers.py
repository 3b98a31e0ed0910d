"""Equal seeds, equal results: whatever this library runs beside, and from where."""

import copy
import os
import pickle
import signal
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from joblib import parallel_config
from numpy.testing import assert_array_equal
from random_helpers import (
    DETECTORS,
    NAMES,
    Draws,
    assert_all_equal,
    described,
    drawing_loss,
    found_by,
    make_classifier,
    make_detector,
    nothing_changes,
)
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import Callback, LRScheduler
from torch import nn

from sknoisy import BatchedGridSearchCV, NoisyLabelClassifier, classifiers
from sknoisy._engine import draws
from sknoisy._engine.draws import may_draw
from sknoisy._streams import Stream, drawing_from, generator, lent
from sknoisy.exceptions import TrainsAloneWarning
from sknoisy.modules import Dropout, LeNet5, RandomFlip, RandomShift


@pytest.fixture(autouse=True)
def eager_threads():
    """Let threads take turns a hundred times as often as usual."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-5)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def small_table(table):
    X, y = table
    return X[:60], y[:60]


def fits(make, X, y, in_threads=0):
    """Return what eight fits find, with seeds 0 to 3, each twice."""

    def fit(seed):
        return found_by(make(random_state=seed % 4).fit(X, y), X)

    if not in_threads:
        return [fit(seed) for seed in range(8)]
    with ThreadPoolExecutor(in_threads) as pool:
        return list(pool.map(fit, range(8)))


def assert_equal_in_threads(make, X, y):
    with nothing_changes():
        serial = fits(make, X, y)
    with nothing_changes():
        assert_all_equal(fits(make, X, y, in_threads=4), serial)
    assert_all_equal(serial[:4], serial[4:])
    assert np.ptp([found[0] for found in serial], axis=0).any()  # seeds matter


@pytest.mark.parametrize("name", NAMES)
def test_classifiers_are_in_threads_what_they_are_alone(name, small_table):
    assert_equal_in_threads(lambda **o: make_classifier(name, **o), *small_table)


@pytest.mark.parametrize("name", DETECTORS)
def test_detectors_are_in_threads_what_they_are_alone(name, small_table):
    assert_equal_in_threads(lambda **o: make_detector(name, **o), *small_table)


class DrawsAtEpochs(Callback):
    """Spoils weights by numbers from torch's global generator, and from NumPy's."""

    def on_epoch_end(self, net, **kwargs):
        with torch.no_grad():
            for parameter in net.module_.parameters():
                parameter += 0.1 * np.random.rand() * torch.randn(parameter.shape)


def drawn_by_numpy(n_features, n_classes):
    """A network whose weights come from NumPy's global generator."""
    layer = nn.Linear(n_features, n_classes)
    with torch.no_grad():
        layer.weight += torch.tensor(np.random.normal(size=layer.weight.shape))
    return layer


def drawing_network():
    return nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3))


@pytest.mark.parametrize(
    "options",
    [
        {"module": Draws},
        {"module": drawing_network},
        {"module": Draws, "module__in_evaluation": True},
        {"module": drawn_by_numpy},
        {"loss": drawing_loss},
        {"callbacks": [DrawsAtEpochs()]},
        {"mixup": 1.0},
        {"method": "peer", "method__form": "sampled"},
        {"optimizer": "sam"},
        {"early_stopping": True},
        {"early_stopping": "label_wave"},
    ],
    ids=described,
)
def test_whoever_draws_from_elsewhere_takes_turns(options, small_table):
    def make(**seed):
        return make_classifier("NoisyLabelClassifier", **options, **seed)

    assert_equal_in_threads(make, *small_table)


def noise_of_numpy(images):
    """Return images with noise from NumPy's global generator."""
    return images + torch.tensor(
        np.random.normal(size=images.shape), dtype=images.dtype
    )


@pytest.mark.parametrize(
    "augment", [nn.Sequential(RandomShift(1), RandomFlip()), noise_of_numpy]
)
def test_augmented_images_are_in_threads_what_they_are_alone(augment, images):
    X, y = (array[:40] for array in images)

    def make(**seed):
        return classifiers.DivideMixClassifier(
            augment=augment, max_epochs=2, warm_up_epochs=1, **seed
        )

    assert_equal_in_threads(make, X, y)


def shifted_network(input_shape, n_classes):
    return nn.Sequential(RandomShift(1), RandomFlip(), LeNet5(input_shape, n_classes))


def test_layers_that_shift_are_in_threads_what_they_are_alone(images):
    X, y = (array[:40] for array in images)

    def make(**seed):
        return NoisyLabelClassifier(shifted_network, max_epochs=2, **seed)

    assert_equal_in_threads(make, X, y)


def test_partial_fit_is_in_threads_what_it_is_alone(small_table):
    class Twice:
        def __init__(self, random_state):
            self.inner = make_classifier(
                "NoisyLabelClassifier", random_state=random_state
            )

        def fit(self, X, y):
            return self.inner.partial_fit(X, y).partial_fit(X, y)

    assert_equal_in_threads(Twice, *small_table)


@pytest.mark.parametrize("module", [None, Draws])
def test_a_search_in_threads_has_the_scores_of_a_serial_one(module, small_table):
    options = {} if module is None else {"module": module}
    network = make_classifier("NoisyLabelClassifier", random_state=0, **options)
    search = GridSearchCV(network, {"lr": [1e-3, 1e-2, 1e-1]}, cv=2, n_jobs=4)
    with parallel_config(backend="sequential"):
        serial = search.fit(*small_table).cv_results_["mean_test_score"]
    with nothing_changes(), parallel_config(backend="threading"):
        search.fit(*small_table)
    assert_array_equal(search.cv_results_["mean_test_score"], serial)


def layers(*inner):
    """Return a function that makes a network with `inner` in its middle."""
    return lambda: nn.Sequential(nn.Linear(5, 8), *inner, nn.Linear(8, 3))


@pytest.mark.parametrize(
    ("options", "waits"),
    [
        ({}, False),
        ({"mixup": 1.0}, False),
        ({"optimizer": "sam"}, False),
        ({"early_stopping": True}, False),
        ({"callbacks": [LRScheduler("StepLR", step_size=1)]}, False),
        ({"module": layers(nn.BatchNorm1d(8), nn.ReLU(), Dropout())}, False),
        ({"module": layers(nn.Dropout())}, True),
        ({"module": layers(nn.RReLU())}, True),
        ({"module": Draws}, True),
        ({"loss": drawing_loss}, True),
        ({"callbacks": [DrawsAtEpochs()]}, True),
        ({"lr_schedule": lambda progress: 1 - progress}, True),
    ],
    ids=described,
)
def test_who_waits_for_a_turn(options, waits, small_table, monkeypatch):
    asked = []

    def ask(engine):
        asked.append(may_draw(engine))
        return asked[-1]

    monkeypatch.setattr(draws, "may_draw", ask)
    options = {"lr_schedule": "constant", **options}  # one scheduler at a time
    make_classifier("NoisyLabelClassifier", **options).fit(*small_table)
    assert asked == [waits]


def test_training_goes_on_alike_after_pickling(small_table):
    X, y = small_table
    for options in ({}, {"module": Draws}):
        network = make_classifier("NoisyLabelClassifier", random_state=0, **options)
        network.partial_fit(X, y)
        stored = pickle.loads(pickle.dumps(network))
        other = copy.deepcopy(network)
        expected = network.partial_fit(X, y).predict_proba(X)
        assert_array_equal(stored.partial_fit(X, y).predict_proba(X), expected)
        assert_array_equal(other.partial_fit(X, y).predict_proba(X), expected)


# --- a fit within a fit ---


def within(seconds, task):
    """Return what `task` returns, unless it hangs."""
    found = []
    thread = threading.Thread(target=lambda: found.append(task()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, "it hangs, or has failed"
    return found[0]


class FitsAnother(Callback):
    """Fits another classifier, with the same data, after every epoch."""

    def on_epoch_end(self, net, dataset_train=None, **kwargs):
        X = dataset_train.features(dataset_train.rows).numpy()
        other = make_classifier("CoTeachingClassifier", random_state=3)
        self.proba_ = other.fit(X, dataset_train.y).predict_proba(X)


def test_a_callback_may_fit_another_classifier(small_table):
    X, y = small_table
    plain = make_classifier("NoisyLabelClassifier", random_state=0).fit(X, y)
    fitted = make_classifier(
        "NoisyLabelClassifier", random_state=0, callbacks=[FitsAnother()]
    )
    within(60, lambda: fitted.fit(X, y))
    assert_array_equal(fitted.predict_proba(X), plain.predict_proba(X))
    other = make_classifier("CoTeachingClassifier", random_state=3)
    inner = dict(fitted.net_.callbacks_)["FitsAnother"].proba_
    assert_array_equal(inner, other.fit(X.astype("f4"), y).predict_proba(X))


@pytest.mark.parametrize(
    "teacher",
    [
        GridSearchCV(
            make_classifier("NoisyLabelClassifier"), {"lr": [0.1, 0.2]}, n_jobs=2
        ),
        RandomForestClassifier(5),
    ],
    ids=["search", "forest"],
)
def test_a_teacher_may_learn_in_threads(teacher, small_table):
    def fit():
        with parallel_config(backend="threading"):
            student = make_classifier(
                "MutualLearningClassifier", distill=teacher, random_state=0
            )
            return student.fit(*small_table).predict_proba(small_table[0])

    assert_array_equal(within(60, fit), within(60, fit))


class SkorchLike(RandomForestClassifier):
    """A teacher of someone else's, who draws from torch's global generator."""

    def fit(self, X, y, sample_weight=None):
        self.random_state = int(torch.randint(1000, ()))
        return super().fit(X, y)


def test_a_teacher_of_others_draws_from_the_stream_of_the_fit(small_table):
    student = make_classifier(
        "MutualLearningClassifier", distill=SkorchLike(5), random_state=0
    )
    with nothing_changes():
        drawn = {student.fit(*small_table).teacher_.random_state for _ in range(3)}
    assert len(drawn) == 1


# --- what ends early ---


def fails(logits, labels):
    torch.rand(1)
    raise RuntimeError("no")


def interrupted(logits, labels):
    torch.rand(1)
    signal.raise_signal(signal.SIGINT)
    return nn.functional.cross_entropy(logits, labels, reduction="none")


def cannot_be_built(n_features, n_classes):
    np.random.rand()
    nn.Linear(n_features, n_classes)
    raise RuntimeError("no")


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"loss": fails}, RuntimeError),
        ({"loss": interrupted}, KeyboardInterrupt),
        ({"loss": interrupted, "keep_on_interrupt": True}, KeyboardInterrupt),
        ({"module": cannot_be_built}, RuntimeError),
        ({"lr": 1e30, "max_epochs": 5}, ValueError),
        ({"max_epochs": -1}, ValueError),
    ],
    ids=described,
)
def test_nothing_is_left_behind_by_a_fit_that_ends_early(options, error, small_table):
    with nothing_changes(), pytest.raises(error):
        make_classifier("NoisyLabelClassifier", **options).fit(*small_table)
    assert generator() is None
    # nor does anybody wait for a turn that never comes
    other = make_classifier("NoisyLabelClassifier", module=Draws)
    within(60, lambda: other.fit(*small_table))


# --- predictions of networks that draw, too ---


def test_predictions_that_draw_belong_to_the_fitted_estimator(small_table):
    X, y = small_table
    options = {"module": Draws, "module__in_evaluation": True, "random_state": 0}
    fitted = make_classifier("NoisyLabelClassifier", **options).fit(X, y)
    with nothing_changes():
        proba = fitted.predict_proba(X)
    torch.rand(7)
    assert_array_equal(fitted.predict_proba(X), proba)
    assert fitted.net_.prediction_seed is not None


def test_predictions_that_draw_nothing_wait_for_nobody(small_table):
    fitted = make_classifier("NoisyLabelClassifier", module=Draws).fit(*small_table)
    with drawing_from(Stream(0)), lent():
        within(60, lambda: fitted.predict_proba(small_table[0]))


def test_a_quiet_fit_waits_only_to_build_its_network(small_table):
    started, go_on = threading.Event(), threading.Event()

    class Waits(Callback):
        def on_train_begin(self, net, **kwargs):
            started.set()
            assert go_on.wait(60)

    slow = make_classifier("NoisyLabelClassifier", callbacks=[Waits()])
    quick = make_classifier("NoisyLabelClassifier").partial_fit(*small_table)
    thread = threading.Thread(target=slow.fit, args=small_table)
    thread.start()
    assert started.wait(60)
    within(60, lambda: quick.partial_fit(*small_table))
    go_on.set()
    thread.join()


# --- searches that train in lock-step ---


def test_a_loss_that_draws_trains_alone(small_table, together):
    network = make_classifier("NoisyLabelClassifier", random_state=0)
    grid = {"loss": [drawing_loss, "ce"], "lr": [1e-2, 1e-1]}
    said = pytest.warns(TrainsAloneWarning, match="its loss draws random numbers")
    with nothing_changes(), said:
        batched = BatchedGridSearchCV(network, grid, cv=2).fit(*small_table)
    assert together  # they were tried
    plain = GridSearchCV(network, grid, cv=2).fit(*small_table)
    name = "mean_test_score"
    assert_array_equal(batched.cv_results_[name], plain.cv_results_[name])


# --- processes ---


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_inherits_no_turn_of_another_thread():
    with nothing_changes():
        before = torch.get_rng_state()
        has_it, go_on = threading.Event(), threading.Event()

        def hold():
            with drawing_from(Stream(0)), lent():
                has_it.set()
                go_on.wait(60)

        thread = threading.Thread(target=hold)
        thread.start()
        assert has_it.wait(60)
        with warnings.catch_warnings():  # Python 3.12 and later warn of such forks
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if not child:  # has to end here, come what may
            signal.alarm(30)
            try:
                as_before = torch.equal(torch.get_rng_state(), before)
                with drawing_from(Stream(0)), lent():
                    drawn = torch.get_rng_state()
                expected = torch.Generator().manual_seed(0).get_state()
                os._exit(0 if as_before and torch.equal(drawn, expected) else 1)
            finally:
                os._exit(2)
        _, status = os.waitpid(child, 0)
        go_on.set()
        thread.join()
    assert status == 0
