"""What the controller remembers: one SQLite file. Only the wiring names this package; everyone else asks the seams."""
