"""The types of elements become data of their strategy instead of a list in the code.

Each strategy gets the types that its wordings are or were of, in the order and with the
names of the list. The triggers that hold published wordings and histories stand aside
while the rows are filled in: PostgreSQL switches them off and on again, SQLite rebuilds the
tables anyway, and post_migrate puts its triggers back (models/guards.py).
"""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

NAMES = {
    "strategy": ("Strategy", "戦略"),
    "mission": ("Mission", "使命"),
    "purpose": ("Purpose", "目的"),
    "aim": ("Aim", "目標(めざすもの)"),
    "aim_component": ("Part of an aim", "目標の構成要素"),
    "key_point": ("Key point", "重点"),
    "sub_point": ("Sub-point", "小項目"),
    "global_issue": ("Global issue", "地球規模課題"),
    "driver": ("Driver", "推進要因"),
    "driver_factor": ("Factor of a driver", "推進要因の構成要素"),
    "claim": ("Statement", "基本認識"),
    "definition": ("Definition", "定義"),
    "indicator": ("Indicator", "指標"),
    "role": ("Role", "役割"),
    "portfolio_kind": ("Portfolio category", "事業区分"),
    "partner_type": ("Kind of partner", "パートナーの種別"),
    "basis_document": ("Basis document", "根拠文書"),
    "process": ("Process", "策定・運用"),
    "goal": ("Goal", "目標"),
    "goal_target": ("Target of a goal", "目標のターゲット"),
}
GUARDS = {
    "strategy_app_wording": "guard_wording_update",
    "strategy_app_historicalwording": "guard_historicalwording_update",
}
# As in services/change.py: whoever writes waits until the tables are changed.
TURN = 20_170_801


