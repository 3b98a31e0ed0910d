"""Training on samples of which some lost their label."""

import numpy as np

from sknoisy._rows import take


def self_train(fit, X, training, classes, *, threshold=0.75, max_iter=10):
    """Fit, let the classifier label what it is sure of, and fit again [1]_.

    scikit-learn's ``SelfTrainingClassifier`` does the same, but makes an array of X:
    texts and data frames would not survive it.

    Parameters
    ----------
    fit : callable
        Takes rows and their codes, and gives a fitted classifier.

    X : array-like
        All samples, as the classifier takes them.

    training : Training
        Which of them have a label, and which have none.

    classes : ndarray of shape (n_classes,)
        The labels that codes stand for.

    threshold : float, default=0.75
        How probable a class must be to become a label.

    max_iter : int, default=10
        How often the classifier gives labels at most.

    References
    ----------
    .. [1] Yarowsky, "Unsupervised word sense disambiguation rivaling supervised
       methods", ACL 1995.
    """
    n_samples = len(training.rows) + len(training.unlabeled)
    rows, codes, unlabeled = training.rows, training.codes, training.unlabeled
    classifier = fit(rows, codes)
    for _ in range(max_iter):
        if not unlabeled.size:
            break
        proba = classifier.predict_proba(take(X, unlabeled, n_samples))
        sure = proba.max(axis=1) >= threshold
        if not sure.any():
            break
        rows = np.append(rows, unlabeled[sure])
        known = getattr(classifier, "classes_", classes[np.unique(codes)])
        labels = known[proba[sure].argmax(axis=1)]
        codes = np.append(codes, np.searchsorted(classes, labels))
        unlabeled = unlabeled[~sure]
        classifier = fit(rows, codes)
    return classifier
