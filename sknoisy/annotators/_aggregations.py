"""The ways to make one label out of many, by name."""
