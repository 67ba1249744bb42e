"""The config: what it says, where it says it, and one clear line for everything that cannot be used."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from throwaway import SETTINGS

from jwtdoctor import config, toml
from jwtdoctor.config import ConfigError, NoConfig
from jwtdoctor.config.locate import places
from jwtdoctor.config.writing import Draft, quoted, text_of

WHOLE = """\
project = "sfdx"
rules = ["our-rules"]

[defaults]
profile = "salesforce"
"warn-days" = 60
key = "common.key"

[environments.production]   # ours
org = "production"
certificates = [ # both
    "certs/app.crt", 'certs/next.crt',
]
iss = "env:SF_ID"
lifetime = 180
key-env = "SF_KEY"

[environments."uat 1"]
org = "sandbox"
aud = '''https://test.salesforce.com'''
app-name = "Acme"

[[ignore]]
rule = "cert-expired"
reason = "renewed on Monday"

[[ignore]]
rule = "exp-too-far"
reason = "agreed"
environment = "uat 1"
"""


def refusal(text: str, name: str = "jwtdoctor.toml", section: str = "") -> str:
    """What is said of a config that cannot be used: one line that begins with the file and the place."""
    with pytest.raises(ConfigError) as raised:
        config.read(text, name, section)
    told = str(raised.value)
    assert told.startswith(f"{name}:")
    assert "\n" not in told
    return told


def test_a_whole_config():
    """Values, defaults, ignores; the environment's own key goes before the common one."""
    found = config.read(WHOLE, "jwtdoctor.toml")
    production, uat = found.environments

    assert (found.project, found.rules) == ("sfdx", ("our-rules",))
    assert (production.org, production.profile, production.lifetime, production.warn_days) == (
        "production",
        "salesforce",
        180,
        60,
    )
    assert production.certificates == ("certs/app.crt", "certs/next.crt")
    assert (production.key, uat.key) == ("env:SF_KEY", "common.key")
    assert (uat.name, uat.aud, uat.app_name, uat.iss) == ("uat 1", "https://test.salesforce.com", "Acme", None)
    assert [(each.rule, each.environment) for each in found.ignores] == [("cert-expired", None), ("exp-too-far", "uat 1")]
    assert found.environment("uat 1") is uat
    assert found.environment("none") is None


def test_every_value_knows_its_place():
    """Also members of a list, values of the defaults, and the header for what is not there."""
    found = config.read(WHOLE, "jwtdoctor.toml")
    production, uat = found.environments
    lines = WHOLE.split("\n")

    for environment in (production, uat):
        for key, origin in environment.origins.items():
            span = origin.span
            rows = lines[span.line - 1 : span.end_line]
            rows[-1] = rows[-1][: span.end_column - 1]
            rows[0] = rows[0][span.column - 1 :]
            assert "\n".join(rows) == origin.expression, key
    assert production.origins["certificates.1"].expression == "'certs/next.crt'"
    assert production.origins["warn-days"].span.line == 6
    assert production.place("sub") == production.origins[""].span
    assert production.origins[""].expression == "[environments.production]"


def test_values_of_variables():
    """Filled in from what is given; one that is not set, or is empty, is told by name."""
    production = config.read(WHOLE, "jwtdoctor.toml").environments[0]

    assert config.resolved(production, {"SF_ID": "PlatformCLI"}).iss == "PlatformCLI"
    for variables in ({}, {"SF_ID": ""}):
        unset = config.resolved(production, variables)
        assert (unset.iss, unset.unset) == (None, {"iss": "SF_ID"})
        assert unset.key == "env:SF_KEY"


def test_the_section_of_a_pyproject():
    """The same keys below [tool.jwtdoctor]; a file without it has no config, which is no fault."""
    text = '[project]\nname = "x"\n[tool.jwtdoctor.environments.a]\niss = "PlatformCLI"\n'
    assert config.read(text, "pyproject.toml", "tool.jwtdoctor").environments[0].origins["iss"].span.line == 4

    for text in ("", '[project]\nname = "x"\n', "[tool.ruff]\n"):
        with pytest.raises(NoConfig):
            config.read(text, "pyproject.toml", "tool.jwtdoctor")
    assert refusal("[tool]\njwtdoctor = 3", "pyproject.toml", "tool.jwtdoctor").startswith(
        "pyproject.toml:2:1: `tool.jwtdoctor` must be a table, not a number"
    )
    assert "[tool.jwtdoctor.environments.a]" in refusal(
        "[tool.jwtdoctor.environments.a]\nisss = 'x'", "pyproject.toml", "tool.jwtdoctor"
    )


