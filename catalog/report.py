"""What an ingest read, kept and cleaned."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class IngestReport:
    """Counts of one ingest; every row that was changed or left out is counted under its rule."""

    rows: int
    """Rows read."""
    items: int
    """Items in the catalogue afterwards."""
    touched: Mapping[str, int] = field(default_factory=dict)
    """Rule in words to the number of rows it changed or dropped."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Column name to the role it was given, empty where columns are fixed."""

    def __str__(self) -> str:
        """Return the report as lines of text."""
        lines = [f"{self.rows} rows read, {self.items} items kept"]
        lines += [f"  column {column!r}: {role}" for column, role in self.roles.items()]
        lines += [f"  {rule}: {count} row{'s' if count != 1 else ''}" for rule, count in self.touched.items()]
        return "\n".join(lines)
