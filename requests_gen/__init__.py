"""Findings in, papers out: maps, sheets, reports and what lasts from year to year."""
