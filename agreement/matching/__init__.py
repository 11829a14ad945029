"""Is this tablet photo that journal picture? Fingerprints, a shortlist, and a verdict with its reason.

Everything here is pure: it is handed opened files and times, and looks nothing up. It is heavy, and it reads files from
outside: load it only in a child process that ends.
"""
