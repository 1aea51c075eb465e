"""Look at what people see: pages, JupyterLab, Word documents. Run by `make look`.

Pictures go to ``build/look/``. What can be told without an eye is checked: that no
page asks the network for anything, that every picture loads, that nothing is wider
than a phone, that each notebook runs in JupyterLab, that a private notebook is saved
without its outputs, that Word documents have pages that are not blank. Where a program
is absent, that is said loudly and is not a failure.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from browser import Browser, find_browser
from PIL import Image

from tillit_eval.chapter import read_chapter
from tillit_eval.report import read_blocks, write_word

ROOT = Path(__file__).parents[2]
LOOK = Path(os.environ.get("LOOK", ROOT / "build" / "look"))
PAGES = ROOT / "build" / "pages"
PHONE = 390
AT_ONCE = 2  # notebooks that run in JupyterLab at the same time
complaints: list[str] = []
absent: list[str] = []


def check(well: object, complaint: str) -> None:
    """Note a complaint unless all is well."""
    if not well:
        complaints.append(complaint)
        print(f"  WRONG: {complaint}", flush=True)


def not_run(what: str, program: str) -> None:
    """Say loudly that something was not looked at."""
    absent.append(what)
    print(f"*** NOT RUN: {what}: {program} is not installed ***", flush=True)


def check_picture(path: Path) -> None:
    """Check that a picture is not blank."""
    with Image.open(path) as picture:
        lowest, highest = picture.convert("L").getextrema()
    check(highest - lowest > 100, f"{path.name} is blank")


def look_at_pages() -> None:
    """Open every page on a wide and a narrow screen, and print it."""
    program = find_browser()
    if program is None:
        return not_run("pages in a browser", "Chromium")
    pages = sorted(PAGES.glob("*.html"))
    check(pages, "there are no pages; run make reproduce first")
    with Browser(program) as browser:
        for page in pages:
            browser.open(page.as_uri())
            check_page(browser, page.stem)
            check_picture(browser.picture(LOOK / f"{page.stem}.png", whole=True))
            browser.paper(LOOK / f"{page.stem}-print.pdf")
            browser.open(page.as_uri(), width=PHONE)
            wide = browser.ask("document.documentElement.scrollWidth")
            check(wide <= PHONE, f"{page.stem} is {wide} pixels wide on a phone")
            browser.picture(LOOK / f"{page.stem}-phone.png")
    for printed in sorted(LOOK.glob("*-print.pdf")):
        show_paper(printed, resolution=50)
    print(f"  {len(pages)} pages", flush=True)


def check_page(browser: Browser, name: str) -> None:
    """Ask a page whether it is whole."""
    elsewhere = [u for u in browser.asked if not u.startswith(("file:", "data:"))]
    check(not elsewhere, f"{name} asks the network for {elsewhere[:3]}")
    broken = "[...document.images].filter(i => !i.naturalWidth).length"
    check(browser.ask(broken) == 0, f"{name} has a picture that does not load")
    silent = "[...document.images].filter(i => !i.alt).length"
    check(browser.ask(silent) == 0, f"{name} has a picture without words")
    check(browser.ask("document.documentElement.lang"), f"{name} has no language")
    check(browser.ask("document.title"), f"{name} has no title")
    links = "[...document.querySelectorAll('a[href]')].map(a => a.href)"
    for link in browser.ask(links):
        if link.startswith("file:"):
            target = Path(urllib.request.url2pathname(link[7:].split("#")[0]))
            check(target.exists(), f"{name} links to {target.name}, which is absent")


@contextmanager
def jupyterlab(project: Path) -> Iterator[str]:
    """Start JupyterLab as `make lab` does, on a copy of the project."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    private = {
        f"JUPYTER_{kind}_DIR": str(project / ".jupyter" / kind.lower())
        for kind in ("CONFIG", "RUNTIME", "DATA")
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--config=.jupyter/lab.py", f"--ServerApp.port={port}"),
        *(f"--IdentityProvider.token={token}", "--ServerApp.ip=127.0.0.1"),
        "--LabApp.expose_app_in_browser=True",
    ]
    log = (LOOK / "jupyterlab.log").open("w")
    server = subprocess.Popen(
        command, cwd=project, env={**os.environ, **private}, stdout=log, stderr=log
    )
    try:
        yield wait_for(f"http://127.0.0.1:{port}", token)
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def wait_for(address: str, token: str) -> str:
    """Wait until the server answers; return the address of notebooks, with blanks."""
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/api?token={token}", timeout=5).close()
            return f"{address}/lab/workspaces/{{}}/tree/{{}}?token={token}"
        except OSError:
            time.sleep(0.25)
    raise TimeoutError("JupyterLab did not start")


BOOK = "window.jupyterapp?.shell.currentWidget"
READY = f"{BOOK}?.sessionContext?.session?.kernel?.status === 'idle'"
RUN_ALL = "window.jupyterapp.commands.execute('notebook:run-all-cells')"
SAVE = "window.jupyterapp.commands.execute('docmanager:save')"


