"""Which of the described answers no test has got: `answers.py FOLDER`, with what the tests have noted there.

Prints those that are missing, and those that were got and are not described; ends with 1 where there are any.
"""

import json
import pathlib
import sys


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    described = set()
    document = json.loads((folder / "openapi.json").read_text())
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            for status in operation["responses"]:
                described.add((method.upper(), path, status))
    got = set()
    for notes in folder.iterdir():
        if notes.name == "openapi.json":
            continue
        for line in notes.read_text().splitlines():
            method, route, status = line.split(" ")
            got.add((method, route, status))
    operations = {(method, path) for method, path, _ in described}
    missing = sorted(described - got, key=lambda one: (one[1], one[0], one[2]))
    more = sorted(one for one in got - described if one[:2] in operations)
    for method, path, status in missing:
        print(f"no test got {status} of {method} {path}")
    for method, path, status in more:
        print(f"not described: {status} of {method} {path}")
    print(f"{len(described)} answers are described, {len(missing)} of them no test got")
    return 1 if missing or more else 0


if __name__ == "__main__":
    sys.exit(main())
