"""Batches of features: one tensor, or several in a dict or a tuple."""

from collections.abc import Mapping

import torch


def leaves(features):
    """Return all tensors of a batch."""
    if isinstance(features, torch.Tensor):
        return [features]
    if isinstance(features, Mapping):
        features = tuple(features.values())
    if isinstance(features, tuple | list):
        return [leaf for one in features for leaf in leaves(one)]
    return []


def map_tensors(function, features):
    """Return features with each of their tensors handed through a function."""
    if isinstance(features, torch.Tensor):
        return function(features)
    if isinstance(features, Mapping):
        return {k: map_tensors(function, v) for k, v in features.items()}
    if isinstance(features, tuple | list):
        return type(features)(map_tensors(function, one) for one in features)
    return features


def take_rows(features, rows):
    """Return some rows of a batch."""
    return map_tensors(lambda values: values[rows], features)


def n_samples_in(features):
    """Return for how many samples features are."""
    if isinstance(features, torch.Tensor):
        return features.shape[0]  # len() would fix the number when exported
    if isinstance(features, Mapping):
        features = tuple(features.values())
    if isinstance(features, tuple | list) and features:
        return n_samples_in(features[0])
    return len(features)


def joined(batches):
    """Return several batches of one kind as one."""
    first = batches[0]
    if len(batches) == 1:
        return first
    if isinstance(first, torch.Tensor):
        return torch.cat(batches)
    if isinstance(first, Mapping):
        return {name: joined([one[name] for one in batches]) for name in first}
    return tuple(joined(parts) for parts in zip(*batches, strict=True))


def mixed(features, partner, share):
    """Return each sample mixed with a partner; `share` is its own share."""
    if isinstance(features, torch.Tensor) and features.is_floating_point():
        return torch.lerp(features[partner], features, share)
    if share == 1:
        return features
    tensors = leaves(features)
    if not all(leaf.is_floating_point() for leaf in tensors) or not tensors:
        raise TypeError(
            "Mixing pairs of samples (mixup) takes numbers with a point in all inputs,"
            " but X holds integers, such as tokens, or no tensors: switch it off by"
            " mixup=0 or method__mixup=0, or choose a method that doesn't mix."
        )
    return map_tensors(lambda x: torch.lerp(x[partner], x, share), features)
