"""Lists around a reference follow Mallows' law, whichever way the dispersion is given."""

from __future__ import annotations

import numpy as np
import pytest

from pdalloc import generators
from tests.generators.laws import assert_follows, mallows_law


@pytest.mark.parametrize(("phi", "length"), [(0.6, 4), (0.6, 2), (0.2, 1), (0.95, 3), (1, 4)])
def test_mallows_falls_with_the_distance_from_the_reference(phi: float, length: int) -> None:
    reference = [2, 0, 3, 1]
    lists = generators.mallows(30_000, 4, length, dispersion=phi, reference=reference, seed=1)
    assert_follows(lists, mallows_law(reference, phi, length))


@pytest.mark.parametrize("normalised", [False, True])
def test_without_dispersion_everybody_has_the_reference(normalised: bool) -> None:
    lists = generators.mallows(30, 6, 6, dispersion=0, normalised=normalised, reference=[5, 3, 1, 0, 2, 4], seed=1)
    assert (lists == [5, 3, 1, 0, 2, 4]).all()


def test_the_reference_is_drawn_if_none_is_given() -> None:
    references = {tuple(generators.mallows(1, 6, 6, dispersion=0, seed=seed)[0].tolist()) for seed in range(10)}
    assert len(references) > 5


@pytest.mark.parametrize("sessions", [1, 2, 5, 40])
@pytest.mark.parametrize("norm_phi", [0.0, 0.25, 0.8, 1.0])
def test_normalised_dispersion_is_a_share_of_the_uniform_distance(sessions: int, norm_phi: float) -> None:
    lists = generators.mallows(
        2_000, sessions, sessions, dispersion=norm_phi, normalised=True, reference=np.arange(sessions), seed=1
    )
    inverted = sum((lists[:, [a]] > lists[:, a + 1 :]).sum(axis=1) for a in range(sessions))
    uniform = sessions * (sessions - 1) / 4
    # the variance of the distance is largest when rankings are uniform
    deviation = np.sqrt(sessions * (sessions - 1) * (2 * sessions + 5) / 72 / 2_000)
    assert np.mean(inverted) == pytest.approx(norm_phi * uniform, abs=4 * deviation)
