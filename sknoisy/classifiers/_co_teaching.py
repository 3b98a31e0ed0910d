"""Two networks that pick the samples that they learn from."""

from typing import Literal

from sknoisy._checks import check_choice, check_rate
from sknoisy._registry import lookup
from sknoisy._types import Loss
from sknoisy._warm_up import check_warm_up
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._method import as_method
from sknoisy.objectives import CoTeaching, CoTeachingPlus, Decoupling, JoCoR

__all__ = ["CoTeachingClassifier"]

STRATEGIES = {
    "co_teaching": CoTeaching,
    "co_teaching_plus": CoTeachingPlus,
    "decoupling": Decoupling,
    "jocor": JoCoR,
}


class CoTeachingClassifier(BaseNoisyClassifier):
    """Two neural networks that leave out the samples whose labels seem wrong.

    In each batch, samples with small losses are kept and the others left out, as many
    as labels are wrong. Two networks do so together, since one alone would be confirmed
    in its own errors. How many labels are wrong is found on the way, without clean
    labels; how often a sample was kept is, for free, a measure of its label's quality.

    Parameters
    ----------
    strategy : {"co_teaching", "co_teaching_plus", "decoupling", "jocor"}, \
            default="co_teaching"
        Who learns what. "co_teaching" [1]_: each network learns from what the other
        one finds easy. "co_teaching_plus" [2]_: the same after a warm-up, but only
        where they predict different classes. "jocor" [3]_: both learn what they find
        easy together, and to agree, with weight ``strategy__agreement``. "decoupling"
        [4]_: both learn from all samples that they predict differently. What is easy is
        easy among samples of the same given label, but in the whole batch where this
        has fewer than eight samples a class on average (many classes, or a short last
        batch). ``strategy__rank_within`` makes it "label" or, as published, "batch"
        throughout.

    loss : str or callable, default="ce"
        The loss by which samples are ranked and learned: a name from
        :data:`sknoisy.losses.LOSSES` or a function ``(logits, labels) ->
        (n_samples,)``; parameters as ``loss__*``.

    noise_rate : float in [0, 1) or "auto", default="auto"
        Share of wrong labels, which is left out of each batch after the warm-up. "auto"
        estimates it, see Notes. "decoupling" has no use for it.

    warm_up_epochs : int or "auto", default="auto"
        Epochs in which the share left out rises from 0 to `noise_rate`. "auto" is a
        quarter of `max_epochs`.

    exponent : float > 0, default=1.0
        In epoch t of a warm-up of T epochs, (t / T) to this power times `noise_rate`
        is left out.

    Attributes
    ----------
    kept_ : ndarray of shape (n_samples,)
        Share of the epochs after the warm-up in which each sample of X was learned
        from, the mean over both networks: near 1 for labels that seem right, near 0
        for those that seem wrong. Where training ends within the warm-up, of the epochs
        there are; NaN for samples held out for validation. With "co_teaching_plus" and
        "decoupling" it is no label quality, since what the networks agree on is left
        out, too.

    noise_rate_ : float or None
        The share of wrong labels, estimated or given; None with "decoupling", and where
        training ended before it could be estimated.

    See Also
    --------
    AsymmetricCoTeachingClassifier : Two networks with different parts.
    NoisyLabelClassifier : One network and a robust loss.
    sknoisy.objectives.CoTeaching : The default strategy, and its differences from [1]_.

    Notes
    -----
    The noise rate is estimated at no cost but one prediction of all samples: in the
    first half of the warm-up, each network learns from its own half of the samples,
    all of them. Then each says of the other's half what it can't know by heart, and the
    rate is that of the transition matrix under which the given labels are most likely
    (:func:`~sknoisy.transition.likelihood_transition`). The most frequent given label
    of each class has to be the right one. In a training of less than some 100 steps,
    networks have not learned enough by then, and labels seem worse than they are: give
    the rate. With `warm_start`, the networks know all labels by heart already: a second
    fit goes on with the rate that the first one found. After a first fit that was given
    its rate there is none, and what the second one finds may be too low.

    `fit` takes no weights: where samples are ranked, they have no exact meaning.

    References
    ----------
    .. [1] Han et al., "Co-teaching: Robust Training of Deep Neural Networks with
       Extremely Noisy Labels", NeurIPS 2018.
    .. [2] Yu et al., "How does Disagreement Help Generalization against Label
       Corruption?", ICML 2019.
    .. [3] Wei, Feng, Chen and An, "Combating Noisy Labels by Agreement: A Joint
       Training Method with Co-Regularization", CVPR 2020.
    .. [4] Malach and Shalev-Shwartz, "Decoupling 'when to update' from 'how to
       update'", NIPS 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import CoTeachingClassifier, SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = CoTeachingClassifier(max_epochs=20, batch_size=128, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X, y) > 0.9)
    True
    >>> print(round(clf.noise_rate_, 1))
    0.4
    >>> wrong = y_noisy != y
    >>> bool(clf.kept_[wrong].mean() < 0.2 and clf.kept_[~wrong].mean() > 0.8)
    True
    """

    _routes = (*BaseNoisyClassifier._routes, "strategy")
    _part = "strategy"

    strategy: str = "co_teaching"
    loss: Loss = "ce"
    noise_rate: float | Literal["auto"] = "auto"
    warm_up_epochs: int | Literal["auto"] = "auto"
    exponent: float = 1.0

    def _check_parameters(self):
        super()._check_parameters()
        if isinstance(self.noise_rate, str):
            check_choice(self.noise_rate, ("auto",), "noise_rate")
        else:
            check_rate(self.noise_rate, "noise_rate", below_one=True)

    def _asked(self, facts):
        kind = lookup(
            self.strategy, STRATEGIES, parameter="strategy", kind="a strategy"
        )
        own = {"noise_rate", "warm_up_epochs", "exponent"}
        if kind is Decoupling:  # the only one that has no use for them
            check_warm_up(self.warm_up_epochs, facts["n_epochs"])
            own = set()
        given = {name: getattr(self, name) for name in sorted(own)}
        return as_method(kind), given | self._routed_to("strategy")
