"""Mutual learning as a method: a teacher is asked first, then networks teach."""

from sknoisy._engine.devices import pick_device
from sknoisy.classifiers._method import Method, with_parts
from sknoisy.classifiers._teacher import is_fitted, ready_teacher, teacher_log_proba
from sknoisy.objectives import MeanLoss, MutualLearning


class Mutual(Method):
    """Networks that learn from labels, from one another and from a teacher."""

    takes_sample_weight = True
    takes_soft_labels = True
    needs_whole_fit = False

    def plan(self, task):
        """Fit the teacher, where it isn't, and ask it about all samples."""
        self.build(task)  # what can't be is refused before a teacher learns
        teacher = self._wanted(task).get("distill")
        if teacher is None:
            return {"teacher": None}
        teacher = ready_teacher(teacher, task.estimator, task.facts)
        device = pick_device(task.estimator.device)
        taught = teacher_log_proba(teacher, task.facts, device)
        return {"teacher": teacher, "taught": taught}

    def build(self, task):
        """Return the objective of all networks."""
        facts, wanted = task.facts, self._wanted(task)
        wanted.pop("distill", None)
        weight = facts["sample_weight"]
        label_term = MeanLoss(task.loss(), weight, facts["soft_labels"])
        taught = {"sample_weight": weight, "teacher": facts.get("taught")}
        return MutualLearning(label_term, **taught, **wanted)

    def _wanted(self, task):
        return task.arguments(wishes, with_parts(MutualLearning, task.given))

    def check_parts(self, given):
        """Raise AttributeError where there is a teacher that isn't fitted."""
        teacher = given.get("distill")
        if teacher is not None and not is_fitted(teacher):
            raise AttributeError(
                "partial_fit sees a part of the data, too little for a teacher: fit"
                f" {type(teacher).__name__} before it is passed as distill."
            )

    def remember(self, objective, task):
        """Return the fitted teacher, or None."""
        return {"teacher": task.facts["teacher"]}


def wishes(
    *,
    n_networks=2,
    mutual_weight=1.0,
    distill=None,
    distill_weight=1.0,
    temperature=1.0,
    grafting=None,
):
    """Stand for the parameters of the method."""
