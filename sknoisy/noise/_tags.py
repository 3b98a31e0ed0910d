"""Estimator tags of samplers, in the shape that imbalanced-learn's own have.

imbalanced-learn's checks ask a sampler's tags for two fields that scikit-learn's
don't have. They are added here, so that nothing has to import imbalanced-learn.
"""

from dataclasses import dataclass, fields

from sklearn.utils import InputTags, Tags


@dataclass
class SamplerTags:
    """What a sampler does with its samples."""

    sample_indices: bool = False  # all samples are kept, in their order


@dataclass
class SamplerInputTags(InputTags):
    """scikit-learn's input tags, and whether data frames come back as such."""

    dataframe: bool = True


@dataclass
class SamplerEstimatorTags(Tags):
    """scikit-learn's estimator tags, and those of samplers."""

    sampler_tags: SamplerTags | None = None


def as_sampler(tags):
    """Return scikit-learn's `tags` as those of a sampler."""
    tags = SamplerEstimatorTags(**_content(tags), sampler_tags=SamplerTags())
    tags.estimator_type = "sampler"
    tags.input_tags = SamplerInputTags(**_content(tags.input_tags))
    return tags


def _content(tags):
    return {field.name: getattr(tags, field.name) for field in fields(tags)}
