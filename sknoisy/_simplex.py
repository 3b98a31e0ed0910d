"""Many small least-squares problems over the simplex at once."""

import numpy as np

TOLERANCE = 1e-9
RIDGE = 1e-13
PATIENCE = 3
MOST_STEPS = 1000
BLOCK_SIZE = 2**22  # numbers in the systems solved together


def solve_on_simplex(transition, targets):
    """Return, for each target p, the distribution q that minimizes ``|Tᵀq − p|``.

    Block principal pivoting: in each step the classes of a row are split into those
    whose share is free and those whose share is zero, all rows are solved for that,
    and classes that break a condition of optimality change sides. Where changing all
    of them does not help for a while, only the last one does, which always ends.

    Parameters
    ----------
    transition : ndarray of shape (n_classes, n_classes)

    targets : ndarray of shape (n_rows, n_classes)

    Returns
    -------
    shares : ndarray of shape (n_rows, n_classes)
    """
    ridge = RIDGE * np.eye(len(transition))  # one solution, even for equal rows
    gram, linear = transition @ transition.T + ridge, targets @ transition.T
    step = max(1, BLOCK_SIZE // (len(gram) + 1) ** 2)
    blocks = [
        solve_block(gram, linear[start : start + step])
        for start in range(0, len(linear), step)
    ]
    shares = np.concatenate(blocks).clip(min=0)
    return shares / shares.sum(axis=1, keepdims=True)


def solve_block(gram, linear):
    """Return the shares of some rows."""
    n_rows, n_classes = linear.shape
    shares = np.empty((n_rows, n_classes))
    todo, free = np.arange(n_rows), np.ones((n_rows, n_classes), dtype=bool)
    fewest = np.full(n_rows, n_classes + 1)
    patience = np.full(n_rows, PATIENCE)
    for _ in range(MOST_STEPS):
        shares[todo], slack = solve_for(free[todo], gram, linear[todo])
        wrong = np.where(free[todo], shares[todo], slack) < -TOLERANCE
        n_wrong = wrong.sum(axis=1)
        todo, wrong, n_wrong = (a[n_wrong > 0] for a in (todo, wrong, n_wrong))
        if not todo.size:
            break
        better = n_wrong < fewest[todo]
        fewest[todo] = np.minimum(fewest[todo], n_wrong)
        patience[todo] = np.where(better, PATIENCE, patience[todo] - 1)
        free[todo] ^= np.where(patience[todo, None] > 0, wrong, last_of(wrong))
    return shares


def solve_for(free, gram, linear):
    """Solve rows for given free classes; return shares and multipliers of the others.

    Minimizes ``q G q / 2 − h q`` with q adding up to one and zero where not free.
    """
    n_rows, n_classes = free.shape
    system = np.zeros((n_rows, n_classes + 1, n_classes + 1))
    system[:, :-1, :-1] = gram * (free[:, :, None] & free[:, None, :])
    system[:, np.arange(n_classes), np.arange(n_classes)] += ~free
    system[:, -1, :-1] = system[:, :-1, -1] = free
    right = np.column_stack([np.where(free, linear, 0), np.ones(n_rows)])
    solved = np.linalg.solve(system, right[:, :, None])[:, :, 0]
    shares = np.where(free, solved[:, :-1], 0)
    return shares, shares @ gram - linear + solved[:, -1:]


def last_of(wrong):
    """Keep the last True of each row."""
    last = wrong.shape[1] - 1 - wrong[:, ::-1].argmax(axis=1)
    return np.arange(wrong.shape[1]) == last[:, None]
