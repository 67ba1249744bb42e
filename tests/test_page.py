"""The page in a real browser: nothing is loaded, nothing runs, everything can be read, on any screen and on paper.

`.ci/test` installs Chromium where it is missing and says that it must be there; without that word a machine that has none skips this.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, installed
from test_formats import REPORTS, made
from test_inert import ATTACKS, from_code
from throwaway import CLAIMS, NOW, unsigned

from jwtdoctor import diagnose
from jwtdoctor.render import Look, outline, render
from jwtdoctor.report import Report

pytestmark = pytest.mark.once
REQUIRED = bool(os.environ.get("JWTDOCTOR_BROWSER_REQUIRED"))
if installed() is None and not REQUIRED:
    pytest.skip("no Chromium and chromedriver on this machine; `.ci/test` installs them", allow_module_level=True)

VIEWS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]
SEEN = """
const seen = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode, element = node.parentElement;
  if (!node.data.trim() || element.closest('details:not([open]) > :not(summary)')) continue;
  const range = document.createRange(); range.selectNodeContents(node);
  const style = getComputedStyle(element), layers = [];
  for (let each = element; each; each = each.parentElement) layers.push(getComputedStyle(each).backgroundColor);
  const box = range.getBoundingClientRect();
  seen.push([node.data.trim().slice(0, 60), style.color, layers, parseFloat(style.fontSize), box.left, box.right, box.height, style.visibility]);
}
return seen;
"""
"""Every visible text: colour, the backgrounds under it from the inside out, size, and where it stands."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here."""
    found = installed()
    assert found is not None, (
        "no Chromium and chromedriver here, though they are required: `apt-get install chromium chromium-driver`"
    )
    browser = Browser(*found)
    yield browser
    browser.close()


def reports() -> dict[str, Report]:
    """The golden cases, code with its change, every attack at once, and nothing."""
    attack = " ".join(ATTACKS)
    hostile = unsigned({**dict.fromkeys(CLAIMS, attack), attack: attack}, {"alg": attack, "kid": attack})
    return {
        **{name: made(name) for name in REPORTS},
        "source code": from_code(),
        "every attack": diagnose(hostile, now=NOW, error=attack, endpoint=attack, profile="salesforce", source=attack[:150]),
        "long words": diagnose(
            unsigned({**CLAIMS, "aud": f"https://{'x' * 300}.example", "sub": "y" * 140}), now=NOW, source="z" * 200
        ),
        "nothing": Report((), None, "0.0.0"),
    }


MADE = reports()


def shown(browser: Browser, report: Report, folder: Path) -> str:
    """Open the page of a report; what was logged before is forgotten."""
    page = folder / "page.html"
    page.write_text(render(report, "html", Look()), encoding="utf-8", newline="")
    browser.log("browser")
    browser.log("performance")
    browser.open(page)
    return page.as_uri()


def channels(colour: str) -> tuple[float, float, float, float]:
    """Red, green, blue of 0 to 1, and opacity, of ``rgb()`` or ``rgba()``."""
    red, green, blue, *opacity = (float(each) for each in colour.partition("(")[2].rstrip(")").split(","))
    return red / 255, green / 255, blue / 255, opacity[0] if opacity else 1.0


