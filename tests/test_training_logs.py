"""What a training tells while it runs, and when memory doesn't suffice."""

import pickle

import pytest
import torch
from helpers import small
from numpy.testing import assert_array_equal
from skorch.callbacks import Callback, TensorBoard


def test_a_bar_tells_the_time_that_is_left(table, capsys):
    clf = small(verbose=2, validation_fraction=0.2).fit(*table)
    shown = capsys.readouterr()
    assert "8/8" in shown.err and "epoch" in shown.err and "<" in shown.err
    assert "train_loss=" in shown.err and "valid_acc=" in shown.err
    assert shown.out == ""
    again = pickle.loads(pickle.dumps(clf))
    assert_array_equal(again.predict(table[0]), clf.predict(table[0]))


def test_one_prints_a_line_per_epoch_and_no_bar(table, capsys):
    small(verbose=1).fit(*table)
    shown = capsys.readouterr()
    assert "train_loss" in shown.out and shown.err == ""


def test_a_bar_goes_on_where_a_checkpoint_stands(table, tmp_path, capsys, monkeypatch):
    pytest.importorskip("safetensors")
    options = {"checkpoint": tmp_path, "checkpoint_every": 1, "verbose": 2}

    clf = small(**options, callbacks=[Cut()])
    with pytest.raises(OSError, match="the power is gone"):
        clf.fit(*table)
    capsys.readouterr()
    monkeypatch.setattr(Cut, "armed", False)
    clf.set_params(resume=True).fit(*table)
    shown = capsys.readouterr().err
    assert "8/8" in shown and "1/8" not in shown and "5/8" not in shown
    assert clf.n_iter_ == 8


class Cut(Callback):
    """Ends training in its sixth epoch, as a cut of power would."""

    armed = True

    def on_epoch_begin(self, net, **kwargs):
        if self.armed and len(net.history) == 6:
            raise OSError("the power is gone")


class Writer:
    """Stands for a SummaryWriter, which can't be copied either."""

    def __init__(self):
        self.scalars = []

    def add_scalar(self, tag, scalar_value, global_step=None, **kwargs):
        self.scalars.append((tag, scalar_value, global_step))

    def __deepcopy__(self, memo):
        raise TypeError("cannot pickle '_thread.lock' object")


def test_a_logger_of_skorchs_writes_to_the_users_own_writer(table):
    writer = Writer()
    logger = TensorBoard(writer, close_after_train=False)
    clf = small(callbacks=[logger], validation_fraction=0.2).fit(*table)
    losses = [value for tag, value, _ in writer.scalars if tag == "Loss/train_loss"]
    assert losses == clf.history_[:, "train_loss"]
    assert "Loss/valid_loss" in {tag for tag, *_ in writer.scalars}


class Greedy(torch.nn.Linear):
    """Asks for too much memory, from some batch size on."""

    error: type[Exception] = RuntimeError
    text = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 TB."
    most = 32

    def forward(self, features):
        if len(features) > self.most:
            raise self.error(self.text)
        return super().forward(features)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (RuntimeError, Greedy.text),
        (torch.OutOfMemoryError, "CUDA out of memory."),
        (MemoryError, ""),
    ],
)
def test_what_to_lower_is_told_where_memory_does_not_suffice(
    error, text, table, monkeypatch
):
    monkeypatch.setattr(Greedy, "error", error)
    monkeypatch.setattr(Greedy, "text", text)
    options = {"module": Greedy(5, 3), "max_epochs": 1}
    with pytest.raises(error) as raised:
        small(**options, batch_size=64).fit(*table)
    (note,) = raised.value.__notes__
    assert "with batch_size=64. Lower it, to 32 say; accumulate=2" in note
    clf = small(**options, batch_size=32).fit(*table)
    with pytest.raises(error) as raised:
        clf.predict(table[0])
    (note,) = raised.value.__notes__
    assert "iterator_valid__batch_size, to 128 say" in note
    clf = small(**options, batch_size=32, iterator_valid__batch_size=32).fit(*table)
    assert len(clf.predict(table[0])) == len(table[0])


def test_other_errors_are_left_as_they_are(table, monkeypatch):
    monkeypatch.setattr(Greedy, "text", "mat1 and mat2 shapes cannot be multiplied")
    with pytest.raises(RuntimeError, match="mat1") as raised:
        small(module=Greedy(5, 3), batch_size=64).fit(*table)
    assert not hasattr(raised.value, "__notes__")
