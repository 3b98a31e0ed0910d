"""Texts as tokens, some of which are left out."""

from torch import Tensor

from sknoisy._ranges import check_range
from sknoisy.augmentation._base import Augmentation, draw_chances

__all__ = ["WordDropout"]


class WordDropout(Augmentation):
    """Put a token that says nothing in the place of some words [1]_.

    Parameters
    ----------
    share : float in [0, 1], default=0.1
        Chance of each word.

    token : int, default=0
        What is put there: that of unknown words, say.

    padding : int, default=0
        The token that fills texts up, which stays.

    See Also
    --------
    FeatureSwap : For tables.

    References
    ----------
    .. [1] Iyyer et al., "Deep Unordered Composition Rivals Syntactic Methods for Text
       Classification", ACL 2015.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.augmentation import WordDropout
    >>> texts = torch.tensor([[5, 8, 3, 0, 0]])
    >>> WordDropout(1.0, token=1)(texts)
    tensor([[1, 1, 1, 0, 0]])
    """

    def __init__(self, share: float = 0.1, token: int = 0, padding: int = 0) -> None:
        check_range("[0, 1]", share=share)
        self.share = share
        self.token = token
        self.padding = padding

    def __call__(self, features: Tensor) -> Tensor:
        """Return tokens of the same shape, some of them left out."""
        dropped = draw_chances(tuple(features.shape), features) < self.share
        return features.masked_fill(dropped & (features != self.padding), self.token)
