"""`python -m validator` is `validate-runs`."""

from validator.cli import main

if __name__ == "__main__":
    main()
