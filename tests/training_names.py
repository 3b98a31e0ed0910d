"""Makes the stub that tells type checkers which parameters parts take.

Run it when a part gets a parameter of its own: ``python tests/training_names.py``.
"""

import inspect
from pathlib import Path

import sknoisy
from sknoisy import losses, modules, objectives, transition
from sknoisy._engine import Batches
from sknoisy._engine.averages import AVERAGES
from sknoisy._engine.optimizers import OPTIMIZERS
from sknoisy.classifiers import _correction, _mutual
from sknoisy.classifiers._co_teaching import STRATEGIES
from sknoisy.classifiers._data import TrainingData
from sknoisy.classifiers._transitions import LEARNED
from sknoisy.objectives._splits import SPLITS

STUB = Path(sknoisy.__file__).parent / "classifiers" / "_part_names.pyi"
HEAD = '''"""The parameters of parts; made by tests/training_names.py.

A module of your own has parameters that nobody knows here: hand them on by
``set_params(module__width=3)``.
"""

from sknoisy._completed import Completed

class PartNames(Completed):
'''
TAIL = """
class MethodNames(Completed):
"""
FACTS = set(inspect.getsource(TrainingData.facts.func).split('"')[1::2])
FACTS |= {"n_epochs", "n_steps", "logits", "base", "params", "lr", "weight_decay"}
FACTS |= {"intake", "losses", "features", "own", "neighbor", "pred_probs", "trusted"}
FACTS |= {"loss", "noise_rate", "warm_up_epochs", "exponent", "true_labels"}


def parts():
    """Return the functions and classes that get parameters, by prefix."""
    networks = [modules.MLP, modules.LeNet5, modules.SmallResNet]
    own = {
        "split": list(SPLITS.values()),
        "grafting": list(objectives.GRAFTINGS.values()),
        "transition": [*transition.TRANSITIONS.values(), *LEARNED.values()],
    }
    return {
        "module": networks,
        "loss": list(losses.LOSSES.values()),
        "optimizer": list(OPTIMIZERS.values()),
        "average": list(AVERAGES.values()),
        "strategy": list(STRATEGIES.values()),
        "iterator_train": [Batches],
        **own,
        "method": [
            *objectives.OBJECTIVES.values(),
            _correction.Wishes,
            _mutual.wishes,
        ],
        **{f"method__{name}": takers for name, takers in own.items()},
    }


def names_of(part, takers):
    """Return the names of what is handed on to a part, with its prefix."""
    taken = [p for one in takers for p in inspect.signature(one).parameters.values()]
    said = (p for p in taken if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL))
    facts = FACTS - {"noise_rate", "warm_up_epochs", "exponent"}
    known = facts if part == "method" else FACTS
    return {f"{part}__{p.name}" for p in said if p.name not in known}


def stub():
    """Return the text of the stub."""
    routed = set().union(*(names_of(*one) for one in parts().items()))
    routed |= {"iterator_valid__batch_size", "iterator_valid__num_workers"}
    of_method = {name for name in routed if name.startswith("method__")}
    lines = [f"    {name}: object = ...\n" for name in sorted(routed - of_method)]
    last = [f"    {name}: object = ...\n" for name in sorted(of_method)]
    return HEAD + "".join(lines) + TAIL + "".join(last)


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")
