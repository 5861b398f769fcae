#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the documents name exists: files, links, and in the pages about the code functions and structures, too. What
stands twice, in a table of the code and in a document, is the same."""

import glob
import json
import os
import re
import subprocess
import sys

TOP = os.environ["top_srcdir"]
FOLDERS = "base swd cortex flash targets doctor server cli sim tests contrib doc scripts".split()
# Pages about the code: their functions and structures are looked up.
CODE_PAGES = ("doc/architecture.md", "doc/loader-abi.md", "doc/porting-a-family.md", "doc/virtual-board.md",
              "CONTRIBUTING.md")
# Pages about other people's files.
NOT_OURS = {"doc/ide.md", "doc/test-jobs.md"}
# Placeholders: "cli/cmd_NAME.c" is one, "flash/loaders/fpec16.S" is none.
PLACEHOLDER = re.compile(r"[A-Z]{3,}|[*…]|\bX\b")


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        return f.read()


def paths(text):
    """Files and folders of the tree that a text names."""
    pattern = r"(?<![\w./-])((?:%s)/[\w./*…-]*)" % "|".join(FOLDERS)
    for path in re.findall(pattern, text):
        path = path.rstrip(".,:")
        if not PLACEHOLDER.search(path):
            yield path


def links(page, text):
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            yield os.path.normpath(os.path.join(os.path.dirname(page), target))


# A program's path in the build folder is its name without .c.
def exists(path):
    full = os.path.join(TOP, path)
    return os.path.exists(full) or os.path.exists(full + ".c") or bool(glob.glob(full + ".*"))


def unknown_files(page, text):
    named = set(paths(text)) if page not in NOT_OURS else set()
    return sorted(name for name in named | set(links(page, text)) if not exists(name))


def sources():
    found = []
    for folder in FOLDERS[:9] + ["tests"]:
        for where, _, names in os.walk(os.path.join(TOP, folder)):
            found += [os.path.join(where, name) for name in names if name.endswith((".c", ".h"))]
    text = []
    for name in found:
        with open(name, encoding="utf-8") as f:
            text.append(f.read())
    return "\n".join(text)


def unknown_names(text, code):
    functions = {name for name in re.findall(r"\b([a-z]\w*_\w+)\(\)", text) if not re.search(r"\b%s\(" % name, code)}
    structures = {
        name for name in re.findall(r"`struct (\w+)`", text) if not re.search(r"\bstruct %s \{" % name, code)
    }
    return sorted(functions | structures)


count = 0


def check(name, unknown):
    global count
    count += 1
    print("%sok %d - %s" % ("not " if unknown else "", count, name))
    for what in unknown:
        print("# does not exist: %s" % what)


pages = sorted(
    os.path.relpath(name, TOP)
    for pattern in ("*.md", "doc/*.md", "doc/*.1", "contrib/*/README.md")
    for name in glob.glob(os.path.join(TOP, pattern))
)
for page in pages:
    if page != "CHANGELOG.md":
        check("the files that %s names exist" % page, unknown_files(page, read(page)))
code = sources()
for page in CODE_PAGES:
    if page in pages:
        check("the functions and structures that %s names exist" % page, unknown_names(read(page), code))

# Words of tables against documents.
manual, schema = read("doc/swdlink.1"), json.loads(read("doc/swdlink.schema.json"))["$defs"]
verdicts = re.findall(r"^\.It Cm (\S+)$", manual[manual.index(".Sh VERDICTS"):manual.index(".Sh OPTIONS")], re.M)
kinds = re.findall(r'\[ERR_(?!OK)\w+\] = "([a-z-]+)"', read("cli/output.c"))
check("the schema has the verdicts of the manual", set(verdicts) ^ set(schema["verdict"]["enum"]))
check("the schema has the kinds of errors", set(kinds) ^ set(schema["error"]["properties"]["kind"]["enum"]))
check("doc/json.md has the kinds of errors", {kind for kind in kinds if f"`{kind}`" not in read("doc/json.md")})
check("there are such words", [] if verdicts and kinds else ["a table"])

# Tables that are made of what the program says.
def chip_tables(*arguments):
    script = os.path.join(TOP, "scripts", "chip-tables")
    program = os.path.join(os.environ.get("top_builddir", "build"), "swdlink")
    done = subprocess.run([sys.executable, script, "--check", *arguments, program], capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


check("the tables of chips are as list-chips says", chip_tables())


# A family that swdlink programs, with an interoperability test of its own, was tried by other tools.
def untold_families(text):
    scripts = os.listdir(os.path.join(TOP, "tests", "scenarios"))
    families = re.findall(r"\binteroperability_([a-z][0-9])\.sh\b", " ".join(scripts))
    rows = [line for line in text.splitlines() if line.startswith("| 0x") and ", flash," in line]
    families = [f for f in families if os.path.exists(os.path.join(TOP, "targets", "families", f"stm32{f}.c"))]
    told = {family: [row for row in rows if f"STM32{family.upper()}" in row] for family in families}
    # One that has no flash support, whose sessions others can judge all the same, is not among the rows.
    return [f for f in families if any("other tools" not in row for row in told[f])] or ([] if any(told.values()) else families)


check("list-chips tells of the tests with other tools", untold_families(read("README.md")))

# The check itself can fail.
wrong = "`swd/no_such_file.c`, [a link](no-such-page.md), `struct no_such_thing`, no_such_function()"
found = unknown_files("doc/x.md", wrong) + unknown_names(wrong, code)
check("what does not exist is found", [] if len(found) == 4 else found + ["and nothing else"])
print("1..%d" % count)
sys.exit(0)
