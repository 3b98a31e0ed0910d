"""The probability of each true label, by features and by the given label."""

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from sknoisy._counting import keep_at_least
from sknoisy._data_types import Estimator, Folds, Label, Seed
from sknoisy._probs import likeliest
from sknoisy._ranges import check_count
from sknoisy._tags import tags_of
from sknoisy.detectors._class_shares import with_true_shares
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._known import JudgesByProbabilities
from sknoisy.detectors._looks import OutOfBag
from sknoisy.detectors._reliability import are_swapped, reliability_of
from sknoisy.quality._true_labels import (
    estimate_transition,
    find_true_labels,
    order_by_features,
)

__all__ = ["TrueLabelPosterior"]

LARGE_LEAF = 10
FEWEST = 20  # samples of a tree


class TrueLabelPosterior(JudgesByProbabilities):
    """Find labels that are probably wrong, by features and given label together.

    A classifier, out of sample, says what class a sample looks like; the given label
    says what class it may come from, since mistakes have their habits. Bayes' rule
    weighs both, see :func:`~sknoisy.quality.true_label_posterior`. Then the classifier
    is trained again, on the labels that are probably right, and all are judged anew.

    Parameters
    ----------
    classifier : classifier, default=None
        Anything with ``predict_proba``, a Pipeline, say; it gets X untouched, so that
        texts, data frames and missing values work where it takes them. None stands
        for whoever foretells the given labels better, see Notes: forests, which suit
        most tables, or logistic regression, which suits embeddings and texts.

    rounds : int >= 1, default=2
        How often the classifier is trained: the first time on all labels, then on
        those that seemed right in the round before.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1]: its probability of being right.

    suggested_labels_ : ndarray of shape (n_samples,)
        The most probable true label of each sample.

    noise_rate_ : float
        Estimated share of wrong labels: the mean probability of being wrong.

    classifier_ : classifier
        Who judged last, not fitted: `classifier`, or the one that was chosen. Not
        where ``fit`` was given probabilities.

    posterior_ : ndarray of shape (n_samples, n_classes)
        Probabilities of the true labels, given features and given labels.

    reliability_ : Reliability
        Whether there was enough to go by: ``gain`` of the judge over guessing and its
        ``error``, ``is_settled``, ``is_identifiable``, ``separation``; false, with
        ``reasons``, where there wasn't. Then `noise_rate_` is NaN, a warning says why,
        and no label is called wrong unless `threshold` is a budget or "mixture".

    See Also
    --------
    ConfidentLearning : Looks at what the classifier says alone.
    sknoisy.quality.true_label_posterior : The same for probabilities from elsewhere.
    sknoisy.cleaning.CleanLabelClassifier : Trains on what is left.

    Notes
    -----
    With ``threshold="auto"`` a label is an issue if another one is more probable.

    With ``classifier=None``, forests judge unless the given labels are clearly likelier
    (by two standard errors, out of sample) under logistic regression. Forests vote out
    of bag, or, with groups or a splitter, on other folds: a random forest with large
    leaves, which smooth out wrong labels, then extremely randomized trees down to pure
    leaves. Logistic regression, on standardized features (sparse ones as they are),
    predicts in the folds of `cv`; it has no say where values are missing.

    References
    ----------
    .. [1] Dawid and Skene, "Maximum Likelihood Estimation of Observer Error-Rates
       Using the EM Algorithm", Applied Statistics 1979.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.detectors import TrueLabelPosterior
    >>> from sknoisy.noise import PairFlipNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> noise = PairFlipNoise(0.3, random_state=0)
    >>> detector = TrueLabelPosterior(random_state=0).fit(X, noise.fit_corrupt(y))
    >>> round(detector.noise_rate_, 1)
    0.3
    >>> bool((detector.suggested_labels_ == y).mean() > 0.98)
    True
    """

    def __init__(
        self,
        classifier: Estimator | None = None,
        *,
        cv: Folds = 5,
        rounds: int = 2,
        threshold: str | float = "auto",
        n_jobs: int | None = None,
        unlabeled: Label = "auto",
        deduplicate: bool = True,
        n_repeats: int = 1,
        max_samples: int | None = None,
        random_state: Seed = None,
    ) -> None:
        self.classifier = classifier
        self.cv = cv
        self.rounds = rounds
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate
        self.n_repeats = n_repeats
        self.max_samples = max_samples
        self.random_state = random_state

    def _examine(
        self,
        X,
        codes,
        *,
        groups=None,
        sample_weight=None,
        pred_probs=None,
        trusted=None,
    ):
        check_count(rounds=self.rounds)
        look, at_first = self._look_out_of_sample(
            X, codes, make_forests, pred_probs, groups, sample_weight
        )
        rounds = 1 if look is None else self.rounds
        votes = at_first
        n_alike = 1 if groups is None else len(groups) / len(np.unique(groups))
        found = posterior_of(codes, at_first, trusted, n_alike=n_alike)
        for _ in range(rounds - 1):
            kept = likeliest(codes, found.probabilities) == codes
            kept = keep_at_least(2, kept, codes, found.quality_of(codes))
            votes = with_true_shares(look(X, codes, kept), codes, kept)
            found = posterior_of(
                codes,
                votes,
                trusted,
                transition=found.transition,
                of_true_labels=True,
                n_alike=n_alike,
            )
        if look is not None:
            judge = look.at_first if rounds == 1 else look.classifier
            self.classifier_ = clone(judge)
        self.posterior_ = found.probabilities
        named = (likeliest(codes, votes) == codes).mean()
        # a judge of all labels foretells given ones: of true ones it tells nothing
        knows = rounds > 1
        others = slice(None) if trusted is None else ~trusted
        reliability = reliability_of(
            codes,
            at_first,
            groups,
            transition=found.transition,
            step=estimate_transition(
                found.probabilities[others],
                codes[others],
                order_by_features(votes[others]),
                n_alike,
            ),
            separation=named / found.quality_of(codes).mean() if knows else 1.0,
        )
        return _evidence(found, codes, votes, reliability)

    def __sklearn_tags__(self):
        judge = RandomForestClassifier() if self.classifier is None else self.classifier
        return tags_of(super().__sklearn_tags__(), judge)


