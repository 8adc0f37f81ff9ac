import numpy as np
import pytest

from evaluation.choices import Choices, Products, fit


def test_the_fit_finds_which_feature_people_choose_by():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(3000, 2)).astype(np.float32)
    noisy = 2 * features[:, 0] + rng.gumbel(size=3000)
    starts = np.arange(0, 3000, 10)
    weights = fit(Choices(features, starts, starts + noisy.reshape(-1, 10).argmax(axis=1)))
    assert weights == pytest.approx([2.0, 0.0], abs=0.3)


def test_the_gradient_is_that_of_the_loss():
    rng = np.random.default_rng(1)
    choices = Choices(rng.normal(size=(9, 3)).astype(np.float32), np.array([0, 4]), np.array([2, 5]))
    weights = np.array([0.3, -1.0, 0.5])
    _, gradient = choices.loss(weights)
    for place in range(3):
        step = 0.01 * np.eye(3)[place]
        slope = (choices.loss(weights + step)[0] - choices.loss(weights - step)[0]) / 0.02
        assert slope == pytest.approx(gradient[place], abs=1e-3)


def test_products_let_the_fit_find_that_two_features_only_count_together():
    rng = np.random.default_rng(2)
    features = rng.normal(3.0, 2.0, size=(6000, 2)).astype(np.float32)
    together = (features[:, 0] - 3) * (features[:, 1] - 3) + rng.gumbel(size=6000)
    starts = np.arange(0, 6000, 10)
    choices = Choices(features, starts, starts + together.reshape(-1, 10).argmax(axis=1))
    products = Products.of(choices)
    plain, seen = fit(choices), fit(products.seen(choices))
    assert products.seen(choices).loss(seen)[0] < choices.loss(plain)[0] - 0.3
    assert products(features).shape == (6000, 5)


def test_what_lies_far_off_counts_no_more_than_what_lies_far():
    products = Products(np.zeros(1), np.ones(1))
    assert products(np.array([[1e9]])).tolist() == [[6.0, 36.0]]
