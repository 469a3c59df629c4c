"""Whether an export's scores come out again: a few sentences, or JSON, and an exit status for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from solidago.io import published as exports
from solidago.verify import TOLERANCE, Influence, Match, Verdict, Verification, influence, verify

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl

    from solidago.io.published import Published

STATUS: Mapping[Verdict, int] = {
    Verdict.VERIFIED: 0,
    Verdict.INCOMPLETE: 3,
    Verdict.DIFFERENT: 4,
    Verdict.FOREIGN: 5,
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the command line asks."""

    export: Path
    without: list[str]
    threads: int | None
    as_json: bool


def answer(doubt: Doubt) -> int:
    """Recompute, print what was found, and return the exit status."""
    published = exports.read(doubt.export)
    if doubt.without:
        exports.keys_of(doubt.without, published)  # an unknown name is told before the work, not after
    found = verify(published, threads=doubt.threads)
    changed = influence(published, doubt.without, threads=doubt.threads) if doubt.without else None
    if doubt.as_json:
        print(json.dumps(_mapping(published, found, changed), indent=2, allow_nan=False))
    else:
        print("\n".join([*lines(published, found), *(influence_lines(changed) if changed else [])]))
    return STATUS[found.verdict]


def lines(published: Published, found: Verification) -> list[str]:
    """Return the report, line by line."""
    return [
        *_origin(published),
        _match_line("collective", found.collective),
        _match_line("individual", found.individual),
        "",
        *_conclusion(published, found),
        *_worst_lines("Collective scores that differ most", found.collective.worst, found.verdict),
        *_worst_lines("Individual scores that differ most", found.individual.worst, found.verdict),
    ]


def _origin(published: Published) -> list[str]:
    said = published.metadata
    judgments = (
        f"{len(published.comparisons):,} public judgments of {published.comparisons['user'].n_unique():,} people"
    )
    if not published.is_ours:
        return [f"An export of other software: {judgments}."]
    poll = said.get("poll")
    title = poll.get("title", "?") if isinstance(poll, dict) else "?"
    return [
        f"{title}: {judgments}, published {said.get('published_at', '?')}.",
        f"snapshot {said.get('snapshot_digest', '?')}",
        f"result   {said.get('result_digest', '?')}",
    ]


def _match_line(kind: str, match: Match) -> str:
    parts = [f"{kind} scores: {match.published:,} published, {match.matching:,} come out again"]
    parts += [f"{match.differing:,} differ, by up to {match.largest:.3g} points"] if match.differing else []
    parts += [f"{match.lost:,} rest on nothing public"] if match.lost else []
    parts += [f"{match.unpublished:,} more can be computed"] if match.unpublished else []
    return "; ".join(parts) + "."


def _conclusion(published: Published, found: Verification) -> list[str]:
    largest = max(found.collective.largest, found.individual.largest)
    if found.verdict is Verdict.VERIFIED:
        return [f"Verified: every published score comes out again. Largest difference: {largest:.3g} points."]
    if found.verdict is Verdict.FOREIGN:
        return [
            "Not verifiable: these scores come from other software, with a configuration that is not in the archive.",
            f"Beside ours, computed with the default configuration, collective scores differ by"
            f" {found.collective.median:.3g} points in the median and by up to {found.collective.largest:.3g}.",
        ]
    if found.verdict is Verdict.INCOMPLETE:
        return _incomplete(published, found)
    return _different(found)


def _incomplete(published: Published, found: Verification) -> list[str]:
    missing, collective = found.missing, found.collective
    differing = collective.differing + collective.lost
    return [
        f"Not verifiable as a whole: {missing.judgments:,} judgments that the scores rest on are private or no longer"
        f" there ({missing.contributors:,} contributors and {missing.entities:,} items do not appear at all).",
        f"So differences are expected: {differing:,} of {collective.published:,} collective"
        f" scores differ here, by up to {collective.largest:.3g} points.",
        *(["Each file is, to the byte, what the metadata in the archive say it was."] if published.digests else []),
    ]


def _different(found: Verification) -> list[str]:
    told = [f"{name} is not the file that was exported." for name in found.damage]
    if found.missing.judgments < 0:
        told.append(f"There are {-found.missing.judgments:,} judgments more than the run used.")
    if not told:
        told.append("The files are as exported, but the scores in them do not come out of the judgments in them.")
    if not found.same_code:
        told.append("Another version of the library published them: repeat this with that version before you judge.")
    return ["DIFFERENT: this export does not hold what was published.", *told]


def _worst_lines(heading: str, worst: pl.DataFrame, verdict: Verdict) -> list[str]:
    if worst.is_empty() or verdict is Verdict.VERIFIED:
        return []
    rows = [
        f"  {' / '.join(row[:-4])}: {row[-4]} {row[-3]:.6g} published, {row[-2]:.6g} recomputed" for row in worst.rows()
    ]
    return ["", f"{heading}:", *rows]


def influence_lines(changed: Influence) -> list[str]:
    """Return what some contributors changed, line by line."""
    who = ", ".join(changed.users)
    heading = f"Without {who} ({changed.judgments:,} public judgments):"
    if not changed.moved:
        return ["", f"{heading} no collective score changes by more than {TOLERANCE:g} points."]
    rows = [
        f"  {row['video']} / {row['criteria']}: {_place(row['without'], row['rank_without'])}"
        f" -> {_place(row['with'], row['rank_with'])} with them ({row['points']:+.4g} points)"
        for row in changed.moves.iter_rows(named=True)
    ]
    return ["", f"{heading} {changed.moved:,} of {changed.scores:,} collective scores change; most of all:", *rows]


def _place(score: float | None, rank: int | None) -> str:
    return "no score" if score is None else f"{score:.2f} (rank {rank})"


def _mapping(published: Published, found: Verification, changed: Influence | None) -> dict[str, object]:
    """Return the report as JSON holds it."""
    return {
        "verdict": found.verdict.value,
        "snapshot_digest": published.metadata.get("snapshot_digest"),
        "result_digest": published.metadata.get("result_digest"),
        "collective": _match_mapping(found.collective),
        "individual": _match_mapping(found.individual),
        "missing": asdict(found.missing),
        "damage": list(found.damage),
        "same_code": found.same_code,
        **({"without": _influence_mapping(changed)} if changed else {}),
    }


def _match_mapping(match: Match) -> dict[str, object]:
    return {
        "published": match.published,
        "matching": match.matching,
        "differing": match.differing,
        "lost": match.lost,
        "unpublished": match.unpublished,
        "largest": _finite(match.largest),
        "median": _finite(match.median),
        "worst": [{k: _finite(v) for k, v in row.items()} for row in match.worst.iter_rows(named=True)],
    }


def _influence_mapping(changed: Influence) -> dict[str, object]:
    return {
        "users": list(changed.users),
        "judgments": changed.judgments,
        "scores": changed.scores,
        "moved": changed.moved,
        "moves": changed.moves.to_dicts(),
    }


def _finite(value: object) -> object:
    """Return a value that JSON can hold: null for a difference to something that is no number."""
    return None if isinstance(value, float) and not abs(value) < float("inf") else value
