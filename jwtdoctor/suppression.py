"""Which findings are excused: by name with a reason, or because they were there before. They are counted and shown, and fail nothing."""
