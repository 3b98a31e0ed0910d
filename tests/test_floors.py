"""The house rule: a room imports only from floors below, and nothing goes in circles.

The rooms are the files and folders right under ``sknoisy``; a new one needs a line
here. The cellar, floor 0, is one room in several files.
"""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import sknoisy

FLOORS = {
    "exceptions": 0,
    "_arrays": 0,
    "_checks": 0,
    "_codes": 0,
    "_completed": 0,
    "_containers": 0,
    "_counting": 0,
    "_data_types": 0,
    "_delegation": 0,
    "_files": 0,
    "_fold_fits": 0,
    "_findings_html": 0,
    "_show_versions": 0,
    "_habits": 0,
    "_interrupts": 0,
    "_doors": 0,
    "_doubts": 0,
    "_elsewhere": 0,
    "_fingerprint": 0,
    "_json": 0,
    "_label_studio_results": 0,
    "_look_alikes": 0,
    "_one_class_each": 0,
    "_table_errors": 0,
    "_duplicates": 0,
    "_folds": 0,
    "_frames": 0,
    "_features": 0,
    "_labels": 0,
    "_logits": 0,
    "_missing": 0,
    "_neighbors": 0,
    "_out_of_fold": 0,
    "_params": 0,
    "_pictures": 0,
    "_probs": 0,
    "_ranges": 0,
    "_registry": 0,
    "_rows": 0,
    "_seeds": 0,
    "_settings": 0,
    "_streams": 0,
    "_shown": 0,
    "_simplex": 0,
    "_tags": 0,
    "_nested": 0,
    "_samples": 0,
    "_tensors": 0,
    "_thumbnails": 0,
    "_told": 0,
    "_views": 0,
    "_types": 0,
    "_unlabeled": 0,
    "_versions": 0,
    "_estimators": 0,
    "_extras": 0,
    "_many_neighbors": 0,
    "_warm_up": 0,
    "_weights": 0,
    "losses": 1,
    "augmentation": 1,
    "modules": 2,  # has some augmentations as layers
    "schedules": 1,
    "optimizers": 2,
    "noise": 1,
    "quality": 1,
    "transition": 2,  # the confident joint comes from quality
    "objectives": 3,
    "_engine": 4,
    "metrics": 3,  # scores that are corrected by a matrix ask whether it can be
    "classifiers": 5,
    "annotators": 6,
    "datasets": 6,
    "detectors": 6,
    "inspection": 6,
    "model_selection": 6,
    "cleaning": 7,  # acts on what detectors find
    "export": 7,  # takes apart what others put together
    "semi_supervised": 7,
    "calibration": 8,  # asks detectors, and hands on as cleaning does
    "auto": 8,  # decides what to do: above all that can be done
    "data_issues": 2,  # sees tables, and knows no estimator
    "reporting": 8,  # tells what all others found
    "tables": 1,  # files, not estimators: of the house it needs the cellar alone
    "__init__": 9,  # the door: no room imports `from sknoisy import …`
    "_cli": 10,  # goes through the door, as users do
    "__main__": 11,
}
WITHOUT_TORCH = (
    "annotators",
    "auto",
    "calibration",
    "cleaning",
    "data_issues",
    "datasets",
    "detectors",
    "metrics",
    "model_selection",
    "noise",
    "quality",
    "reporting",
    "semi_supervised",
    "tables",
    "transition",
)


def modules_of(root):
    """Return the path of every module of the package at `root`, by dotted name."""
    names = {}
    for path in sorted(root.rglob("*.py")):
        parts = [root.name, *path.relative_to(root).with_suffix("").parts]
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def imports_of(path, modules):
    """Yield the modules of the package that the file imports, wherever it does so."""
    package = next(iter(modules)).split(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively in line {node.lineno}"
            if node.module.split(".")[0] == package:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield inner if inner in modules else node.module
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == package:
                    yield alias.name


def room_of(module):
    """Return the file or folder right under the package that `module` is in."""
    return (module.split(".") + ["__init__"])[1]


def climbs(modules):
    """Return a sentence for every import that doesn't go down."""
    sentences = []
    for module, path in modules.items():
        room = room_of(module)
        for imported in imports_of(path, modules):
            other = room_of(imported)
            if other != room and FLOORS[other] >= max(FLOORS[room], 1):
                sentences.append(
                    f"{module} (floor {FLOORS[room]}) imports {imported}"
                    f" (floor {FLOORS[other]})"
                )
    return sentences


def circle(modules):
    """Return the modules of a circle of imports, or None."""
    graph = {name: set(imports_of(path, modules)) for name, path in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return None


@pytest.fixture(scope="module")
def modules():
    return modules_of(Path(sknoisy.__file__).parent)


def test_every_room_has_a_floor(modules):
    strangers = sorted({room_of(module) for module in modules} - set(FLOORS))
    assert not strangers, f"give {strangers} a floor in {__file__}"


def test_every_import_goes_down(modules):
    assert not climbs(modules)


def test_no_imports_go_in_circles(modules):
    assert circle(modules) is None


def test_rooms_for_numpy_load_no_torch(modules):
    rooms = sorted({room_of(module) for module in modules} & set(WITHOUT_TORCH))
    script = "\n".join(
        f"import sknoisy.{room}\nif 'torch' in sys.modules: sys.exit('{room}')"
        for room in rooms
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{script}"], capture_output=True, text=True
    )
    assert done.returncode == 0, f"torch is loaded by {done.stderr}"


@pytest.fixture
def small_house(tmp_path):
    """Return a function that builds a package of the given files."""

    def build(**files):
        root = tmp_path / "house"
        for name, text in {"__init__": "", **files}.items():
            path = root / (name.replace("__in__", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return modules_of(root)

    return build


@pytest.mark.parametrize(
    "climbing",
    [
        "from house.objectives import MeanLoss",
        "from house import objectives",
        "import house.objectives",
        "def f():\n    from house.objectives import MeanLoss",
        "from house.modules import MLP",  # beside it, not below it
        "from house import MeanLoss",
    ],
)
def test_an_import_that_climbs_is_found(climbing, small_house):
    house = small_house(losses=climbing, objectives="", modules="")
    assert len(climbs(house)) == 1
    assert "house.losses (floor 1) imports house" in climbs(house)[0]


def test_imports_that_go_down_or_stay_in_the_room_are_fine(small_house):
    house = small_house(
        losses__in____init__="from house.losses._plain import ce",
        losses__in___plain="from house import _checks\nfrom math import log",
        objectives="from house.losses import ce",
        _checks="from house._registry import lookup",
        _registry="",
    )
    assert climbs(house) == []
    assert circle(house) is None


def test_a_circle_within_a_room_is_found(small_house):
    house = small_house(
        losses__in____init__="from house.losses._plain import ce",
        losses__in___plain="from house.losses import gce",
    )
    assert climbs(house) == []
    assert set(circle(house)) == {"house.losses", "house.losses._plain"}


def test_a_relative_import_is_found(small_house):
    house = small_house(losses="from . import objectives", objectives="")
    with pytest.raises(AssertionError, match="imports relatively in line 1"):
        climbs(house)
