"""Whatever is thrown at fit and predict: sound probabilities, or a clear refusal."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from sknoisy import NoisyLabelClassifier
from sknoisy.losses import LOSSES

NUMBERS = st.floats(allow_nan=True, allow_infinity=True, width=64)
TAME = st.floats(-1e6, 1e6, width=32)
SHAPES = nps.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=5)

LABELS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from(["a", "b", "", "a\x00"]),
    st.booleans(),
    st.none(),
    st.floats(-2, 2),
)


@st.composite
def problems(draw):
    """Draw features and labels, most of them usable and some of them not."""
    wild = draw(st.booleans())
    shape = (
        draw(SHAPES) if wild else (draw(st.integers(2, 30)), draw(st.integers(1, 4)))
    )
    X = draw(nps.arrays(np.float64, shape, elements=NUMBERS if wild else TAME))
    n = shape[0] if shape else 1
    kind = LABELS if wild else st.integers(0, 2)
    y = draw(st.lists(kind, min_size=n, max_size=n + wild))
    return X, y


@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(
    problem=problems(),
    loss=st.sampled_from(sorted(LOSSES)),
    batch_size=st.integers(1, 40),
    weighted=st.booleans(),
    lr=st.sampled_from([1e-3, 0.1, 1e3, 1e30]),
    options=st.sampled_from(
        [{}, {"early_stopping": True}, {"class_weight": "balanced"}, {"warm_start": 1}]
    ),
    call=st.sampled_from(["fit", "partial_fit"]),
)
def test_fit_and_predict_give_sound_probabilities_or_refuse(
    problem, loss, batch_size, weighted, lr, options, call
):
    X, y = problem
    weight = np.arange(len(y)) % 3 if weighted else None
    clf = NoisyLabelClassifier(
        loss=loss,
        max_epochs=2,
        batch_size=batch_size,
        lr=lr,
        module__hidden=4,
        random_state=0,
        **options,
    )
    try:
        getattr(clf, call)(X, y, sample_weight=weight)
    except (ValueError, TypeError) as refusal:
        assert str(refusal)
        return
    proba = clf.predict_proba(X)
    assert proba.shape == (len(X), len(clf.classes_))
    assert np.isfinite(proba).all() and (proba >= 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-5)
    assert set(clf.predict(X)) <= set(clf.classes_)
    assert set(clf.classes_) <= set(np.asarray(y).tolist())
