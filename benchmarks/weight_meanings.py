"""What scikit-learn's classifiers mean by the weight of a sample.

Measured as `CleanLabelClassifier(action="reweight")` measures it before it hands trust
over as weights; each classifier has its defaults but for what the table names.
"""

from _common import make_parser, markdown_table, software, use_one_thread, write_text
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import (
    LogisticRegression,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy.cleaning import weight_meaning

CLASSIFIERS = [
    LogisticRegression(),
    RidgeClassifier(),
    LinearSVC(),
    SVC(),
    SGDClassifier(),
    GaussianNB(),
    MultinomialNB(),
    DecisionTreeClassifier(),
    DecisionTreeClassifier(min_samples_leaf=5),
    RandomForestClassifier(),
    RandomForestClassifier(max_samples=0.5),
    ExtraTreesClassifier(),
    BaggingClassifier(),
    AdaBoostClassifier(),
    GradientBoostingClassifier(),
    HistGradientBoostingClassifier(),
    MLPClassifier(max_iter=50),
]
QUICK = [GaussianNB(), SVC(), LinearDiscriminantAnalysis()]
HEADER = ["", "zero is absent", "two is twice", "only ratios count", "drawn by weight"]
HEADER += ["balanced counts"]
WORDS = {True: "yes", False: "**no**", None: "–"}


def row_of(classifier):
    """Return a row of the table."""
    meaning = weight_meaning(classifier)
    answers = meaning.zero_is_absent, meaning.two_is_twice, meaning.scale_free
    drawn = "**yes**" if meaning.drawn else "no"
    balanced = {"rows": "**rows**"}.get(meaning.balanced, meaning.balanced or "–")
    return [f"`{classifier}`", *(WORDS[a] for a in answers), drawn, balanced]


def main(arguments=None):
    given = make_parser(__doc__).parse_args(arguments)
    use_one_thread()
    classifiers = QUICK if given.quick else CLASSIFIERS
    write_text(
        given.out / "weight_meanings.md",
        markdown_table(HEADER, [row_of(c) for c in classifiers], left=6),
        "– : can't be told, or there is no such parameter. " + software("scikit-learn"),
    )


if __name__ == "__main__":
    main()
