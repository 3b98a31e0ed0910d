"""What a network says of its training samples, epoch by epoch, tells right from wrong.

Right labels are learned early and for good; wrong ones late, against what the rest of
the data teaches, and are forgotten again.
"""

import numpy as np
from sklearn.utils import Bunch

from sknoisy._codes import check_order
from sknoisy._data_types import ArrayLike
from sknoisy._ranges import check_range
from sknoisy.quality._training_dynamics import TrainingDynamics

__all__ = ["area_under_margin", "data_map", "forgetting_events", "mean_loss"]


def area_under_margin(labels: ArrayLike, logits: ArrayLike) -> np.ndarray:
    r"""Area under the margin of each sample [1]_: the lower, the less the label fits.

    .. math:: \frac{1}{T} \sum_{t=1}^{T} z^{(t)}_y - \max_{k \ne y} z^{(t)}_k

    with :math:`z^{(t)}` the logits after epoch t and y the given label. A wrong label's
    logit is pulled up by its own sample alone; all samples like it pull up another.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    logits : array-like of shape (n_epochs, n_samples, n_classes)
        What a network says of its training samples after every epoch, before the
        softmax. A generator of one array of shape (n_samples, n_classes) per epoch
        does, too, and saves memory.

    Returns
    -------
    area : ndarray of shape (n_samples,)
        Mean margin; it is unbounded, and negative where another class mostly leads.

    Raises
    ------
    ValueError
        If `labels` aren't codes of the columns, epochs differ in shape or there is
        none, or a logit is NaN or infinite.

    See Also
    --------
    sknoisy.detectors.AreaUnderMargin : Trains the network, and calls labels wrong.
    TrainingDynamics : All of these values from one pass over the epochs.

    References
    ----------
    .. [1] Pleiss, Zhang, Elenberg and Weinberger, "Identifying Mislabeled Data using
       the Area Under the Margin Ranking", NeurIPS 2020, equations 1 and 2.

    Examples
    --------
    >>> from sknoisy.quality import area_under_margin
    >>> logits = [[[1.0, 0.0], [1.0, 0.0]], [[2.0, 0.0], [1.0, 0.5]]]
    >>> area_under_margin([0, 1], logits)
    array([ 1.5 , -0.75])
    """
    return _record(labels, logits).margin


def mean_loss(labels: ArrayLike, logits: ArrayLike) -> np.ndarray:
    """Cross entropy of the given label, averaged over epochs.

    Networks learn right labels first, so that for most of training the wrong ones have
    the larger losses [1]_.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    logits : array-like of shape (n_epochs, n_samples, n_classes)
        What a network says of its training samples after every epoch, before the
        softmax. A generator of one array of shape (n_samples, n_classes) per epoch
        does, too, and saves memory.

    Returns
    -------
    loss : ndarray of shape (n_samples,)
        Mean loss, high where the label is likely wrong.

    Raises
    ------
    ValueError
        If `labels` aren't codes of the columns, epochs differ in shape or there is
        none, or a logit is NaN or infinite.

    See Also
    --------
    clean_probability : From losses to the probability that a label is right.
    sknoisy.detectors.SmallLoss : Trains the network, and calls labels wrong.

    References
    ----------
    .. [1] Arpit et al., "A Closer Look at Memorization in Deep Networks", ICML 2017.

    Examples
    --------
    >>> from sknoisy.quality import mean_loss
    >>> logits = [[[1.0, 0.0], [1.0, 0.0]], [[2.0, 0.0], [1.0, 0.5]]]
    >>> mean_loss([0, 1], logits).round(2)
    array([0.22, 1.14])
    """
    return _record(labels, logits).loss


