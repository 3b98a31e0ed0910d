"""The public functions, one a data set."""

from sklearn.utils import Bunch

from sknoisy._checks import check_choice
from sknoisy._data_types import FilePath
from sknoisy.datasets._read import fetch
from sknoisy.datasets._sources import (
    CIFAR10N,
    FASHION_MNIST,
    HAUSA,
    KEEL,
    LABEL_ERRORS,
    LABELME,
)


def fetch_fashion_mnist(
    *, data_home: FilePath | None = None, return_X_y: bool = False
) -> Bunch:
    """Load Fashion-MNIST: 70,000 grey images of clothes, ten balanced classes [1]_.

    Its labels are taken as true: put noise on them with `sknoisy.noise`. Where the
    file is absent, the images come from OpenML (data set 40996), whose first 60,000
    rows are the training images.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder with the file ``fashion_mnist.npz``. None takes the folder that the
        environment variable ``SKNOISY_DATA`` names.

    return_X_y : bool, default=False
        Return the 60,000 training images and labels instead of a Bunch.

    Returns
    -------
    data : Bunch
        With ``X_train`` of shape (60000, 28, 28) and dtype uint8, ``y_train``,
        ``X_test`` of shape (10000, 28, 28), ``y_test``, the names of the ten
        ``classes`` and ``DESCR``. Or, where `return_X_y`, the pair (X_train, y_train).

    Raises
    ------
    FileNotFoundError
        If the folder doesn't have the file and OpenML can't be reached.
    ValueError
        If the file holds other arrays.

    See Also
    --------
    fetch_cifar10n_features : Image features with the labels that people gave.

    References
    ----------
    .. [1] Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for
       Benchmarking Machine Learning Algorithms", 2017.

    Examples
    --------
    >>> from sknoisy.datasets import fetch_fashion_mnist
    >>> X, y = fetch_fashion_mnist(return_X_y=True)  # doctest: +SKIP
    >>> X.shape  # doctest: +SKIP
    (60000, 28, 28)
    """
    data = fetch(FASHION_MNIST, data_home)
    return (data.X_train, data.y_train) if return_X_y else data


def fetch_cifar10n_features(*, data_home: FilePath | None = None) -> Bunch:
    """Load CIFAR-10N: image features, and the labels that people gave [1]_.

    The first 20,000 training images and all test images of CIFAR-10, as 128 principal
    components of the features of a pretrained EfficientNet-Lite0, made from JPEG
    copies. Accuracies can't be compared with published ones, which are of networks
    trained on the images.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder with the file ``cifar10n_effnetlite0_pca128.npz``. None takes the folder
        that the environment variable ``SKNOISY_DATA`` names.

    Returns
    -------
    data : Bunch
        With ``X_train`` of shape (20000, 128) and dtype float32, ``y_train_true``, five
        sets of given labels (``human_aggre``, 9 % wrong; ``human_worse``, 40 %;
        ``human_random1`` to ``human_random3``, 17 to 18 %), ``X_test`` of shape
        (10000, 128), ``y_test``, the names of the ten ``classes`` and ``DESCR``.

    Raises
    ------
    FileNotFoundError
        If the folder doesn't have the file. It isn't on OpenML.
    ValueError
        If the file holds other arrays.

    See Also
    --------
    fetch_labelme_votes : Image features with the votes of 59 annotators.

    References
    ----------
    .. [1] Wei et al., "Learning with Noisy Labels Revisited: A Study Using Real-World
       Human Annotations", ICLR 2022.

    Examples
    --------
    >>> from sknoisy.datasets import fetch_cifar10n_features
    >>> data = fetch_cifar10n_features()  # doctest: +SKIP
    >>> (data.human_worse != data.y_train_true).mean().round(2)  # doctest: +SKIP
    np.float64(0.4)
    """
    return fetch(CIFAR10N, data_home)


def fetch_keel(
    name: str, *, data_home: FilePath | None = None, return_X_y: bool = False
) -> Bunch:
    """Load a table as the KEEL repository cut it [1]_.

    Six tables of the UCI repository whose labels are taken as true: put noise on them
    with `sknoisy.noise`. Where the file is absent, the table comes from OpenML in
    another order of rows, and a few rows more or less where KEEL dropped some (satimage
    has 6430 there instead of 6435, spambase 4601 instead of 4597). Rows with a missing
    value are left out, as KEEL does for mushroom.

    Parameters
    ----------
    name : {"letter", "mushroom", "optdigits", "satimage", "segment", "spambase"}
        Which table.

    data_home : str or path-like, default=None
        Folder with the file ``keel_{name}.npz``. None takes the folder that the
        environment variable ``SKNOISY_DATA`` names.

    return_X_y : bool, default=False
        Return the features and labels instead of a Bunch.

    Returns
    -------
    data : Bunch
        With ``X`` of shape (n_samples, n_features) and dtype float32, the labels ``y``
        from 0 on, the names of the ``classes``, the numbers of the ``categorical``
        columns, in which values are codes without an order, and ``DESCR``. Or, where
        `return_X_y`, the pair (X, y).

    Raises
    ------
    FileNotFoundError
        If the folder doesn't have the file and OpenML can't be reached.
    ValueError
        If the name isn't one of the six, or the file holds other arrays.

    See Also
    --------
    fetch_fashion_mnist : Images whose labels are taken as true.

    References
    ----------
    .. [1] Alcalá-Fdez et al., "KEEL Data-Mining Software Tool: Data Set Repository,
       Integration of Algorithms and Experimental Analysis Framework", Journal of
       Multiple-Valued Logic and Soft Computing 17, 2011.

    Examples
    --------
    >>> from sknoisy.datasets import fetch_keel
    >>> X, y = fetch_keel("letter", return_X_y=True)  # doctest: +SKIP
    >>> X.shape  # doctest: +SKIP
    (20000, 16)
    """
    data = fetch(KEEL[check_choice(name, KEEL, "name")], data_home)
    return (data.X, data.y) if return_X_y else data


