import numpy as np

from graph.walk import Posterior


def test_the_top_is_the_beginning_of_the_whole_order_and_ties_keep_their_places():
    believed = Posterior(np.array([0.2, 0.3, 0.2, 0.0, 0.2, 0.1]))
    assert believed.top(99).tolist() == [1, 0, 2, 4, 5]
    assert [believed.top(most).tolist() for most in (1, 2, 3)] == [[1], [1, 0], [1, 0, 2]]


def test_an_answer_and_a_miss_move_the_posterior_as_bayes_has_it():
    believed = Posterior(np.array([0.5, 0.25, 0.25]))
    assert believed.answered(np.array([0.5, 1.0, 0.0])).probabilities.tolist() == [0.5, 0.5, 0.0]
    assert believed.without(np.array([0])).probabilities.tolist() == [0.0, 0.5, 0.5]
    assert believed.without(np.array([0, 1, 2])).possible == 0
