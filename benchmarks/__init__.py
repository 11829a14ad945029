"""The figures that the README quotes: each a command, each against its own upper bound or a peer in the same run."""
