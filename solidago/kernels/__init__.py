"""Compiled inner loops. They trust their arguments: the modules that call them validate and document.

Every kernel that works on a range ``[first, last)`` of items writes only what belongs to those items.
"""
