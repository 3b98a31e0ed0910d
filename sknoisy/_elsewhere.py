"""Where a name is that somebody looks for at the front door."""

import ast
import sys
from difflib import get_close_matches
from pathlib import Path

from sknoisy._doors import behind_another_door
from sknoisy._registry import did_you_mean

# What scripts with other libraries call what is here, by where it is here.
HERE = {
    "CleanLabelClassifier": "CleanLearning",
    "LabelCleaner": "filter clean prune",
    "NoisyLabelClassifier": "train fit NeuralNetClassifier NoisyClassifier",
    "annotators.dawid_skene": "LabelModel DawidSkene aggregate",
    "annotators.majority_vote": "MajorityVote",
    "cleaning.review_page": "review",
    "data_issues.find_data_issues": "Datalab find_issues",
    "datasets.read_image_folder": "ImageFolder read_images",
    "export.load": "load_model load_params from_pretrained",
    "export.save": "save_model save_params save_pretrained dump",
    "export.to_module": "to_torch to_pytorch",
    "export.to_onnx": "export_onnx onnx_export save_onnx",
    "model_selection.noisy_cross_validate": "evaluate cross_validate cross_val_score"
    " validate benchmark",
    "quality.find_label_issues": "detect find_noisy_labels get_label_issues"
    " find_label_errors find_mislabeled",
    "reporting.audit_report": "audit report",
    "reporting.comparison_report": "compare comparison",
    "tables.read_table": "read_csv read_file load_csv load_table",
}

NEAR = 0.8  # among hundreds of names, a few are always somewhat like any word


def elsewhere(name, here, rooms, folder):
    """Return the end of a sentence on what a name that isn't here may mean, or "".

    Parameters
    ----------
    name : str

    here : list of str
        The names that are here.

    rooms : list of str
        The modules that have names of their own.

    folder : path-like
        Where the rooms are.
    """
    for ours, theirs in HERE.items():
        if name.lower() in theirs.lower().split():
            return f"; did you mean sknoisy.{ours}?"
    longer = [known for known in here if known.lower().startswith(name.lower())]
    if longer:
        return f"; did you mean {longer[0]!r}?"
    places = {place.split(".")[1]: place for place in places_of(rooms, folder)}
    if name in places:
        return f"; it is sknoisy.{places[name]}."
    door = behind_another_door(name)
    hint = did_you_mean(name, here)
    if hint or door:
        return f";{hint}" if hint else f".{door}"
    close = get_close_matches(name, places, n=1, cutoff=NEAR)
    return f"; did you mean sknoisy.{places[close[0]]}?" if close else ""


def not_here(module, name, told):
    """Return what the ``__getattr__`` of a module raises, with the words `told`.

    ``from module import name`` asks in a function of Python's own, which would say
    nothing of what an AttributeError tells.
    """
    if told and sys._getframe(2).f_code.co_name == "_handle_fromlist":
        return ImportError(f"cannot import name {name!r} from {module!r}{told}")
    return AttributeError(f"module {module!r} has no attribute {name!r}{told}")


def places_of(rooms, folder):
    """Return all public names with their rooms, from the sources: nothing is loaded."""
    places = []
    for room in rooms:
        path = Path(folder, room, "__init__.py")
        path = path if path.exists() else Path(folder, f"{room}.py")
        if path.exists():  # not where only compiled files are
            names = _all_of(ast.parse(path.read_text(encoding="utf-8")))
            places += [f"{room}.{name}" for name in names]
    return places


def _all_of(tree):
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    return []
