"""Procedures as data: the stages of a case, from its item's template and modifiers.

A template (`procedures/T01.yaml` to `T11.yaml`) lists the first stages, the item's modifiers change
them (`modifiers.yaml`), and the issued results add the stages after the decision. The order is that
of the vocabulary (`stages.yaml`). No item has code of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal, TypeVar

import msgspec

from shared.catalogue.definition.base import Code, Count, Data, Text, listed
from shared.catalogue.definition.choosing import Choices, holding
from shared.catalogue.definition.item import ItemFile, ItemText
from shared.catalogue.definition.outcome import Modifier, Param, PointRule, ResultRule
from shared.catalogue.definition.words import STAGE_KINDS, ResultKind, StageKind
from shared.clock import CAUSES

T = TypeVar("T")
Service = Literal["intake", "review", "issuance"]
Actor = Literal["applicant", "system", "officer", "panel", "external", "producer"]
# The kinds of results that the system records on its own, and the kinds that are handed over.
BY_SYSTEM: frozenset[ResultKind] = frozenset({"electronic", "confirmation"})
ON_PAPER: frozenset[ResultKind] = frozenset({"document", "voucher", "letter"})
# The kinds of results that carry a serial number of ours, whoever records them.
NUMBERED: frozenset[ResultKind] = frozenset({"document", "electronic", "voucher"})


class ProcedureStage(Data, frozen=True, kw_only=True):
    """One stage: its actor and service, and its effect on the clock.

    cause: for what a clock that excludes it stands still meanwhile. retry: the stage that follows
    an outcome which can be put right. criterion: what the step finds, as a ground of the decision.
    result: what is recorded in it. An optional stage is never owed. days: how long it lasts at
    least, in `unit`; 0 where nothing is printed. checklist: what it looks at, where the item says
    nothing of its own.
    """

    code: Code
    kind: StageKind
    zh: Text
    en: Text
    service: Service
    actor: Actor
    cause: str = ""
    retry: str = ""
    criterion: str = ""
    result: str = ""
    optional: bool = False
    days: Count = 0
    unit: Literal["working_days", "calendar_days"] = "working_days"
    checklist: tuple[PointRule, ...] = ()

    def __post_init__(self) -> None:
        if self.cause and self.cause not in CAUSES:
            raise ValueError(f"the stage {self.code} names the cause {self.cause!r}")

    @property
    def is_step(self) -> bool:
        """Whether it stands between the acceptance and the decision."""
        return STAGE_KINDS[self.kind].step


class Template(Data, frozen=True, kw_only=True):
    """A template: its first stages, and whether an officer or the steps decide."""

    template: Text
    zh: Text
    en: Text
    stages: tuple[Code, ...]
    decision: Literal["officer", "steps"]


class Change(Data, frozen=True, kw_only=True):
    """The effect of one kind of modifier on the stages; its file explains the fields at the top."""

    add: tuple[Code, ...] = ()
    more: dict[str, dict[int, tuple[Code, ...]]] = msgspec.field(default_factory=dict)
    cause: str = ""
    levels: str = ""
    names: str = ""
    wanted_by: str = ""
    spared_by: str = ""
    spares: tuple[Code, ...] = ()
    lasting: bool = False


class Procedure(Data, frozen=True, kw_only=True):
    """The stages of one application, in their order."""

    template: str
    stages: tuple[ProcedureStage, ...]

    def stage(self, code: str) -> ProcedureStage | None:
        """The stage with that code; None if the procedure has no such stage."""
        return next((stage for stage in self.stages if stage.code == code), None)


class _Stages(Data, frozen=True, kw_only=True):
    stages: tuple[ProcedureStage, ...]


class _Modifiers(Data, frozen=True, kw_only=True):
    modifiers: dict[str, Change]


class Procedures:
    """The vocabulary of stages, the templates and the modifiers. Immutable once made."""

    def __init__(
        self,
        stages: Iterable[ProcedureStage],
        templates: Iterable[Template],
        modifiers: Mapping[str, Change],
    ) -> None:
        self.stages: Mapping[str, ProcedureStage] = {stage.code: stage for stage in stages}
        self.templates: Mapping[str, Template] = {one.template: one for one in templates}
        self.modifiers = modifiers
        self._place = {code: n for n, code in enumerate(self.stages)}
        self._check()

    def _check(self) -> None:
        named = [code for one in self.templates.values() for code in one.stages]
        for change in self.modifiers.values():
            named += [*change.add, *change.spares]
            named += [c for more in change.more.values() for codes in more.values() for c in codes]
        named += [stage.retry for stage in self.stages.values() if stage.retry]
        if unknown := sorted(set(named) - set(self.stages)):
            raise ValueError(f"stages.yaml has no stage {', '.join(unknown)}")

    def of(self, text: ItemText, choices: Choices, *, delivery: str = "") -> Procedure:
        """The procedure of an application with these choices and this way of delivery."""
        template = self.templates[text.template]
        found = {code: self.stages[code] for code in template.stages}
        for modifier in text.modifiers:
            found.update({stage.code: stage for stage in self._added(modifier, choices)})
        for code in self._spared(text.modifiers, choices):
            found.pop(code, None)
        if text.fee.chargeable:
            found["payment"] = self.stages["payment"]
        found["acceptance"] = _by(found["acceptance"], _accepting(text))
        if template.decision == "steps" or _by_itself(text):
            found["decision"] = _by(found["decision"], "system")
        for stage in self._issuing(text, choices, delivery):
            found[stage.code] = stage
        for stage in [stage for stage in found.values() if stage.retry]:
            found[stage.retry] = self.stages[stage.retry]
        ordered = sorted(found.values(), key=self._order)
        return Procedure(template=text.template, stages=tuple(ordered))

    def _order(self, stage: ProcedureStage) -> tuple[int, str]:
        base = stage.code if stage.code in self._place else stage.code.rpartition("-")[0]
        return self._place[base], stage.code

    def _added(self, modifier: Modifier, choices: Choices) -> list[ProcedureStage]:
        change = self.modifiers.get(modifier.kind)
        params = modifier.params
        if change is None or params.get(change.wanted_by, "") not in {"", *choices.situations}:
            return []
        codes = list(change.add)
        for name, more in change.more.items():
            count = params.get(name)
            codes += more.get(count, ()) if isinstance(count, int) else ()
        stages = [self.stages[code] for code in codes]
        if change.cause and change.cause in params:
            stages = [_with(stage, cause=str(params[change.cause])) for stage in stages]
        if change.names and change.names in params:
            stages = [_with(stage, zh=str(params[change.names])) for stage in stages]
        if change.lasting and "days" in params:
            stages = [_lasting(stage, params) for stage in stages]
        if change.levels:
            stages += self._levels(params.get(change.levels, ()))
        return stages

    def _levels(self, names: object) -> list[ProcedureStage]:
        """A step for each level except the last, which decides."""
        listed = names if isinstance(names, tuple) else ()
        level = self.stages["level"]
        return [
            _with(level, code=f"level-{n}", zh=str(name), criterion=f"{name}：{level.criterion}")
            for n, name in enumerate(listed[:-1], 1)
        ]

    def _spared(self, modifiers: Iterable[Modifier], choices: Choices) -> list[str]:
        spared: list[str] = []
        for modifier in modifiers:
            change = self.modifiers.get(modifier.kind, Change())
            chosen = modifier.params.get(change.spared_by) if change.spared_by else None
            if chosen in choices.situations:
                spared += change.spares
        return spared

    def _issuing(self, text: ItemText, choices: Choices, delivery: str) -> list[ProcedureStage]:
        """The stages after a grant, by the kinds of its results, the pay days and the delivery."""
        results = granted(text, choices)
        stages = []
        if document_of(results) is not None:
            stages.append(self.stages["production"])
        if any(result.kind == "payment" for result in results) or text.paydays:
            stages.append(self.stages["payout"])
        stages += self._recorded(results, by_itself=_by_itself(text))
        kinds = {result.kind for result in results}
        if not kinds.isdisjoint(ON_PAPER) and delivery != "electronic":
            stages.append(self.stages["handover"])
        return stages

    def _recorded(self, results: Sequence[ResultRule], *, by_itself: bool) -> list[ProcedureStage]:
        """A stage for each result that is recorded, by the system or by an officer.

        `by_itself`: the system decides, and so enters what it decided in its register.
        A second document of the same grant is recorded with a number of its own.
        """
        record, made = self.stages["record"], list[ProcedureStage]()
        by_system = BY_SYSTEM | {"record"} if by_itself else BY_SYSTEM
        document = document_of(results)
        for result in results:
            if result is document or result.temporary_of or result.kind in {"payment", "none"}:
                continue
            made.append(
                _with(
                    record,
                    code=f"record-{len(made) + 1}",
                    result=result.code,
                    zh=f"{record.zh}：{result.name}",
                    en=f"{record.en}: {result.name_en or result.name}",
                    actor="system" if result.kind in by_system else "officer",
                )
            )
        return made


def stage_codes(file: ItemFile) -> tuple[str, ...]:
    """The stages that a case of the item can have, whatever it chooses; none without a template."""
    if not file.template:
        return ()
    known = packaged_procedures()
    found = {"acceptance", "decision", *known.templates[file.template].stages}
    for modifier in file.modifiers:
        change = known.modifiers.get(modifier.kind, Change())
        found.update(change.add)
        found.update(
            code for more in change.more.values() for codes in more.values() for code in codes
        )
        levels = modifier.params.get(change.levels, ()) if change.levels else ()
        found.update(
            f"level-{n}" for n in range(1, len(levels) if isinstance(levels, tuple) else 0)
        )
    if file.fee.state == "amount" and file.fee.charged:
        found.add("payment")
    found.update(_made_of(file))
    return tuple(dict.fromkeys(code for code in (*known.stages, *sorted(found)) if code in found))


def _made_of(file: ItemFile) -> Iterable[str]:
    """The stages after a grant that the kinds of the results bring."""
    kinds = {result.kind for result in listed(file.results)}
    if "document" in kinds:
        yield "production"
    if "payment" in kinds or file.paydays:
        yield "payout"
    if kinds - {"document", "payment", "none"} or not (kinds or file.results == "none"):
        yield "record"
    if kinds & ON_PAPER:
        yield "handover"


def granted(text: ItemText, choices: Choices) -> tuple[ResultRule, ...]:
    """The results that an application with these choices can be granted."""
    return holding(text.results, choices)


def document_of(results: Sequence[ResultRule]) -> ResultRule | None:
    """The document that a producer makes; None if there is none."""
    return next((one for one in results if one.kind == "document" and not one.temporary_of), None)


def temporary_of(results: Sequence[ResultRule]) -> ResultRule | None:
    """The temporary document that holds until another one is produced (R-153), if there is one."""
    return next((one for one in results if one.temporary_of), None)


def _accepting(text: ItemText) -> Actor:
    """The actor that accepts. A case that no applicant began needs no acceptance."""
    if text.initiated_by != "applicant" or text.acceptance.decided_by == "system":
        return "system"
    return "officer"


def _by_itself(text: ItemText) -> bool:
    """Whether what passes the checks of the form is decided by the system (R-038)."""
    return text.review.decided_by == "system"


def _by(stage: ProcedureStage, actor: Actor) -> ProcedureStage:
    return msgspec.structs.replace(stage, actor=actor)


def _lasting(stage: ProcedureStage, params: Mapping[str, Param]) -> ProcedureStage:
    """The stage with the number of days that the item prints; read again, so that it is one."""
    told = {"days": params["days"], "unit": params.get("unit", stage.unit)}
    return msgspec.convert({**msgspec.to_builtins(stage), **told}, ProcedureStage)


def _with(stage: ProcedureStage, **changes: str) -> ProcedureStage:
    return msgspec.structs.replace(stage, **changes)


@cache
def packaged_procedures() -> Procedures:
    """The packaged templates, read once for a process.

    Raises:
        ValueError: a file names a stage, a cause or a field that does not exist.
    """
    folder = resources.files("shared.catalogue").joinpath("procedures")
    names = sorted(f.name for f in folder.iterdir() if f.name.startswith("T"))
    return Procedures(
        _read(folder.joinpath("stages.yaml"), _Stages).stages,
        [_read(folder.joinpath(name), Template) for name in names if name.endswith(".yaml")],
        _read(folder.joinpath("modifiers.yaml"), _Modifiers).modifiers,
    )


def _read(file: Traversable, kind: type[T]) -> T:
    try:
        return msgspec.yaml.decode(file.read_bytes(), type=kind)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{file.name}: {error}") from error
