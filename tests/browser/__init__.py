"""The dashboard as people use it: a real Chromium against a real controller."""
