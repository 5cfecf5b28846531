"""The pytest plugin: fixtures in both modes of pytest-asyncio, settings from a marker, a light start."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = "pytester"

MODULE = "cj_async.simulator.pytest_plugin"
PROJECT = Path(__file__).resolve().parents[3]
INSTALLED = any(point.value == MODULE for point in entry_points(group="pytest11"))
LOADED = [] if INSTALLED else ["-p", MODULE]
"""An environment older than the entry point needs to be told of the plugin."""

OTHERS = [
    word for name in ("schemathesis", "hypothesispytest", "anyio") for word in ("-p", f"no:{name}")
]
"""Plugins that happen to be here, too; loading them takes most of the time of a run."""

AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
STRICT = "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
WARY = "addopts = --strict-markers\nfilterwarnings = error\n"


def run(pytester: pytest.Pytester, ini: str, source: str) -> pytest.RunResult:
    pytester.makeini(ini + WARY)
    pytester.makepyfile(source)
    return pytester.runpytest_subprocess(*LOADED, *OTHERS, "-p", "no:cacheprovider")


def test_the_entry_point_is_the_plugin() -> None:
    settings = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'[project.entry-points.pytest11]\ncj_simulator = "{MODULE}"\n' in settings


@pytest.mark.parametrize(("ini", "mark"), [(AUTO, ""), (STRICT, "@pytest.mark.asyncio")])
def test_both_fixtures_work_in_both_modes(pytester: pytest.Pytester, ini: str, mark: str) -> None:
    source = f"""
        import pytest

        {mark}
        async def test_a_page(cj_simulator, cj_client):
            page = await cj_client.products.search(size=5)
            assert (page.total, len(page.items)) == (100, 5)
            assert cj_simulator.requests.of("products.search")

        {mark}
        async def test_another_begins_anew(cj_simulator, cj_client):
            assert not cj_simulator.requests
            for _ in range(20):
                await cj_client.products.search(size=1)
    """
    run(pytester, ini, source).assert_outcomes(passed=2)


def test_the_marker_nearest_to_the_test_wins(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        pytestmark = pytest.mark.cj_simulator(products=7, seed=3)

        async def test_the_module(cj_client):
            assert (await cj_client.products.search(size=1)).total == 7

        @pytest.mark.cj_simulator(products=9, faults=[{"operation": "products.search", "code": 1}])
        async def test_the_function(cj_simulator, cj_client):
            assert repr(cj_simulator) == "<Simulator of 9 products, seed 3>"
            with pytest.raises(Exception, match="1"):
                await cj_client.products.search(size=1)
    """
    run(pytester, AUTO, source).assert_outcomes(passed=2)


REFUSED = {
    "productz=5": "unexpected keyword argument 'productz'",
    "products=-5": "products must be 0 to 5,000,000, got -5",
    "tier='gold'": "tier must be free, plus, prime, advanced",
    "50": "its arguments have names, got 50",
    "faults='nowhere.json'": "nowhere.json",
}


def test_a_marker_that_makes_no_sense_is_refused_in_words(pytester: pytest.Pytester) -> None:
    source = "import pytest\n"
    for number, arguments in enumerate(REFUSED):
        source += f"""
@pytest.mark.cj_simulator({arguments})
async def test_{number}(cj_simulator):
    pass
"""
    result = run(pytester, AUTO, source)
    result.assert_outcomes(errors=len(REFUSED))
    for words in REFUSED.values():
        result.stdout.fnmatch_lines([f"*@pytest.mark.cj_simulator: *{words}*"])
    assert "Traceback" not in result.stdout.str()


def test_a_project_that_does_not_use_it_notices_nothing(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        @pytest.fixture
        def simulator():
            return 1

        @pytest.fixture
        def cj(simulator):
            return simulator + 1

        def test_own_fixtures(cj):
            assert cj == 2
    """
    run(pytester, AUTO, source).assert_outcomes(passed=1)


def test_loading_the_plugin_loads_neither_the_simulator_nor_the_command_line() -> None:
    code = f"""
import sys
import cj_async, pytest, pytest_asyncio
before = set(sys.modules)
import {MODULE}
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(["cj_async.simulator", MODULE])
