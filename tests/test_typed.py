"""Public signatures say their types, so that editors and type checkers can use them."""

import inspect
from importlib import import_module

import pytest

TYPED = ("classifiers", "losses", "objectives", "transition")
MOST_ANY = 0.05  # share of annotations that say nothing


def signatures(room):
    """Yield a name and the signature of every public function and method of a room."""
    module = import_module(f"sknoisy.{room}")
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isfunction(thing):
            yield name, inspect.signature(thing)
        if inspect.isclass(thing):
            for one, member in vars(thing).items():
                wanted = one == "__init__" or not one.startswith("_")
                if wanted and inspect.isfunction(member):
                    own = inspect.unwrap(
                        member, stop=lambda f: "__signature__" in vars(f)
                    )
                    yield f"{name}.{one}", inspect.signature(own)


def annotations(signature):
    """Return what a signature says of its parameters but `self`, and of its result."""
    parameters = [p for p in signature.parameters.values() if p.name != "self"]
    return {
        **{p.name: p.annotation for p in parameters},
        "->": signature.return_annotation,
    }


@pytest.mark.parametrize("room", TYPED)
def test_every_public_signature_says_its_types(room):
    silent = [
        f"{name}: {parameter}"
        for name, signature in signatures(room)
        for parameter, kind in annotations(signature).items()
        if kind is inspect.Signature.empty
    ]
    assert silent == []


@pytest.mark.parametrize("room", TYPED)
def test_few_of_them_say_any(room):
    said = [
        str(kind)
        for _, signature in signatures(room)
        for kind in annotations(signature).values()
    ]
    vague = [kind for kind in said if kind in ("typing.Any", "Any")]
    assert len(said) > 20
    assert len(vague) <= MOST_ANY * len(said)
