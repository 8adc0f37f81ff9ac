"""The attribute graph over a catalogue, and reasoning by walking it."""
