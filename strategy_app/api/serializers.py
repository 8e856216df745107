"""How rows look in the API. Only for output: what is sent in is checked by the forms."""

from django.urls import reverse
from rest_framework import serializers

from strategy_app.models import (
    Alignment,
    Budget,
    Change,
    ElementType,
    Evidence,
    Level,
    Programme,
    Revision,
    Strategy,
    Wording,
)
from strategy_app.permissions import can_see_people

KIND = "The code of its type, named today as `kind_en` and `kind_ja` say."


class _KnownField(serializers.CharField):
    """Text that is null where it is not known."""

    def __init__(self, **kwargs):
        super().__init__(**({"allow_null": True, "read_only": True} | kwargs))

    def to_representation(self, value):
        return value or None


class _PersonField(serializers.CharField):
    """The name of a person, null for the public and where nobody did it."""

    def __init__(self, **kwargs):
        super().__init__(allow_null=True, read_only=True, **kwargs)

    def to_representation(self, value):
        return str(value) if can_see_people(self.context["request"].user) else None


class RevisionSerializer(serializers.ModelSerializer):
    in_force_from = serializers.DateField()
    in_force_until = serializers.DateField(
        allow_null=True, help_text="The day from which the next revision is in force."
    )

    class Meta:
        model = Revision
        fields = (
            "id", "name_en", "name_ja", "preface_en", "preface_ja",
            "in_force_from", "in_force_until",
        )  # fmt: skip


class ElementTypeSerializer(serializers.ModelSerializer):
    alignable = serializers.BooleanField(
        source="is_alignable",
        help_text="Whether programmes can be aligned with new elements of this type.",
    )

    class Meta:
        model = ElementType
        fields = ("code", "name_en", "name_ja", "alignable")


class StrategySerializer(serializers.ModelSerializer):
    types = ElementTypeSerializer(
        source="ordered_types",
        many=True,
        help_text="What its elements are called: `kind` of an element is one of the codes.",
    )
    revisions = RevisionSerializer(
        source="published", many=True, help_text="Published revisions, the oldest first."
    )

    class Meta:
        model = Strategy
        fields = ("code", "name_en", "name_ja", "types", "revisions")


class ElementSerializer(serializers.ModelSerializer):
    code = serializers.CharField(source="element.code")
    strategy = serializers.CharField(source="revision.strategy.code")
    revision = serializers.IntegerField(source="revision_id")
    parent = serializers.CharField(source="parent.code", allow_null=True)
    kind = serializers.CharField(source="type.code", help_text=KIND)
    kind_en = serializers.CharField(source="type.name_en")
    kind_ja = serializers.CharField(source="type.name_ja")
    depth = serializers.IntegerField(help_text="How many alignable elements are above it.")
    position = serializers.IntegerField(
        source="place", help_text="Its place in the strategy's order, from 1."
    )

    class Meta:
        model = Wording
        fields = (
            "code", "strategy", "revision", "parent", "kind", "kind_en", "kind_ja",
            "is_alignable", "depth", "position", "title_en", "title_ja", "body_en",
            "body_ja", "source", "modification",
        )  # fmt: skip


class BudgetSerializer(serializers.ModelSerializer):
    class Meta:
        model = Budget
        fields = ("fiscal_year", "amount")


class ProgrammeSerializer(serializers.ModelSerializer):
    category = serializers.CharField(source="category.code")
    department = serializers.CharField(source="department.code", allow_null=True)
    starts_on = _KnownField(help_text="As precisely as known: 2009, 2009-04, 2009-04-01.")
    ends_on = _KnownField(help_text="The last year, month or day, as far as known.")
    url = _KnownField()
    partner_countries = serializers.SerializerMethodField(
        help_text="ISO 3166-1 codes of the partner countries."
    )
    budgets = BudgetSerializer(source="known_budgets", many=True)
    active = serializers.SerializerMethodField(help_text="Whether it runs on `day`.")

    class Meta:
        model = Programme
        fields = (
            "code", "name_en", "name_ja", "category", "department", "status",
            "starts_on", "ends_on", "end_is_illustrative", "active",
            "partner_countries", "budgets", "url", "summary_en", "summary_ja", "source",
        )  # fmt: skip

    def get_partner_countries(self, programme) -> list[str]:
        return [country.code for country in programme.partner_countries]

    def get_active(self, programme) -> bool:
        return programme.is_active(self.context["day"])


class EvidenceSerializer(serializers.ModelSerializer):
    url = _KnownField()
    file = serializers.SerializerMethodField(
        help_text="Where the attached file can be had, by people with an account."
    )

    class Meta:
        model = Evidence
        fields = ("title", "url", "file", "dated_on")

    def get_file(self, evidence) -> str | None:
        request = self.context["request"]
        if not evidence.file or not can_see_people(request.user):
            return None
        return request.build_absolute_uri(reverse("evidence-file", args=[evidence.pk]))


