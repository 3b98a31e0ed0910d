"""Where to train and predict."""

import torch

from sknoisy._shown import shown


def pick_device(device):
    """Return the device that ``device="auto"`` means here: a GPU if there is one."""
    if isinstance(device, str) and device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"device={shown(device)} is not a device: {error}") from None
    if device.type not in ("cpu", "cuda"):
        raise ValueError(
            f"device='{device}' isn't supported, which would need float64 and random"
            " numbers that can be repeated: pass 'auto', 'cpu' or 'cuda'."
        )
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            f"device='{device}', but torch finds no CUDA GPU here: pass device='auto'"
            " or 'cpu', or install a build of torch for your GPU."
        )
    return str(device)
