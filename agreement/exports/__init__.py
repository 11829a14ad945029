"""Reads what a journal exports: a ZIP or a folder, as opened streams. Nothing here opens a file or writes one.

Tapestry's export has no published format, so nothing is demanded of its layout, and everything is bounded: an archive
comes from outside.
"""
