"""Version 2: rows tell their year and zone, cannot be changed or deleted, and other programs read them as tables.

There is one view for each kind of record: the record as it stands, its fields as columns.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from requests_gen.registry.sql import append_only, json_field, view

revision = "0002"
down_revision = "0001"

# as the fields stood with this version: later ones come with a later step
VIEWS = {
    "zones": "zone_id municipality_id place_id name first_year:integer supersedes superseded_by superseded_in:integer reason",
    "rankings": "year:integer version:integer note weights gates result_sha256 row_count:integer columns",
    "ranking_rows": "year:integer version:integer zone_id position:integer",
    "municipal_orders": "year:integer zone_id municipal_rank:integer reason",
    "notes": "note_id zone_id year:integer text withdrawn:boolean",
    "campaigns": "year:integer name survey_deadline reply_deadline municipalities carriers",
    "letters": "letter_id year:integer carrier version:integer state sent_on zones folder content_sha256 files",
    "survey_answers": "year:integer municipality_id zone_id name",
    "replies": "year:integer zone_id carrier answer planned methods subsidy reasons cooperation own_view remarks "
    "publication answered_on person form_version",
    "reply_doubts": "doubt_id year:integer zone_id carrier doubts written suggestion place state settled_as reason",
    "evidence": "evidence_id year:integer zone_id carrier generation kind measured_on source "
    "longitude:double_precision latitude:double_precision remarks",
    "verdicts": "year:integer zone_id carrier state reason evidence_ids",
}


def upgrade() -> None:
    """Add and fill the columns, then the views, then the locks."""
    dialect = op.get_bind().dialect.name
    op.add_column("revisions", sa.Column("year", sa.Integer))
    op.add_column("revisions", sa.Column("zone_id", sa.Text))
    op.execute(
        f"UPDATE revisions SET year = {json_field(dialect, 'content', 'year', 'integer')}, "
        f"zone_id = {json_field(dialect, 'content', 'zone_id', 'text')}"
    )
    op.create_index("revisions_of_zone", "revisions", ["zone_id"])
    for kind, fields in VIEWS.items():
        op.execute(view(dialect, kind, fields))
    for statement in append_only(dialect):
        op.execute(statement)