class AlignmentSerializer(serializers.ModelSerializer):
    strategy = serializers.CharField(source="element.strategy.code")
    programme = serializers.CharField(source="programme.code")
    element = serializers.CharField(source="element.code")
    evidence = EvidenceSerializer(many=True)
    recorded_at = serializers.DateTimeField(source="opened_in.at")
    recorded_by = _PersonField(source="opened_in.by")
    confirmed = serializers.BooleanField(
        source="state.is_confirmed",
        read_only=True,
        help_text="Whether, on `day`, a second person's confirmation stands.",
    )
    lapse = serializers.ChoiceField(
        source="state.lapse",
        choices=["wording", "programme"],
        allow_null=True,
        read_only=True,
        help_text="Why a confirmation no longer counts: what has been written anew since.",
    )
    illustrative = serializers.BooleanField(source="opened_in.illustrative")
    opened_in = serializers.IntegerField(
        source="opened_in_id", help_text="Id of the change that recorded it."
    )
    closed_in = serializers.IntegerField(source="closed_in_id", allow_null=True)
    confirmed_in = serializers.IntegerField(source="confirmed_in_id", allow_null=True)

    class Meta:
        model = Alignment
        fields = (
            "id", "strategy", "programme", "element", "level", "rationale", "evidence",
            "valid_from", "valid_until", "recorded_at", "recorded_by", "confirmed",
            "lapse", "illustrative", "opened_in", "closed_in", "confirmed_in",
        )  # fmt: skip


class ChangeSerializer(serializers.ModelSerializer):
    by = _PersonField()

    class Meta:
        model = Change
        fields = ("id", "at", "by", "action", "reason", "source", "illustrative")


# --- only described: what is sent in, and what is computed ---


class SourceSerializer(serializers.Serializer):
    title = serializers.CharField(max_length=300)
    url = serializers.URLField(max_length=1000)
    dated_on = serializers.DateField()


class JudgementSerializer(serializers.Serializer):
    strategy = serializers.CharField(max_length=32)
    programme = serializers.CharField(max_length=32)
    element = serializers.CharField(max_length=32)
    level = serializers.ChoiceField(choices=Level.choices)
    rationale = serializers.CharField(
        max_length=4000, required=False, help_text="Every level asks for one."
    )
    evidence = SourceSerializer(
        many=True, required=False, help_text="A principal alignment asks for a source."
    )
    replaces = serializers.IntegerField(
        allow_null=True,
        min_value=1,
        help_text="Id of the row in force that this takes the place of; null for none.",
    )


class ReturnSerializer(serializers.Serializer):
    note = serializers.CharField(max_length=1000)


class ReaffirmationSerializer(serializers.Serializer):
    revision = serializers.IntegerField(
        allow_null=True,
        min_value=1,
        required=False,
        help_text=(
            "Id of the revision in which the element was read. Given, nothing is recorded"
            " where the element says something else by now."
        ),
    )


class WithdrawalSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=1000, required=False)


class ConflictErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField()


class ConflictSerializer(serializers.Serializer):
    type = serializers.CharField()
    errors = ConflictErrorSerializer(many=True)
    current = AlignmentSerializer(
        allow_null=True, help_text="The row that is in force now, null if there is none."
    )


class CountsSerializer(serializers.Serializer):
    element = serializers.CharField()
    principal = serializers.IntegerField()
    significant = serializers.IntegerField()
    not_targeted = serializers.IntegerField()
    not_assessed = serializers.IntegerField()


class _HeadSerializer(serializers.Serializer):
    strategy = serializers.CharField()
    day = serializers.DateField()
    change = serializers.IntegerField(help_text="The newest change that is counted.")
    rollup = serializers.BooleanField()
    active_programmes = serializers.IntegerField()
    basis = serializers.CharField(required=False, help_text="Only when it is `budget`.")
    active = serializers.IntegerField(
        required=False, help_text="The budget of all of them; only with `basis=budget`."
    )
    programmes_with_budget = serializers.IntegerField(
        required=False,
        help_text="Of how many the budget of that fiscal year is on record; likewise. The"
        " others add nothing.",
    )


class CoverageSerializer(_HeadSerializer):
    elements = CountsSerializer(many=True)


