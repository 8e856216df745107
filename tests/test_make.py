"""The commands that the README names, and the files that deployments start from."""

import os
import re
import subprocess

import yaml

from config.settings import BASE_DIR


def test_make_alone_lists_every_target():
    said = subprocess.run(
        ["make", "--no-print-directory"], cwd=BASE_DIR, capture_output=True, text=True,
        check=True, env=os.environ | {"MAKEFLAGS": ""},
    ).stdout  # fmt: skip

    listed = re.findall(r"^  make (\S+)  +\S", said, re.MULTILINE)
    phony = re.findall(
        r"^\.PHONY: (\S+)", (BASE_DIR / "Makefile").read_text(), re.MULTILINE
    )
    assert listed == [target for target in phony if target != "browser"]
    assert {"run", "test", "test-postgres", "lint", "bench"} <= set(listed)


def test_compose_starts_the_site_once_its_database_is_healthy():
    services = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())["services"]

    web, database = services["web"], services["database"]
    assert web["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "pg_isready" in database["healthcheck"]["test"][1]
    assert "/readyz" in web["healthcheck"]["test"][-1]
    assert web["environment"]["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert database["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert web["volumes"] == [f"media:{web['environment']['MEDIA_ROOT']}"]


def test_image_is_not_run_as_root_and_checks_its_health():
    lines = (BASE_DIR / "Dockerfile").read_text()

    last_stage = lines[lines.rindex("\nFROM ") :]
    assert "\nUSER tracker\n" in last_stage
    assert "/healthz" in last_stage
    assert "--require-hashes" in lines


def test_secrets_stay_out_of_the_image_and_the_repository():
    for name in [".dockerignore", ".gitignore"]:
        ignored = (BASE_DIR / name).read_text().split()
        assert {".env", ".venv"} <= {entry.rstrip("/") for entry in ignored}, name


def test_every_setting_is_in_the_readme():
    settings = (BASE_DIR / "config" / "settings.py").read_text()
    settings += (BASE_DIR / "config" / "gunicorn.py").read_text()
    names = set(
        re.findall(r'(?:env(?:\.\w+)?|environ\.get)\(\s*[\'"]([A-Z_]+)[\'"]', settings)
    )
    readme = (BASE_DIR / "README.md").read_text(encoding="utf-8")

    missing = {name for name in names if f"`{name}`" not in readme}
    # Known only to the tests and to the making of the image.
    assert missing == {"REQUIRE_SECRET_KEY"}
