"""The PostgreSQL databases that the store's tests share, one after the other."""

from typing import Any

import psycopg

DEPARTMENTS = "SELECT company, name FROM department ORDER BY company, name"


def test_a_database_that_came_back_has_the_templates_rows_again(cluster: Any, postgres_template: str) -> None:
    with psycopg.connect(cluster.url(postgres_template)) as connection:
        rows = connection.execute(DEPARTMENTS).fetchall()
    name = cluster.copy_of(postgres_template)
    with psycopg.connect(cluster.url(name)) as connection:
        connection.execute("UPDATE department SET name = name || ' 2'")
        connection.execute("DELETE FROM audit_entry")
    cluster.give_back(name, postgres_template)
    again = cluster.copy_of(postgres_template)
    with psycopg.connect(cluster.url(again)) as connection:
        assert rows and connection.execute(DEPARTMENTS).fetchall() == rows
        assert connection.execute("SELECT count(*) > 0 FROM audit_entry").fetchone() == (True,)
    cluster.give_back(again, postgres_template)
    assert again == name


def test_a_database_with_other_tables_is_not_used_again(cluster: Any, postgres_template: str) -> None:
    name = cluster.copy_of(postgres_template)
    with psycopg.connect(cluster.url(name)) as connection:
        connection.execute("ALTER TABLE department ADD COLUMN floor INTEGER")
    cluster.give_back(name, postgres_template)
    again = cluster.copy_of(postgres_template)
    cluster.give_back(again, postgres_template)
    assert again != name