def posterior_of(codes, votes, trusted, **options):
    """Return the posterior, trusted labels being certain, and T that of the others."""
    if trusted is None:
        return find_true_labels(codes, votes, **options)
    others = ~trusted
    found = find_true_labels(codes[others], votes[others], **options)
    probabilities = np.eye(votes.shape[1])[codes]
    probabilities[others] = found.probabilities
    return found._replace(probabilities=probabilities)


def make_forests(codes, n_jobs, seed, n_grown, n_alike):
    """Return forests that smooth out wrong labels first, then keep to what is left.

    Of samples that are alike, a tree sees one or two, as of others.
    """
    fewest = 0.0 if n_alike == 1 else min(1.0, FEWEST / n_grown)
    return OutOfBag(
        # most of its trees didn't see a given sample, so that more of them vote
        ExtraTreesClassifier(
            bootstrap=True,
            max_samples=max(fewest, 0.5 / n_alike),
            n_jobs=n_jobs,
            random_state=seed,
        ),
        at_first=RandomForestClassifier(
            min_samples_leaf=_large_leaf(codes),
            max_samples=max(fewest, 1 / n_alike),
            n_jobs=n_jobs,
            random_state=seed,
        ),
    )


def _large_leaf(codes):
    # small classes would drown in leaves that hold a fifth of a class
    per_class = len(codes) // (codes.max() + 1)
    return min(LARGE_LEAF, max(1, per_class // 5))


def _evidence(found, codes, votes, reliability):
    quality = found.quality_of(codes)
    suggested = likeliest(codes, found.probabilities)
    # of classes that can't be told from each other's labels, neither is called wrong
    odd = are_swapped(found.transition)
    return Evidence(
        quality,
        suggested,
        is_issue=(suggested != codes) & ~(odd[suggested] | odd[codes]),
        looks=votes,
        noise_rate=1 - quality.mean(),
        transition=found.transition,
        reliability=reliability,
    )
