"""How far people who say anything at all could move collective scores, scalings as they are."""

from solidago.dataset import Floats, Indices
from solidago.engine.jit import kernel, part
from solidago.kernels.entities import gather, least_right, voters
from solidago.kernels.robust import quantile


@part
def _ends(
    v: Floats, w: Floats, lu: Floats, ru: Floats, n: int, lipschitz: float, q: float, down: float, up: float, x: float
) -> tuple[float, float]:  # fmt: skip
    """Return where forces downward and upward would take the quantile x."""
    low = quantile(v, w, lu, ru, n, lipschitz, -lipschitz * down, q, x)
    high = quantile(v, w, lu, ru, n, lipschitz, lipschitz * up, q, x)
    return min(low, x), max(high, x)


@kernel
def reaches(
    first: int, last: int, entities: Indices, start: Indices, raters: Indices, user: Indices, user_trust: Floats,
    private: Floats, score: Floats, left: Floats, right: Floats, voting_right: Floats, collective: Floats,
    lipschitz: float, q: float, bias: float, scale: float, newcomers: float, share: float, low: Floats, high: Floats,
) -> None:  # fmt: skip
    """Write how low and how high newcomers, a crowd and a coalition could take ``entities[first:last]``.

    Each entity's raters come by ascending trust. ``low`` and ``high`` have a column for each of the three.
    """
    v, w, lu, ru = voters(first, last, entities, start)
    trust, weight, changed = voters(first, last, entities, start)[:3]
    above, below = min(1.0, q / (1.0 - q)), min(1.0, (1.0 - q) / q)
    for o in range(first, last):
        begin, end = start[entities[o]], start[entities[o] + 1]
        n = gather(begin, end, raters, score, left, right, voting_right, v, w, lu, ru)
        x, total, trusted = collective[o], 0.0, 0.0
        for i in range(n):
            trust[i], weight[i] = user_trust[user[raters[begin + i]]], private[raters[begin + i]]
            changed[i] = weight[i] * trust[i]
            total += w[i]
            trusted += changed[i]
        allowed = bias + scale * trusted
        low[o, 1], high[o, 1] = _ends(v, changed, lu, ru, n, lipschitz, q, below * allowed, above * allowed, x)
        turned = (1.0 + max(1.0, scale)) * share * total
        low[o, 2], high[o, 2] = _ends(v, w, lu, ru, n, lipschitz, q, turned, turned, x)
        # Trusted newcomers are beyond every floor: they only raise what is allowed.
        floor = least_right(trust, weight, n, bias + scale * newcomers, scale)
        for i in range(n):
            changed[i] = weight[i] * max(trust[i], floor)
        low[o, 0], high[o, 0] = _ends(v, changed, lu, ru, n, lipschitz, q, below * newcomers, above * newcomers, x)
