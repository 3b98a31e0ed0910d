"""Mutual learning as a method: a teacher is asked first, then networks teach."""

from sknoisy._engine.devices import pick_device
from sknoisy._params import choose_arguments
from sknoisy._ranges import check_count, check_range
from sknoisy.classifiers._losses import is_auto, make_loss
from sknoisy.classifiers._method import Method, with_parts
from sknoisy.classifiers._teacher import (
    check_same_features,
    is_fitted,
    ready_teacher,
    teacher_log_proba,
)
from sknoisy.objectives import MeanLoss, MutualLearning


class Mutual(Method):
    """Networks that learn from labels, from one another and from a teacher."""

    takes_soft_labels = True
    needs_whole_fit = False

    def plan(self, task):
        """Fit the teacher, where it isn't, and ask it about all samples."""
        own = with_parts(MutualLearning, task.given)
        wanted = wishes(**choose_arguments(wishes, given=own, facts={}, part=task.part))
        teacher, log_proba = wanted.pop("distill"), None
        if teacher is not None:
            teacher = ready_teacher(teacher, task.facts)
            check_same_features(teacher, task.estimator)
            device = pick_device(task.estimator.device)
            log_proba = teacher_log_proba(teacher, task.facts, device)
        return {"wanted": wanted, "teacher": teacher, "taught": log_proba}

    def build(self, task):
        """Return the objective of all networks."""
        facts, given = task.facts, task.loss_given
        loss = make_loss("ce" if is_auto(task.loss) else task.loss, given=given)
        weight, wanted = facts["sample_weight"], facts["wanted"]
        return MutualLearning(
            MeanLoss(loss, weight, facts["soft_labels"]),
            sample_weight=weight,
            teacher=facts["taught"],
            **wanted,
        )

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
    """Return the parameters of the method, checked."""
    check_count(n_networks=n_networks)
    weights = {"mutual_weight": mutual_weight, "distill_weight": distill_weight}
    check_range("[0, inf)", **weights)
    check_range("(0, inf)", temperature=temperature)
    parts = {"distill": distill, "grafting": grafting}
    return {"n_networks": n_networks, "temperature": temperature, **weights, **parts}
