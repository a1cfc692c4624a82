"""Audits of the move: which customers of a spreadsheet never arrived in the CRM (docs/decisions/audits.md)."""
