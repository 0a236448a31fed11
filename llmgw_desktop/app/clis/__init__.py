"""Vendors' CLIs on this computer: survey, sign-in, upgrades, cards."""
