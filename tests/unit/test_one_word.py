"""One word for one thing (docs/style.md, habit 2), and one dialect for what a docstring says first.

A public class or function whose name is defined twice has to be in the lists below with its
meanings. The lists are compared both ways, the number of definitions included: a new double is red,
and so is an entry that has become superfluous. They only shrink.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import typer

from deploy.cli.app import app

ROOT = Path(__file__).parents[2]
FOLDERS = ("shared", "services", "deploy")

# What rooms of one kind have under one name by their grammar: whoever knows one knows all.
FURNITURE = {
    "build",  # of a worker process: its worker
    "casework",  # of a service's worker: its cases
    "create",  # of a web process: its app
    "document_routes",  # of a topic: its routes on a document
    "endpoints",  # of a service: its blueprint
    "install",  # of a part of a web process: puts it into the app
    "main",  # of a module that is run
    "page",  # of a generated page: its text
    "prepare",  # of a room with collections: creates their indexes
    "provider",  # of a channel: the provider of the settings
    "recompute",  # of a topic with limits: their dates by the present calendar
    "routes",  # of a topic: its routes
    "view",  # of a service: the case as the API shows it
}

CLASSES = {
    "Announced": (2, "an outside event; a window that an authority announces"),
    "Change": (2, "of an item between editions; of the stages by a modifier"),
    "Checked": (2, "a condition of the application, stored; the catalogue's files"),
    "Choice": (2, "an option of an applicant; a field of the API with a few words"),
    "Desk": (2, "of a service: what the routes of its topics are given"),
    "Lane": (2, "of a consumer; of the sequencer"),
    "Keys": (2, "of data subjects; the writers' keyring, read again when asked"),
    "LedgerReader": (2, "as a consumer, and as the checkpointer, needs the ledger"),
    "Message": (2, "consumed from Kafka; sent to an applicant"),
    "Office": (2, "of a case, stored; of an item"),
    "OutcomeImpossible": (2, "of a review's step; of a stage after the decision"),
    "OwnTime": (2, "of the applicant; the same in an answer"),
    "Pace": (2, "of the steps that are owed; of a consumer"),
    "Place": (2, "of a commit in the ledger; of a server on this machine"),
    "Process": (2, "a kind of process; a running one"),
    "Progress": (2, "of a sweep; of a case, for its readers"),
    "Reason": (2, "of a refusal, stored; of a refused commit"),
    "RefusalIncomplete": (2, "of an acceptance; of a decision"),
    "Renewal": (2, "by which item, stored; when it is open"),
    "Row": (3, "of the ledger; the same as a consumer reads it; of the requirements"),
    "Running": (2, "limits of a case; a server of the embedded system"),
    "Source": (2, "of records; an item's place in print"),
    "Standing": (2, "of a sweep in its lane; where cases stand, for queries"),
    "Step": (2, "of a derivation; of the checkpointer"),
    "Told": (2, "a message in an answer; a step of the demo"),
    "Tries": (2, "of events, in the database; the pace of sending"),
    "Words": (2, "Chinese and English of a limit; of a message"),
}

FUNCTIONS = {
    "amount": (2, "with its unit; a message's value"),
    "answer": (3, "of the clock; to a command over HTTP; of the command line"),
    "ask": (2, "a question about a limit; for missing materials"),
    "canonical": (2, "the verifier stands alone and shares no code with what it checks"),
    "choices_of": (2, "of a case; of an application"),
    "complete": (2, "the API document; a step of the review"),
    "decode": (2, "a stored event as its fact; a record as received"),
    "destroy_after": (2, "by expiry; the same of a case"),
    "document_of": (3, "a result's document; of a commit in the database; of the API"),
    "due": (2, "the end of a limit; a message's value"),
    "encoded": (2, "the compiled catalogue; a public key"),
    "erased": (2, "by a subject's stream; by the command line"),
    "faults": (2, "of a statement on validity; of an application"),
    "findings": (2, "of the catalogue; of the locks"),
    "fold": (3, "of a case; of any read model; of the progress"),
    "folded": (2, "a case; a read model's document"),
    "holding": (2, "rules that hold; limits that hold"),
    "listed": (2, "the entries of a field; the ids of open cases"),
    "migrated": (2, "a message's value; by the command line"),
    "missing": (4, "materials, twice; a message's value; rows of the ledger"),
    "not_accepted": (2, "the fact; a message's value"),
    "pages": (2, "all that are generated; those of the catalogue"),
    "payday": (2, "of a schedule; a message's value"),
    "record": (2, "a stage after the decision; an attempt to send"),
    "run": (3, "a process; the supervisor; the command line"),
    "schema_of": (2, "of an application; of an event"),
    "settled": (2, "a limit; a commit below the cut-over"),
    "sha256": (2, "the verifier stands alone and shares no code with what it checks"),
    "shown": (2, "what a partition proves; a case on the command line"),
    "status": (2, "of a case; of the embedded system"),
    "told": (2, "the messages of a case; an error on the command line"),
    "typed": (2, "a file's value; an application's answers"),
    "verified": (3, "a commit; a document for anybody; the log by the command line"),
    "wanted": (2, "the filter of a list of work; the requirements of an input file"),
    "whole": (2, "documents of commits; all limits held"),
}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


def commands(app: typer.Typer) -> Iterator[tuple[str, str]]:
    """The commands of the command line, module and name: they are named for their users."""
    for command in app.registered_commands:
        if command.callback is not None:
            yield command.callback.__module__, command.callback.__name__
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance)


def counted(*kinds: type[ast.stmt]) -> Counter[str]:
    """How often each public name is defined, furniture and commands apart."""
    apart = set(commands(app))
    return Counter(
        name
        for path, tree in sources()
        for node in tree.body
        if isinstance(node, kinds)
        and not (name := str(getattr(node, "name", "_"))).startswith("_")
        and name not in FURNITURE
        and (".".join(path.with_suffix("").parts), name) not in apart
    )


def openings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the beginning of every docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield node.body[0].lineno, text


def doubles(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count > 1}


def test_a_class_name_with_two_meanings_is_a_known_exception() -> None:
    known = {name: count for name, (count, _) in CLASSES.items()}
    assert doubles(counted(ast.ClassDef)) == known


def test_a_function_name_with_two_meanings_is_a_known_exception() -> None:
    known = {name: count for name, (count, _) in FUNCTIONS.items()}
    assert doubles(counted(ast.FunctionDef, ast.AsyncFunctionDef)) == known


def test_every_piece_of_furniture_is_in_several_rooms() -> None:
    defined = Counter(
        node.name
        for _, tree in sources()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name in FURNITURE
    )
    assert {name for name in FURNITURE if defined[name] < 2} == set()


def test_no_docstring_begins_with_return() -> None:
    """What a function gives is named by a noun phrase, what it does by an imperative."""
    found = [
        f"{path}:{line}"
        for path, tree in sources()
        for line, text in openings(tree)
        if text.startswith(("Return ", "Returns "))
    ]
    assert found == []
