"""Images from files: CPU time and memory beside a loop with torch's DataLoader.

JPEGs of 64 × 64 in folders, one a class; a residual network of eight layers, one epoch.
CPU time counts child processes, since workers are some; memory is the peak of
the process that trains, which must not grow with the number of files.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from _common import make_parser, markdown_table, software, use_one_thread, write_text
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from sknoisy import NoisyLabelClassifier
from sknoisy.datasets import read_image_folder
from sknoisy.modules import SmallResNet

SIDE, N_CLASSES, BATCH, LR = 64, 10, 64, 1e-3


def make_network():
    """Return a network of eight layers, for pixels from 0 to 255."""
    return SmallResNet(
        (SIDE, SIDE, 3),
        N_CLASSES,
        widths=(16, 32, 64),
        feature_mean=120.0,
        feature_scale=60.0,
    )


def make_files(folder, n_files):
    """Write noisy pictures, each class of a color of its own."""
    rng = np.random.default_rng(0)
    for i in range(n_files):
        label = i % N_CLASSES
        place = folder / f"class_{label}"
        place.mkdir(exist_ok=True)
        image = rng.integers(0, 200, (8, 8, 3)) + 5 * label
        image = Image.fromarray(image.astype(np.uint8)).resize((SIDE, SIDE))
        image.save(place / f"{i:06}.jpg", quality=90)


class Files(Dataset):
    """What one writes by hand."""

    def __init__(self, paths, labels):
        self.paths, self.labels = paths, labels

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, place):
        with Image.open(self.paths[place]) as image:
            return np.array(image.convert("RGB")), self.labels[place]


def by_hand(found, n_workers):
    """Train for an epoch, as a good engineer writes it."""
    labels = np.unique(found.target, return_inverse=True)[1]
    loader = DataLoader(
        Files(found.paths, labels), BATCH, shuffle=True, num_workers=n_workers
    )
    network = make_network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=LR, fused=True)
    network.train()
    for images, labels in loader:
        optimizer.zero_grad()
        F.cross_entropy(network(images.float()), labels).backward()
        optimizer.step()


def ours(found, n_workers):
    """Train for an epoch by a classifier."""
    NoisyLabelClassifier(
        make_network,
        loss=nn.CrossEntropyLoss,
        max_epochs=1,
        batch_size=BATCH,
        lr=LR,
        lr_schedule="constant",
        random_state=0,
        iterator_train__num_workers=n_workers,
    ).fit(found.data, found.target)


WAYS = {"by hand": by_hand, "sknoisy": ours}


def spent():
    """Return the CPU seconds of this process and of its children."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(kind)[:2]) for kind in kinds)


def measure(folder, way, n_workers, n_files):
    """Print CPU seconds and peak memory of one epoch, in a process of its own."""
    use_one_thread()
    found = read_image_folder(folder)
    every = np.linspace(0, len(found.paths) - 1, n_files).astype(int)
    found.paths = [found.paths[i] for i in every]
    found.data, found.target = found.data[every], found.target[every]
    start, clock = spent(), time.perf_counter()
    WAYS[way](found, n_workers)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(spent() - start, peak, time.perf_counter() - clock)


def run(folder, way, n_workers, n_files):
    """Return what `measure` prints, from a process of its own."""
    script = [sys.executable, __file__, "--measure", str(folder), way]
    out = subprocess.check_output([*script, str(n_workers), str(n_files)], text=True)
    return tuple(map(float, out.split()))


def main(arguments=None):
    """Measure, and write the table."""
    parser = make_parser(__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=4)
    options = parser.parse_args(arguments)
    if options.measure:
        folder, way, *numbers = options.measure
        measure(folder, way, *map(int, numbers))
        return
    n_files = 200 if options.quick else options.files
    rounds = 1 if options.quick else options.rounds
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        make_files(Path(folder), n_files)
        for n_workers in (0, 2):
            found = {
                way: np.array(
                    [run(folder, way, n_workers, n_files) for _ in range(rounds)]
                )
                for way in WAYS
            }
            few = run(folder, "sknoisy", n_workers, n_files // 10)
            hand, own = found["by hand"], found["sknoisy"]
            rows.append(
                [
                    *(n_workers, f"{hand[:, 0].min():.1f}", f"{own[:, 0].min():.1f}"),
                    f"{np.median(own[:, 0] / hand[:, 0]):.3f}",
                    f"{own[:, 0].min() / hand[:, 0].min():.3f}",
                    *(f"{few[1]:.0f}", f"{own[:, 1].max():.0f}"),
                    f"{hand[:, 1].max():.0f}",
                ]
            )
    head = ["workers", "by hand, CPU s", "sknoisy, CPU s", "ratio", "of the fastest"]
    head += [f"MB, {n_files // 10} files", f"MB, {n_files} files", "MB by hand"]
    about = software("sknoisy", "torch", "pillow")
    write_text(options.out / "speed_files.md", markdown_table(head, rows), about)


if __name__ == "__main__":
    main()
