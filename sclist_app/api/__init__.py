"""What the browser calls: typed, POST for writes, each with its own check. No logic lives here."""
