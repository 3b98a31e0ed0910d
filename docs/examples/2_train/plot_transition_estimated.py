"""
The transition matrix, estimated and true
=========================================

Methods that correct for noise need to know how often each class is labelled as each
other. Nobody tells; it is estimated from given labels alone. Here the noise is known,
so that the estimate can be compared.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

from sknoisy import TrueLabelPosterior
from sknoisy.inspection import TransitionMatrixDisplay
from sknoisy.noise import ClassMapNoise

X, y = load_digits(return_X_y=True)
noise = ClassMapNoise({1: 7, 3: 8, 5: 6, 9: 4}, 0.35, random_state=0)
y_noisy = noise.fit_corrupt(y)

detector = TrueLabelPosterior(random_state=0).fit(X, y_noisy)
TransitionMatrixDisplay.from_estimator(
    detector, true_transition=noise, title="Estimated from noisy labels alone"
)
plt.show()
