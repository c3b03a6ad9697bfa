"""What can happen and what is allowed. Knows no web, queue or SQL."""
