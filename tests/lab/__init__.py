"""Trials on a real systemd, in a guest machine: `make test-lab`."""
