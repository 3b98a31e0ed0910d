"""Where to draw the line: from the quality of labels to those that are called wrong."""

import numpy as np

from sknoisy._checks import check_values
from sknoisy._counting import check_budget, lowest
from sknoisy._data_types import ArrayLike
from sknoisy.quality._mixture import clean_probability

__all__ = ["flag_issues"]


def flag_issues(quality: ArrayLike, threshold: str | float = "mixture") -> np.ndarray:
    """Call the least trustworthy labels wrong.

    Parameters
    ----------
    quality : array-like of shape (n_samples,)
        Trust in every given label, high is trustworthy.

    threshold : "mixture", float in (0, 1) or int >= 0, default="mixture"
        Where to draw the line. A float is the share of samples to flag, to the
        nearest whole number of them; an int is their number. Of equal qualities the
        first samples go first. With "mixture", a mixture of two normal distributions
        is fitted to the qualities, and those that more likely belong to the lower
        one are flagged: no budget has to be known, but there have to be two groups.

    Returns
    -------
    is_issue : ndarray of shape (n_samples,)
        Which labels to call wrong.

    Raises
    ------
    ValueError
        If `quality` is not a vector of finite numbers, or `threshold` is none of the
        above.

    See Also
    --------
    find_label_issues : Rules that look at all class probabilities.
    clean_probability : The mixture as such.

    Notes
    -----
    More trust never makes a label worse: `clean_probability` says how the mixture is
    kept from flagging labels of high quality where the lower distribution is the
    wider one. Where all qualities are equal, nothing is flagged.

    Examples
    --------
    >>> from sknoisy.quality import flag_issues
    >>> quality = [0.9, 0.1, 0.8, 0.2, 0.95]
    >>> flag_issues(quality)
    array([False,  True, False,  True, False])
    >>> flag_issues(quality, 1)
    array([False,  True, False, False, False])
    >>> flag_issues(quality, 0.6)
    array([False,  True,  True,  True, False])
    """
    quality = check_values(quality, "quality")
    if isinstance(threshold, str) and threshold == "mixture":
        return clean_probability(-quality) < 0.5
    return lowest(quality, check_budget(threshold, len(quality)))
