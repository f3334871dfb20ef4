"""Ways in: a roster file becomes commands."""
