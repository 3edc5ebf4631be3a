"""Intake over HTTP: which topics have routes, and under which address. No rule lives here."""

from collections.abc import Callable
from dataclasses import dataclass

from services.intake import contact, materials, view, withdrawal
from services.intake.acceptance import accepting, rejection, supplement, supplement_request
from services.intake.application import initiation, submission
from services.intake.counter import originals, scans, sittings, taking_in
from services.intake.files import at_the_site, drafts, uploads
from services.intake.items import bulk, check, definition, form, listing, own_times
from services.intake.money import asked, callbacks, receipt, unplaced_pages
from services.intake.money.back import repairs
from services.intake.reading import by_number, readings
from services.intake.room import Desk, Intake
from services.intake.topics import INTAKE
from shared.http import Blueprint

Routes = Callable[[Blueprint, Desk], None]


@dataclass(frozen=True)
class Address:
    """Routes under one prefix; name and description head them in the OpenAPI document."""

    name: str
    prefix: str
    description: str
    routes: tuple[Routes, ...]


ADDRESSES = (
    Address(
        "cases",
        "/v1/cases",
        "Applications.",
        (
            submission.routes,
            by_number.routes,
            view.routes,
            receipt.routes,
            readings.routes,
            materials.routes,
            supplement.routes,
            withdrawal.routes,
            contact.routes,
            repairs.routes,
        ),
    ),
    Address(
        "acceptance",
        "/v1/cases",
        "Acceptance.",
        (accepting.routes, supplement_request.routes, rejection.routes, originals.routes),
    ),
    Address(
        "counter",
        "/v1/counter",
        "Applications that an officer takes in.",
        (sittings.routes, scans.routes, taking_in.routes),
    ),
    Address("initiations", "/v1/initiations", "Begun.", (initiation.routes,)),
    Address("uploads", "/v1/uploads", "Materials.", (uploads.routes,)),
    Address("drafts", "/v1/drafts", "What is kept before it is submitted.", (drafts.routes,)),
    Address("materials", "/v1/cases", "Materials.", (materials.reading, at_the_site.routes)),
    Address(
        "payments",
        "/v1/payments",
        "Payments.",
        (callbacks.routes, asked.routes, unplaced_pages.routes),
    ),
    Address(
        "items",
        "/v1/items",
        "The catalogue.",
        (
            listing.routes,
            definition.routes,
            form.routes,
            bulk.routes,
            check.routes,
            own_times.routes,
        ),
    ),
)


def endpoints(intake: Intake) -> list[Blueprint]:
    """The routes of every topic."""
    desk = Desk(intake, INTAKE)
    return [_blueprint(address, desk) for address in ADDRESSES]


def _blueprint(address: Address, desk: Desk) -> Blueprint:
    blp = Blueprint(
        address.name, __name__, url_prefix=address.prefix, description=address.description
    )
    for routes in address.routes:
        routes(blp, desk)
    return blp
