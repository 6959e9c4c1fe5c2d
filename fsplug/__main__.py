"""`python -m fsplug` is `fsplug`."""

from fsplug.cli.kernel.main import main

if __name__ == "__main__":
    main()
