#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Documents that swdlink --json printed, against doc/swdlink.schema.json.

The schema lets new keys come, for the programs that read the documents; here every key must be in it. As a program:
json_documents.py FOLDER, where the documents of a test lie as NUMBER.COMMAND; its status is 77 when jsonschema is not
installed.
"""

import copy
import json
import os
import sys

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = os.path.join(os.environ.get("top_srcdir", "."), "doc/swdlink.schema.json")


def load():
    with open(SCHEMA, encoding="utf-8") as f:
        return json.load(f)


def closed(schema):
    """The schema without room for keys that it does not name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    new = {key: closed(value) for key, value in schema.items()}
    if isinstance(new.get("properties"), dict):
        new.setdefault("additionalProperties", False)
    return new


def problems(command, document):
    """What is wrong with the document of a command ("info", "trace_loss", …): sentences."""
    schema = closed(copy.deepcopy(load()))
    command = command.replace("-", "_")
    name = command if command in schema["$defs"] else "failure"
    schema["anyOf"] = [{"$ref": f"#/$defs/{name}"}, {"$ref": "#/$defs/failure"}]
    if set(document) - {"schema", "error"}:
        schema["anyOf"].pop()  # so that a message is about the right one
    validator = jsonschema.Draft202012Validator(schema)
    found = []
    for error in validator.iter_errors(document):
        for cause in error.context or [error]:
            where = "/".join(str(part) for part in cause.absolute_path)
            found.append(f"{command}: {where or 'the document'}: {cause.message}"[:300])
    return found


def command_of(arguments):
    """The definition for a command line without the program."""
    words = [word for word in arguments if not word.startswith("-")]
    if "--trace-loss" in arguments:
        return "trace_loss"
    return words[0] if words else "serve"


def documents(text):
    """The documents that follow each other in a text."""
    text, found = text.lstrip(), []
    while text:
        document, end = json.JSONDecoder().raw_decode(text)
        found.append(document)
        text = text[end:].lstrip()
    return found


def check(arguments, text):
    """Raises AssertionError when what a command printed is not as the schema says; "" is nothing printed."""
    if jsonschema and "--json" in arguments and "--help" not in arguments:
        for document in documents(text):
            wrong = problems(command_of(arguments), document)
            assert not wrong, "\n".join(wrong)


def main(folder):
    if not jsonschema:
        return 77
    status = 0
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            for document in documents(f.read()):
                for problem in problems(name.partition(".")[2], document):
                    print(f"# {problem}")
                    status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
