"""One file a clause: its words, its settings, its judgement. No clause knows another."""
