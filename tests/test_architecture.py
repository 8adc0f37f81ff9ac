"""The arrows between the packages, the home of each heavy library, and the manners of the code."""

import ast
import importlib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "catalog": set(),
    "retrieval": {"catalog"},
    "graph": {"catalog"},
    "agent": {"catalog", "retrieval", "graph"},
    "evaluation": {"catalog", "retrieval", "graph", "agent"},
    "finetune": {"catalog", "retrieval", "graph", "agent", "evaluation"},
    "app": {"catalog", "retrieval", "graph", "agent", "evaluation", "finetune"},
}
"""Package to the packages on its left; the arrows of the design."""
HOMES = {
    "chromadb": ("retrieval/store.py",),
    "networkx": ("graph/",),
    "langchain": ("agent/",),
    "langgraph": ("agent/",),
    "torch": ("finetune/", "retrieval/base.py", "retrieval/tower.py", "evaluation/sasrec.py", "evaluation/base_llm.py"),
    "transformers": ("finetune/", "retrieval/base.py", "retrieval/tower.py", "evaluation/base_llm.py"),
    "peft": ("finetune/", "retrieval/tower.py"),
    "sentence_transformers": ("retrieval/embed.py",),
    "gradio": ("app/",),
    "plotly": ("evaluation/charts.py", "evaluation/reporting.py"),
    "openai": ("agent/remote.py",),
}
"""Library, by the beginning of its name, to the only files and folders that may import it."""
ENVIRONMENT_READERS = ("app/settings.py", "catalog/storage.py")
ENVIRONMENT_WRITERS = ("app/__init__.py",)
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
MOST_LINES_OF_A_FILE = 350
MOST_LINES_OF_A_FUNCTION = 60

FILES = sorted(
    file.relative_to(ROOT).as_posix() for package in MAY_IMPORT for file in (ROOT / package).rglob("*.py")
) + ["app.py"]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

every_file = pytest.mark.parametrize("file", FILES)


@cache
def tree(file):
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def only_for_types(file):
    """Return the nodes that stand below ``if TYPE_CHECKING:``."""
    blocks = [
        node for node in ast.walk(tree(file)) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
    ]
    return {inner for block in blocks for statement in block.body for inner in ast.walk(statement)}


def imported(file):
    """Return (line, module) of every import that is carried out, wherever it stands."""
    skipped = only_for_types(file)
    found = []
    for node in ast.walk(tree(file)):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.lineno, "." * node.level + (node.module or "")))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "__import__"):
            found.append((node.lineno, str(getattr(node.args[0], "value", "?"))))
    return found


def is_in(file, homes):
    return any(file == home or (home.endswith("/") and file.startswith(home)) for home in homes)


def is_of(module, library):
    """Tell whether a module belongs to a library; ``langchain`` stands for ``langchain_core`` and the like too."""
    top = module.split(".")[0]
    return top == library or (library.startswith("lang") and top.startswith(f"{library}_"))


def functions(file):
    return [node for node in ast.walk(tree(file)) if isinstance(node, FUNCTIONS)]


def test_every_package_is_looked_at():
    assert {file.split("/")[0] for file in FILES} == {*MAY_IMPORT, "app.py"}
    packages = {init.parent.name for init in ROOT.glob("*/__init__.py")}
    assert packages == set(MAY_IMPORT)


@every_file
def test_a_package_imports_only_packages_to_its_left(file):
    package = file.split("/")[0]
    if package == "app.py":
        return
    allowed = {package, *MAY_IMPORT[package]}
    tops = [(line, module.split(".")[0]) for line, module in imported(file)]
    assert [(line, top) for line, top in tops if top in MAY_IMPORT and top not in allowed] == []


def test_the_start_file_imports_only_the_command_line():
    assert [module for _, module in imported("app.py")] == ["app.cli"]


@every_file
def test_imports_are_absolute_and_named(file):
    assert [(line, module) for line, module in imported(file) if module.startswith(".") or module == "?"] == []
    assert "*" not in [
        alias.name for node in ast.walk(tree(file)) if isinstance(node, ast.ImportFrom) for alias in node.names
    ]


