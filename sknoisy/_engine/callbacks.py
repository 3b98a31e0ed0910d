"""The callbacks that a user asks for, and the one that stops early."""

from fnmatch import fnmatch

from skorch.callbacks import EarlyStopping, LRScheduler
from skorch.callbacks.training import ParamMapper

from sknoisy._checks import check_choice
from sknoisy._engine.label_wave import LabelWave, learned_by, put_back
from sknoisy._registry import did_you_mean
from sknoisy._shown import shown
from sknoisy.schedules import constant, get_schedule


def make_callbacks(callbacks, early_stopping, has_validation):
    """Return the user's callbacks, and the one that stops early.

    They are the user's own objects, as with skorch: a logger writes to the user's run,
    and what a callback has found out can be asked of it afterwards.
    """
    callbacks = list(callbacks or [])
    for callback in map(callback_of, callbacks):
        if isinstance(callback, type):
            raise TypeError(f"callbacks holds the class {callback.__name__}: call it.")
        if not hasattr(callback, "on_epoch_end"):
            raise TypeError(
                f"callbacks holds {shown(callback)}, which is no callback of skorch."
            )
        monitor = getattr(callback, "monitor", None)
        if isinstance(monitor, str) and monitor.startswith("valid_"):
            _check_validation(callback, monitor, has_validation)
    if early_stopping is not None:
        callbacks.append(("early_stopping", early_stopping))
    return callbacks


def check_callback_names(callbacks, given):
    """Say so if ``callbacks__name__…`` names a callback that there isn't."""
    known = {c[0] if isinstance(c, tuple) else type(c).__name__ for c in callbacks}
    known |= {"epoch_timer", "print_log", "progress_bar"}
    for name in given:
        first = name.split("__")[0]
        if first not in known:
            hint = did_you_mean(first, known)
            raise ValueError(
                f"callbacks__{name} names no callback{';' if hint else '.'}{hint}"
                f" There are: {', '.join(sorted(known))}."
            )


def callback_of(item):
    """Return a callback, given alone or with a name."""
    return item[1] if isinstance(item, tuple) else item


def _check_validation(callback, monitor, has_validation):
    if not has_validation:
        raise ValueError(
            f"{type(callback).__name__} watches {monitor}, which is recorded only"
            " with validation: set validation_fraction, e.g. to 0.1."
        )


class AfterWarmUp(EarlyStopping):
    """Judges no epoch in which a method isn't itself yet.

    Otherwise training might end in the warm-up, or a network of it be put back.
    """

    best_learned_ = None

    def on_epoch_end(self, net, **kwargs):
        """Judge the epoch, if the objective has warmed up."""
        if len(net.history) <= net.criterion_.warm_up_epochs:
            return
        super().on_epoch_end(net, **kwargs)
        if self.best_epoch_ == net.history[-1, "epoch"]:
            self.best_learned_ = learned_by(net.criterion_)

    def on_train_end(self, net, **kwargs):
        """Put the network of the best epoch back, and what its objective learned."""
        super().on_train_end(net, **kwargs)
        put_back(self.best_learned_, net.criterion_)
        self.best_learned_ = None


def make_early_stopping(early_stopping, patience):
    """Return the callback that ends training, or None."""
    if isinstance(early_stopping, str):
        check_choice(early_stopping, ("label_wave",), "early_stopping")
        return LabelWave(patience=patience)
    if not early_stopping:
        return None
    return AfterWarmUp(
        monitor="valid_acc", lower_is_better=False, patience=patience, load_best=True
    )


def check_patterns(engine):
    """Say so if something is meant for parameters that no network has."""
    asked = [
        (type(callback).__name__, callback.patterns)
        for _, callback in engine.callbacks_
        if isinstance(callback, ParamMapper)
    ]
    groups = engine.get_params_for("optimizer").get("param_groups", [])
    asked += [("optimizer__param_groups", [pattern]) for pattern, _ in groups]
    if not asked:
        return
    names = [name for name, _ in engine.get_all_learnable_params()]
    for who, patterns in asked:
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            if callable(pattern) or any(fnmatch(name, pattern) for name in names):
                continue
            raise ValueError(
                f"{who} is meant for {pattern!r}, but no parameter of the network has"
                f" such a name. There are: {', '.join(dict.fromkeys(names))}."
            )


def make_schedule(lr_schedule, callbacks):
    """Return the schedule; a callback that sets the rate, too, is refused."""
    schedule = get_schedule(lr_schedule)
    if schedule is not constant and any(
        isinstance(callback_of(c), LRScheduler) for c in callbacks or []
    ):
        raise ValueError(
            f"lr_schedule={shown(lr_schedule)} and a skorch LRScheduler would both set"
            " the learning rate: pass lr_schedule='constant' beside it."
        )
    return schedule
