"""Letters are read by several threads at once, from the first one on: the library below must not end the process."""

import subprocess
import sys

RACE = """
import sys, threading
sys.setswitchinterval(1e-6)
from datetime import UTC, datetime
from agreement import letters
from agreement.agreement import Agreement, from_json, to_json
standing = letters.Standing(1, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement())
texts = {
    letters.Standing: letters.write(standing),
    letters.Receipt: letters.write(letters.Receipt(0, datetime.now(UTC), standing)),
    letters.Problem: letters.write(letters.Problem("lost", "It is lost.", standing=standing)),
}
barrier = threading.Barrier(len(texts) + 1)
def reading(letter):
    barrier.wait()
    letters.read(texts[letter], letter)
def judging():
    barrier.wait()
    from_json(to_json(Agreement()))
threads = [threading.Thread(target=reading, args=(letter,)) for letter in texts] + [threading.Thread(target=judging)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_threads_that_read_their_first_letters_at_the_same_moment_all_live() -> None:
    for _ in range(15):  # a third of the runs died while decoders were made on first use
        assert subprocess.run([sys.executable, "-c", RACE], check=False).returncode == 0
