"""What was found about labels, votes and methods: one page, and JSON."""

from sknoisy.reporting._comparison_report import ComparisonReport, comparison_report
from sknoisy.reporting._report import AuditReport, audit_report
from sknoisy.reporting._report import report_on_some as report_on_some
from sknoisy.reporting._votes_report import VotesReport, votes_report

__all__ = [
    "AuditReport",
    "ComparisonReport",
    "VotesReport",
    "audit_report",
    "comparison_report",
    "votes_report",
]
