"""The command `safeuse-agent`. The service itself starts without the parts that only a person at a terminal needs."""

import sys


def main() -> None:
    """Start the service, or the command line for a person."""
    if sys.argv[1:2] == ["run"] and "--help" not in sys.argv:
        from agent.wiring import serve  # noqa: PLC0415 - a service at rest holds no command-line parser in memory

        sys.exit(serve(sys.argv[2:]))
    from agent.terminal import app  # noqa: PLC0415 - see above

    app()


if __name__ == "__main__":
    main()
