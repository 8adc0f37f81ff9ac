"""Measure how well utterances are understood, with the models beside the rules.

    python -m app.understanding --system model chat linker --errors 15

``model`` is the chat with the shipped model that hears (or ``--model FOLDER``), ``base`` the same questions put to the
base language model as it comes, a label at a time. The rest as in ``python -m evaluation.understanding``.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from catalog.items import Catalog
from catalog.storage import default_home
from evaluation.listening import LISTENERS, Chat
from evaluation.understanding import main as measure
from finetune.asking import AskedHearer
from finetune.hearing import SHIPPED, shipped_hearer
from finetune.model import LocalLanguageModel
from retrieval.base import DEFAULT_BASE, fetch_base


def main(argv: Sequence[str] | None = None) -> None:
    """Print how well systems understand."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--home", type=Path, default=default_home())
    given, rest = parser.parse_known_args(argv)

    def model(catalog: Catalog) -> Chat:
        return Chat(catalog, shipped_hearer(given.home, given.model))

    def base(catalog: Catalog) -> Chat:
        return Chat(catalog, AskedHearer(LocalLanguageModel.load(fetch_base(given.home, DEFAULT_BASE))))

    measure([*rest, "--home", str(given.home)], {**LISTENERS, "model": model, "base": base})


if __name__ == "__main__":
    main()
