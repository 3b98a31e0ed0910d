"""Classes that a trained network never predicts: said when it has been fitted."""

import warnings

import numpy as np

from sknoisy._shown import shown

FEW = 10  # samples: of fewer, nobody can expect that they are learned
SHORT = 10  # epochs: after fewer, a network may not have begun to learn
LOOK_AT = 200  # samples of each class, which say enough


def warn_of_unpredicted(classifier, data):
    """Warn if there is a class that no training sample is predicted to be of.

    Parameters
    ----------
    classifier : classifier
        Fitted.

    data : TrainingData
        What it was trained on.
    """
    counts = np.bincount(data.codes, minlength=len(data.classes))
    if classifier.n_iter_ < SHORT or hasattr(classifier, "_learns_codes"):
        return
    there = np.flatnonzero(counts)
    some = [np.flatnonzero(data.codes == code)[:LOOK_AT] for code in there]
    proba = classifier._probabilities(data.X[np.sort(np.concatenate(some))])
    predicted = np.bincount(proba.argmax(axis=1), minlength=len(counts))
    lost = (counts >= FEW) & (predicted == 0)
    if not lost.any():
        return
    share = counts[lost].sum() / counts.sum()
    warnings.warn(
        f"{type(classifier).__name__} predicts none of its training samples to be of"
        f" {shown(data.classes[lost].tolist())}, which {share:.1%} of the given"
        " labels are. A rare class is learned by class_weight='balanced', a loss that"
        " isn't bounded such as 'ce', or more epochs (max_epochs).",
        UserWarning,
        stacklevel=2,
    )
