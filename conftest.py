"""What every test and docstring example needs before the libraries are loaded."""

import os

# Small steps on two torch threads spin for longer than they compute.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# scikit-learn's check of array API inputs skips without it; scipy reads it on import.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
os.environ.setdefault("MPLBACKEND", "Agg")
