"""Optuna stops trainings by a callback, and searches as scikit-learn does."""

import pytest

from sknoisy import NoisyLabelClassifier

optuna = pytest.importorskip("optuna", reason="optuna isn't installed")
pytest.importorskip("optuna_integration", reason="optuna_integration isn't installed")
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # Optuna's own


def test_a_hopeless_training_is_pruned(table):
    from optuna_integration.skorch import SkorchPruningCallback

    def objective(trial):
        network = NoisyLabelClassifier(
            module__hidden=8,
            lr=trial.suggest_float("lr", 1e-6, 0.1),
            max_epochs=8,
            validation_fraction=0.25,
            callbacks=[SkorchPruningCallback(trial, "valid_acc")],
            random_state=0,
        )
        return network.fit(*table).history_[-1, "valid_acc"]

    pruner = optuna.pruners.SuccessiveHalvingPruner(1, reduction_factor=2)
    study = optuna.create_study(direction="maximize", pruner=pruner)
    study.enqueue_trial({"lr": 0.05})
    study.enqueue_trial({"lr": 1e-6})
    study.optimize(objective, n_trials=2)
    good, bad = study.trials
    assert (good.state.name, bad.state.name) == ("COMPLETE", "PRUNED")
    assert len(good.intermediate_values) == 8 > len(bad.intermediate_values)
    assert good.value == good.intermediate_values[7]


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_optunas_search_over_a_network(table):
    from optuna.distributions import FloatDistribution
    from optuna_integration.sklearn import OptunaSearchCV

    search = OptunaSearchCV(
        NoisyLabelClassifier(module__hidden=8, max_epochs=4, random_state=0),
        {"lr": FloatDistribution(1e-6, 0.1, log=True)},
        n_trials=3,
        cv=2,
        random_state=0,
    ).fit(*table)
    assert search.predict_proba(table[0]).shape == (150, 3)
    assert search.best_score_ == max(trial.value for trial in search.trials_)