REFUSED = {
    "[environments.a]\nisss = 'x'": (":2:1:", "unknown key `isss`", "did you mean `iss`?", "accepted: profile, org"),
    "[environment.a]\niss = 'x'": (":1:1:", "unknown key `environment`", "did you mean `environments`?"),
    "[environments.a]\norg = 'sandbx'": (":2:7:", "did you mean `sandbox`?", "one of production, sandbox"),
    "[environments.a]\nlifetime = '180'": (":2:12:", "`lifetime` is a string", "a whole number of seconds"),
    "[environments.a]\nlifetime = true": ("`lifetime` is a truth value",),
    "[environments.a]\nlifetime = 0": ("`lifetime` is 0",),
    "[environments.a]\nwarn-days = 1.5": ("a number with a fraction", "whole number of days"),
    "[environments.a]\nwarn-days = 2026-01-01": ("a date or time",),
    "[environments.a]\niss = ['x']": ("must be a string, not a list",),
    "[environments.a]\niss = '  '": ("`iss` is empty", "leave the line out"),
    "[environments.a]\ncertificates = 3": ("must be a list of strings",),
    "[environments.a]\ncertificates = ['a', 3]": (":2:22:", "a number that is no name of a file"),
    "[environments.a]\nkey = 'k'\nkey-env = 'K'": (":3:1:", "`key` and `key-env` both"),
    "[environments.a]\nkey-env = '1 K'": ("names no variable",),
    "[environments.a]\niss = 'env:'": ("names no variable",),
    "[environments.a]\nkey = 'env:a b'": ("`key` names no variable",),
    "environments = 3": (":1:1:", "must be a table, not a number", "[environments.NAME]"),
    "[environments]\na = 'x'": (":2:1:", "must be a table, not a string"),
    "[environments]\n": ("names no environment",),
    "project = '.'\n": ("names no environment",),
    "[defaults]\niss = 3\n[environments.a]\n": (":2:7:",),
    "[environments.a]\n[environments.b]\n[environments.a]\n": (":3:1:", "[environments.a] is there twice", "line 1"),
    "[environments.a]\n[environments.A]\n": (":2:1:", "two environments of one name", "'a' and 'A'"),
    "[environments.a]\niss = 'x'\niss = 'y'": (":3:1:", "`iss` is set twice"),
    "[environments.'a\\nb']\n": ("cannot name an environment",),
    "[environments.'']\n": ("cannot name an environment",),
    "[environments.a]\n[[ignore]]\nrule = 'x'": (":2:1:", "lacks `reason`"),
    "[environments.a]\n[ignore]\nrule = 'x'": ("must be a list of tables", "[[ignore]]"),
    "[environments.a]\n[[ignore]]\nrule = 'x'\nreason = 'y'\nenvironment = 'b'": (":5:15:", "no environment is called 'b'"),
    "[environments.a]\niss = 'x": (":2:", "not TOML"),
    "no toml at all": (":1:4:", "not TOML"),
    "": ("empty",),
    " \n\t\n": ("empty",),
    "a = " + "[" * 20_000: ("not TOML that can be read",),
    "a = " + "9" * 10_000: ("not TOML that can be read",),
    "\n " + ".".join(["a"] * 100_000) + " = 1": (":2:2:", "a key of more than 32 parts"),
    "[environments.a]\ncertificates = [" + "'x'," * 21 + "]": (":2:16:", "21 members", "up to 20 files"),
    "# \u00e9\n" * 100_000: ("larger than 256 KiB",),
    "[environments.a]\niss = '\x00'": ("not TOML",),
}


