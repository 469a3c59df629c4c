"""Draw the pictures of docs/maths.md anew: ``python -m scripts.pictures [NAME ...] [--out FOLDER]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.pictures import integrity, many_people, one_person
from scripts.pictures.style import Picture, save

PICTURES: dict[str, Picture] = {
    "judgment": one_person.judgment,
    "raw-scores": one_person.raw_scores,
    "trust": many_people.trust,
    "voting-rights": many_people.voting_rights,
    "median": many_people.median,
    "scale": many_people.scale,
    "interval": many_people.interval,
    "squash": many_people.squash,
    "audit": integrity.audit,
    "influence": integrity.influence,
    "unlearning": integrity.unlearning,
}


def main(arguments: list[str] | None = None) -> None:
    """Draw what is asked for, by default everything."""
    parser = argparse.ArgumentParser(prog="python -m scripts.pictures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"among: {', '.join(PICTURES)}; default: all")
    parser.add_argument("--out", type=Path, default=Path("docs/images/maths"), metavar="FOLDER")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(PICTURES):
        parser.error(f"unknown picture: {', '.join(sorted(unknown))}; known are: {', '.join(PICTURES)}")
    given.out.mkdir(parents=True, exist_ok=True)
    for name in given.names or PICTURES:
        save(PICTURES[name], given.out / f"{name}.svg")


if __name__ == "__main__":
    main()
