"""Tests come through the front door: a sample in, findings out."""