class GroupSerializer(serializers.Serializer):
    group = serializers.CharField(help_text="A code, `unknown`, or a fiscal year.")
    day = serializers.DateField(
        required=False, help_text="The last day of a fiscal year; only with years."
    )
    future = serializers.BooleanField(
        required=False,
        help_text="Whether a fiscal year's last day lies after today, or after the day of"
        " the change known at: assumes that nothing is added and that programmes end as"
        " planned.",
    )
    active_programmes = serializers.IntegerField(
        help_text="How many the group holds; with `by=strategy` those that support it."
    )
    active = serializers.IntegerField(required=False)
    programmes_with_budget = serializers.IntegerField(required=False)
    elements = CountsSerializer(many=True)


class MatrixSerializer(_HeadSerializer):
    by = serializers.CharField()
    second = serializers.CharField(
        required=False, help_text="The other strategy; only with `by=strategy`."
    )
    groups = GroupSerializer(many=True)


class GapSerializer(serializers.Serializer):
    """A gap; null where its kind has no such thing."""

    rank = serializers.IntegerField()
    kind = serializers.CharField()
    element = serializers.CharField()
    by = serializers.CharField(allow_null=True, help_text="The kind of group, if of one.")
    group = serializers.CharField(allow_null=True, help_text="Its code, or `unknown`.")
    programmes = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="Of a cliff those that end, of thin support the one.",
    )
    measure = serializers.CharField(
        allow_null=True, help_text="Of the target that is missed, or no longer met."
    )
    actual = serializers.FloatField(
        help_text="The support, in the measure; without one, in programmes."
    )
    target = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(
        allow_null=True, help_text="Support at the least; of a cliff, what is left."
    )
    high = serializers.FloatField(allow_null=True, help_text="Support at the most.")
    programmes_without_budget = serializers.IntegerField(
        help_text="Of a target in budget: how many leave it open how it stands."
    )

    def get_fields(self):
        fields = super().get_fields()
        fields["from"] = serializers.DateField(
            allow_null=True, help_text="The first day of a cliff."
        )
        return fields


class GapsSerializer(serializers.Serializer):
    strategy = serializers.CharField()
    day = serializers.DateField()
    change = serializers.IntegerField()
    gaps = GapSerializer(many=True)


class SideCountsSerializer(serializers.Serializer):
    principal = serializers.IntegerField()
    significant = serializers.IntegerField()
    not_targeted = serializers.IntegerField()
    not_assessed = serializers.IntegerField()


class ComparedElementSerializer(serializers.Serializer):
    """An element; null where that side's revision has no such element."""

    element = serializers.CharField()
    a = SideCountsSerializer(
        allow_null=True,
        help_text="Before: on the earlier day or change, at the layer that holds more; of"
        " two groups the one that `with…` names.",
    )
    b = SideCountsSerializer(
        allow_null=True,
        help_text="After: on the later day or change, at the stricter layer; of two groups"
        " the scope's own.",
    )


class DifferenceSerializer(serializers.Serializer):
    """One programme and element; levels are null where it is not assessed or counted."""

    programme = serializers.CharField()
    element = serializers.CharField()
    kind = serializers.CharField(
        help_text="`added`, `removed`, `raised`, `lowered`, `begun` or `ended`; between"
        " layers `lacking` (assessed, but not at the stricter one) or `lowered`."
    )
    before = serializers.IntegerField(allow_null=True, help_text="The level in `a`.")
    after = serializers.IntegerField(allow_null=True, help_text="The level in `b`.")


class CompareSerializer(serializers.Serializer):
    strategy = serializers.CharField()
    change = serializers.IntegerField()
    elements = ComparedElementSerializer(many=True)
    changes = DifferenceSerializer(
        many=True, help_text="None between two groups, which hold different programmes."
    )


class PointSerializer(serializers.Serializer):
    day = serializers.DateField(help_text="The last day of the fiscal year.")
    fiscal_year = serializers.IntegerField(
        help_text="Named after the calendar year it begins in."
    )
    future = serializers.BooleanField(
        help_text="Whether it lies after today, or after the day of the change known at:"
        " assumes that nothing is added and that programmes end as planned."
    )
    active_programmes = serializers.IntegerField()
    active = serializers.IntegerField(
        required=False, help_text="The budget of all of them; only with `basis=budget`."
    )
    programmes_with_budget = serializers.IntegerField(
        required=False, help_text="Of how many it is on record; likewise."
    )
    elements = CountsSerializer(many=True)


class TimelineSerializer(serializers.Serializer):
    strategy = serializers.CharField()
    change = serializers.IntegerField(help_text="The newest change that is counted.")
    points = PointSerializer(many=True)


class RootSerializer(serializers.Serializer):
    strategies = serializers.URLField()
    elements = serializers.URLField()
    programmes = serializers.URLField()
    alignments = serializers.URLField()
    changes = serializers.URLField()
    coverage = serializers.URLField()
    matrix = serializers.URLField()
    gaps = serializers.URLField()
    timeline = serializers.URLField()
    compare = serializers.URLField()
