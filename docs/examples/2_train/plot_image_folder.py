"""
From a folder of images to a service
====================================

A folder for each class, and every sixth image in a wrong one: which ones, what can be
learned all the same, and a file that serves predictions where nobody has torch. On the
command line, ``sknoisy audit digits`` is the first step, with a page for reviewers.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import onnxruntime
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknoisy import NoisyLabelClassifier, SymmetricNoise, TrueLabelPosterior
from sknoisy.datasets import read_image_folder, read_image_table
from sknoisy.export import to_onnx

folder = Path(tempfile.mkdtemp()) / "digits"
X, y = load_digits(return_X_y=True)
images = np.rint(X.reshape(-1, 8, 8) * 255 / 16).astype(np.uint8)
images, X_test, y, y_test = train_test_split(images, y, test_size=400, random_state=0)
y_noisy = SymmetricNoise(1 / 6, random_state=0).fit_corrupt(y)
for number, (image, label) in enumerate(zip(images, y_noisy, strict=True)):
    (folder / str(label)).mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(folder / str(label) / f"{number:04}.png")

# %%
# **Which labels are wrong?** The table holds all images as small arrays; what can't be
# read, is out of place or there twice, `find_data_issues` would tell. Forests are quick
# judges of such small pictures; the command asks a small network, too, and goes by who
# foretells given labels better.

table = read_image_table(folder)
print(table.describe())
pixels = table.X.reshape(len(table.X), -1)
detector = TrueLabelPosterior(random_state=0).fit(pixels, table.y)
worst = table.ids[detector.quality_.argmin()]
print(f"{detector.is_issue_.sum()} labels look wrong, that of {worst} most of all")

# %%
# **What can be learned?** A network reads the files as it needs them. A tenth of the
# images, with labels as wrong as the others, is held out to watch it learn.

found = read_image_folder(folder, mode="L")
network = NoisyLabelClassifier(
    max_epochs=25, batch_size=64, validation_fraction=0.1, random_state=0
).fit(found.data, found.target)
print(f"accuracy on true labels: {network.score(X_test, y_test.astype(str)):.1%}")

# %%
# **A file that serves it.** onnxruntime runs it without torch and sknoisy, on pixels as
# they are, and says what the network says.

path = to_onnx(network, folder.parent / "digits.onnx")
session = onnxruntime.InferenceSession(path)
(served,) = session.run(None, {session.get_inputs()[0].name: X_test.astype("float32")})
apart = np.abs(served - network.predict_proba(X_test)).max()
print(f"{path.stat().st_size / 1000:.0f} kB; at most {apart:.0e} from the network")

# %%
# Above the labels that are trusted least, as a reviewer would see them; below, how the
# network learned, and what the file makes of images that it has never seen.

figure = plt.figure(figsize=(9, 6.5), layout="constrained")
above, below = figure.subfigures(2, height_ratios=(1.1, 1))
above.suptitle("labels trusted least: given → suggested")
suspects = np.argsort(detector.quality_)[:16]
for ax, i in zip(above.subplots(2, 8).flat, suspects, strict=True):
    ax.imshow(table.X[i], cmap="gray_r")
    ax.set_title(f"{table.y[i]} → {detector.suggested_labels_[i]}")
    ax.set_axis_off()

curves, seen = below.subplots(1, 2)
history, epochs = network.history_, range(1, network.n_iter_ + 1)
curves.plot(epochs, history[:, "train_loss"], label="loss in training")
curves.plot(epochs, history[:, "valid_acc"], label="accuracy on held-out noisy labels")
curves.set(xlabel="epoch", title="training")
curves.legend()
seen.imshow(np.concatenate(list(X_test[:6]), axis=1), cmap="gray_r")
guesses = network.classes_[served[:6].argmax(axis=1)]
seen.set_xticks(np.arange(3.5, 48, 8), guesses)
seen.set(yticks=[], title="served predictions for new images")
plt.show()
