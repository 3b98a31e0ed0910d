"""A fit in a process of its own, which somebody may kill."""

import multiprocessing
import warnings

import numpy as np

from sknoisy import NoisyLabelClassifier


def is_killed_after(seconds, function, *args):
    """Run a function in a process of its own; return whether it had to be killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sknoisy.model_selection", "sknoisy.classifiers"])
    process = context.Process(target=function, args=args)
    process.start()
    process.join(seconds)
    is_killed = process.is_alive()
    process.kill()  # SIGKILL: nothing is tidied up
    process.join()
    return is_killed


def fit_and_save(method, folder, out):
    """Fit, from where an earlier process got to, and save what is predicted."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(600, 20)), rng.integers(3, size=600)
    clf = NoisyLabelClassifier(
        method=method,
        max_epochs=40,
        batch_size=64,
        random_state=0,
        checkpoint=folder,
        checkpoint_every=1,
        resume=folder is not None,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of labels that mean nothing
        np.save(out, clf.fit(X, y).predict_proba(X))
