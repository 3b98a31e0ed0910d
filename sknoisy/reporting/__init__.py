"""What was found about labels, and why, on one page and as JSON."""

from sknoisy.reporting._report import AuditReport, audit_report

__all__ = ["AuditReport", "audit_report"]