def take_turn(apps, schema_editor):
    """Wait for whoever is writing: ids of changes are in the order of commits."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"SELECT pg_advisory_xact_lock({TURN})")


def without_guards(fill):
    """Let ``fill`` alter what is published and what is history."""

    def filled(apps, schema_editor):
        installed = _installed(schema_editor)
        for table, name in installed:
            if schema_editor.connection.vendor == "sqlite":
                schema_editor.execute(f"DROP TRIGGER {name}")
            else:
                schema_editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        fill(apps)
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table, name in installed:
                schema_editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")

    return filled


def _installed(schema_editor):
    """Return those of GUARDS that there are: none in a database that is being made."""
    sql = "SELECT tgname FROM pg_trigger"
    if schema_editor.connection.vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(sql)
        there = {name for (name,) in cursor.fetchall()}
    return [(table, name) for table, name in GUARDS.items() if name in there]


def make_types(apps):
    """Make the types of each strategy, and let its wordings and their history have them."""
    model = {
        name: apps.get_model("strategy_app", name)
        for name in ("Change", "Strategy", "ElementType", "HistoricalElementType",
                     "Wording", "HistoricalWording")
    }  # fmt: skip
    if not model["HistoricalWording"].objects.exists():
        return
    now = timezone.now()
    change = model["Change"].objects.create(
        at=now, action="load", source="command",
        reason="The types of elements are data of their strategy",
    )  # fmt: skip
    for strategy in model["Strategy"].objects.order_by("pk"):
        tables = [
            model[name].objects.filter(element__strategy=strategy.pk)
            for name in ("Wording", "HistoricalWording")
        ]
        for order, kind in enumerate(_kinds(tables), start=1):
            name_en, name_ja = NAMES.get(kind, (kind, ""))
            fields = {
                "code": kind, "name_en": name_en, "name_ja": name_ja, "order": order,
                "is_alignable": _is_alignable(tables, kind), "strategy_id": strategy.pk,
            }  # fmt: skip
            made = model["ElementType"].objects.create(**fields)
            model["HistoricalElementType"].objects.create(
                id=made.pk, change_id=change.pk, history_date=now, history_type="+",
                **fields,
            )  # fmt: skip
            for rows in tables:
                rows.filter(kind=kind).update(type_id=made.pk)


def _kinds(tables):
    """Return the kinds that there are, in the order of the list."""
    found = {kind for rows in tables for kind in rows.values_list("kind", flat=True)}
    order = list(NAMES)
    return sorted(found, key=lambda kind: (kind not in NAMES, kind in NAMES and
                                           order.index(kind), kind))  # fmt: skip


def _is_alignable(tables, kind):
    """Whether most of what is, or was, of a kind is alignable."""
    rows = next(found for rows in tables if (found := rows.filter(kind=kind)).exists())
    return rows.filter(is_alignable=True).count() * 2 >= rows.count()


def name_kinds(apps):
    """Let wordings and their history say the code of their type again."""
    for each in apps.get_model("strategy_app", "ElementType").objects.all():
        for name in ("Wording", "HistoricalWording"):
            rows = apps.get_model("strategy_app", name).objects.filter(type_id=each.pk)
            rows.update(kind=each.code[:20])


def nothing(apps, schema_editor):
    """Do nothing."""


class Migration(migrations.Migration):

    dependencies = [
        ('strategy_app', '0009_dismissals'),
    ]

    operations = [
        migrations.RunPython(take_turn, nothing),
        migrations.CreateModel(
            name='ElementType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='It stays for good: the API and files name the type by it.', max_length=32, validators=[django.core.validators.RegexValidator('\\A[a-z0-9]+(_[a-z0-9]+)*\\Z', 'Use small letters and digits, joined by underscores (key_point).')], verbose_name='code')),
                ('name_en', models.CharField(max_length=100, verbose_name='name (English)')),
                ('name_ja', models.CharField(blank=True, max_length=100, verbose_name='name (Japanese)')),
                ('is_alignable', models.BooleanField(default=True, help_text='Programmes can be aligned with new elements of this type.', verbose_name='alignable')),
                ('order', models.PositiveIntegerField(default=0, help_text='Types are offered from the smallest.', verbose_name='order')),
                ('strategy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='types', to='strategy_app.strategy', verbose_name='strategy')),
            ],
            options={
                'verbose_name': 'type of element',
                'verbose_name_plural': 'types of elements',
            },
        ),
        migrations.CreateModel(
            name='HistoricalElementType',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.CharField(help_text='It stays for good: the API and files name the type by it.', max_length=32, validators=[django.core.validators.RegexValidator('\\A[a-z0-9]+(_[a-z0-9]+)*\\Z', 'Use small letters and digits, joined by underscores (key_point).')], verbose_name='code')),
                ('name_en', models.CharField(max_length=100, verbose_name='name (English)')),
                ('name_ja', models.CharField(blank=True, max_length=100, verbose_name='name (Japanese)')),
                ('is_alignable', models.BooleanField(default=True, help_text='Programmes can be aligned with new elements of this type.', verbose_name='alignable')),
                ('order', models.PositiveIntegerField(default=0, help_text='Types are offered from the smallest.', verbose_name='order')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategy_app.change', verbose_name='change')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('strategy', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategy_app.strategy', verbose_name='strategy')),
            ],
            options={
                'verbose_name': 'historical type of element',
                'verbose_name_plural': 'historical types of elements',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name='elementtype',
            constraint=models.UniqueConstraint(fields=('strategy', 'code'), name='element_type_code_unique', violation_error_message='This strategy has a type of this code.'),
        ),
        migrations.AddField(
            model_name='historicalwording',
            name='type',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategy_app.elementtype', verbose_name='type'),
        ),
        migrations.AddField(
            model_name='wording',
            name='type',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='wordings', to='strategy_app.elementtype', verbose_name='type'),
        ),
        migrations.RunPython(without_guards(make_types), without_guards(name_kinds)),
        migrations.AlterField(
            model_name='wording',
            name='type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wordings', to='strategy_app.elementtype', verbose_name='type'),
        ),
        # So that the column can come back empty.
        migrations.AlterField(
            model_name='wording',
            name='kind',
            field=models.CharField(default='', max_length=20, verbose_name='type'),
        ),
        migrations.RemoveField(
            model_name='wording',
            name='kind',
        ),
        # So that the column can come back empty.
        migrations.AlterField(
            model_name='historicalwording',
            name='kind',
            field=models.CharField(default='', max_length=20, verbose_name='type'),
        ),
        migrations.RemoveField(
            model_name='historicalwording',
            name='kind',
        ),
        migrations.RunPython(nothing, take_turn),
    ]
