"""The language model that speaks: its weights, its loading, its training."""
