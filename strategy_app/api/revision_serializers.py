"""How revisions, their wordings and what differs between two look in the API."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from strategy_app.api.serializers import KIND, RevisionSerializer
from strategy_app.models import Correspondence, Origin, Wording
from strategy_app.queries.revision import Alteration


class PublishedRevisionSerializer(RevisionSerializer):
    change = serializers.IntegerField(
        source="published_in_id", help_text="Id of the change that published it."
    )

    class Meta(RevisionSerializer.Meta):
        fields = (*RevisionSerializer.Meta.fields, "change")


class WordingSerializer(serializers.ModelSerializer):
    code = serializers.CharField(source="element.code")
    parent = serializers.CharField(source="parent.code", allow_null=True)
    kind = serializers.CharField(source="type.code", help_text=KIND)
    kind_en = serializers.CharField(source="type.name_en")
    kind_ja = serializers.CharField(source="type.name_ja")

    class Meta:
        model = Wording
        fields = (
            "code", "parent", "kind", "kind_en", "kind_ja", "is_alignable", "title_en",
            "title_ja", "body_en", "body_ja", "source", "modification",
        )  # fmt: skip


class OriginSerializer(serializers.ModelSerializer):
    element = serializers.CharField(source="element.code")
    origin = serializers.CharField(source="origin.code")
    how = serializers.ChoiceField(source="kind", choices=Origin.Kind.choices)

    class Meta:
        model = Origin
        fields = ("element", "origin", "how")


class RevisionTextSerializer(PublishedRevisionSerializer):
    wordings = serializers.SerializerMethodField(
        help_text="In the strategy's order; `modification` is how it changed."
    )
    origins = serializers.SerializerMethodField(
        help_text="What elements were split or merged from: the rest of the crosswalk from"
        " the revision before."
    )

    class Meta(PublishedRevisionSerializer.Meta):
        fields = (*PublishedRevisionSerializer.Meta.fields, "wordings", "origins")

    @extend_schema_field(WordingSerializer(many=True))
    def get_wordings(self, revision):
        rows = [wording for wording, _level in revision.document]
        return WordingSerializer(rows, many=True).data

    @extend_schema_field(OriginSerializer(many=True))
    def get_origins(self, revision):
        rows = [row for rows in revision.crosswalk.values() for row in rows]
        return OriginSerializer(rows, many=True).data


class PlaceSerializer(serializers.Serializer):
    parent = serializers.CharField(allow_null=True, help_text="`null` at the top.")
    after = serializers.CharField(
        allow_null=True, help_text="The sibling before it, `null` for the first."
    )


class PiecesField(serializers.ListField):
    """One text made of two: [what became of the piece, the piece] in order."""

    child = serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2)


class LinkSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="Of the other element.")
    how = serializers.ChoiceField(choices=Origin.Kind.choices)


class ModificationSerializer(serializers.Serializer):
    in_force_from = serializers.DateField(help_text="Of the revision that changed it.")
    modification = serializers.ChoiceField(choices=Wording.Modification.choices)
    reason = serializers.CharField(
        allow_null=True,
        help_text="Of whoever decided that, often empty; `null` for the public.",
    )


class ElementDiffSerializer(serializers.Serializer):
    """One element; its pieces are [`same`, `out` or `in`, text] in order."""

    code = serializers.CharField()
    change = serializers.ChoiceField(choices=Alteration.values)
    earlier = serializers.DateField(
        allow_null=True,
        help_text="Of an added element whose code was used and withdrawn before: the"
        " revision with its last wording, which its words are compared with.",
    )
    recast = serializers.BooleanField(
        help_text="Whether its kind changed, or whether it can be aligned with."
    )
    moved_from = PlaceSerializer(
        allow_null=True, help_text="Where it stood, if it has moved."
    )
    share_en = serializers.FloatField(help_text="The share of words changed, 0 to 1.")
    share_ja = serializers.FloatField(help_text="The same of Japanese characters.")
    origins = LinkSerializer(
        many=True, help_text="What of the older revision it was split or merged from."
    )
    successors = LinkSerializer(
        many=True, help_text="What of the newer revision it was split or merged into."
    )
    modifications = ModificationSerializer(
        many=True, help_text="How each revision in between changed it, the oldest first."
    )
    title_en = PiecesField()
    title_ja = PiecesField()
    body_en = PiecesField()
    body_ja = PiecesField()


class DiffSerializer(serializers.Serializer):
    strategy = serializers.CharField()
    to = serializers.DateField()
    name_en = PiecesField()
    name_ja = PiecesField()
    preface_en = PiecesField()
    preface_ja = PiecesField()
    elements = ElementDiffSerializer(many=True)

    def get_fields(self):
        fields = super().get_fields()
        fields["from"] = serializers.DateField(
            allow_null=True, help_text="`null` where `to` is the first revision."
        )
        return fields


class CorrespondenceSerializer(serializers.ModelSerializer):
    element = serializers.SerializerMethodField(help_text="Code in this strategy.")
    other_strategy = serializers.SerializerMethodField()
    other = serializers.SerializerMethodField(help_text="Code in the other strategy.")
    illustrative = serializers.BooleanField(source="is_illustrative")

    class Meta:
        model = Correspondence
        fields = ("element", "other_strategy", "other", "illustrative")

    def get_element(self, pair) -> str:
        return self._ends(pair)[0].code

    def get_other_strategy(self, pair) -> str:
        return self._ends(pair)[1].strategy.code

    def get_other(self, pair) -> str:
        return self._ends(pair)[1].code

    def _ends(self, pair):
        """Return the element of the strategy that was asked about, then the other one."""
        is_ours = pair.element.strategy.code == self.context["code"]
        return (pair.element, pair.other) if is_ours else (pair.other, pair.element)
