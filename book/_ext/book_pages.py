"""What the site needs beyond Jupyter Book.

MathJax from disk, computed alt text, chapter numbers from file names, links to the rest of the repository, and on
each notebook's page a line that opens it in Colab or downloads it.
"""

import json
import re
from pathlib import Path
from shutil import copyfile
from sysconfig import get_paths

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)
SHORTEST_ALT = 30
WIDGET = "application/vnd.jupyter.widget-view+json"
COLAB = "https://colab.research.google.com/github"
MATHJAX = "tex-svg.js"  # one file with its glyphs, so that it also works from file://


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Put MathJax beside the pages once they are written, from the package that carries it."""
    if exception is None and app.builder.format == "html":
        package = Path(get_paths()["purelib"], "sphinx-mathjax-offline")  # a folder whose name Python cannot import
        copyfile(package / "static/mathjax" / MATHJAX, Path(app.outdir, "_static", MATHJAX))


def repository(app: Sphinx) -> tuple[str, str]:
    """Return the address of the repository and its tag, from _config.yml."""
    options = app.config.html_theme_options
    return options["repository_url"], options["repository_branch"]


def link_to_repository(app: Sphinx, page: str, source: list[str]) -> None:
    """Turn links that lead out of a page's folder in the repository into links that hold on the site.

    Exercises stand beside the book in the repository and within it on the site, where `make book` copies them.
    What the site does not have is linked to in the public repository.
    """
    home, tag = repository(app)
    up = "../" * page.count("/")
    out = up if page.startswith("exercises/") else up + "../"

    def on_site(link: re.Match) -> str:
        folder, rest = link.groups()
        inside = {"book": rest, "exercises": f"exercises/{rest}"}.get(folder, "")
        there = inside and Path(app.srcdir, inside).exists()
        return f"]({up}{inside}" if there else f"]({home}/blob/{tag}/{folder}/{rest}"

    source[0] = re.sub(rf"\]\({re.escape(out)}(\w+)/([^)#\s]*)", on_site, source[0])


def offer_notebook(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Put under the title of a notebook's page where to run it; the front page begins with its explorer."""
    if doctree is None or page == app.config.root_doc or context.get("page_source_suffix") != ".ipynb":
        return
    home, tag = repository(app)
    path = f"{page}.ipynb" if page.startswith("exercises/") else f"book/{page}.ipynb"
    colab = f"{COLAB}/{home.removeprefix('https://github.com/')}/blob/{tag}/{path}"
    source = f"{context['pathto']('_sources', 1)}/{context['sourcename']}"
    line = f'<a href="{colab}">Open in Colab</a> <a href="{source}">Download the notebook</a>'
    context["body"] = context["body"].replace("</h1>", f'</h1>\n<p class="run-it">{line}</p>', 1)


def copy_notebooks_as_scripts(app: Sphinx, exception: Exception | None) -> None:
    """Write beside each notebook a script that hands on its text, for readers from disk (_static/save_notebook.js)."""
    if exception is None and app.builder.format == "html":
        for notebook in Path(app.outdir, "_sources").rglob("*.ipynb"):
            text = json.dumps(notebook.read_text("utf-8"))
            notebook.with_name(f"{notebook.name}.js").write_text(f"saveNotebook({text});\n", "utf-8")


class DescribedOutputs(SphinxPostTransform):
    """Give each image that a cell has shown the text/plain of the same output as its alt text."""

    default_priority = 3  # myst_nb keeps only one form of each output at 4

    def run(self, **kwargs) -> None:
        """Describe the images of one page, with a warning for each output that says too little."""
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") == "mime_bundle":
                self.describe(bundle, {form["mime_type"]: form for form in bundle.children})

    def describe(self, bundle: nodes.container, forms: dict[str, nodes.container]) -> None:
        """Describe one output, given in all its forms."""
        alt = " ".join(forms["text/plain"].astext().split()) if "text/plain" in forms else ""
        images = [image for kind in forms if kind.startswith("image/") for image in forms[kind].findall(nodes.image)]
        if images and (len(alt) < SHORTEST_ALT or alt.startswith("<")):
            LOGGER.warning("an image needs a text/plain that describes it, not %r", alt, location=bundle)
        if WIDGET in forms and "text/html" not in forms:
            LOGGER.warning("a widget needs a text/html that works without a kernel", location=bundle)
        for image in images:
            image["alt"] = alt
            # The theme makes what has the class "output" reachable by keyboard where it is so wide that it scrolls.
            if isinstance(bundle.parent, nodes.figure):
                bundle.parent["classes"] = ["output"]
            else:
                image.replace_self(nodes.container("", image.copy(), classes=["output"]))


def number_by_file(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Number chapters, their sections and figures by the NN of NN_topic, also while some NN are not written."""
    for page, sections in env.toc_secnumbers.items():
        if not (named := re.match(r"(\d+)_", page)):
            continue

        def renumber(numbers: dict, chapter: int = int(named[1])) -> dict:
            return {anchor: (chapter, *number[1:]) for anchor, number in numbers.items()}

        env.toc_secnumbers[page] = renumber(sections)
        env.toc_fignumbers[page] = {kind: renumber(found) for kind, found in env.toc_fignumbers.get(page, {}).items()}
        for node in [env.titles[page], *env.tocs[page].findall(nodes.reference)]:
            if "secnumber" in node:
                node["secnumber"] = (int(named[1]), *node["secnumber"][1:])
    return []


class PageTranslator(HTML5Translator):
    """Writes a source as an item of the list that it stands in; docutils gives it a role that has been withdrawn."""

    def visit_citation(self, node: nodes.citation) -> None:
        """Open one entry of the bibliography."""
        super().visit_citation(node)
        self.body[-1] = self.body[-1].replace("doc-biblioentry", "listitem")


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.config.mathjax_path = MATHJAX
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book sets it; sphinx_comments is not loaded
    app.set_translator("html", PageTranslator)
    app.add_post_transform(DescribedOutputs)
    app.connect("source-read", link_to_repository)
    app.connect("html-page-context", offer_notebook)
    app.connect("env-get-updated", number_by_file, priority=900)  # after Sphinx has given its numbers
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", copy_notebooks_as_scripts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
