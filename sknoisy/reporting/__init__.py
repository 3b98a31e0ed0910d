"""What was found about labels, and why, on one page and as JSON."""

from sknoisy.reporting._report import AuditReport, audit_report
from sknoisy.reporting._report import report_on_some as report_on_some
from sknoisy.reporting._votes_report import VotesReport, votes_report

__all__ = ["AuditReport", "VotesReport", "audit_report", "votes_report"]
