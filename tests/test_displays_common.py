"""What every display does alike: axes of the caller, repeated plots, many classes."""

import inspect
from types import SimpleNamespace

import numpy as np
import pytest

from sknoisy import inspection

CLASSES = (2, 20, 200)
every_display = pytest.mark.parametrize("name", inspection.__all__)
GRIDS = {"LabelGalleryDisplay"}  # as many axes as samples: a figure of their own
FEWEST_INCHES, MOST_INCHES = 1.0, 40.0  # of a figure that people look at


def data(n_classes, seed=0):
    """Return what a detector might have found of six labels of each class."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(n_classes), 6)
    wrong = rng.random(len(y)) < 0.3
    wrong[:2] = [True, False]
    given = np.where(wrong, (y + 1) % n_classes, y)
    return SimpleNamespace(
        n_classes=n_classes,
        names=[f"kind {code}" for code in range(n_classes)],
        y=y,
        given=given,
        wrong=wrong,
        quality=np.clip(rng.normal(0.8, 0.1, len(y)) - 0.5 * wrong, 0, 1),
        rows=np.arange(len(y)),
        images=rng.random((len(y), 5, 5)),
        transition=0.7 * np.eye(n_classes) + 0.3 / n_classes,
        difficulty=rng.choice(["easy", "hard", "wrong"], len(y)),
        scores=rng.random((n_classes, 4)),
    )


def compared(d):
    named = zip(
        d.names, d.scores[:20], strict=False
    )  # methods, of which nobody has 200
    return {name: {"test_noisy_score": scores} for name, scores in named}


# How each display is made without a picture, of data of so many classes (or methods).
MADE = {
    "AutoDisplay": lambda d: (
        dict(zip(d.names[:30], np.ones(30), strict=False)),
        d.transition,
    ),
    "ComparisonDisplay": lambda d: (compared(d),),
    "LabelGalleryDisplay": lambda d: (
        d.images[:4],
        d.given[:4],
        d.y[:4],
        d.rows[:4],
    ),
    "LabelIssuesDisplay": lambda d: (
        np.bincount(
            d.given[d.wrong] * d.n_classes + d.y[d.wrong], minlength=d.n_classes**2
        ).reshape(d.n_classes, -1),
        np.bincount(d.given, minlength=d.n_classes),
        np.array(d.names),
    ),
    "LabelPrecisionRecallDisplay": lambda d: (d.quality, d.wrong, d.quality < 0.5),
    "LabelQualityDisplay": lambda d: (d.quality, d.quality < 0.5),
    "SampleDifficultyDisplay": lambda d: (d.quality, 1 - d.quality, d.difficulty),
    "TransitionMatrixDisplay": lambda d: (d.transition,),
}


def make(name, n_classes=3):
    if name not in MADE:
        pytest.fail(f"say in MADE, in {__file__}, what {name} is made of.")
    return getattr(inspection, name)(*MADE[name](data(n_classes)))


def takes_several(name):
    """Whether it draws on several axes, as its parameter says."""
    return "axes" in inspect.signature(getattr(inspection, name).plot).parameters


def axes_of(display):
    """Return the axes that a display says it has drawn on, as a list."""
    drawn = getattr(display, "axes_", None)
    return [display.ax_] if drawn is None else list(np.ravel(drawn))


@pytest.fixture(autouse=True)
def pyplot():
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def test_the_displays_that_are_made_here_are_those_there_are():
    assert set(MADE) == set(inspection.__all__), "MADE must hold every display"


@every_display
def test_a_display_is_made_of_findings_or_of_an_estimator(name):
    kind = getattr(inspection, name)
    makers = [maker for maker in dir(kind) if maker.startswith("from_")]
    assert makers, f"{name} needs a from_estimator, from_predictions or the like"
    where = "axes" if takes_several(name) else "ax"
    wanted = {"title"} if name in GRIDS else {where, "title"}
    for maker in [*makers, "plot"]:
        taken = inspect.signature(getattr(kind, maker)).parameters
        missing = wanted - set(taken)
        assert not missing, f"{name}.{maker} must take {sorted(missing)}"
        assert all(taken[one].default is None for one in wanted)


@every_display
def test_what_it_was_made_of_is_kept_as_it_is(name):
    made = getattr(inspection, name)
    names = list(inspect.signature(made).parameters)
    given = MADE[name](data(3))
    display = made(*given)
    for one, value in zip(names, given, strict=False):
        assert getattr(display, one) is value
    assert not [one for one in vars(display) if one.endswith("_")]


@every_display
def test_a_plot_makes_one_figure_and_returns_the_display(name, pyplot):
    display = make(name)
    assert display.plot() is display
    assert len(pyplot.get_fignums()) == 1
    (figure,) = {axes.figure for axes in axes_of(display)}
    assert figure is display.figure_


@every_display
def test_a_second_plot_is_the_first_one_again(name, pyplot):
    display = make(name).plot()
    first = [len(axes.get_children()) for axes in axes_of(display)]
    display.plot()
    assert [len(axes.get_children()) for axes in axes_of(display)] == first
    assert len(pyplot.get_fignums()) == 2


@every_display
def test_it_draws_on_the_axes_of_the_caller_and_makes_no_figure(name, pyplot):
    if name in GRIDS:
        assert "ax" not in inspect.signature(getattr(inspection, name).plot).parameters
        return
    n_axes = len(axes_of(make(name).plot())) if takes_several(name) else 1
    pyplot.close("all")
    figure, axes = pyplot.subplots(1, n_axes, squeeze=False)
    where = axes[0] if takes_several(name) else axes[0, 0]
    display = make(name)
    display.plot(**{"axes" if takes_several(name) else "ax": where})
    assert axes_of(display) == list(axes[0])
    assert display.figure_ is figure
    assert len(pyplot.get_fignums()) == 1


@every_display
@pytest.mark.parametrize("n_classes", CLASSES)
def test_few_and_many_classes_have_room(name, n_classes):
    display = make(name, n_classes).plot()
    display.figure_.canvas.draw()
    inches = display.figure_.get_size_inches()
    assert inches.min() > FEWEST_INCHES and inches.max() < MOST_INCHES


@every_display
def test_it_says_what_it_shows(name):
    display = make(name).plot(title="Mine")
    figure = display.figure_
    titles = [
        axes.get_title(loc=at) for axes in figure.axes for at in ("left", "center")
    ]
    titles += [text.get_text() for text in figure.texts]
    titles.append(figure.get_suptitle())
    assert "Mine" in titles
    for axes in axes_of(display):
        texts = [
            axes.get_xlabel(),
            axes.get_ylabel(),
            axes.get_title(),
            *map_texts(axes),
        ]
        assert any(texts), f"{name} has axes that don't say what is on them"


def map_texts(axes):
    return [text.get_text() for text in axes.texts]
