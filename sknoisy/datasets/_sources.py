"""The data sets: their files, what is in them, and their places on OpenML."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sknoisy.datasets._openml import images_from_openml, table_from_openml


@dataclass(frozen=True)
class Source:
    """A data set: its file, the arrays in it, and how OpenML's copy is turned."""

    title: str
    file: str
    shapes: dict[str, tuple]  # a letter stands for any size, the same everywhere
    about: str
    openml: int | None = None
    turn: Callable | None = None
    extra: dict = field(default_factory=dict)


_IMAGES = {
    "X_train": ("n", 28, 28),
    "y_train": ("n",),
    "X_test": ("m", 28, 28),
    "y_test": ("m",),
}
_ISSUES = {
    "y": ("n",),
    "pred_probs": ("n", "c"),
    "issue_id": ("i",),
    "issue_votes": ("i", "v"),
    "issue_vote_names": ("v",),
    "issue_given": ("i",),
    "issue_guessed": ("i",),
}
FASHION_MNIST = Source(
    "Fashion-MNIST",
    "fashion_mnist.npz",
    _IMAGES,
    "Labels taken as true. Licence: MIT.",
    openml=40996,
    turn=images_from_openml,
    extra={
        "classes": np.array(
            [
                "T-shirt/top",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ]
        )
    },
)
CIFAR10N = Source(
    "CIFAR-10N features",
    "cifar10n_effnetlite0_pca128.npz",
    {
        "X_train": ("n", 128),
        "y_train_true": ("n",),
        "human_aggre": ("n",),
        "human_worse": ("n",),
        "human_random1": ("n",),
        "human_random2": ("n",),
        "human_random3": ("n",),
        "X_test": ("m", 128),
        "y_test": ("m",),
    },
    "Labels given by people. Licence of the labels: CC BY-NC 4.0; of the images: none"
    " stated.",
    extra={
        "classes": np.array(
            [
                "airplane",
                "automobile",
                "bird",
                "cat",
                "deer",
                "dog",
                "frog",
                "horse",
                "ship",
                "truck",
            ]
        )
    },
)
LABELME = Source(
    "LabelMe votes",
    "crowd_labelme_vgg.npz",
    {
        "X_train": ("n", 512),
        "y_train_true": ("n",),
        "votes": ("n", 59),
        "X_valid": ("k", 512),
        "y_valid": ("k",),
        "X_test": ("m", 512),
        "y_test": ("m",),
    },
    "Votes of 59 annotators, -1 for none. No licence stated: for research.",
)
HAUSA = Source(
    "Hausa topics",
    "distant_hausa_topics_text.npz",
    {
        "text_train": ("n",),
        "y_train_true": ("n",),
        "y_train_noisy": ("n",),
        "text_dev": ("k",),
        "y_dev": ("k",),
        "text_test": ("m",),
        "y_test": ("m",),
        "text_extra": ("t",),
        "y_extra_noisy": ("t",),
        "classes": (5,),
    },
    "Labels given by rules (distant supervision). No licence stated.",
)
LABEL_ERRORS = {
    "mnist": Source(
        "MNIST test set with judged labels",
        "label_errors_mnist_test.npz",
        {"X": ("n", 28, 28), **_ISSUES},
        "Judged by five people a row. Licence: Apache-2.0; MNIST: CC BY-SA 3.0.",
    ),
    "20news": Source(
        "20 newsgroups test set with judged labels",
        "label_errors_20news_test.npz",
        _ISSUES,
        "Judged by five people a row. Licence: Apache-2.0.",
    ),
}
KEEL = {
    name: Source(
        f"KEEL's table {name}",
        f"keel_{name}.npz",
        {"X": ("n", n_features), "y": ("n",), "classes": ("c",), "categorical": ("i",)},
        "Labels taken as true. UCI repository, licence: CC BY 4.0.",
        openml=openml,
        turn=table_from_openml,
    )
    for name, n_features, openml in [
        ("letter", 16, 6),
        ("mushroom", 22, 24),
        ("optdigits", 64, 28),
        ("satimage", 36, 182),
        ("segment", 19, 36),
        ("spambase", 57, 44),
    ]
}
