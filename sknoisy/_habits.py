"""Attributes that people look for who know skorch, torch or Keras: where they are."""

from sknoisy._estimators import BaseEstimator

__all__ = ["KnowsHabits"]

NET = "the net of skorch's that was trained, net_, has it: net_.{}"
NETWORK = (
    "the trained networks have it, networks_[0].{}; sknoisy.export.to_module makes one"
    " module of all that predicts"
)
KEPT = (
    "sknoisy.export.save keeps it in a folder and load reads it, or pickle and joblib"
)
SHARES = "history_ has a record for each epoch: history_[:, 'train_loss']"
# what is said, by the names that it is said of
HABITS = {
    "the trained networks are networks_[0] and so on; net_.module_ holds them": (
        *("module_", "model_", "model", "net", "network_", "modules_", "estimator_"),
    ),
    NET: (
        *("criterion_", "optimizer_", "callbacks_", "forward", "forward_iter"),
        *("infer", "get_iterator", "get_loss", "get_dataset", "notify"),
    ),
    "net_.device is where it was trained, and device= where to train": ("device_",),
    SHARES: (
        *("history", "loss_curve_", "loss_", "best_loss_", "train_losses_"),
        *("validation_scores_", "evals_result_", "train_score_"),
    ),
    KEPT: (
        *("save_params", "load_params", "save", "load", "save_model", "load_model"),
        *("load_state_dict", "save_weights", "load_weights", "from_pretrained"),
    ),
    NETWORK: (
        *("state_dict", "parameters", "named_parameters", "eval", "to", "cuda", "cpu"),
        *("children", "requires_grad_"),
    ),
    "fit makes the networks, and warm_start=True goes on with them": (
        *("initialize", "initialize_module", "initialized_", "train", "fit_loop"),
        *("train_step", "build_fn"),
    ),
    "score(X, y) is accuracy; other scores are scikit-learn's, such as"
    " sklearn.metrics.log_loss(y, predict_proba(X))": ("evaluate",),
    "networks_[0] shows its layers": ("summary",),
    "n_iter_ is how many epochs were run": ("n_epochs_", "best_epoch_", "epochs_"),
}
WORDS = {name: said for said, names in HABITS.items() for name in names}


class KnowsHabits(BaseEstimator):
    """Mixin for what trains networks: a missing attribute is told where it is."""

    def __getattr__(self, name):
        try:  # it may be there, and have complained: of a fit that was not, for one
            return object.__getattribute__(self, name)
        except AttributeError as error:
            if name not in WORDS or name in dir(type(self)):
                raise
            told = WORDS[name].format(name)
            raise AttributeError(f"{error}: {told}.") from None
