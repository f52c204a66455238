"""The rules, one by one and as a catalogue."""