def test_only_a_key_has_parts():
    """Dots in strings, comments and numbers are none; quoted parts of a key are parts."""
    dots = ".".join(["a"] * 40)
    for text in (
        f'x = "{dots}"',
        f"x = '{dots}' # {dots}",
        f'x = """\n{dots}\n\\""" {dots}"""',
        "x = [1.5, 2.5]\n" * 1,
        ".".join("a" * 32) + " = 1",
    ):
        assert toml.loads(text)
    for text in ("x = {" + ".".join(["'a'"] * 33) + " = 1}", "[" + " . ".join(["a"] * 33) + "]"):
        with pytest.raises(toml.NotToml, match="more than 32 parts"):
            toml.loads(text)


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
def test_what_cannot_be_used_is_told_with_its_place(text):
    """The place, what is wrong, and what would be accepted."""
    told = refusal(text)
    for word in REFUSED[text]:
        assert word in told
    assert len(told) < 700


def test_a_key_in_the_config_is_refused_and_not_repeated():
    """A private key in the place of its file's name."""
    told = refusal('[environments.a]\nkey = """-----BEGIN PRIVATE KEY-----\nMIIEsecretsecret\n-----END PRIVATE KEY-----"""\n')
    assert "holds a private key" in told
    assert "MIIE" not in told


def test_nothing_in_a_message_steers_a_terminal():
    """Names and values are shown, never obeyed."""
    for text in (
        '["environments"."\\u001b[31m"]\n',
        '[environments.a]\n"\\u001b[2J" = 1\n',
        '[environments.a]\norg = "\\u001b[2J\\u202e"\n',
    ):
        told = refusal(text)
        assert told.isprintable()


def test_as_many_environments_as_are_told_apart():
    """A hundred, and no more."""
    tables = [f"[environments.e{n}]\n" for n in range(101)]
    assert len(config.read("".join(tables[:100]), "jwtdoctor.toml").environments) == 100
    assert "more than 100 environments" in refusal("".join(tables))


def test_a_byte_order_mark_and_the_line_breaks_of_windows():
    """Both are read, and places stay right."""
    text = "\ufeff[environments.a]\r\norg = 'sandbox'\r\niss = 'x' # y\r\n"
    found = config.read(text, "jwtdoctor.toml").environments[0]
    assert found.origins["iss"].span[:2] == (3, 7)
    assert found.origins["iss"].expression == "'x'"


ODD = (
    "a.b.c = 1\n[x]\ny = { z = [1, {q = 'w'}], \"r s\" = 2 }\n[[t]]\nu = 1\n[[t]]\nu = [ [1, 2], [3,\n4], ]\n[t.v]\nw = 1979-05-27 07:32:00\n",
    's = """a\n"quoted"\\""""""\nt = \'\'\'it\'s\'\'\'\'\nu = -1_000 # c\nv=1e3\n',
    "'' = 1\n\"\\u00e9\" = { }\nx = []\n",
)


@pytest.mark.parametrize("text", ODD)
def test_the_places_of_odd_toml(text):
    """What the parser reads, the finder of places finds: every leaf, and its text is that leaf's value."""
    found = places(text)

    def leaves(value, path):
        if isinstance(value, dict):
            for name, each in value.items():
                yield from leaves(each, (*path, name))
        elif isinstance(value, list):
            for at, each in enumerate(value):
                yield from leaves(each, (*path, at))
        else:
            yield path, value

    for path, value in leaves(tomllib.loads(text), ()):
        assert tomllib.loads(f"x = {found[path].written}")["x"] == value, path


@SETTINGS
@given(st.text(alphabet="[]{}=.,'\"#\\ \n\tab1é", max_size=60))
def test_the_finder_of_places_ends(text):
    """On any text at all, TOML or not."""
    for found in places(text).values():
        assert found.value.line >= 1


@SETTINGS
@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_written_is_read(sub, name):
    """A config made of any answers says the same when it is read, or is refused in words."""
    draft = Draft("a", org="sandbox", sub=f"x{sub}", certificates=(f"c{name}",), key_env="K")
    text = text_of([draft], project=True)
    assert tomllib.loads(f"x = {quoted(sub)}")["x"] == sub.encode("utf-8", "replace").decode()
    try:
        found = config.read(text, "jwtdoctor.toml")
    except ConfigError as wrong:
        assert "\0" in sub + name, wrong  # noqa: PT017 - nothing else is refused
    else:
        assert found.environments[0].sub == f"x{sub}".encode("utf-8", "replace").decode()
        assert found.project == "."
