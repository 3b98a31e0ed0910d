"""Class maps, pairs and rates of the noise that papers measure themselves on."""

__all__ = [
    "CIFAR10_MAP",
    "CIFAR10_SPARSE_PAIRS",
    "MNIST_MAP",
    "MNIST_SPARSE_PAIRS",
    "UNIFORM_HIGH",
    "UNIFORM_LOW",
]

# Asymmetric noise, between digits that look alike and classes that people confuse
# (Patrini et al., CVPR 2017): 7→1, 2→7, 5↔6, 3→8, and truck→automobile,
# bird→airplane, deer→horse, cat↔dog. Some papers leave out dog→cat.
MNIST_MAP = {7: 1, 2: 7, 5: 6, 6: 5, 3: 8}
CIFAR10_MAP = {9: 1, 2: 0, 4: 7, 3: 5, 5: 3}

# "Sparse" noise (Wei & Liu, ICLR 2021), counted in the label files they released.
# MNIST and Fashion-MNIST: rates (0.3, 0.2) are "Low", (0.7, 0.2) "High";
# CIFAR-10: (0.3, 0.1) and (0.6, 0.2).
MNIST_SPARSE_PAIRS = ((0, 1), (2, 3), (4, 8), (7, 5), (9, 6))
CIFAR10_SPARSE_PAIRS = ((0, 1), (2, 3), (4, 5), (6, 7), (8, 9))

# "Uniform" noise of the same paper for MNIST and Fashion-MNIST: 42 % and 74 % wrong.
UNIFORM_LOW = (0.05, 0.045, 0.047, 0.055, 0.053, 0.022, 0.068, 0.054, 0.056, 0.02)
UNIFORM_HIGH = (0.08, 0.075, 0.09, 0.085, 0.07, 0.082, 0.077, 0.091, 0.092, 0.08)
