"""The outline while it grows: what becomes an element, and what stands below it."""

from dataclasses import dataclass, field

from strategy_app.importers.document.kinds import Kind


@dataclass(eq=False)
class Node:
    """One element to be: ``is_section`` says that it is only there for its parts.

    ``was_section`` that its number is one among the sections.
    ``child_kind`` is the kind of its statements where its words tell, else None.
    """

    kind: str
    parent: "Node | None" = None
    title: str = ""
    marker: str = ""
    numbers: tuple[int, ...] = ()
    line: int = 0
    is_section: bool = False
    child_kind: str | None = None
    body: list[str] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    code: str = ""
    was_section: bool = False

    @property
    def is_strategy(self) -> bool:
        """Whether it is the document itself."""
        return self.kind == Kind.STRATEGY

    def walk(self):
        """Yield it and all below it, parents first, in the document's order."""
        yield self
        for child in self.children:
            yield from child.walk()
