"""`python -m docferry`: the command line, where the program `docferry` is not on the path."""

from docferry.cli import main

if __name__ == "__main__":
    main()
