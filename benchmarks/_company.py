"""What others offer, for every table of accuracies: plain, tuned, boosted, cleaned.

Each is a function of whether features are sparse, the places of categorical columns,
and a seed, and returns an estimator as it comes.
"""

import tables
from cleanlab.classification import CleanLearning
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def scaled(sparse, categorical, classifier):
    """Return a classifier with features on one scale; sparse ones are left as is."""
    if sparse:
        return classifier
    return make_pipeline(tables.dummies(categorical, StandardScaler()), classifier)


def logistic_regression(sparse, categorical, seed):
    return scaled(sparse, categorical, LogisticRegression(max_iter=1000))


def random_forest(sparse, categorical, seed):
    forest = RandomForestClassifier(random_state=seed)
    return forest if sparse else make_pipeline(tables.dummies(categorical), forest)


def boosting(sparse, categorical, seed):
    model = HistGradientBoostingClassifier(
        categorical_features=list(categorical) or None, random_state=seed
    )
    if sparse:  # which it doesn't take
        return make_pipeline(TruncatedSVD(100, random_state=seed), model)
    return model


def tuned_logistic_regression(sparse, categorical, seed):
    model = scaled(sparse, categorical, LogisticRegression(max_iter=300))
    name = "C" if sparse else "logisticregression__C"
    return GridSearchCV(model, {name: [1e-3, 1e-2, 0.1, 1.0]})


def tuned_neighbors(sparse, categorical, seed):
    model = scaled(sparse, categorical, KNeighborsClassifier())
    name = "n_neighbors" if sparse else "kneighborsclassifier__n_neighbors"
    return GridSearchCV(model, {name: [5, 10, 20, 40]})


def clean_learning(base):
    """Return a method that is cleanlab over `base`."""

    def method(sparse, categorical, seed):
        return CleanLearning(
            base(sparse, categorical, seed),
            seed=seed,
            find_label_issues_kwargs={"n_jobs": 1},
        )

    return method


BASES = {
    "LogisticRegression": logistic_regression,
    "RandomForest": random_forest,
    "HistGradientBoosting": boosting,
}
PEERS = {
    **{f"CleanLearning({n})": clean_learning(base) for n, base in BASES.items()},
    "LogisticRegression, tuned": tuned_logistic_regression,
    "neighbors, tuned": tuned_neighbors,
}