def fetch_labelme_votes(*, data_home: FilePath | None = None) -> Bunch:
    """Load LabelMe: features of 2,688 photographs, and the votes of 59 people [1]_.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder with the file ``crowd_labelme_vgg.npz``. None takes the folder that the
        environment variable ``SKNOISY_DATA`` names.

    Returns
    -------
    data : Bunch
        With ``X_train`` of shape (1000, 512), ``y_train_true``, ``votes`` of shape
        (1000, 59) where -1 stands for no vote, ``X_valid`` of shape (500, 512),
        ``y_valid``, ``X_test`` of shape (1188, 512), ``y_test`` and ``DESCR``. The
        features are those of a VGG network; there are eight kinds of scene.

    Raises
    ------
    FileNotFoundError
        If the folder doesn't have the file. It isn't on OpenML.
    ValueError
        If the file holds other arrays.

    See Also
    --------
    fetch_cifar10n_features : One given label a sample, from people too.

    References
    ----------
    .. [1] Rodrigues and Pereira, "Deep Learning from Crowds", AAAI 2018.

    Examples
    --------
    >>> from sknoisy.datasets import fetch_labelme_votes
    >>> votes = fetch_labelme_votes().votes  # doctest: +SKIP
    >>> (votes >= 0).sum(axis=1).max()  # doctest: +SKIP
    np.int64(3)
    """
    return fetch(LABELME, data_home)


def fetch_hausa_topics(*, data_home: FilePath | None = None) -> Bunch:
    """Load headlines in Hausa, whose topics were guessed by rules [1]_.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder with the file ``distant_hausa_topics_text.npz``. None takes the folder
        that the environment variable ``SKNOISY_DATA`` names.

    Returns
    -------
    data : Bunch
        With ``text_train`` of shape (2045,), ``y_train_true``, ``y_train_noisy`` (half
        of it wrong), ``text_dev``, ``y_dev``, ``text_test``, ``y_test``, further
        headlines that only the rules labelled in ``text_extra`` and
        ``y_extra_noisy``, the names of the five ``classes`` and ``DESCR``.

    Raises
    ------
    FileNotFoundError
        If the folder doesn't have the file. It isn't on OpenML.
    ValueError
        If the file holds other arrays.

    See Also
    --------
    fetch_cifar10n_features : Labels that people gave, instead of rules.

    References
    ----------
    .. [1] Hedderich et al., "Transfer Learning and Distant Supervision for
       Multilingual Transformer Models: A Study on African Languages", EMNLP 2020.

    Examples
    --------
    >>> from sknoisy.datasets import fetch_hausa_topics
    >>> data = fetch_hausa_topics()  # doctest: +SKIP
    >>> (data.y_train_noisy != data.y_train_true).mean().round(2)  # doctest: +SKIP
    np.float64(0.5)
    """
    return fetch(HAUSA, data_home)


def fetch_label_errors(name: str, *, data_home: FilePath | None = None) -> Bunch:
    """Load a famous test set, and which of its labels people found wrong [1]_.

    Confident learning picked the rows to be judged; of each, five people said whether
    the given label is right. Rows that nobody judged are not proven right.

    Parameters
    ----------
    name : {"20news", "mnist"}
        Which test set.

    data_home : str or path-like, default=None
        Folder with the file ``label_errors_{name}_test.npz``. None takes the folder
        that the environment variable ``SKNOISY_DATA`` names.

    Returns
    -------
    data : Bunch
        With the labels ``y`` as published, ``pred_probs`` of shape (n_samples,
        n_classes) predicted out of sample, and of the judged rows: their numbers
        ``issue_id``, the ``issue_votes`` with columns named by ``issue_vote_names``,
        the labels ``issue_given`` and ``issue_guessed``, and ``issue_is_error``: True
        where fewer than three of the five voted for the given label. Also ``DESCR``,
        and for MNIST the images ``X`` of shape (10000, 28, 28).

    Raises
    ------
    FileNotFoundError
        If the folder doesn't have the file. It isn't on OpenML.
    ValueError
        If the name isn't one of the two, or the file holds other arrays.

    See Also
    --------
    fetch_cifar10n_features : Data whose wrong labels are known row by row.

    References
    ----------
    .. [1] Northcutt, Athalye and Mueller, "Pervasive Label Errors in Test Sets
       Destabilize Machine Learning Benchmarks", NeurIPS 2021 Datasets and Benchmarks.

    Examples
    --------
    >>> from sknoisy.datasets import fetch_label_errors
    >>> fetch_label_errors("mnist").issue_is_error.sum()  # doctest: +SKIP
    np.int64(15)
    """
    data = fetch(LABEL_ERRORS[check_choice(name, LABEL_ERRORS, "name")], data_home)
    for_the_given = data.issue_votes[:, data.issue_vote_names == "given"].sum(axis=1)
    return Bunch(**data, issue_is_error=for_the_given < 3)
