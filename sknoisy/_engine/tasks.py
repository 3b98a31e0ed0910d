"""scikit-learn's callbacks (new in 1.9, experimental), told of epochs as tasks."""

from contextlib import contextmanager
from typing import TYPE_CHECKING

from skorch.callbacks import Callback

from sknoisy._data_types import Function

if TYPE_CHECKING:

    class CallbackSupportMixin:
        """Mixin of estimators that tell callbacks of their fits."""

    def told(method: Function) -> Function: ...

else:
    try:
        from sklearn.callback import CallbackSupportMixin
        from sklearn.callback import with_callbacks as told
    except ImportError:  # scikit-learn < 1.9

        class CallbackSupportMixin:
            """Nothing to support."""

        def told(method):
            """Return `method` as it is."""
            return method


def with_callbacks(method: Function) -> Function:
    """Tell scikit-learn's callbacks of a fit; for type checkers it stays what it is."""
    return told(method)


class EpochTasks(Callback):
    """Tells scikit-learn's callbacks of each epoch, as a task below that of fit.

    Parameters
    ----------
    context : sklearn.callback.CallbackContext
        The task of the whole fit.

    estimator : estimator being fitted

    X, y : the data it is fitted on, for callbacks that score

    reconstruct : callable
        Gives the attributes that make the estimator predict as of now.
    """

    def __init__(self, context, estimator, X, y, reconstruct):
        self.context = context
        self.about = {"estimator": estimator, "X": X, "y": y}
        self.reconstruct = reconstruct

    def on_epoch_begin(self, net, **kwargs):
        self.task_ = self.context.subcontext(task_name="epoch")
        self.task_.call_on_fit_task_begin(**self.about)

    def on_epoch_end(self, net, **kwargs):
        stop = self.task_.call_on_fit_task_end(
            **self.about, reconstruction_attributes=self.reconstruct
        )
        if stop:  # skorch's way to say so
            raise KeyboardInterrupt


@contextmanager
def epoch_tasks(estimator, engine, X, y):
    """Tell `estimator`'s callbacks of the fit and its epochs, while `engine` trains."""
    if not getattr(estimator, "_skl_callbacks", None):  # nobody to tell
        yield
        return

    def reconstruct():
        return attributes_as_of_now(estimator, engine)

    context = estimator._init_callback_context(max_subtasks=engine.max_epochs)
    context.call_on_fit_task_begin(estimator=estimator, X=X, y=y)
    tasks = ("epoch_tasks", EpochTasks(context, estimator, X, y, reconstruct))
    engine.callbacks_.insert(0, tasks)  # before one that ends training
    try:
        yield
    finally:  # the net must not hold on to the estimator and its data
        engine.callbacks_.remove(tasks)
    context.call_on_fit_task_end(
        estimator=estimator, X=X, y=y, reconstruction_attributes=reconstruct
    )


def attributes_as_of_now(estimator, engine):
    """Return what makes `estimator` predict as if its fit ended here."""
    known = {"net_": engine, "classes_": engine.classes_}
    for name in ("n_features_in_", "feature_names_in_"):
        if hasattr(estimator, name):
            known[name] = getattr(estimator, name)
    return known
