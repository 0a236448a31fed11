"""Lets tests of packages ask for the program as one folder."""

from tests.packaging.one_folder import program

__all__ = ["program"]
