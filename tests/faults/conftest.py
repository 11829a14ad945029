"""Says at the end how many points the campaigns tried: a campaign that found nothing to try would pass as well."""

import pytest

TRIED = "points tried"


@pytest.fixture
def tried(record_property: "pytest.FixtureRequest") -> object:
    """Note how many points a test tried, and how many of these lives ended there."""

    def note(ended: int, of: int) -> None:
        record_property(TRIED, f"{of}, of which {ended} lives ended there")  # type: ignore[operator]  # pytest's own

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print them, by test."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == TRIED:
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {value}")
