"""The state of a training as numbers: tensors, and JSON that refers to them."""

import random
from collections import deque
from typing import Any

import numpy as np
import torch

# what torch's modules have beside what makes them what they are
MODULE_OWN = set(vars(torch.nn.Module()))
PLAIN = (type(None), bool, int, float, str)


class UnknownState(TypeError):
    """A value that numbers can't stand for."""


class Store:
    """Packs values as JSON and tensors, and unpacks them again.

    Parameters
    ----------
    tensors : dict of str to Tensor, default=None
        Those that are referred to.
    """

    def __init__(self, tensors=None):
        self.tensors = {} if tensors is None else tensors

    def pack(self, value):
        """Return what JSON can hold."""
        if type(value) in PLAIN:
            return value
        if isinstance(value, torch.Tensor):
            return {"tensor": self._put(value.detach())}
        if isinstance(value, np.ndarray | np.generic):
            return self._pack_numpy(value)
        for kind in (list, tuple, deque):
            if type(value) is kind:
                limit = {"maxlen": value.maxlen} if isinstance(value, deque) else {}
                return {kind.__name__: [self.pack(one) for one in value], **limit}
        if isinstance(value, dict):
            return {"dict": [[self.pack(k), self.pack(v)] for k, v in value.items()]}
        raise UnknownState(type(value).__name__)

    def unpack(self, told):
        """Return what `pack` was given; tensors are on the CPU."""
        if not isinstance(told, dict):
            return told
        if "tensor" in told:
            return self.tensors[told["tensor"]].clone()
        if "numpy" in told:
            array = self.tensors[told["numpy"]].numpy().copy()
            return array[()] if told["scalar"] else array
        if "dict" in told:
            return {self.unpack(key): self.unpack(one) for key, one in told["dict"]}
        if "deque" in told:
            return deque(map(self.unpack, told["deque"]), told["maxlen"])
        kind = list if "list" in told else tuple
        return kind(map(self.unpack, told[kind.__name__]))

    def _put(self, tensor):
        name = str(len(self.tensors))
        self.tensors[name] = tensor.cpu().contiguous().clone()
        return name

    def _pack_numpy(self, value):
        if value.dtype.kind not in "biuf":
            raise UnknownState(f"array of {value.dtype}")
        array = np.array(value)  # contiguous, and nobody else's
        scalar = isinstance(value, np.generic)
        return {"numpy": self._put(torch.from_numpy(array)), "scalar": scalar}


def pack_modules(store, modules):
    """Return the state of a module and all in it: what it learns and remembers."""
    return {name: _pack_one(store, one) for name, one in modules.named_modules()}


def _pack_one(store, module):
    tensors = {**module._parameters, **module._buffers}
    kept = {name: store.pack(tensor) for name, tensor in tensors.items()}
    return {"tensors": kept, "values": pack_values(store, module, MODULE_OWN)}


def restore_modules(store, modules, told):
    """Bring a module to a state that `pack_modules` has told."""
    for name, module in modules.named_modules():
        kept = told[name]
        for own, value in kept["tensors"].items():
            tensor = store.unpack(value)
            if own in module._parameters:
                if tensor is not None:
                    with torch.no_grad():
                        module._parameters[own].copy_(tensor)
            else:
                module._buffers[own] = _where(tensor, module)
        restore_values(store, module, kept["values"])


def _where(tensor, module):
    others = [*module._parameters.values(), *module._buffers.values()]
    device = next((one.device for one in others if one is not None), None)
    return tensor if tensor is None or device is None else tensor.to(device)


def pack_values(store, thing, less=()):
    """Return those attributes of a thing that numbers can stand for."""
    kept = {}
    for name, value in vars(thing).items():
        if name in less:
            continue
        before = dict(store.tensors)
        try:
            kept[name] = _pack_value(store, value)
        except UnknownState:
            store.tensors = before
    return kept


def _pack_value(store, value):
    has_state = hasattr(value, "state_dict") and hasattr(value, "load_state_dict")
    if has_state and not isinstance(value, type | torch.nn.Module):
        return {"state_dict": store.pack(value.state_dict())}
    return store.pack(value)


def restore_values(store, thing, told):
    """Give a thing attributes that `pack_values` has told."""
    for name, value in told.items():
        if isinstance(value, dict) and "state_dict" in value:
            getattr(thing, name).load_state_dict(store.unpack(value["state_dict"]))
        else:
            setattr(thing, name, store.unpack(value))


def pack_generators(store: Store, stream: Any) -> dict[str, Any]:
    """Return where the random numbers of a training stand.

    Parameters
    ----------
    stream : Stream or None
        None where the global generators have been lent to this training.
    """
    others: Any
    if stream is not None:
        others, of_device = stream.of_others, stream.of_device
        of_torch = stream.generator.get_state()
    else:
        others = np.random.get_state(), random.getstate()
        of_torch, of_device = torch.get_rng_state(), None
        if torch.cuda.is_available():
            of_device = torch.cuda.get_rng_state()
    packed = None
    if others is not None:
        (kind, keys, *rest), of_python = others
        packed = [store.pack([kind, keys.astype(np.int64), *rest])]
        packed.append(store.pack(list(of_python[1])))
        packed.append([of_python[0], of_python[2]])
    return {
        "torch": store.pack(of_torch),
        "device": store.pack(of_device),
        "others": packed,
    }


def restore_generators(store, told, stream):
    """Let random numbers go on from where `pack_generators` has found them."""
    of_torch, of_device = store.unpack(told["torch"]), store.unpack(told["device"])
    others: Any = None
    if told["others"] is not None:
        of_numpy, of_python, (version, gauss) = told["others"]
        kind, keys, *rest = store.unpack(of_numpy)
        of_numpy = kind, keys.astype(np.uint32), *rest
        others = of_numpy, (version, tuple(store.unpack(of_python)), gauss)
    if stream is not None:
        stream.generator.set_state(of_torch)
        stream.of_device, stream.of_others = of_device, others
        return
    torch.set_rng_state(of_torch)
    if of_device is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(of_device)
    np.random.set_state(others[0])
    random.setstate(others[1])
