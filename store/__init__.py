"""Where events, keys and queued tasks live: SQLite and PostgreSQL, and the sealed fields."""
