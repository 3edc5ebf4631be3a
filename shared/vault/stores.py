"""Where personal data is kept: every store of the system, and what an erasure does to it.

One table, from which docs/data-classes.md is made. A test erases a person and looks into each
store; a collection without a row is red.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PersonalStore:
    """One store. `place`: `<database>.<collection>`, `*` for any ending, or what it is.

    `holds`: of a person; empty where it holds nothing. `erasure`: what is left afterwards.
    """

    place: str
    holds: str = ""
    erasure: str = ""


_REFERENCE = "the random reference of a person, which leads to nobody once the map's row is gone"
_KEYS_GONE = "stays as it is; its keys are destroyed, so it cannot be opened any more"

STORES: tuple[PersonalStore, ...] = (
    PersonalStore(
        place="log.commits",
        holds=f"every sealed value; {_REFERENCE}; the portal's reference of an assurance",
        erasure=f"{_KEYS_GONE}; the references stay",
    ),
    PersonalStore(
        place="log.blobs.files", holds="owner of an upload or a paper", erasure=_REFERENCE
    ),
    PersonalStore(
        place="log.blobs.chunks", holds="sealed uploads and signed papers", erasure=_KEYS_GONE
    ),
    PersonalStore(
        place="log.access",
        holds="who read which classes of whose case, when and why; no value",
        erasure=f"stays: {_REFERENCE}",
    ),
    PersonalStore(place="log.ledger"),
    PersonalStore(place="log.lanes"),
    PersonalStore(place="log.tiles"),
    PersonalStore(place="log.checkpoints"),
    PersonalStore(place="log.installation"),
    PersonalStore(place="log.numbers", holds="whose document it is", erasure=_REFERENCE),
    PersonalStore(place="log.case_numbers"),
    PersonalStore(place="work.marks"),
    PersonalStore(place="work.timers"),
    PersonalStore(place="work.claims"),
    PersonalStore(place="work.tries"),
    PersonalStore(place="work.redrives"),
    PersonalStore(place="work.sweeps"),
    PersonalStore(place="work.channels"),
    PersonalStore(place="work.callbacks"),
    PersonalStore(place="work.unplaced"),
    PersonalStore(place="work.paper_orders"),
    PersonalStore(place="work.numbered_cases"),
    PersonalStore(place="work.number_tries"),
    PersonalStore(place="work.unnamed_uploads"),
    PersonalStore(
        place="work.open_applications", holds="whose open case it is", erasure=_REFERENCE
    ),
    PersonalStore(place="work.parked", holds="records of parked streams", erasure=_REFERENCE),
    PersonalStore(
        place="work.desk_drafts",
        holds="a sealed draft of a proposal; gone after 30 days",
        erasure=_KEYS_GONE,
    ),
    PersonalStore(place="views.generations"),
    PersonalStore(place="views.progress.*", holds="whose case it is", erasure=_REFERENCE),
    PersonalStore(place="views.worklists.*"),
    PersonalStore(
        place="vault.keys",
        holds="the keys, wrapped; whose they are",
        erasure="rows stay as `destroyed`, without the key",
    ),
    PersonalStore(
        place="vault.subjects",
        holds="keyed digest of issuer and subject, of an identity document that a clerk saw, or of"
        " a sitting at the counter, with the reference",
        erasure="the rows are deleted",
    ),
    PersonalStore(place="vault.installation"),
    PersonalStore(place="vault.erasures", holds="who was erased", erasure=_REFERENCE),
    PersonalStore(
        place="portal.sessions",
        holds="who is signed in, their access token and the secret of their drafts, what they typed"
        " and did not submit; at a counter what an officer typed for who is served; sealed with a"
        " key that their browser alone has",
        erasure="cannot be found by person; gone eight hours after it was last written, at a"
        " counter with the next person",
    ),
    PersonalStore(
        place="portal.drafts",
        holds="what somebody typed into a form and did not submit yet, sealed with a key that is "
        "derived from the portal's own and from a key of the person in the vault",
        erasure=f"{_KEYS_GONE}; gone thirty days after it was last written",
    ),
    PersonalStore(
        place="topic",
        holds=f"events without what is sealed; {_REFERENCE}",
        erasure="stays until its retention ends",
    ),
    PersonalStore(
        place="file: CASELEDGER_ERASURE_LIST", holds="who was erased", erasure=_REFERENCE
    ),
    PersonalStore(
        place="file: CASELEDGER_OUTBOX_DIR",
        holds="messages as they were sent, of an installation without a provider",
        erasure="what was sent has left the system, and is not erased",
    ),
)