def forgetting_events(labels: ArrayLike, logits: ArrayLike) -> np.ndarray:
    """Count how often each sample was learned and forgotten again [1]_.

    A sample is forgotten when the network predicted its label after one epoch and
    doesn't after the next.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    logits : array-like of shape (n_epochs, n_samples, n_classes)
        What a network says of its training samples after every epoch, before the
        softmax. A generator of one array of shape (n_samples, n_classes) per epoch
        does, too, and saves memory.

    Returns
    -------
    n_events : ndarray of shape (n_samples,)
        Number of events; n_epochs, which no other sample can reach, where the label
        was never predicted.

    Raises
    ------
    ValueError
        If `labels` aren't codes of the columns, epochs differ in shape or there is
        none, or a logit is NaN or infinite.

    See Also
    --------
    sknoisy.detectors.ForgettingEvents : Trains the network, and calls labels wrong.

    Notes
    -----
    The paper looks at each sample when it is its turn in a batch; here all samples are
    looked at after each epoch, by the same network. On equal logits, the first class is
    the predicted one.

    References
    ----------
    .. [1] Toneva, Sordoni, Tachet des Combes, Trischler, Bengio and Gordon, "An
       Empirical Study of Example Forgetting during Deep Neural Network Learning",
       ICLR 2019.

    Examples
    --------
    >>> from sknoisy.quality import forgetting_events
    >>> right, wrong = [1.0, 0.0], [0.0, 1.0]
    >>> logits = [[right, wrong, wrong], [wrong, right, wrong], [right, right, wrong]]
    >>> forgetting_events([0, 0, 0], logits)
    array([1, 0, 3])
    """
    return _record(labels, logits).n_forgotten


def data_map(labels: ArrayLike, logits: ArrayLike, n_deviations: float = 2.0) -> Bunch:
    """Tell easy samples from hard ones, and hard ones from wrong labels [1]_.

    Both have large losses, but call for the opposite: hard samples are worth most, and
    wrong labels do harm. What tells them apart is how the network takes them over the
    epochs: of a hard sample it is unsure, against a wrong label it is steady.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    logits : array-like of shape (n_epochs, n_samples, n_classes)
        What a network says of its training samples after every epoch, before the
        softmax. A generator of one array of shape (n_samples, n_classes) per epoch
        does, too, and saves memory.

    n_deviations : float >= 0, default=2.0
        How many standard deviations a label has to lead, or to lie behind, so as not
        to be hard.

    Returns
    -------
    position : Bunch
        Five arrays of shape (n_samples,):

        - ``confidence``: mean probability of the given label over epochs.
        - ``variability``: its standard deviation, at most 0.5.
        - ``agreement``: share of the epochs in which the label was the predicted
          class. The paper calls it correctness.
        - ``lead``: by how much the confidence exceeds the highest mean probability of
          another class.
        - ``difficulty``: "easy", where lead > n_deviations · variability; "wrong",
          where −lead is; and else "hard".

    Raises
    ------
    ValueError
        If `labels` aren't codes of the columns, epochs differ in shape or there is
        none, or a logit is NaN or infinite.

    See Also
    --------
    sknoisy.detectors.SampleDifficulty : Trains the network, and sorts the samples.
    sknoisy.inspection.SampleDifficultyDisplay : Draws the map.

    Notes
    -----
    The paper draws the map of confidence and variability, and calls its regions easy,
    ambiguous and hard, without a line between them; mislabeled samples are mostly among
    those it calls hard. The lines are ours: with two classes, they are those from
    (0, 0.5) on which the confidence lies ``n_deviations / 2`` times the variability
    above and below one half.

    References
    ----------
    .. [1] Swayamdipta, Schwartz, Lourie, Wang, Hajishirzi, Smith and Choi, "Dataset
       Cartography: Mapping and Diagnosing Datasets with Training Dynamics",
       EMNLP 2020.

    Examples
    --------
    >>> from sknoisy.quality import data_map
    >>> first = [[2.0, 0.0], [1.0, 0.0], [0.0, 2.0]]
    >>> second = [[3.0, 0.0], [0.0, 0.5], [0.0, 3.0]]
    >>> data_map([0, 0, 0], [first, second]).difficulty
    array(['easy', 'hard', 'wrong'], dtype='<U5')
    """
    check_range("[0, inf)", n_deviations=n_deviations)
    dynamics = _record(labels, logits)
    names = ("confidence", "variability", "agreement", "lead")
    return Bunch(
        **{name: getattr(dynamics, name) for name in names},
        difficulty=dynamics.difficulty(n_deviations),
    )


def _record(labels, logits):
    check_order(labels, "labels", "logits")
    dynamics = TrainingDynamics(labels)
    for epoch in logits:
        dynamics.record(epoch)
    if not dynamics.n_epochs:
        raise ValueError("logits holds no epoch: there is nothing to average.")
    return dynamics
