"""A classifier that knows by which rule labels went wrong, or finds it out."""

from collections.abc import Callable
from typing import Literal, Self

from sknoisy._data_types import ArrayLike, Folds
from sknoisy._engine.tasks import with_callbacks
from sknoisy._registry import lookup
from sknoisy._types import Inputs, Loss
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._methods import METHODS
from sknoisy.objectives import CORRECTIONS

__all__ = ["TransitionCorrectedClassifier"]


class TransitionCorrectedClassifier(BaseNoisyClassifier):
    """A neural network that learns true labels through the noise on given ones.

    The transition matrix T, with ``T[i, j]`` = P(given label j | true label i), is
    estimated or given, and training or prediction is corrected by it. Told nothing,
    out-of-fold probabilities of the given labels are the source of the estimate, and
    forward correction is the remedy: cross entropy corrected so has the minimum that
    it would have on true labels, so that `predict_proba` is that of *true* labels.

    It pays where the most frequent given label of a class isn't the true one, where
    noise is asymmetric, and where probabilities of true labels are wanted. Under
    symmetric noise the largest class is right without it.

    Parameters
    ----------
    transition : str, array-like of shape (n_classes, n_classes) or callable, \
            default="likelihood"
        How T is found: a name from :data:`sknoisy.transition.TRANSITIONS`, whose
        parameters are set as ``transition__*``; "volmin" or "total_variation", which
        learn it with the network (with forward correction only); the matrix itself;
        or a function that takes what it needs of `pred_probs`, `labels` (codes),
        `features` (standardized) and `trusted` by these names and returns the matrix.
        "hoc" looks for neighbors among the features, or, with
        ``transition__representation="network"``, among the networks' out-of-fold
        log-probabilities, since other layers of several networks can't be compared.

    correction : {"forward", "backward", "reweight", "revision", "posterior", \
            "prior_ratio", "logit_adjustment"}, default="forward"
        What is done about the noise: the loss sees the network's probabilities
        through T, or is multiplied by the inverse of T, or is weighted by the ratio
        of true to given probability, with a T that stays or that is revised as
        training goes on; or a network trained with the loss as it is has its
        probabilities turned back through T at `predict_proba`. "prior_ratio", which
        divides them by how frequent each given label is, and "logit_adjustment",
        its twin at training, need no T.

    loss : str or callable, default="ce"
        The loss that is corrected: a name from :data:`sknoisy.losses.LOSSES` or a
        function ``(logits, labels) -> (n_samples,)``; parameters as ``loss__*``.
        Cross entropy alone makes T's assumptions good: its minimum is a probability.

    warm_up_epochs : int or "auto", default="auto"
        Epochs in which the matrix of "forward" grows from the identity to T; other
        corrections set in after as many epochs of plain training. "auto" is a quarter
        of all. Correction from the first step on may end in a wrong corner: a network
        that has become sure of a wrong class hears little of it.

    cv : int, cross-validation generator or iterable, default=3
        Folds for the probabilities from which T is estimated and that tell how long
        to train; 1 takes those of a network for its own training rows. A generator
        divides the rows that aren't trusted.

    calibrate : bool, default=True
        Whether these probabilities are brought to the temperature at which they
        predict the given labels of held-out rows best.

    max_epochs : int or "auto", default="auto"
        How often each sample is seen. "auto" leaves it to the networks of the `cv`
        folds, which train up to about 400 steps, but at least 30 and at most 200
        epochs: half as many again as they take until they foretell held-out given
        labels best, which is where wrong ones begin to be learned by heart.

    Attributes
    ----------
    transition_matrix_ : ndarray of shape (n_classes, n_classes) or None
        P(given label = j | true label = i), estimated, given or learned; None where
        `correction` needs none.

    noise_rate_ : float or None
        Share of labels that are wrong if T is right, and trusted ones are.

    condition_number_ : float or None
        Condition number of T: how much it multiplies what is wrong with the estimated
        probabilities of given labels.

    prior_ : ndarray of shape (n_classes,)
        How frequent each given label is.

    See Also
    --------
    NoisyLabelClassifier : Robust losses, which need no transition matrix.
    sknoisy.transition : The estimators of T, for probabilities from anywhere.
    sknoisy.losses.forward_correction : The default correction as a function.
    sknoisy.inspection.TransitionMatrixDisplay : Shows ``transition_matrix_``.

    Notes
    -----
    `fit` takes no weights: an estimate that counts samples gives them no exact meaning.

    References
    ----------
    .. [1] Patrini, Rozza, Menon, Nock and Qu, "Making Deep Neural Networks Robust to
       Label Noise: A Loss Correction Approach", CVPR 2017: forward and backward
       correction, the anchor estimate.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknoisy import PairFlipNoise, TransitionCorrectedClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> y_noisy = PairFlipNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = TransitionCorrectedClassifier(random_state=0).fit(X, y_noisy)
    >>> bool(clf.score(X_test, y_test) > 0.9)
    True
    """

    _routes = (*BaseNoisyClassifier._routes, "transition")

    transition: ArrayLike | str | Callable[..., ArrayLike] = "likelihood"
    correction: str = "forward"
    loss: Loss = "ce"
    warm_up_epochs: int | Literal["auto"] = "auto"
    cv: Folds = 3
    calibrate: bool = True
    max_epochs: int | Literal["auto"] = "auto"

    @with_callbacks
    def fit(
        self,
        X: Inputs,
        y: ArrayLike | None = None,
        trusted: ArrayLike | None = None,
        *,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Estimate the transition matrix, and train through it.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples.

        y : array-like of shape (n_samples,)
            The given labels: numbers, strings or booleans.

        trusted : array-like of bool of shape (n_samples,), default=None
            Which labels are known to be right. ``transition="gold"`` counts on them,
            other estimates leave them out, and corrections of the loss ("forward",
            "backward", "reweight", "revision") leave them uncorrected. "posterior",
            which expects all labels to be alike, learns from each of them what label
            it might have been given instead.

        groups : array-like of shape (n_samples,), default=None
            What belongs together, such as the rows of a patient: T is estimated by
            networks that have seen none of a row's group.

        Returns
        -------
        self : TransitionCorrectedClassifier
            The fitted estimator.

        Raises
        ------
        ValueError
            If the matrix can't be identified: rows that are equal, a class that is
            never given, or a condition number too large for the correction.

        NonFiniteLossError
            If training diverges.
        """
        return self._fit(X, y, trusted=trusted, groups_of_rows=groups)

    def _asked(self, facts):
        lookup(
            self.correction, CORRECTIONS, parameter="correction", kind="a correction"
        )
        own = ("transition", "warm_up_epochs", "cv", "calibrate")
        given = {name: getattr(self, name) for name in own}
        return METHODS[self.correction], given | self._still_routed("transition")
