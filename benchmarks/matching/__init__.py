"""How well the matcher tells what is in the journal: scenes, bursts, journal-style copies, and the table."""
