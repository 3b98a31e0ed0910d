"""What is odd about data, told before their labels are judged."""

from sknoisy.data_issues._find import CHECKS, find_data_issues
from sknoisy.data_issues._quick import QUICK as QUICK
from sknoisy.data_issues._quick import look_at_labels as look_at_labels
from sknoisy.data_issues._rare_classes import FEWEST
from sknoisy.data_issues._report import DataIssue, DataIssues

__all__ = ["CHECKS", "FEWEST", "DataIssue", "DataIssues", "find_data_issues"]
