"""Noise as the command line writes it: ``symmetric:0.4``."""

import math

from sknoisy._checks import check_rate
from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._registry import did_you_mean
from sknoisy.noise import InstanceDependentNoise, PairFlipNoise, SymmetricNoise

KINDS: dict[str, type] = {
    "instance": InstanceDependentNoise,
    "pair": PairFlipNoise,
    "symmetric": SymmetricNoise,
}


def parse_noise(spec, seed):
    """Return the noise model that `spec` stands for; None for "none"."""
    kind, colon, rate = spec.partition(":")
    if kind == "none" and not colon:
        return None
    if kind not in KINDS:
        hint = did_you_mean(kind, [*KINDS, "none"])
        raise CommandError(
            f"--noise {spec}: {kind!r} is not a kind of noise{';' if hint else '.'}"
            f"{hint} It knows: {', '.join(KINDS)}, as in symmetric:0.4, and none."
        )
    return KINDS[kind](_parse_rate(spec, kind, rate), random_state=seed)


def _parse_rate(spec, kind, rate):
    try:
        value = float(rate)
        if math.isnan(value):
            raise ValueError
    except ValueError:
        raise CommandError(
            f"--noise {spec}: {rate!r} is not a rate; write the share of wrong labels"
            f" as a number from 0 to 1 behind a colon, as in {kind}:0.3."
        ) from None
    with command_errors(ValueError, about=f"--noise {spec}: "):
        return check_rate(value)
