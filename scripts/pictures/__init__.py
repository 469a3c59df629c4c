"""The pictures of docs/maths.md, drawn from what the library computes."""
