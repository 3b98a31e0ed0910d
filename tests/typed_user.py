"""What users write, for a type checker: nothing here is run.

A line that must be refused says with which error; where it weren't, that remark would
be one too many, which the checker tells.
"""

from pathlib import Path

import numpy as np
import torch
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from sknoisy import (
    CleanLabelClassifier,
    ConfidentLearning,
    CoTeachingClassifier,
    NoisyLabelClassifier,
    SymmetricNoise,
    TransitionCorrectedClassifier,
)
from sknoisy.annotators import Votes, dawid_skene
from sknoisy.auto import AutoNoisyClassifier
from sknoisy.cleaning import LabelCleaner
from sknoisy.inspection import TransitionMatrixDisplay
from sknoisy.losses import generalized_cross_entropy
from sknoisy.metrics import realized_noise_rate
from sknoisy.model_selection import noisy_cross_validate, peer_accuracy_scorer
from sknoisy.modules import MLP
from sknoisy.noise import PairFlipNoise, pair_flip_transition
from sknoisy.objectives import Objective
from sknoisy.quality import find_label_issues
from sknoisy.tables import read_table
from sknoisy.transition import estimate_transition

X = np.zeros((4, 2))
y = np.array([0, 1, 0, 1])


class Own(Objective):
    """A method of one's own."""

    def compute(
        self, logits: torch.Tensor, labels: torch.Tensor, index: torch.Tensor
    ) -> torch.Tensor:
        """Return the scalar."""
        return generalized_cross_entropy(logits[:, 0], labels).mean()


clf = NoisyLabelClassifier(
    MLP, loss="gce", loss__q=0.5, module__hidden=(64, 64), max_epochs=10, mixup=1.0
).fit(X, y, sample_weight=[1.0, 1.0, 0.0, 2.0])
accuracy: float = clf.score(X, y)
probabilities: np.ndarray = clf.predict_proba(sparse.csr_array(X))
networks: list[torch.nn.Module] = clf.networks_
NoisyLabelClassifier(method=Own, method__noise_rate=0.2).fit(X.tolist(), list("abab"))
NoisyLabelClassifier(torch.nn.Linear(2, 2), class_weight="balanced", random_state=0)
CoTeachingClassifier(noise_rate=0.3, lr=0.1, strategy__agreement=0.5).fit(X, y)
TransitionCorrectedClassifier(transition=np.eye(2), cv=2, max_epochs="auto")

y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
T: np.ndarray = pair_flip_transition(n_classes=2, rate=0.2)
rate: float = realized_noise_rate(y, y_noisy)
detector = ConfidentLearning(LogisticRegression(), cv=5, n_jobs=2).fit(X, y)
CleanLabelClassifier(LogisticRegression(), detector=detector).fit(X, y).predict(X)
LabelCleaner(detector).fit_resample(X, y)
AutoNoisyClassifier(time_budget=60).fit(X, y)
issues: np.ndarray = find_label_issues(y, probabilities)
estimate_transition("likelihood", labels=y, pred_probs=probabilities)
noisy_cross_validate(clf, X, y, scoring=peer_accuracy_scorer(), cv=3)
consensus = dawid_skene(Votes.from_wide([["a", "b"], ["b", None]]))
TransitionMatrixDisplay.from_estimator(detector, title="T").plot()
table = read_table(Path("data.csv"), label="kind", id=["row", "name"])
n_columns: int = len(table.columns or [])

NoisyLabelClassifier(lerning_rate=0.1)  # type: ignore[call-arg]
NoisyLabelClassifier(max_epochs="many")  # type: ignore[arg-type]
NoisyLabelClassifier(method=3)  # type: ignore[arg-type]
NoisyLabelClassifier(random_state="a")  # type: ignore[arg-type]
CoTeachingClassifier(class_weight="balanced")  # type: ignore[call-arg]
SymmetricNoise("0.4")  # type: ignore[arg-type]
PairFlipNoise().fit(X, y).corrupt()  # type: ignore[call-arg]
ConfidentLearning(5)  # type: ignore[arg-type]
CleanLabelClassifier(detector="knn")  # type: ignore[arg-type]
generalized_cross_entropy(torch.zeros(2, 2))  # type: ignore[call-arg]
find_label_issues(y, probabilities, frac_noise="all")  # type: ignore[arg-type]
estimate_transition(labels=y, pred_probs=3)  # type: ignore[arg-type]
read_table("data.csv", label=1)  # type: ignore[arg-type]
dawid_skene(consensus, tol="small")  # type: ignore[arg-type]