def luminance(colour: tuple[float, float, float]) -> float:
    """WCAG 2.2, relative luminance."""
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, layers: list[str]) -> float:
    """WCAG 2.2, contrast ratio of a text against the first opaque background under it."""
    behind = next(channels(each)[:3] for each in layers if channels(each)[3] == 1)
    first, second = sorted((luminance(channels(colour)[:3]), luminance(behind)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def requests(events: list[dict[str, Any]]) -> list[str]:
    """Addresses that were asked for."""
    messages = [json.loads(each["message"])["message"] for each in events]
    return [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]


@pytest.mark.parametrize("name", MADE)
def test_nothing_is_loaded_and_nothing_runs(browser, tmp_path, name):
    """One request, the page; no word on the console; no element that could do anything."""
    address = shown(browser, MADE[name], tmp_path)
    assert browser.run("return document.readyState") == "complete"
    assert browser.log("browser") == []
    assert requests(browser.log("performance")) == [address]
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    assert (
        browser.run(
            "return document.querySelectorAll('script,iframe,img,svg,object,embed,form,input,link,base,[style],[src]').length"
        )
        == 0
    )
    assert (
        browser.run("return [...document.links].map(each => each.getAttribute('href')).filter(each => !each.startsWith('#'))")
        == []
    )
    assert (
        browser.run(
            "return [...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => a.name.startsWith('on')).length"
        )
        == 0
    )


def test_the_policy_is_in_force(browser, tmp_path):
    """The same page with a script, a style and a picture of a stranger in it: the browser refuses each, so what is ours is let in by its digest."""
    page = tmp_path / "page.html"
    stranger = (
        "<script>document.title='ran'</script><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><style>h1{color:#123456}</style>"
        "<p style='color:#123456' id='p'>x</p>"
    )
    page.write_text(render(MADE["another-key"], "html", Look()).replace("</main>", f"{stranger}</main>"), encoding="utf-8")
    browser.log("browser")
    browser.open(page)
    assert browser.run("return document.title") != "ran"
    assert (
        browser.run("return ['h1', '#p'].map(each => getComputedStyle(document.querySelector(each)).color)")
        != ["rgb(18, 52, 86)"] * 2
    )
    assert "rgb(18, 52, 86)" not in browser.run(
        "return ['h1', '#p'].map(each => getComputedStyle(document.querySelector(each)).color)"
    )
    refused = [each["message"] for each in browser.log("browser") if "Content Security Policy" in each["message"]]
    assert len(refused) >= 4


@pytest.mark.parametrize("name", MADE)
def test_it_can_be_read(browser, tmp_path, name):
    """At 1280 and 360 pixels, light and dark: no scrolling sideways, nothing cut off, contrast of WCAG 2.2 AA, no tiny letters."""
    shown(browser, MADE[name], tmp_path)
    browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    for width, scheme in VIEWS:
        browser.width(width)
        browser.media("screen", scheme)
        assert browser.run("return document.documentElement.scrollWidth") <= width, f"scrolls sideways at {width}"
        texts = browser.run(SEEN)
        assert texts
        for text, colour, layers, size, left, right, height, visibility in texts:
            where = f"{text!r} at {width}, {scheme}"
            assert contrast(colour, layers) >= 4.5, f"{where}: {colour} on {layers}"
            assert size >= 12, where
            assert -0.5 <= left <= right <= width + 0.5, where
            assert height > 0, where
            assert visibility == "visible", where
        dark = luminance(channels(browser.run("return getComputedStyle(document.body).backgroundColor"))[:3]) < 0.1
        assert dark == (scheme == "dark")


@pytest.mark.parametrize("name", REPORTS)
def test_the_words_are_on_the_screen(browser, tmp_path, name):
    """The answer, each finding, and what to change, as a person sees them."""
    shown(browser, MADE[name], tmp_path)
    browser.media("screen")
    told = "".join(browser.run("return document.body.innerText").split()).lower()
    for result in MADE[name].results:
        assert outline.badge(result).lower() in told
        for sentence in (outline.answer(result), *(each.help for each in outline.ordered(result))):
            assert "".join(sentence.replace("`", "").split()).lower() in told.replace("`", "")


def test_on_paper(browser, tmp_path):
    """Dark ink on white whatever the reader's scheme, and what was folded is unfolded."""
    shown(browser, MADE["another-key"], tmp_path)
    browser.media("print", "dark")
    for text, colour, layers, *_ in browser.run(SEEN):
        assert contrast(colour, layers) >= 4.5, text
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    heights = browser.run(
        "return [...document.querySelectorAll('details > div')].map(each => each.getBoundingClientRect().height)"
    )
    assert len(heights) == 2
    assert min(heights) > 20
    assert browser.printed().startswith(b"%PDF-")


def test_it_has_landmarks_and_headings(browser, tmp_path):
    """What a screen reader goes by: one main part, headings in order, a name for every region, and the language."""
    shown(browser, MADE["a-log-of-three"], tmp_path)
    browser.devtools("Accessibility.enable")
    nodes = browser.devtools("Accessibility.getFullAXTree")["nodes"]
    browser.devtools("Accessibility.disable")
    found = [
        (each.get("role", {}).get("value"), each.get("name", {}).get("value", "")) for each in nodes if not each.get("ignored")
    ]
    roles = [role for role, _ in found]
    assert (roles.count("main"), roles.count("banner"), roles.count("contentinfo"), roles.count("navigation")) == (1, 1, 1, 1)
    assert roles.count("article") == 3
    assert all(name for role, name in found if role in ("article", "navigation", "heading", "link"))
    assert browser.run("return document.documentElement.lang") == "en"


def test_the_list_of_results_leads_to_them(browser, tmp_path):
    """A click, by mouse or key, and the result is at the top."""
    shown(browser, MADE["a-log-of-three"], tmp_path)
    browser.width(1280)
    browser.media("screen")
    browser.run("document.querySelectorAll('nav a')[1].click()")
    assert browser.run("return location.hash") == "#result-2"
    assert browser.run("return Math.abs(document.getElementById('result-2').getBoundingClientRect().top) < 5")
