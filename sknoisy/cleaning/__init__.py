"""Act on label issues: have people look at them, and bring their decisions back."""

from sknoisy.cleaning._clean_label_classifier import CleanLabelClassifier
from sknoisy.cleaning._corrections import apply_corrections
from sknoisy.cleaning._label_cleaner import LabelCleaner
from sknoisy.cleaning._label_studio import from_label_studio, to_label_studio
from sknoisy.cleaning._reasons import find_reasons as find_reasons
from sknoisy.cleaning._reasons import probabilities_of as probabilities_of
from sknoisy.cleaning._review import page_of_some as page_of_some
from sknoisy.cleaning._review import review_page
from sknoisy.cleaning._reviews import read_corrections, write_corrections
from sknoisy.cleaning._tasks import apply_answers, write_tasks
from sknoisy.cleaning._vocabulary import Vocabulary as Vocabulary
from sknoisy.cleaning._wann_classifier import WANNClassifier
from sknoisy.cleaning._weight_meaning import WeightMeaning, weight_meaning

# what reports are made of is found here, too; users need none of it
__all__ = [
    "CleanLabelClassifier",
    "LabelCleaner",
    "WANNClassifier",
    "WeightMeaning",
    "apply_answers",
    "apply_corrections",
    "from_label_studio",
    "read_corrections",
    "review_page",
    "to_label_studio",
    "weight_meaning",
    "write_corrections",
    "write_tasks",
]
