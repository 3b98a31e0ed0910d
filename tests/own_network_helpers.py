"""A network as people bring it, trained or not."""

import torch
from torch import nn


class Net(nn.Module):
    """A backbone and a head, with a name each."""

    def __init__(self, n_features=5, n_classes=2, width=16):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(n_features, width), nn.ReLU())
        self.head = nn.Linear(width, n_classes)

    def forward(self, X):
        return self.head(self.backbone(X))


def trained(n_features=5, n_classes=2, seed=0, steps=80):
    """Return a network that has learned something."""
    torch.manual_seed(seed)
    net = Net(n_features, n_classes, width=32)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    X = torch.randn(400, n_features)
    y = (X @ torch.randn(n_features, n_classes)).argmax(1)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(X), y).backward()
        optimizer.step()
    return net


def same(one, other):
    return {
        name: torch.equal(value, other.state_dict()[name])
        for name, value in one.state_dict().items()
    }
