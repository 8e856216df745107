import json
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from strategy_app.importers import document, strategy_document
from strategy_app.models import Strategy
from strategy_app.queries import strategy as strategy_queries


class Command(BaseCommand):
    help = (
        "Make a draft revision of a strategy from its document: DOCX, ODT,"
        " HTML, Markdown or plain text. What was not understood is kept as text and told;"
        " nothing is published."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--strategy", required=True, help="the code of the strategy")
        parser.add_argument(
            "--language",
            choices=("en", "ja"),
            help="the language of the file; otherwise its letters tell",
        )
        parser.add_argument(
            "--other-language",
            type=Path,
            metavar="FILE",
            help="the same document in the other language, matched by its structure; what"
            " only it has joins the text that it follows",
        )
        parser.add_argument("--name", default="", help="what to call the revision")
        parser.add_argument(
            "--json",
            action="store_true",
            dest="as_json",
            help="print the draft as JSON (its elements with code, parent, type, title and"
            " body, in the other language too, and its notes) and store nothing",
        )

    def handle(
        self, *, file, strategy, language, other_language, name, as_json, **_options
    ):
        found = Strategy.objects.filter(code=strategy).first()
        if found is None:
            raise CommandError(f"There is no strategy with the code {strategy!r}.")
        types = list(strategy_queries.types(found.pk))
        draft = _draft(file, language, types)
        if other_language is not None:
            other = "ja" if draft.language == "en" else "en"
            draft = document.match(draft, _draft(other_language, other, types))
        if as_json:
            self.stdout.write(json.dumps(draft.as_dict(), ensure_ascii=False, indent=2))
            return
        try:
            revision = strategy_document.load(draft, strategy=found, by=None, name=name)
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from None
        for note in draft.notes:
            # What stands beside the text has no line.
            place = f", line {note.line}" if note.line else ""
            self.stdout.write(f"{note.language}{place}: {note.message} “{note.text}”")
        self.stdout.write(
            f"Draft “{revision.name}” of {strategy}: {len(draft.elements)} elements,"
            f" {len(draft.notes)} notes. It is not published yet."
        )


def _draft(path, language, types):
    """Return the draft of a file, or say what is wrong with it."""
    try:
        blocks = document.read(path.read_bytes(), name=path.name)
        return document.outline(blocks, language=language, types=types)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.") from None
    except ValidationError as refused:
        raise CommandError(f"{path.name}: {' '.join(refused.messages)}") from None
