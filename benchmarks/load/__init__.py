"""Hundreds of contributors compare at once while runs go on: how soon they are answered, and that nothing is lost."""