def look_at_lab() -> None:
    """Run each notebook top to bottom in JupyterLab, and save a private one."""
    program = find_browser()
    if program is None:
        return not_run("JupyterLab in a browser", "Chromium")
    project = copy_project()
    notebooks = sorted((project / "notebooks").glob("*.ipynb"))
    private = project / "private" / "mine.ipynb"
    with jupyterlab(project) as address, ThreadPoolExecutor(AT_ONCE) as pool:

        def one(path: Path) -> None:
            place = path.relative_to(project).as_posix()
            with Browser(program) as browser:
                run_in_lab(browser, address.format(path.stem, place), name=path.stem)

        list(pool.map(one, [*notebooks, private]))
    for path in notebooks:
        check_saved(path, is_private=False)
    check_saved(private, is_private=True)
    print(f"  {len(notebooks)} notebooks run in JupyterLab", flush=True)


def run_in_lab(browser: Browser, address: str, *, name: str) -> None:
    """Open a notebook, run all its cells, save it, and take a picture."""
    browser.open(address, width=1400, height=1000)
    browser.wait(READY, seconds=120)
    browser.ask(RUN_ALL, seconds=600)
    browser.ask(SAVE)
    check_picture(browser.picture(LOOK / f"lab-{name}.png"))


def check_saved(path: Path, *, is_private: bool) -> None:
    """Check what JupyterLab saved: every cell run without error, or nothing shown."""
    cells = [c for c in read_chapter(path).cells if c.cell_type == "code"]
    if is_private:
        shown = [cell for cell in cells if cell.outputs or cell.execution_count]
        check(not shown, "a private notebook was saved with its outputs")
        return
    done = [cell.execution_count for cell in cells]
    in_order = [None] * len(cells) != done == list(range(1, len(cells) + 1))
    check(in_order, f"{path.stem} did not run to its end in JupyterLab")
    errors = [o for c in cells for o in c.outputs if o.output_type == "error"]
    check(not errors, f"{path.stem} shows an error in JupyterLab")


def copy_project() -> Path:
    """Copy what notebooks need, without outputs, so that nothing here is changed."""
    project = LOOK / "project"
    shutil.rmtree(project, ignore_errors=True)
    for folder in ("notebooks", "data", ".jupyter"):
        shutil.copytree(ROOT / folder, project / folder)
    for path in (project / "notebooks").glob("*.ipynb"):
        book = json.loads(path.read_text(encoding="utf-8"))
        for cell in book["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        path.write_text(json.dumps(book), encoding="utf-8")
    first = next(iter(sorted((project / "notebooks").glob("*.ipynb"))))
    (project / "private").mkdir()
    shutil.copy(first, project / "private" / "mine.ipynb")
    return project


def look_at_word() -> None:
    """Turn every notebook into a Word document, and that into pictures of pages."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        return not_run("Word documents as pages", "LibreOffice")
    documents = [
        write_word(
            read_blocks(read_chapter(notebook)),
            LOOK / f"{notebook.stem}.docx",
            lang="en",
        )
        for notebook in sorted((ROOT / "notebooks").glob("*.ipynb"))
    ]
    profile = f"-env:UserInstallation={(LOOK / 'office').as_uri()}"
    command = [office, "--headless", profile, "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", str(LOOK), *map(str, documents)],
        capture_output=True,
        timeout=600,
        check=False,
    )
    for word in documents:
        paper = word.with_suffix(".pdf")
        check(paper.is_file(), f"{word.name} does not open")
        if paper.is_file():
            show_paper(paper, resolution=70)
    print("  Word documents", flush=True)


def show_paper(paper: Path, *, resolution: int) -> None:
    """Turn a PDF file into one picture per page."""
    program = shutil.which("pdftoppm")
    if program is None:
        return not_run(f"{paper.name} as pictures", "pdftoppm (poppler-utils)")
    start = paper.with_suffix("")
    command = [program, "-r", str(resolution), "-png", str(paper), str(start)]
    subprocess.run(command, check=True, timeout=120)
    pages = sorted(LOOK.glob(f"{start.name}-[0-9]*.png"))
    check(pages, f"{paper.name} has no pages")
    for page in pages:
        check_picture(page)


def main() -> int:
    """Look at everything; return 1 if something is wrong."""
    shutil.rmtree(LOOK, ignore_errors=True)
    LOOK.mkdir(parents=True)
    steps: dict[str, Callable[[], None]] = {
        "pages": look_at_pages,
        "JupyterLab": look_at_lab,
        "Word": look_at_word,
    }
    for name, step in steps.items():
        start = time.perf_counter()
        print(f"--- {name}", flush=True)
        try:
            step()
        except Exception as error:  # one step must not hide the others
            check(False, f"{name}: {type(error).__name__}: {error}")
        print(f"  {time.perf_counter() - start:.0f} s", flush=True)
    for what in absent:
        print(f"*** NOT RUN: {what} ***")
    print(f"{len(complaints)} complaints; pictures in {LOOK}")
    return int(bool(complaints))


if __name__ == "__main__":
    raise SystemExit(main())
