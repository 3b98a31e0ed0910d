"""Displays: what was learned of labels and methods, as pictures."""

from sknoisy.inspection._auto import AutoDisplay
from sknoisy.inspection._comparison import ComparisonDisplay
from sknoisy.inspection._difficulty import SampleDifficultyDisplay
from sknoisy.inspection._label_gallery import LabelGalleryDisplay
from sknoisy.inspection._label_issues import LabelIssuesDisplay
from sknoisy.inspection._label_precision_recall import LabelPrecisionRecallDisplay
from sknoisy.inspection._label_quality import LabelQualityDisplay
from sknoisy.inspection._transition import TransitionMatrixDisplay

__all__ = [
    "AutoDisplay",
    "ComparisonDisplay",
    "LabelGalleryDisplay",
    "LabelIssuesDisplay",
    "LabelPrecisionRecallDisplay",
    "LabelQualityDisplay",
    "SampleDifficultyDisplay",
    "TransitionMatrixDisplay",
]
