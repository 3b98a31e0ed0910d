"""The probability of each true label, by features and by the given label."""

from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from sknoisy._counting import keep_at_least
from sknoisy._data_types import Estimator, Folds, Label, Seed
from sknoisy._probs import likeliest
from sknoisy._ranges import check_count
from sknoisy._tags import tags_of
from sknoisy.detectors._class_shares import with_true_shares
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._fits import JudgesByFits
from sknoisy.detectors._looks import OutOfBag, best_look, make_looks
from sknoisy.detectors._reliability import reliability_of
from sknoisy.quality import true_label_posterior
from sknoisy.quality._true_labels import estimate_transition, order_by_features

__all__ = ["TrueLabelPosterior"]

LARGE_LEAF = 10


class TrueLabelPosterior(JudgesByFits):
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

    cv : int, "oob", cross-validation generator or iterable, default=5
        Who judges a label without having seen it. An int is a number of stratified,
        shuffled folds (fewer, where no class has so many samples). Where a splitter
        repeats, probabilities are averaged, which makes them better. "oob" is for
        forests, also at the end of a Pipeline: trees vote on the samples they were
        not grown on, at the price of one fit. With ``classifier=None``, an int is the
        number of folds of the linear model, five with "oob", and forests vote out of
        bag; where there are groups, or a splitter, they are fitted in the folds, too.

    rounds : int >= 1, default=2
        How often the classifier is trained: the first time on all labels, then on
        those that seemed right in the round before.

    threshold : "auto", "noise_rate", "mixture", float in (0, 1) or int, default="auto"
        Which labels are called issues. "auto" is this detector's own rule, see Notes;
        "noise_rate" flags the least trusted, as many as ``noise_rate_`` says;
        "mixture" draws the line between two normal distributions fitted to the
        qualities; a float is the share to flag and an int their number. Of equal
        qualities the first go first.

    n_jobs : int, default=None
        How many jobs run at a time; -1 takes all processors.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label are left out: quality NaN, no issue, and what is
        suggested is what `y` holds.

    deduplicate : bool, default=True
        Whether copies (equal rows with equal labels) count once, so that none vouches
        for the mistake of another. Rows of few columns with few values may be equal by
        chance, and are no copies then.

    n_repeats : int >= 1, default=1
        How often all is judged, each time with another seed. Findings are means then,
        and a label is an issue if most of the times it was; see `flag_frequency_`.

    random_state : int, RandomState instance or None, default=None
        Seed of whatever is drawn, such as folds, and of the classifiers that are not
        given. None takes fresh entropy; numpy's global generator is never touched.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1]: its probability of being right.

    is_issue_ : ndarray of shape (n_samples,)
        The labels that are called wrong.

    suggested_labels_ : ndarray of shape (n_samples,)
        The most probable true label of each sample.

    noise_rate_ : float
        Estimated share of wrong labels: the mean probability of being wrong.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label); rows are true classes.

    classifier_ : classifier
        Who judged last, not fitted: `classifier`, or the one that was chosen.

    posterior_ : ndarray of shape (n_samples, n_classes)
        Probabilities of the true labels, given features and given labels.

    reliability_ : Reliability
        Whether there was enough to go by: ``gain`` of the judge over guessing and its
        ``error``, ``is_settled``, ``is_identifiable``, ``separation``; false, with
        ``reasons``, where there wasn't. Then `noise_rate_` is NaN, a warning says why,
        and no label is called wrong unless `threshold` is a budget or "mixture".

    flag_frequency_ : ndarray of shape (n_samples,)
        How often each label was flagged, as a share of `n_repeats`. With two or more.

    contradictions_ : ndarray of shape (n_samples,)
        Who has a copy with another label, of which one at most is right. With
        `deduplicate`.

    unjudged_classes_ : ndarray
        Classes of too few labels for others to judge them: of less than a fifth of an
        even share, but always of fewer than 5, never of more than 10. Their samples
        are left alone: quality NaN, no issue.

    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    n_features_in_ : int
        Number of features seen in fit, where X tells.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has any.

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
        self.random_state = random_state

    def _examine(self, X, codes, *, groups=None, sample_weight=None):
        check_count(rounds=self.rounds)
        known = {"groups": groups, "sample_weight": sample_weight}
        looks = make_looks(self, X, codes, make_forests, **known)
        look, at_first = best_look(looks, X, codes, groups)
        votes = at_first
        found = true_label_posterior(codes, at_first)
        for _ in range(self.rounds - 1):
            kept = likeliest(codes, found.probabilities) == codes
            kept = keep_at_least(2, kept, codes, found.quality_of(codes))
            votes = with_true_shares(look(X, codes, kept), codes, kept)
            found = true_label_posterior(
                codes,
                votes,
                transition=found.transition,
                of_true_labels=True,
            )
        judge = look.at_first if self.rounds == 1 else look.classifier
        self.classifier_ = clone(judge)
        self.posterior_ = found.probabilities
        named = (likeliest(codes, votes) == codes).mean()
        # a judge of all labels foretells given ones: of true ones it tells nothing
        knows = self.rounds > 1
        reliability = reliability_of(
            codes,
            at_first,
            groups,
            transition=found.transition,
            step=estimate_transition(
                found.probabilities, codes, order_by_features(votes)
            ),
            separation=named / found.quality_of(codes).mean() if knows else 1.0,
        )
        return _evidence(found, codes, reliability)

    def __sklearn_tags__(self):
        judge = RandomForestClassifier() if self.classifier is None else self.classifier
        return tags_of(super().__sklearn_tags__(), judge)


def make_forests(codes, n_jobs, seed, n_grown, n_alike):
    """Return forests that smooth out wrong labels first, then keep to what is left."""
    leaf = _large_leaf(codes, n_alike)
    return OutOfBag(
        # most of its trees didn't see a given sample, so that more of them vote
        ExtraTreesClassifier(
            min_samples_leaf=n_alike,
            bootstrap=True,
            max_samples=0.5,
            n_jobs=n_jobs,
            random_state=seed,
        ),
        at_first=RandomForestClassifier(
            min_samples_leaf=leaf, n_jobs=n_jobs, random_state=seed
        ),
    )


def _large_leaf(codes, n_alike):
    # small classes would drown in leaves that hold a fifth of a class
    per_class = len(codes) // (codes.max() + 1)
    return min(LARGE_LEAF * n_alike, max(1, per_class // 5))


def _evidence(found, codes, reliability):
    quality = found.quality_of(codes)
    suggested = likeliest(codes, found.probabilities)
    return Evidence(
        quality,
        suggested,
        is_issue=suggested != codes,
        noise_rate=1 - quality.mean(),
        transition=found.transition,
        reliability=reliability,
    )
