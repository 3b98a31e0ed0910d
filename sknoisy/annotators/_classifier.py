"""A classifier that is fitted on the consensus of several annotators."""

from dataclasses import replace

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length, check_random_state, get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sknoisy._checks import check_choice
from sknoisy._params import RoutedParams
from sknoisy.annotators._aggregations import aggregate, check_aggregation
from sknoisy.annotators._crowdlab import crowdlab
from sknoisy.annotators._folds import make_folds, predict_out_of_fold
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._training import choose_training, fit_on
from sknoisy.annotators._votes import check_classes, codes_of, encode_votes, read_votes

__all__ = ["ConsensusClassifier"]


def _estimator_has(method):
    def check(self):
        # getattr, not hasattr: its AttributeError names what is missing
        fitted = getattr(self, "estimator_", None)
        getattr(self._get_estimator() if fitted is None else fitted, method)
        return True

    return check