@every_file
def test_nothing_imports_the_tests(file):
    assert [(line, module) for line, module in imported(file) if module.split(".")[0] in ("tests", "pytest")] == []


@pytest.mark.parametrize("library", HOMES)
def test_a_heavy_library_is_imported_only_in_its_home(library):
    elsewhere = [
        f"{file}:{line}"
        for file in FILES
        for line, module in imported(file)
        if is_of(module, library) and not is_in(file, HOMES[library])
    ]
    assert elsewhere == []


@every_file
def test_nothing_is_unpickled(file):
    assert [(line, module) for line, module in imported(file) if module.split(".")[0] in UNPICKLERS] == []
    loads = [node for node in ast.walk(tree(file)) if isinstance(node, ast.Call)]
    assert [
        call.lineno
        for call in loads
        for keyword in call.keywords
        if (keyword.arg, ast.unparse(keyword.value)) in {("allow_pickle", "True"), ("weights_only", "False")}
    ] == []


def environment_uses(file):
    """Return (line, whether it only sets a variable) of every use of the environment."""
    targets = {
        target.value
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Subscript)
    }
    found = []
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv", "os.putenv"):
            found.append((node.lineno, node in targets))
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            found += [(node.lineno, False) for alias in node.names if alias.name in ("environ", "getenv", "putenv")]
    return found


@every_file
def test_the_environment_is_read_in_two_files_and_set_in_one(file):
    if file in ENVIRONMENT_READERS:
        return
    sets_only = file in ENVIRONMENT_WRITERS
    assert [line for line, sets in environment_uses(file) if not (sets and sets_only)] == []


def prints(node):
    return [
        inner.lineno
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "print"
    ]


def is_command(file):
    """Tell whether a module has a ``main``."""
    return any(isinstance(node, FUNCTIONS) and node.name == "main" for node in tree(file).body)


@every_file
def test_only_command_lines_print(file):
    if not is_command(file):
        assert prints(tree(file)) == []


@every_file
def test_every_public_module_class_and_function_has_a_docstring(file):
    assert ast.get_docstring(tree(file))
    assert undocumented(tree(file)) == []


def undocumented(node):
    """Return the public names below ``node`` without a docstring; what stands in a function is not public."""
    found = []
    for inner in node.body:
        if isinstance(inner, (*FUNCTIONS, ast.ClassDef)) and not inner.name.startswith("_"):
            found += [] if ast.get_docstring(inner) else [inner.name]
            found += undocumented(inner) if isinstance(inner, ast.ClassDef) else []
    return found


@every_file
def test_a_file_fits_in_the_head(file):
    assert len((ROOT / file).read_text(encoding="utf-8").splitlines()) <= MOST_LINES_OF_A_FILE


@every_file
def test_a_function_fits_on_a_screen(file):
    lengths = {node.name: node.end_lineno - node.lineno + 1 for node in functions(file)}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES_OF_A_FUNCTION} == {}


@every_file
def test_no_error_is_caught_whatever_it_is(file):
    caught = [node for node in ast.walk(tree(file)) if isinstance(node, ast.ExceptHandler)]
    assert [
        handler.lineno for handler in caught if handler.type is None or "BaseException" in names(handler.type)
    ] == []
    assert [handler.lineno for handler in caught if handler.type and "Exception" in names(handler.type)] == []


def names(node):
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def test_app_is_the_package_and_not_the_start_file():
    app = importlib.import_module("app")
    assert Path(app.__file__) == ROOT / "app" / "__init__.py"
    assert importlib.import_module("app.cli").main


def test_importing_the_start_file_by_path_starts_nothing():
    guarded = [node for node in tree("app.py").body if isinstance(node, ast.If)]
    assert [ast.unparse(node.test) for node in guarded] == ["__name__ == '__main__'"]
    assert not [node for node in tree("app.py").body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]


def test_the_tests_are_no_package_so_that_nothing_can_import_them_by_chance():
    assert list((ROOT / "tests").rglob("__init__.py")) == []
