"""Version 1: every saving is a change, every record it saved a revision. Rows are only ever added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),  # ISO 8601, UTC, microseconds
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),  # the kind of records
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text),
        sa.Column("file_sha256", sa.Text),
        sqlite_strict=True,
    )
    op.create_index("one_import_a_file", "changes", ["subject", "file_sha256"], unique=True)
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("change_id", sa.Integer, sa.ForeignKey("changes.id"), nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),  # JSON, keys in order, unknown fields left out
        sa.UniqueConstraint("kind", "key", "revision", name="one_revision_once"),
        sa.CheckConstraint("revision >= 1", name="revision_from_one"),
        sqlite_strict=True,
    )
