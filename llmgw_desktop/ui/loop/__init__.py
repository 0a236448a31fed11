"""Asyncio in Qt's loop."""
