"""
What makes a loss robust
========================

Cross entropy grows without bound where a network says that the given label is wrong, so
wrong labels pull hardest. Losses that are bounded, or nearly so, give up on them. The
price is a slow start: what pulls less at wrong labels pulls less at hard right ones.
"""

import matplotlib.pyplot as plt
import torch

from sknoisy.losses import get_loss

p = torch.linspace(0.001, 0.999, 400)
logits = torch.stack([torch.log(p), torch.log(1 - p)], dim=1)
labels = torch.zeros(len(p), dtype=torch.long)  # the first class is the given label

_, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
names = {
    "ce": "cross entropy",
    "gce": "generalized cross entropy, q = 0.7",
    "nce": "normalized cross entropy",
    "taylor": "Taylor cross entropy",
    "mae": "mean absolute error",
}
for name, title in names.items():
    ax.plot(p, get_loss(name)(logits, labels), label=title)
ax.set(xlabel="probability of the given label", ylabel="loss", ylim=(0, 5))
ax.legend()
ax.set_title("Robust losses bound what one wrong label can do")
plt.show()
