import pytest

from app.settings import Settings, checked_port, from_environment


def test_without_an_environment_the_defaults_hold():
    settings = from_environment({})
    assert (settings.catalog, settings.host, settings.port) == ("films", "127.0.0.1", 7860)


def test_the_environment_overrules_the_defaults(monkeypatch, tmp_path):
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))
    settings = from_environment({"PARLEY_PORT": "8000", "PARLEY_CATALOG": "shop", "PARLEY_MODEL": "owner/model"})
    assert settings == Settings(tmp_path, "shop", "127.0.0.1", 8000, "owner/model")
    assert settings.conversations == tmp_path / "conversations" / "shop.sqlite"


@pytest.mark.parametrize("given", ["", "x", "0", "70000", "-1", "７８６０"])
def test_a_port_that_is_none_is_named(given):
    with pytest.raises(ValueError, match="is no port"):
        checked_port(given)
