"""Codes of votes: their order, and whether they can be such."""

import numpy as np

__all__ = ["check_codes", "counted", "in_order"]


def in_order(codes, names):
    """Return codes in the order of samples and annotators, none of them twice."""
    samples, annotators, labels = codes
    if samples.ndim != 1 or not samples.shape == annotators.shape == labels.shape:
        shapes = samples.shape, annotators.shape, labels.shape
        raise ValueError(
            f"The codes have shapes {shapes}: expected (n_votes,) for all."
        )
    keys = samples.astype(np.int64) * len(names.annotators) + annotators
    if (np.diff(keys) <= 0).any():
        order = np.argsort(keys, kind="stable")
        codes = [part[order] for part in codes]
        twice = np.flatnonzero(np.diff(keys[order]) == 0)
        if twice.size:
            sample, annotator = codes[0][twice[0]], codes[1][twice[0]]
            raise ValueError(
                f"{counted(len(twice), 'pair')} of sample and annotator"
                f" {'has' if len(twice) == 1 else 'have'} several votes, such"
                f" as annotator {names.annotators[annotator]} on sample"
                f" {names.samples[sample]}: keep one of each, with repeated='first' or"
                " 'last'."
            )
    return codes


def check_codes(codes, limit, name):
    """Raise ValueError unless codes are positions in a list so long."""
    if codes.size and (codes.min() < 0 or codes.max() >= limit):
        raise ValueError(
            f"{name}_codes goes from {codes.min()} to {codes.max()}: expected positions"
            f" from 0 to {limit - 1}."
        )


def counted(number, noun):
    """Return a number of things in words."""
    plural = "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{'' if number == 1 else plural}"
