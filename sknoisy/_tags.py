"""Estimator tags: of samplers, and of who hands X on to somebody else's estimator.

imbalanced-learn's checks ask a sampler's tags for two fields that scikit-learn's
don't have. These are added here, so that nothing has to import imbalanced-learn.
"""

from copy import deepcopy
from dataclasses import dataclass, fields, replace

from sklearn.utils import InputTags, Tags, TargetTags, get_tags

from sknoisy._shown import shown


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


def check_part(estimator, name, needs="fit"):
    """Return what the parameter `name` holds, if that is an estimator."""
    if isinstance(estimator, type):
        raise TypeError(f"{name} is the class {estimator.__name__}: call it.")
    if not hasattr(estimator, needs):
        raise TypeError(
            f"{name}={shown(estimator)} is no estimator: pass one of scikit-learn's, or"
            " one that inherits from its BaseEstimator."
        )
    return estimator


def tags_of_part(estimator, name):
    """Return the tags of what the parameter `name` holds, if that is an estimator."""
    return tags_said_by(check_part(estimator, name))


def tags_said_by(estimator):
    """Return the tags of somebody else's estimator; it may know nothing of tags."""
    try:
        return get_tags(estimator)
    except AttributeError as error:
        if "__sklearn_tags__" not in str(error):
            raise
        return Tags(estimator_type=None, target_tags=TargetTags(required=True))


def tags_of(tags, estimator, name="classifier"):
    """Return a detector's `tags`, for one that hands X on to `estimator`."""
    tags.input_tags = deepcopy(tags_of_part(estimator, name).input_tags)
    return tags


def tags_of_classifier(tags, classifier, *others):
    """Return the `tags` of a classifier that hands X on to others.

    Parameters
    ----------
    tags : Tags

    classifier : classifier
        Who predicts, one label a sample.

    *others : estimators
        Who sees X besides: what one of them can't take, none of them gets.
    """
    theirs = tags_of_part(classifier, "estimator")
    tags.input_tags = deepcopy(theirs.input_tags)
    for other in others:
        limits = tags_of_part(other, "detector").input_tags
        tags.input_tags.sparse &= limits.sparse
        tags.input_tags.allow_nan &= limits.allow_nan
    if theirs.classifier_tags is not None:
        tags.classifier_tags = replace(theirs.classifier_tags, multi_label=False)
    return tags
