"""What a checkpoint is about: the data and the parameters of a fit, and its seed."""

from sknoisy._engine.about import digest, told
from sknoisy._engine.checkpoints import Checkpoints
from sknoisy._extras import import_extra

__all__ = ["checkpoints_of"]

# parameters that don't change what is learned
FREE = (
    *("checkpoint", "checkpoint_every", "resume", "verbose", "device"),
    *("keep_on_interrupt", "random_state"),
)


def checkpoints_of(estimator, data, facts):
    """Return where the states of a fit are kept.

    Parameters
    ----------
    estimator : BaseNoisyClassifier

    data : TrainingData

    facts : dict
        What else fit was given, by name.

    Raises
    ------
    ValueError
        If it goes on from a checkpoint of other data or parameters.

    ImportError
        If safetensors is missing.
    """
    import_extra("safetensors", "export", what="checkpoint=…")  # before it trains
    given = estimator.get_params(deep=False)
    about = {n: told(value) for n, value in given.items() if n not in FREE}
    about["class"] = type(estimator).__name__
    for name, value in facts.items():
        about[f"{name} of fit"] = digest(value() if callable(value) else value)
    about |= {
        "X": digest(data.X),
        "y": digest(data.codes if data.soft_labels is None else data.soft_labels),
        "classes": told(data.classes.tolist()),
        "sample_weight": digest(data.sample_weight),
        "random_state": told(estimator.random_state),
    }
    every, resume = estimator.checkpoint_every, estimator.resume
    return Checkpoints(estimator.checkpoint, every, about, resume)
