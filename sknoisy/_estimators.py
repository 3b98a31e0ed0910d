"""scikit-learn's bases as type checkers should see them, and notebooks estimators.

Type checkers know nothing of scikit-learn, and would take any argument of a class that
inherits from it. Attributes stay free: what a fit finds out is an attribute, too.
"""

from typing import TYPE_CHECKING, Any

__all__ = ["BaseEstimator", "ClassifierMixin"]

if TYPE_CHECKING:

    class BaseEstimator:
        """Base of estimators."""

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...

        def set_params(self, **params: Any) -> Any: ...

        def __sklearn_tags__(self) -> Any: ...

        def __getstate__(self) -> Any: ...

        def __setstate__(self, state: Any) -> None: ...

        def __getattr__(self, name: str) -> Any: ...

    class ClassifierMixin:
        """Mixin of classifiers."""

        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float: ...

else:
    from sklearn.base import ClassifierMixin

    from sknoisy._findings_html import ShowsFindings as BaseEstimator
