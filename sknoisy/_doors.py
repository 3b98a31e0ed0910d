"""Names that exist behind another door, and words that other libraries use for ours."""

# What a name is, and how it is said; tests hold the names to those of the registries.
DOORS = {
    "a method: NoisyLabelClassifier(method={!r})": (
        *("asymmetric_co_teaching", "backward", "co_teaching", "co_teaching_plus"),
        *("cores", "ctrr", "decoupling", "disc", "divide_mix", "dmi"),
        *("dynamic_bootstrapping", "elr", "elr+", "fix_match", "forward", "jocor"),
        *("logit_adjustment", "mutual_learning", "ogc", "ohem", "peer", "pes"),
        *("plain", "posterior", "prior_ratio", "promix", "reweight", "revision", "sop"),
        *("sop+", "sparse_regularization", "total_variation", "truncated_gce"),
        *("volmin",),
    ),
    "a way to find a transition matrix:"
    " TransitionCorrectedClassifier(transition={!r})": (
        *("anchor", "confident_joint", "counts", "dual_t", "gold", "hoc"),
        *("likelihood",),
    ),
    "a loss: NoisyLabelClassifier(loss={!r})": (
        *("ael", "agce", "amse", "anl", "aul", "bi_tempered", "bootstrap_hard"),
        *("bootstrap_soft", "ce", "clipped_ce", "clipped_gce", "eps_softmax", "focal"),
        *("gce", "jal", "js", "label_smoothing", "mae", "mae_shift", "nce", "nce_ael"),
        *("nce_agce", "nce_aul", "nce_mae", "nce_rce", "nfl", "nfl_mae", "nfl_rce"),
        *("nnce", "rce", "sce", "taylor"),
    ),
    "a mixture of losses, e.g. LossMixture(mixture={!r})": ("beta", "gaussian"),
    "a noise, of which sknoisy.noise has models": ("pair", "symmetric"),
    "an optimizer: optimizer={!r}": ("adam", "adamw", "sam", "sgd"),
    "a schedule: lr_schedule={!r}": ("constant", "cosine", "linear", "one_cycle"),
    "a parameter of its own, e.g. NoisyLabelClassifier(mixup=1.0)": ("mixup",),
}

# Words of scikit-learn, skorch and Keras, and of papers.
WORDS = {
    "max_epochs": "epochs n_epochs num_epochs nb_epoch max_iter n_iter",
    "lr": "learning_rate learning_rate_init eta eta0 step_size",
    "lr_schedule": "scheduler lr_scheduler learning_rate_schedule schedule",
    "batch_size": "batch batchsize minibatch_size train_batch_size",
    "loss": "criterion loss_fn loss_function loss_func objective",
    "optimizer": "solver optim optimiser",
    "weight_decay": "alpha l2 wd decay l2_regularization",
    "random_state": "seed random_seed rng",
    "module": "model net network estimator backbone architecture",
    "module__hidden": "hidden hidden_layer_sizes hidden_sizes hidden_units hidden_size"
    " n_hidden layers num_units",
    "module__dropout": "dropout dropout_rate p_dropout",
    "hidden": "hidden_layer_sizes hidden_sizes hidden_units hidden_size n_hidden",
    "optimizer__momentum": "momentum",
    "optimizer__betas": "betas",
    "validation_fraction": "validation_split val_split val_fraction train_split",
    "n_iter_no_change": "patience early_stopping_rounds",
    "early_stopping": "early_stop",
    "class_weight": "class_weights weight weights",
    "device": "cuda use_cuda gpu",
    "noise_rate": "noise_level rate tau forget_rate eps",
    "warm_up_epochs": "warm_up warmup warmup_epochs warm_up_epoch num_gradual t_k",
    "transition": "transition_matrix noise_matrix T",
    "cv": "folds n_folds n_splits k_folds",
    "verbose": "verbosity",
    "train_split": "validation_data val_data valid_data eval_set",
    "precision": "amp mixed_precision autocast fp16 half",
    "accumulate": "gradient_accumulation gradient_accumulation_steps"
    " accumulation_steps",
    "loss__q": "q",
    "loss__gamma": "gamma focal_gamma",
    "ce": "cross_entropy crossentropy categorical_crossentropy nll nll_loss log_loss"
    " crossentropyloss celoss ce_loss",
    "gce": "generalized_cross_entropy gceloss gce_loss generalizedcrossentropy",
    "sce": "symmetric_cross_entropy sceloss sce_loss symmetriccrossentropy",
    "focal": "focal_loss focalloss",
    "mae": "mean_absolute_error l1 l1loss maeloss",
    "label_smoothing": "ls smoothing",
}
_MEANINGS: dict[str, list[str]] = {}
for _ours, _theirs in WORDS.items():
    for _word in _theirs.split():
        _MEANINGS.setdefault(_word.lower(), []).append(_ours)


def behind_another_door(name, here=()):
    """Return what `name` is elsewhere in the library than among those `here`, or "".

    However it is written: "Co-teaching+" is "co_teaching_plus".
    """
    for what, names in DOORS.items():
        for known in names:
            if known not in here and _plainly(known) == _plainly(name):
                return f" {known!r} is {what.format(known)}."
    return ""


def translated(name, known):
    """Return our word for one of another library's, if it is in `known`, or None.

    Of `known`, those that end in ``__`` are prefixes of what is handed on.
    """
    plain = _plainly(name)
    for ours in known:  # however it is written: "GCE" is "gce"
        if plain and ours != name and _plainly(ours) == plain:
            return ours
    prefixes = tuple(k for k in known if k.endswith("__"))
    for ours in _MEANINGS.get(str(name).lower(), ()):
        if ours in known or (prefixes and ours.startswith(prefixes)):
            return ours
    return None


def _plainly(name):
    return "".join(c for c in str(name).lower().replace("+", "plus") if c.isalnum())
