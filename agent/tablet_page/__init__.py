"""The page that staff see on the tablet itself: which photos wait for the journal, and what a person says of them.

Two processes. The agent keeps a door, a Unix socket that costs nothing while nobody knocks, and answers there.
The page is a program of the person who opened it, without any of the agent's powers: it asks at the door, and serves
what it hears to that person's own browser, on loopback alone, until it is closed or left.
"""
