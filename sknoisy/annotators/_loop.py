"""Asking people in rounds: what next, and when to stop."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sknoisy._data_types import ArrayLike, Seed
from sknoisy._ranges import check_count, check_range
from sknoisy._seeds import make_generator
from sknoisy.annotators._ask import ask_next, current_consensus
from sknoisy.annotators._votes import Votes

__all__ = ["LabelingLoop"]


class LabelingLoop:
    """Ask about a batch of samples at a time, until nothing is left to gain or spend.

    Iterating gives batches as `ask_next` does; ``tell`` takes the answers, from
    wherever they come: a labelling tool's file, a page, a simulation.

    Parameters
    ----------
    votes : Votes
        The votes so far, with all samples that may be asked about (see ``among`` of
        ``Votes.from_long``).

    budget : int >= 1
        How many answers may be asked for, all in all.

    batch_size : int >= 1, default=10
        How many in a round.

    strategy : {"crowdlab", "gain", "least_confidence", "random"}, default="gain"
        As in `ask_next`.

    pred_probs : array-like of shape (n_samples, n_classes) or callable, default=None
        A classifier's out-of-fold class probabilities; or what gives them in each
        round, called with the consensus so far.

    at_most : int >= 1, default=None
        How many samples of a batch one annotator may get.

    stop_below : float >= 0, default=0.0
        The loop ends once the best sample of a batch is expected to gain no more than
        this from a vote: 0.01 is one right label in a hundred votes. 0 goes on while
        there is budget.

    random_state : int, RandomState instance or None, default=None
        Seed of ``strategy="random"``. None takes fresh entropy.

    Attributes
    ----------
    votes : Votes
        All votes, the answers among them.

    consensus : Consensus
        Of these votes, for all samples.

    history : list of dict
        Of each round: ``n_asked`` so far, ``expected_accuracy`` of the consensus labels
        before it, and ``gain``, the expected rise by the batch's votes.

    See Also
    --------
    ask_next : A single batch.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.annotators import LabelingLoop, Votes
    >>> y = np.arange(40) % 2
    >>> votes = Votes.from_long(
    ...     samples=np.tile(np.arange(40), 2),
    ...     annotators=np.repeat(["Ann", "Bob"], 40),
    ...     labels=np.concatenate([y, np.where(np.arange(40) < 10, 1 - y, y)]),
    ... )
    >>> loop = LabelingLoop(votes, budget=10, batch_size=5)
    >>> for batch in loop:
    ...     loop.tell(batch.samples, ["Cy"] * len(batch.samples), y[batch.rows])
    >>> (loop.consensus.labels == y).all()
    np.True_
    >>> [one["n_asked"] for one in loop.history]
    [0, 5]
    """

    def __init__(
        self,
        votes: Votes,
        *,
        budget: int,
        batch_size: int = 10,
        strategy: str = "gain",
        pred_probs: ArrayLike | Callable[..., Any] | None = None,
        at_most: int | None = None,
        stop_below: float = 0.0,
        random_state: Seed = None,
    ) -> None:
        check_count(budget=budget, batch_size=batch_size)
        check_range("[0, inf)", stop_below=stop_below)
        if not isinstance(votes, Votes):
            raise TypeError(
                f"votes is {type(votes).__name__}: a loop needs Votes, which name"
                " samples and people. See Votes.from_wide."
            )
        self.votes = votes
        self.budget = budget
        self.batch_size = batch_size
        self.strategy = strategy
        self.pred_probs = pred_probs
        self.at_most = at_most
        self.stop_below = stop_below
        self.n_asked = 0
        self.history: list[dict] = []
        self._rng = make_generator(random_state)
        self._find_consensus()

    def __iter__(self):
        """Give one batch after another; answers are told in between."""
        while self.n_asked < self.budget:
            batch = self._ask()
            if not len(batch.rows) or batch.gains.max() <= self.stop_below > 0:
                return
            self.history.append(
                {
                    "n_asked": self.n_asked,
                    "expected_accuracy": float(self.consensus.proba.max(axis=1).mean()),
                    "gain": float(batch.gains.sum() / len(self.votes)),
                }
            )
            self.n_asked += len(batch.rows)
            yield batch

    def tell(
        self,
        samples: ArrayLike,
        annotators: ArrayLike | None = None,
        labels: ArrayLike | None = None,
    ) -> None:
        """Take answers.

        Parameters
        ----------
        samples : Votes, or array-like of shape (n_answers,)
            Answers as votes, such as ``read_label_studio(path).to_votes()``; or the
            names of their samples.

        annotators, labels : array-like of shape (n_answers,), default=None
            Who has answered, and what, where `samples` are names.

        Raises
        ------
        ValueError
            If an answer is about a sample or of a class that the loop doesn't have.
        """
        if isinstance(samples, Votes):
            samples, annotators, labels = samples.to_long()
        parts = zip(self.votes.to_long(), (samples, annotators, labels), strict=True)
        joined = [[*old.tolist(), *np.asarray(new).tolist()] for old, new in parts]
        votes = Votes.from_long(
            *joined,
            unlabeled=None,
            classes=self.votes.classes,
            among=self.votes.samples,
            repeated="last",
        )
        strange = votes.left_out.get("on other samples", 0)
        if strange:
            raise ValueError(
                f"{strange} answers are about samples that the loop doesn't have: votes"
                " must name all that may be asked about."
            )
        self.votes = votes
        self._find_consensus()

    def _ask(self):
        return ask_next(
            self.votes,
            self._opinions,
            n=min(self.batch_size, self.budget - self.n_asked),
            strategy=self.strategy,
            at_most=self.at_most,
            random_state=self._rng,
        )

    def _find_consensus(self):
        opinions = self.pred_probs
        if callable(opinions):
            opinions = opinions(current_consensus(self.votes))
        self._opinions = opinions
        self.consensus = current_consensus(self.votes, self._opinions)
