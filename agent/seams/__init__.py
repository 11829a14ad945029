"""Everything the agent needs of the outside world, as the smallest interfaces that will do.

Each has one real implementation or more, a fake in tests/fakes, and one contract suite in tests/contracts that all of
them pass. Nothing here knows which operating system it runs on.
"""
