"""What a network says, whatever its form: logits, one per class.

The form is recognized once, at the first batch in training and in evaluation, since
some networks change it between the two.
"""

import warnings
from collections.abc import Mapping

import torch

from sknoisy._nested import n_samples_in
from sknoisy._shown import shown

LOGITS = "logits"
PROBABILITIES = "probabilities"
LOGIT = "one logit"
PROBABILITY = "one probability"

# what hands values on as they are, as autograd names it
PASSING_ON = ("View", "Reshape", "Squeeze", "Unsqueeze", "Select", "Slice", "ToCopy")


class Outputs:
    """Reads what networks give, of which a data set with `n_classes` wants logits.

    Parameters
    ----------
    n_classes : int

    dtype : torch.dtype
        The type of the logits: a network that computes in bfloat16 inside gives these.
    """

    def __init__(self, n_classes, dtype):
        self.n_classes = n_classes
        self.dtype = dtype
        self.forms = {}  # by whether it is training

    @property
    def are_logits(self):
        """Whether networks give logits as they are, as far as they have been heard."""
        return set(self.forms.values()) <= {LOGITS}

    def read(self, output, features, training):
        """Return the logits, (n_samples, n_classes), that an output means."""
        values = values_of(output)
        form = self.forms.get(training)
        if form == LOGITS:
            return values if values.dtype is self.dtype else values.to(self.dtype)
        n_samples = n_samples_in(features)
        if form is None:
            self.forms[training] = self.recognize(values, n_samples)
            return self.read(values, features, training)
        values = values.to(self.dtype)
        if form == PROBABILITIES:
            return _log(values)
        values = values.reshape(n_samples)
        if form == LOGIT:
            return torch.stack([torch.zeros_like(values), values], dim=1)
        return torch.stack([_log(1 - values), _log(values)], dim=1)

    def recognize(self, values, n_samples):
        """Return the form of a network's values; refuse what can't be understood."""
        shape, expected = tuple(values.shape), (n_samples, self.n_classes)
        if shape == expected:
            if _are_distributions(values):
                return PROBABILITIES
            if self.n_classes > 1 and _is_sigmoid(values):
                _warn_of_sigmoid()
            return LOGITS
        one_each = values.numel() == n_samples and shape[:1] in ((n_samples,), ())
        if self.n_classes == 2 and one_each:
            return PROBABILITY if _is_sigmoid(values) else LOGIT
        raise ValueError(
            f"The module's output for {n_samples} samples has shape {shape}, but y has"
            f" {self.n_classes} classes: expected {expected}, one logit per class"
            f"{' (or one for both)' if self.n_classes == 2 else ''}."
        )


def values_of(output):
    """Return the tensor of an output: itself, its ``logits``, or the first of several.

    Libraries of pretrained networks give objects or dictionaries that hold logits;
    networks with auxiliary heads give several tensors, the main one first.
    """
    if isinstance(output, torch.Tensor):
        return output
    found = output.get("logits") if isinstance(output, Mapping) else None
    found = getattr(output, "logits", found)
    if found is None and isinstance(output, tuple | list) and output:
        found = output[0]
    if isinstance(found, torch.Tensor):
        return found
    holds = f" with {sorted(output)}" if isinstance(output, Mapping) else ""
    raise TypeError(
        f"The module's output is a {type(output).__name__}{holds}: {shown(output)}."
        " Expected a tensor of logits, something that holds them as `logits`, or a"
        " tuple whose first element they are."
    )


def _log(probabilities):
    return probabilities.clamp_min(torch.finfo(probabilities.dtype).tiny).log()


def _are_distributions(values):
    """Whether rows sum to one and nothing is negative: no logits do that by chance.

    Logarithms of probabilities need no such care, as they are logits of themselves.
    """
    values = values.detach()
    precise = values.dtype in (torch.float32, torch.float64)
    values = values.float()
    sums_to_one = (values.sum(dim=1) - 1).abs().max() < (1e-4 if precise else 2e-2)
    return bool(values.min() >= 0) and bool(sums_to_one)


def _warn_of_sigmoid():
    warnings.warn(
        "The module ends with a sigmoid for each class, whose values, between 0 and 1,"
        " are taken as logits: probabilities will hardly differ between classes, and"
        " little is learned. Leave the sigmoid out, or end with a softmax.",
        UserWarning,
        stacklevel=2,
    )


def _is_sigmoid(values):
    """Whether one number a sample is a probability: autograd knows who made it.

    Numbers between zero and one may be logits as well.
    """
    node = values.grad_fn
    while node is not None and node.name().startswith(PASSING_ON):
        node = node.next_functions[0][0]
    return node is not None and node.name().startswith("Sigmoid")
