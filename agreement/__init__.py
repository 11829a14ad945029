"""The safe use agreement as pure code: what is seen, what it answers, and the words both sides share.

Nothing in here reads a file, a clock or a network: time arrives in the facts.
"""
