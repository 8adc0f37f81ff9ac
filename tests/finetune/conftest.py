"""What the tests of training share."""

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    """Compute tiny networks on one thread: several would wait for each other longer than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
