"""The two engines, seen from behind the server's back: a database each for a test, dumped whole on demand."""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

SQLITE = "sqlite"
POSTGRES = "postgres"
ENGINES = (SQLITE, POSTGRES)


@dataclass(frozen=True)
class Database:
    """Where one server keeps everything: a data directory, and on PostgreSQL a database of its own."""

    engine: str
    data_dir: Path
    url: str | None

    def arguments(self) -> list[str]:
        """How a command of the server is told of it."""
        url = ["--database-url", self.url] if self.url else []
        return ["--data-dir", str(self.data_dir), *url]

    def sqlite_file(self) -> Path:
        """The one file in the data directory that is an SQLite database."""
        found = [
            path for path in sorted(self.data_dir.rglob("*")) if path.is_file() and path.open("rb").read(15) == b"SQLite format 3"
        ]
        assert len(found) == 1, f"one SQLite database expected in {self.data_dir}: {found}"
        return found[0]

    def count(self, statement: str, *values: str) -> int:
        """What a counting statement answers; `?` stands for a value on both engines."""
        if self.url:
            with psycopg.connect(self.url) as postgres:
                row = postgres.execute(statement.replace("%", "%%").replace("?", "%s").encode(), values).fetchone()
        else:
            connection = sqlite3.connect(f"file:{self.sqlite_file()}?mode=ro", uri=True)
            try:
                row = connection.execute(statement, values).fetchone()
            finally:
                connection.close()
        assert row is not None
        return int(row[0])

    def dump(self) -> dict[str, bytes]:
        """Everything the database holds, each part under a name: for looking for what must not be there.

        SQLite: the statements that would rebuild it, and the raw bytes of every file of the data directory, so that
        pages no longer used and the write-ahead log are looked into as well. PostgreSQL: pg_dump. To find
        nothing in it means something only after the server has stopped.
        """
        if self.url:
            text = subprocess.run(["pg_dump", "--no-owner", self.url], check=True, capture_output=True).stdout
            return {"pg_dump": text}
        raw = {str(path.relative_to(self.data_dir)): path.read_bytes() for path in self.data_dir.rglob("*") if path.is_file()}
        connection = sqlite3.connect(f"file:{self.sqlite_file()}?mode=ro", uri=True)
        try:
            statements = "\n".join(connection.iterdump()).encode()
        finally:
            connection.close()
        return {**{f"bytes of {name}": content for name, content in raw.items()}, "iterdump": statements}


@contextmanager
def database(engine: str, data_dir: Path) -> Iterator[Database]:
    """A new empty database, gone afterwards."""
    if engine == SQLITE:
        yield Database(engine, data_dir, None)
        return
    server = os.environ.get("TEST_DATABASE_URL")
    assert server, "TEST_DATABASE_URL must name a PostgreSQL: run these tests with `make e2e`"
    name = f"rollright_e2e_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield Database(engine, data_dir, urlsplit(server)._replace(path=f"/{name}").geturl())
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
