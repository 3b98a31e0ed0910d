"""Public signatures say their types, so that editors and type checkers can use them."""

import inspect
import subprocess
import sys
import tomllib
import types
import typing
from functools import cached_property
from importlib import import_module
from pathlib import Path

import pytest
from test_public import ROOMS

import sknoisy

MOST_VAGUE = 0.05  # share of annotations that say nothing
TYPED = [room for room in ROOMS if import_module(f"sknoisy.{room}").__all__]
every_room = pytest.mark.parametrize("room", [r for r in TYPED if r != "exceptions"])
# keyword arguments that go on to other functions
HANDED_ON = ("options", "fit_params", "params", "parameters", "routed")
# methods that take more by name, or other things, than those that they stand for
IGNORED = {"_fits.py", "_known.py", "_margin.py", "_consensus_classifier.py"}
USER = Path(__file__).with_name("typed_user.py")


def function_of(member):
    """Return the function behind what a class holds by a name, or None."""
    if isinstance(member, classmethod | staticmethod):
        member = member.__func__
    if isinstance(member, property):
        member = member.fget
    if isinstance(member, cached_property):
        member = member.func
    member = getattr(member, "fn", member)  # of scikit-learn's `available_if`
    if not inspect.isroutine(member):
        return None
    return inspect.unwrap(member, stop=lambda f: "__signature__" in vars(f))


def signatures(room):
    """Yield name and signature of all that a room makes public, inherited or not.

    What several classes inherit comes once, since it is written once.
    """
    seen = set()
    module = import_module(f"sknoisy.{room}")
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isfunction(thing):
            yield name, inspect.signature(inspect.unwrap(thing))
        if inspect.isclass(thing):
            ours = [c for c in thing.__mro__ if c.__module__.startswith("sknoisy")]
            members = {k: v for c in reversed(ours) for k, v in vars(c).items()}
            for one, member in members.items():
                own = function_of(member)
                wanted = one == "__init__" or not one.startswith("_")
                made_here = getattr(own, "__module__", "").startswith("sknoisy")
                if wanted and made_here and own not in seen:
                    seen.add(own)
                    yield f"{name}.{one}", inspect.signature(own)


def annotations(signature):
    """Return what a signature says of its parameters but `self`, and of its result."""
    parameters = signature.parameters.values()
    return {
        **{p.name: p.annotation for p in parameters if p.name not in ("self", "cls")},
        "->": signature.return_annotation,
    }


def is_vague(kind):
    """Whether an annotation says nothing: Any, object, or a union with one of them."""
    if isinstance(kind, str):
        return bool({"Any", "object"} & set(kind.split(" | ")))
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return any(is_vague(one) for one in typing.get_args(kind))
    return kind in (typing.Any, object)


@every_room
def test_every_public_signature_says_its_types(room):
    silent = {
        f"{name}: {parameter}"
        for name, signature in signatures(room)
        for parameter, kind in annotations(signature).items()
        if kind is inspect.Signature.empty
    }
    assert silent == set()


@every_room
def test_few_of_them_say_any_or_object(room):
    said = {
        f"{name}: {parameter}": kind
        for name, signature in signatures(room)
        for parameter, kind in annotations(signature).items()
        # what is handed on to somebody else's function has whatever type it has there
        if parameter not in HANDED_ON
    }
    vague = [name for name, kind in said.items() if is_vague(kind)]
    assert len(vague) <= MOST_VAGUE * len(said), vague


def test_what_says_nothing_is_found():
    assert all(map(is_vague, (typing.Any, object, "Any", typing.Any | None)))
    assert not any(
        map(is_vague, (int, dict[str, typing.Any], "DataFrame", float | str))
    )


def test_every_room_is_looked_at():
    counts = {room: len(list(signatures(room))) for room in TYPED}
    assert counts["annotators"] > 50 and counts["detectors"] > 15
    assert [room for room, count in counts.items() if not count] == ["exceptions"]


@pytest.mark.slow
def test_a_type_checker_follows_what_users_write_and_refuses_what_is_wrong():
    """Lines of the file that end in an ignored error must have it, and no other one."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--warn-unused-ignores", str(USER)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_no_error_code_is_switched_off():
    settings = tomllib.loads((USER.parents[1] / "pyproject.toml").read_text("utf-8"))
    mypy = settings["tool"]["mypy"]
    assert not [
        one for one in (mypy, *mypy["overrides"]) if "disable_error_code" in one
    ]
    sources = Path(sknoisy.__file__).parent.rglob("*.py")
    ignored = {p.name for p in sources if "type: ignore" in p.read_text("utf-8")}
    assert ignored <= IGNORED
