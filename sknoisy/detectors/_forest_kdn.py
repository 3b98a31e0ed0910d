"""k-disagreeing neighbors among those that share the leaves of a forest."""

from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import OneHotEncoder

from sknoisy._data_types import Label, Seed
from sknoisy._neighbors import nearest_neighbors
from sknoisy._seeds import draw_seed
from sknoisy._tags import tags_of
from sknoisy.detectors._fits import AsksNeighbors
from sknoisy.detectors._kdn import evidence_of

__all__ = ["ForestKDN"]


class ForestKDN(AsksNeighbors):
    """Find labels that few of their neighbors in a random forest share.

    Two samples are the nearer, the more leaves they share [1]_: a distance that
    ignores useless features and the scales of the others.

    Parameters
    ----------
    n_estimators : int >= 1, default=100
        Number of trees.

    min_samples_leaf : int >= 1 or float in (0, 1), default=5
        How many samples a leaf has at least. In smaller ones, wrong labels have a leaf
        of their own.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label: the share of its neighbors that have it, too.

    suggested_labels_ : ndarray of shape (n_samples,)
        The most frequent label among the neighbors.

    noise_rate_ : float
        Estimated share of wrong labels, from the confident joint of the shares.
        Too high where classes overlap; that of :class:`TrueLabelPosterior`, or of
        :func:`~sknoisy.transition.likelihood_transition`, is mostly nearer.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label) by that joint; rows are true classes.

    pred_probs_ : ndarray of shape (n_samples, n_classes)
        Each label's share of the neighbors.

    See Also
    --------
    KDN : Neighbors by distance of features.

    Notes
    -----
    "auto" flags labels that are outvoted by another one. [1]_ uses this
    distance for robust predictions and weighs neighbors by it; here, votes are equal.
    With `groups`, neighbors of a sample's own group have no vote. The forest, which
    only measures distances, sees all of them: let its leaves hold several groups
    (`min_samples_leaf`), or it tells no more than who is of one.

    References
    ----------
    .. [1] Li and Martin, "Forest-type Regression with General Losses and Robust
       Forest", ICML 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import ForestKDN
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2
    >>> detector = ForestKDN(random_state=0).fit(X, y)
    >>> detector.is_issue_[7], detector.suggested_labels_[7]
    (np.True_, np.int64(0))
    """

    def __init__(
        self,
        n_neighbors: int = 20,
        *,
        n_estimators: int = 100,
        min_samples_leaf: float = 5,
        threshold: str | float = "auto",
        n_jobs: int | None = None,
        unlabeled: Label = "auto",
        deduplicate: bool = True,
        random_state: Seed = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate
        self.random_state = random_state

    def _examine(self, X, codes, *, groups=None):
        leaves = self._make_forest().fit(X, codes).apply(X)
        # between rows of ones and zeros, the Euclidean distance counts other leaves
        rows = OneHotEncoder().fit_transform(leaves)
        _, neighbors = nearest_neighbors(
            rows, self.n_neighbors, "euclidean", groups=groups, n_jobs=self.n_jobs
        )
        return evidence_of(codes, neighbors)

    def _make_forest(self):
        return RandomForestClassifier(
            self.n_estimators,
            min_samples_leaf=self.min_samples_leaf,
            n_jobs=self.n_jobs,
            random_state=draw_seed(self.random_state),
        )

    def __sklearn_tags__(self):
        return tags_of(super().__sklearn_tags__(), RandomForestClassifier())
