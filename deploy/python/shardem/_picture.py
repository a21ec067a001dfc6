"""A small picture of a fitted mixture, as SVG: what a notebook shows below the estimator."""

from __future__ import annotations

from html import escape

import numpy as np

_WIDTH, _HEIGHT = 320, 220
_COLORS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")


def picture(estimator) -> str:
    """Of Gaussian and t components ellipses of one and two standard deviations; of others bars of their weights, of
    k-means of the shares of the rows; nothing where there is nothing to draw."""
    try:
        content = _ellipses(estimator) or _bars(estimator)
    except (AttributeError, ValueError, np.linalg.LinAlgError):
        return ""
    return content and (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" font-family="sans-serif" font-size="11" fill="currentColor">{content}</svg>')


def _color(k: int) -> str:
    return _COLORS[k % len(_COLORS)]


def _ellipses(estimator) -> str:
    means = getattr(estimator, "means_", None)
    if means is None or not hasattr(estimator, "covariances_") or means.shape[1] < 2:
        return ""
    matrices = _matrices(estimator)
    weights = estimator.weights_
    # The two columns whose means lie the farthest apart, in their standard deviations.
    inner = np.einsum("k,kjj->j", weights, matrices)
    between = weights @ (means - weights @ means) ** 2
    i, j = sorted(np.argsort(between / np.where(inner > 0, inner, 1), kind="stable")[-2:])
    spread = 2.5 * np.sqrt(matrices[:, [i, j], [i, j]])
    low, high = (means[:, [i, j]] - spread).min(axis=0), (means[:, [i, j]] + spread).max(axis=0)
    room = np.array([_WIDTH - 20, _HEIGHT - 30])
    scale = room / np.where(high > low, high - low, 1)
    parts = [f"<title>{len(means)} components</title>"]
    for k in range(len(means)):
        x, y = 10 + (means[k, i] - low[0]) * scale[0], 10 + (high[1] - means[k, j]) * scale[1]
        own = matrices[k][np.ix_([i, j], [i, j])] * np.outer(scale * [1, -1], scale * [1, -1])
        lengths, axes = np.linalg.eigh(own)
        angle = np.degrees(np.arctan2(axes[1, 1], axes[0, 1]))
        for radius in (2, 1):
            a, b = radius * np.sqrt(np.maximum(lengths[::-1], 0))
            parts.append(
                f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{a:.1f}" ry="{b:.1f}" fill="{_color(k)}" '
                f'fill-opacity="{0.15 + 0.35 * weights[k]:.2f}" transform="rotate({angle:.1f} {x:.1f} {y:.1f})"/>')
    names = getattr(estimator, "feature_names_in_", [f"column {n}" for n in range(means.shape[1])])
    parts.append(f'<text x="{_WIDTH - 10}" y="{_HEIGHT - 6}" text-anchor="end">{escape(str(names[i]))}</text>')
    parts.append(f'<text x="10" y="12">{escape(str(names[j]))}</text>')
    return "".join(parts)


def _matrices(estimator) -> np.ndarray:
    """Covariances as matrices, of shape (components, columns, columns)."""
    count, columns = estimator.means_.shape
    own = estimator.covariances_
    return {
        "full": lambda: own, "tied": lambda: np.broadcast_to(own, (count, columns, columns)),
        "diag": lambda: own[:, :, None] * np.eye(columns), "spherical": lambda: own[:, None, None] * np.eye(columns),
    }[estimator.covariance_type_]()


def _shares(estimator) -> np.ndarray | None:
    """None where there are no rows to be of a cluster, as on a rank of several."""
    if not hasattr(estimator, "cluster_centers_"):
        return estimator.weights_
    if len(estimator.labels_) == 0:
        return None
    return np.bincount(estimator.labels_, minlength=len(estimator.cluster_centers_)) / len(estimator.labels_)


def _bars(estimator) -> str:
    weights = _shares(estimator)
    if weights is None:
        return ""
    step = (_WIDTH - 20) / len(weights)
    top = max(weights)
    bars = [f"<title>{len(weights)} weights</title>"]
    for k, weight in enumerate(weights):
        height = (_HEIGHT - 40) * weight / top
        bars.append(
            f'<rect x="{10 + k * step:.1f}" y="{_HEIGHT - 20 - height:.1f}" width="{0.8 * step:.1f}" '
            f'height="{height:.1f}" fill="{_color(k)}"/>')
        if len(weights) <= 12:
            middle = f'x="{10 + (k + 0.4) * step:.1f}" y="{_HEIGHT - 6}" text-anchor="middle"'
            bars.append(f"<text {middle}>{weight:.2f}</text>")
    return "".join(bars)
